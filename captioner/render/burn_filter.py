"""The filter that draws captions: one ASS file, the fonts it needs, and ffmpeg's filter for both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from captioner.errors import FormatError, UsageError
from captioner.formats.ass import AssStyle, AssTrack, Recolor, drawn_size, recolor_script, representable, write_tracks
from captioner.formats.ass.writer import WrapStyle
from captioner.media import JobFiles, Picture
from captioner.render.fonts import FONT_FOLDER, Font, font_files, font_for, font_warnings
from captioner.render.hdr_colors import coded_color
from captioner.render.layout import break_long_lines, place_beside
from captioner.render.style_options import StyleOptions, second_language_style, style_for
from captioner.render.subtitles import Subtitles, refuse_empty
from captioner.values import Cue

ASS_FILE = "captions.ass"

BREAK_LONG_LINES: WrapStyle = 0
"""libass breaks lines that are too long into parts of about the same length."""


MOST_DRAWN = 200_000_000
"""Pixels of captions that are drawn at once, about a gigabyte in libass: a hundred times a picture of 1080 lines."""


@dataclass(frozen=True)
class BurnFilter:
    """ffmpeg's filter that draws captions into a picture."""

    files: JobFiles
    """The ASS file and the fonts, for ffmpeg's working folder."""

    filter: str
    """The filter, which names those files."""

    warnings: tuple[str, ...] = ()
    """Warnings about captions that may look different from the options."""


def make_burn_filter(
    subtitles: Sequence[Subtitles], picture: Picture, options: StyleOptions, *, recolor: Recolor | None = None
) -> BurnFilter:
    """Return the filter that draws one or two subtitles, the second beside the first.

    An ASS file keeps its own style unless `options` ask for another. `recolor` changes all colors; None codes them for
    the picture's transfer function. Raises `FormatError` for subtitles without cues, `FontMissing`, and `UsageError`.
    """
    recolor = recolor or partial(coded_color, transfer=picture.transfer)
    for track in subtitles:
        refuse_empty(track)
    if not 1 <= len(subtitles) <= 2:
        raise UsageError(f"a picture has room for captions in one or two languages, not in {len(subtitles)}")
    if len(subtitles) == 1 and subtitles[0].ass and options == StyleOptions(font_file=options.font_file):
        _refuse_too_large(subtitles[0].ass, subtitles[0].name, picture)
        return _own_style(recolor_script(subtitles[0].ass, recolor), picture, options)
    _refuse_karaoke_without_words(subtitles[0], options)
    fonts = [_font(track, options) for track in subtitles]
    tracks = _tracks([list(map(_horizontal, track.cues)) for track in subtitles], fonts, picture, options)
    ass = write_tracks([track.recolored(recolor) for track in tracks], wrap_style=BREAK_LONG_LINES)
    files = {name: data for font in fonts for name, data in font.files.items()}
    warnings = [*_vertical_warnings(subtitles), *(font.warning for font in fonts if font.warning)]
    return _burn_filter(ass, picture, files, warnings)


def _own_style(ass: str, picture: Picture, options: StyleOptions) -> BurnFilter:
    files = {} if options.font_file is None else font_files(options.font_file)
    return _burn_filter(ass, picture, files, font_warnings(ass, files))


def _refuse_too_large(script: str, name: str, picture: Picture) -> None:
    """Raise `FormatError` for a script that would fill the memory of the machine."""
    drawn = drawn_size(script, picture.width, picture.height)
    if drawn.pixels > MOST_DRAWN:
        reason = f"draws {drawn.pixels / 1e6:.0f} million pixels at once, more than {MOST_DRAWN / 1e6:.0f}"
        raise FormatError(name, f"{reason}; make its letters, borders, blurs or drawings smaller", drawn.line)


def _burn_filter(ass: str, picture: Picture, files: Mapping[str, bytes], warnings: Sequence[str]) -> BurnFilter:
    shape = [] if picture.pixel_shape == 1 else [f"original_size={picture.display_width}x{picture.height}"]
    filter = ":".join((f"ass={ASS_FILE}", f"fontsdir={FONT_FOLDER}", *shape))
    return BurnFilter({ASS_FILE: ass.encode(), **files}, filter, tuple(warnings))


def _horizontal(cue: Cue) -> Cue:
    """Return the cue without a position that is meant for vertical writing, which libass does not draw."""
    return replace(cue, position=None) if cue.position and cue.position.vertical else cue


def _vertical_warnings(subtitles: Sequence[Subtitles]) -> Iterator[str]:
    for track in subtitles:
        if vertical := sum(1 for cue in track.cues if cue.position and cue.position.vertical):
            cues = "1 cue" if vertical == 1 else f"{vertical} cues"
            yield f"{track.name}: {cues} in vertical writing, drawn horizontally at the usual place"


def _refuse_karaoke_without_words(track: Subtitles, options: StyleOptions) -> None:
    if options.karaoke and not any(cue.words for cue in track.cues):
        raise UsageError(
            f"{track.name} has no word times, which --karaoke needs; use a .json transcript, or a .vtt or .ass "
            "written with --word-times"
        )


def _font(track: Subtitles, options: StyleOptions) -> Font:
    return font_for([cue.text for cue in track.cues], track.language, options.font, options.font_file)


def _tracks(
    languages: Sequence[Sequence[Cue]], fonts: Sequence[Font], picture: Picture, options: StyleOptions
) -> Iterator[AssTrack]:
    """Yield a track for each language, the second beside the first."""
    style, *others = (style_for(picture, options, font.family, full_width=font.full_width) for font in fonts)
    first = break_long_lines(languages[0], style)
    yield _track(first, style, "Default")
    for other in map(second_language_style, others):
        second = break_long_lines(languages[1], other)
        yield _track(place_beside(second, first, style, other), other, "Second")


def _track(cues: Sequence[Cue], style: AssStyle, name: str) -> AssTrack:
    """Return a track with libass's own extensions: the reading direction of the letters, one box around all lines.

    With one box per line, two boxes are darker where they overlap.
    """
    style = replace(style, encoding=-1, box_per_line=False)
    return AssTrack(representable(cues, style=style), style, name)
