"""What is drawn into a picture: one ASS file, the fonts it needs, and the filter of ffmpeg that draws it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from captioner.errors import UsageError
from captioner.formats.ass.style import AssStyle
from captioner.formats.ass.writer import write as render_ass
from captioner.media import JobFiles, Picture
from captioner.render.fonts import FONT_FOLDER, Font, font_files, font_for, font_warnings
from captioner.render.hdr_colors import in_light
from captioner.render.layout import break_long_lines, place_beside
from captioner.render.style_options import StyleOptions, second_language_style, style_for
from captioner.render.subtitles import Subtitles, refuse_empty
from captioner.values import Cue

ASS_FILE = "captions.ass"

# The fields of a style, by their place.
_OUTLINE_COLOR, _BACK, _BORDER_STYLE, _OUTLINE, _SHADOW, _ENCODING = 5, 6, 15, 16, 17, 22


@dataclass(frozen=True)
class BurnFilter:
    """`files` are what ffmpeg finds where it works, `filter` draws them; `doubts` are what may look otherwise."""

    files: JobFiles
    filter: str
    warnings: tuple[str, ...] = ()


def make_burn_filter(subtitles: Sequence[Subtitles], picture: Picture, options: StyleOptions) -> BurnFilter:
    """How subtitles are drawn into a picture: an ASS file as it stands, unless another look is asked for.

    Two are shown at once, the second beside the first. Raises `FormatError` where there is nothing to show,
    `FontMissing`, and `UsageError`.
    """
    for track in subtitles:
        refuse_empty(track)
    if not 1 <= len(subtitles) <= 2:
        raise UsageError("a picture has room for the captions of one language or of two")
    if len(subtitles) == 1 and subtitles[0].ass and options == StyleOptions(font_file=options.font_file):
        return _as_it_stands(subtitles[0].ass, picture, options)
    _refuse_karaoke_without_words(subtitles[0], options)
    fonts = [_font(track, options) for track in subtitles]
    ass = _drawn([track.cues for track in subtitles], fonts, picture, options)
    files = {name: data for font in fonts for name, data in font.files.items()}
    return _drawing(ass, picture, files, [font.warning for font in fonts if font.warning])


def _as_it_stands(ass: str, picture: Picture, wishes: StyleOptions) -> BurnFilter:
    files = {} if wishes.font_file is None else font_files(wishes.font_file)
    return _drawing(ass, picture, files, font_warnings(ass, files))


def _drawing(ass: str, picture: Picture, files: Mapping[str, bytes], doubts: Sequence[str]) -> BurnFilter:
    options = [] if picture.pixel_shape == 1 else [f"original_size={picture.display_width}x{picture.height}"]
    filter = ":".join((f"ass={ASS_FILE}", f"fontsdir={FONT_FOLDER}", *options))
    return BurnFilter({ASS_FILE: in_light(ass, picture.transfer).encode(), **files}, filter, tuple(doubts))


def _refuse_karaoke_without_words(track: Subtitles, wishes: StyleOptions) -> None:
    if wishes.karaoke and not any(cue.words for cue in track.cues):
        raise UsageError(
            f"{track.name} does not say when each word is said, as --karaoke needs; a .json, .vtt or .ass may"
        )


def _font(track: Subtitles, wishes: StyleOptions) -> Font:
    return font_for([cue.text for cue in track.cues], track.language, wishes.font, wishes.font_file)


def _drawn(languages: Sequence[Sequence[Cue]], fonts: Sequence[Font], picture: Picture, wishes: StyleOptions) -> str:
    look, *others = (style_for(picture, wishes, font.family, full_width=font.full_width) for font in fonts)
    first = break_long_lines(languages[0], look)
    ass = _shown(first, look)
    if not others:
        return ass
    other = second_language_style(others[0])
    return _both(ass, _shown(place_beside(break_long_lines(languages[1], other), first, look, other), other))


def _shown(cues: Sequence[Cue], look: AssStyle) -> str:
    """An ASS file as libass shows it best: it breaks lines that are too long, and reads them as their letters run."""
    ass = render_ass(cues, look=look).replace("WrapStyle: 2\n", "WrapStyle: 0\n", 1)
    head, style, rest = re.split(r"(?m)^(Style: .*)$", ass, maxsplit=1)
    fields = style.split(",")
    fields[_ENCODING] = "-1"
    if look.box:
        # One box around all lines, where each would have its own, and the two would be dark where they meet.
        fields[_BACK], fields[_BORDER_STYLE] = fields[_OUTLINE_COLOR], "4"
        fields[_OUTLINE], fields[_SHADOW] = "0", fields[_OUTLINE]
    return head + ",".join(fields) + rest


def _both(ass: str, other: str) -> str:
    """Two ASS files in one; the second has a style of its own."""
    lines = ass.split("\n")
    styles = [f"Style: Second,{line.split(',', 1)[1]}" for line in other.split("\n") if line.startswith("Style: ")]
    events = [line for line in other.split("\n") if line.startswith("Dialogue: ")]
    events = [",".join((*line.split(",", 4)[:3], "Second", line.split(",", 4)[4])) for line in events]
    place = next(number for number, line in enumerate(lines) if line.startswith("Style: ")) + 1
    return "\n".join([*lines[:place], *styles, *lines[place:-1], *events, ""])
