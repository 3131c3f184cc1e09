"""Writing Advanced SubStation Alpha v4+, as libass shows it.

There is no standard. A file states the size of the picture that it is made for, and a player scales it to its own. So
a file is made for the programme's picture. Lines break where the cues break them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

from captioner.formats.ass.ass_colors import style_color, tag_color
from captioner.formats.ass.style import AssStyle, AssTrack, default_style
from captioner.formats.ass.text import BACKSLASH, RATE
from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Programme
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to
from captioner.formats.common.lines import one_line
from captioner.formats.common.quantize import quantize
from captioner.formats.common.styled_text import PLAIN, TextStyle, text_style
from captioner.values import Cue, Position

LINE_HEIGHT = 1.2
"""The height of a line, in sizes of its font, about."""

GROWN, GROWING = 115, 60
"""Percent to which a word grows while it is said, and the milliseconds that this takes."""

WrapStyle = Literal[0, 1, 2, 3]
"""Whether the player breaks lines that are too long: evenly (0), at the end (1), never (2), or the lower one wider (3).
"""

_STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, "
    "StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, "
    "Encoding"
)
_EVENT_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"


def representable(
    cues: Iterable[Cue], programme: Programme = UNKNOWN_PROGRAMME, style: AssStyle | None = None
) -> list[Cue]:
    """Return the cues as the file holds them: times in hundredths, names in one line without commas, no vertical text.

    A word joiner after a backslash is removed. A position is stored in hundredths of a pixel, x and y together.
    """
    style = style or default_style(programme)
    return [_representable(cue, style) for cue in quantize(cues, RATE)]


def _representable(cue: Cue, style: AssStyle) -> Cue:
    held = restricted_to(cue, styles=ALL_STYLES, position="exact", words=True, speaker=True)
    speaker = one_line(cue.speaker or "").replace(",", ";") or None
    return replace(BACKSLASH.unescape_cue(held), speaker=speaker, position=_stored_position(held, style))


def _stored_position(cue: Cue, style: AssStyle) -> Position | None:
    position = _position_inside(cue, style)
    if position is None:
        return None
    if position.x is None and position.y is None:
        return None if position.anchor == style.anchor else Position(position.anchor)
    x, y = (float(f"{pixels:.2f}") for pixels in style.anchor_point(position))
    return Position(position.anchor, x * 100 / style.width, y * 100 / style.height)


def _position_inside(cue: Cue, style: AssStyle) -> Position | None:
    """Return the position of a cue; where its lines would leave the picture they end at the margin, as in browsers."""
    position = cue.position
    if position is None or position.y is None:
        return position
    row, column = divmod(position.anchor - 1, 3)
    height = 100 * style.size * LINE_HEIGHT * (cue.text.count("\n") + 1) / style.height
    margin = 100 * style.margin_vertical / style.height
    if row == 2 and position.y + height > 100:
        return replace(position, anchor=column + 1, y=100 - margin)
    if row == 0 and position.y < height:
        return replace(position, anchor=column + 7, y=margin)
    return position


def write(cues: Sequence[Cue], programme: Programme = UNKNOWN_PROGRAMME) -> str:
    """Return the cues, each an event of the style `Default`."""
    return write_tracks([AssTrack(cues, default_style(programme))], programme)


def write_tracks(
    tracks: Sequence[AssTrack], programme: Programme = UNKNOWN_PROGRAMME, *, wrap_style: WrapStyle = 2
) -> str:
    """Return several tracks in one file, each with a style of its own; the events of a track stand together."""
    lines = [
        *_script_info(programme, tracks[0].style, wrap_style),
        *("[V4+ Styles]", f"Format: {_STYLE_FIELDS}"),
        *(_style(track) for track in tracks),
        *("", "[Events]", f"Format: {_EVENT_FIELDS}"),
        *(_event(cue, track) for track in tracks for cue in track.cues),
    ]
    return "\n".join(lines) + "\n"


def _script_info(programme: Programme, style: AssStyle, wrap_style: WrapStyle) -> Iterator[str]:
    yield "[Script Info]"
    if title := one_line(programme.title or ""):
        yield f"Title: {title}"
    yield "ScriptType: v4.00+"
    yield f"PlayResX: {style.width}"
    yield f"PlayResY: {style.height}"
    if programme.language:
        yield f"Language: {programme.language}"
    yield from (f"WrapStyle: {wrap_style}", "ScaledBorderAndShadow: yes", "YCbCr Matrix: None", "")


def _style(track: AssTrack) -> str:
    style = track.style
    upcoming_color = style.upcoming_color if style.karaoke in ("word", "sweep") else style.color
    border = _border(style)
    values = [
        track.name, one_line(style.font).replace(",", " "), style.size,
        *map(style_color, (style.color, upcoming_color, border.color, border.back_color)),
        -int(style.bold), 0, 0, 0, 100, 100, 0, 0,
        border.kind, border.outline, border.shadow, style.anchor,
        round(style.margin_left), round(style.margin_right), round(style.margin_vertical), style.encoding,
    ]  # fmt: skip
    return "Style: " + ",".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


class _Border(NamedTuple):
    """The fields of a style for the border: what is drawn around the letters."""

    kind: int
    """BorderStyle: an outline (1), a box around each line (3), or a box around all lines (4)."""
    color: str
    back_color: str
    outline: float
    shadow: float


def _border(style: AssStyle) -> _Border:
    if style.box_color is None:
        return _Border(1, style.outline_color, style.shadow_color, style.outline, style.shadow)
    if style.box_per_line:
        return _Border(3, style.box_color, style.shadow_color, style.outline, style.shadow)
    return _Border(4, style.box_color, style.box_color, 0, style.outline)


def _event(cue: Cue, track: AssTrack) -> str:
    text = _position_tags(cue.position, track.style) + "".join(_text(cue, track.style))
    times = f"{_time(cue.start)},{_time(cue.end)}"
    return f"Dialogue: {track.layer},{times},{track.name},{cue.speaker or ''},0,0,0,,{text}"


def _time(seconds: float) -> str:
    rest, hundredths = divmod(round(seconds * RATE), RATE)
    rest, second = divmod(rest, 60)
    hour, minute = divmod(rest, 60)
    return f"{hour}:{minute:02}:{second:02}.{hundredths:02}"


def _position_tags(position: Position | None, style: AssStyle) -> str:
    if position is None:
        return ""
    if position.x is None and position.y is None:
        return rf"{{\an{position.anchor}}}"
    x, y = style.anchor_point(position)
    return rf"{{\an{position.anchor}\pos({_decimal(x)},{_decimal(y)})}}"


def _decimal(pixels: float) -> str:
    return f"{pixels:.2f}".rstrip("0").rstrip(".")


def _text(cue: Cue, style: AssStyle) -> Iterator[str]:
    """Yield the text in pieces that look the same and belong to one word, each after the tags that it needs."""
    word_tags = dict(_word_tags(cue, style))
    edges = {edge for span in cue.styles for edge in (span.first, span.last)}
    current = PLAIN
    for first, last in pairwise(sorted({0, len(cue.text)} | edges | set(word_tags))):
        wanted = _style_at(cue, first)
        tags = word_tags.get(first, "")
        if style.karaoke == "pop" and tags:
            tags, current = r"\r" + tags, PLAIN
        if wanted != current:
            tags += ("" if current == PLAIN else r"\r") + _style_tags(wanted)
        current = wanted
        yield (f"{{{tags}}}" if tags else "") + _escaped(cue.text[first:last])


def _style_at(cue: Cue, index: int) -> TextStyle:
    return next((text_style(span) for span in cue.styles if span.first <= index < span.last), PLAIN)


def _style_tags(style: TextStyle) -> str:
    tags = (r"\i1" * style.italic) + (r"\b1" * style.bold) + (r"\u1" * style.underline)
    return tags + (rf"\1c{tag_color(style.color)}\2c{tag_color(style.color)}" if style.color else "")


def _word_tags(cue: Cue, style: AssStyle) -> Iterator[tuple[int, str]]:
    """Yield the index of each word after its space, and its karaoke tags, with the silence before it.

    Times in hundredths.
    """
    kind = r"\kf" if style.karaoke == "sweep" else r"\k"
    begin = clock = round(cue.start * RATE)
    index = 0
    for word in cue.words:
        first, last = round(word.start * RATE), round(word.end * RATE)
        silence = rf"\k{first - clock}" if first > clock else ""
        pop = _pop_tags(cue, index, (first - begin) * 10, (last - begin) * 10, style) if style.karaoke == "pop" else ""
        yield index + len(word.text) - len(word.text.lstrip()), f"{silence}{kind}{last - first}{pop}"
        index, clock = index + len(word.text), last


def _pop_tags(cue: Cue, index: int, start: int, end: int, style: AssStyle) -> str:
    """Tags that grow and color the word at `index` from `start` to `end`, in milliseconds since the cue began."""
    own_color = tag_color(_style_at(cue, index).color or style.color)
    grow = rf"\t({start},{start + GROWING},\fscx{GROWN}\fscy{GROWN}\1c{tag_color(style.spoken_color)})"
    return grow + rf"\t({end},{end},\fscx100\fscy100\1c{own_color})"


def _escaped(text: str) -> str:
    return BACKSLASH.escape(text).replace("{", r"\{").replace("}", r"\}").replace("\n", r"\N")
