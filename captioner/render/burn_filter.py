"""What is drawn into a picture: one ASS file, the fonts it needs, and the filter of ffmpeg that draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from captioner.errors import UsageError
from captioner.formats.ass import AssStyle, AssTrack, Recolor, recolor_script, representable, write_tracks
from captioner.formats.ass.writer import WrapStyle
from captioner.media import Files, Picture
from captioner.render.fonts import FOLDER, Font, doubts_about, font_for, own_font
from captioner.render.hdr_colors import coded_color
from captioner.render.layout import beside, fitted
from captioner.render.style_options import StyleOptions, look_for, second
from captioner.render.subtitles import Subtitles, refuse_empty
from captioner.values import Cue

FILE = "captions.ass"

BREAK_LONG_LINES: WrapStyle = 0
"""libass breaks lines that are too long into parts of about the same length."""


@dataclass(frozen=True)
class BurnFilter:
    """`files` are what ffmpeg finds where it works, `filter` draws them; `doubts` are what may look otherwise."""

    files: Files
    filter: str
    doubts: tuple[str, ...] = ()


def drawing(
    subtitles: Sequence[Subtitles], picture: Picture, wishes: StyleOptions, *, recolor: Recolor | None = None
) -> BurnFilter:
    """How subtitles are drawn into a picture: an ASS file as it stands, unless another look is asked for.

    Two are shown at once, the second beside the first. `recolor` changes all colors; None codes them for the picture's
    transfer function. Raises `FormatError` where there is nothing to show,
    `FontMissing`, and `UsageError`.
    """
    recolor = recolor or partial(coded_color, transfer=picture.transfer)
    for track in subtitles:
        refuse_empty(track)
    if not 1 <= len(subtitles) <= 2:
        raise UsageError("a picture has room for the captions of one language or of two")
    if len(subtitles) == 1 and subtitles[0].ass and wishes == StyleOptions(font_file=wishes.font_file):
        return _as_it_stands(recolor_script(subtitles[0].ass, recolor), picture, wishes)
    _refuse_karaoke_without_words(subtitles[0], wishes)
    fonts = [_font(track, wishes) for track in subtitles]
    tracks = _tracks([track.cues for track in subtitles], fonts, picture, wishes)
    ass = write_tracks([track.recolored(recolor) for track in tracks], wrap_style=BREAK_LONG_LINES)
    files = {name: data for font in fonts for name, data in font.files.items()}
    return _drawing(ass, picture, files, [font.doubt for font in fonts if font.doubt])


def _as_it_stands(ass: str, picture: Picture, wishes: StyleOptions) -> BurnFilter:
    files = {} if wishes.font_file is None else own_font(wishes.font_file)
    return _drawing(ass, picture, files, doubts_about(ass, files))


def _drawing(ass: str, picture: Picture, files: Mapping[str, bytes], doubts: Sequence[str]) -> BurnFilter:
    options = [] if picture.shape == 1 else [f"original_size={picture.shown_width}x{picture.height}"]
    filter = ":".join((f"ass={FILE}", f"fontsdir={FOLDER}", *options))
    return BurnFilter({FILE: ass.encode(), **files}, filter, tuple(doubts))


def _refuse_karaoke_without_words(track: Subtitles, wishes: StyleOptions) -> None:
    if wishes.karaoke and not any(cue.words for cue in track.cues):
        raise UsageError(
            f"{track.name} does not say when each word is said, as --karaoke needs; a .json, .vtt or .ass may"
        )


def _font(track: Subtitles, wishes: StyleOptions) -> Font:
    return font_for([cue.text for cue in track.cues], track.language, wishes.font, wishes.font_file)


def _tracks(
    languages: Sequence[Sequence[Cue]], fonts: Sequence[Font], picture: Picture, wishes: StyleOptions
) -> Iterator[AssTrack]:
    """A track for each language, the second beside the first."""
    look, *others = (look_for(picture, wishes, font.family, full_width=font.full_width) for font in fonts)
    first = fitted(languages[0], look)
    yield _track(first, look, "Default")
    for other in map(second, others):
        yield _track(beside(fitted(languages[1], other), first, look, other), other, "Second")


def _track(cues: Sequence[Cue], look: AssStyle, name: str) -> AssTrack:
    """Cues as libass shows them best: read in the direction of their letters, in one box around all their lines.

    Where each line has a box of its own, two are dark where they meet.
    """
    style = replace(look, encoding=-1, box_per_line=False)
    return AssTrack(representable(cues, style=style), style, name)
