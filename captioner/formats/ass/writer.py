"""Advanced SubStation Alpha v4+, .ass, as libass shows it; SubStation Alpha v4, .ssa, is read too.

There is no standard. A file says how large the picture is for which it was made, and a player scales it to the one it
has; so what is written is made for the programme's picture. Lines are broken where the cues break them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from captioner.formats.ass.reader import parse
from captioner.formats.ass.style import AssStyle, usual_look
from captioner.formats.model.clean import one_line, quantize
from captioner.formats.model.contents import Programme
from captioner.formats.model.fidelity import LOOKS, restricted_to
from captioner.formats.model.styled_text import PLAIN, TextStyle, looks_of, substitute
from captioner.values import Cue, Position

__all__ = ["AssStyle", "parse", "representable", "usual_look", "write"]

RATE = 100
"""Times are in hundredths of a second."""

NOTHING_KNOWN = Programme()

LINE_HEIGHT = 1.2
"""Of a line, in sizes of its letters, about."""

GROWN, GROWING = 115, 60
"""Per cent to which a word grows that is said, and the milliseconds that it takes."""

# A word joiner after a backslash keeps it from meaning something: there is no way to escape it.
_JOINER = "\u2060"
_JOINED = re.compile(rf"\\{_JOINER}+")
_MEANT = re.compile(r"\\(?=[nNh{}]|\Z)")

_STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, "
    "StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, "
    "Encoding"
)
_EVENT_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"


def representable(cues: Iterable[Cue], programme: Programme = NOTHING_KNOWN, look: AssStyle | None = None) -> list[Cue]:
    """The cues as the file holds them: times in hundredths, a name in one line and without commas, no vertical text.

    A word joiner that follows a backslash goes. A place is held in hundredths of a pixel, x and y together.
    """
    look = look or usual_look(programme)
    return [_representable(cue, look) for cue in quantize(cues, RATE)]


def _representable(cue: Cue, look: AssStyle) -> Cue:
    held = substitute(restricted_to(cue, looks=LOOKS, place="whole", words=True, speaker=True), _JOINED, "\\\\")
    speaker = one_line(cue.speaker or "").replace(",", ";") or None
    return replace(held, speaker=speaker, position=_kept_position(held, look))


def _kept_position(cue: Cue, look: AssStyle) -> Position | None:
    position = _inside(cue, look)
    if position is None:
        return None
    if position.x is None and position.y is None:
        return None if position.anchor == look.anchor else Position(position.anchor)
    x, y = (float(f"{pixels:.2f}") for pixels in look.place(position))
    return Position(position.anchor, x * 100 / look.width, y * 100 / look.height)


def _inside(cue: Cue, look: AssStyle) -> Position | None:
    """The place of a cue; where its lines would leave the picture they end at the margin, as browsers have it."""
    position = cue.position
    if position is None or position.y is None:
        return position
    row, column = divmod(position.anchor - 1, 3)
    height = 100 * look.size * LINE_HEIGHT * (cue.text.count("\n") + 1) / look.height
    margin = 100 * look.margin_vertical / look.height
    if row == 2 and position.y + height > 100:
        return replace(position, anchor=column + 1, y=100 - margin)
    if row == 0 and position.y < height:
        return replace(position, anchor=column + 7, y=margin)
    return position


def write(cues: Iterable[Cue], programme: Programme = NOTHING_KNOWN, look: AssStyle | None = None) -> str:
    """The cues by start, each in one event of the style `Default`."""
    look = look or usual_look(programme)
    lines = [*_head(programme, look), *(_event(cue, look) for cue in cues)]
    return "\n".join(lines) + "\n"


def _head(programme: Programme, look: AssStyle) -> Iterator[str]:
    yield "[Script Info]"
    if title := one_line(programme.title or ""):
        yield f"Title: {title}"
    yield "ScriptType: v4.00+"
    yield f"PlayResX: {look.width}"
    yield f"PlayResY: {look.height}"
    if programme.language:
        yield f"Language: {programme.language}"
    yield from ("WrapStyle: 2", "ScaledBorderAndShadow: yes", "YCbCr Matrix: None", "")
    yield from ("[V4+ Styles]", f"Format: {_STYLE_FIELDS}", _style(look), "")
    yield from ("[Events]", f"Format: {_EVENT_FIELDS}")


def _style(look: AssStyle) -> str:
    waiting = look.waiting if look.karaoke in ("word", "sweep") else look.color
    values = [
        "Default", one_line(look.font).replace(",", " "), look.size,
        _color(look.color), _color(waiting), _color(look.box or look.outline_color), _color("#00000080"),
        -int(look.bold), 0, 0, 0, 100, 100, 0, 0,
        3 if look.box else 1, look.outline, look.shadow, look.anchor,
        round(look.margin_left), round(look.margin_right), round(look.margin_vertical), 1,
    ]  # fmt: skip
    return "Style: " + ",".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def _color(color: str) -> str:
    """`&HAABBGGRR`, where 00 is opaque."""
    red, green, blue, opacity = bytes.fromhex(color.removeprefix("#").ljust(8, "f"))
    return f"&H{255 - opacity:02X}{blue:02X}{green:02X}{red:02X}"


def _inline(color: str) -> str:
    """A color as a tag has it, without opacity."""
    return f"&H{_color(color[:7])[4:]}&"


def _event(cue: Cue, look: AssStyle) -> str:
    text = _place(cue.position, look) + "".join(_text(cue, look))
    return f"Dialogue: 0,{_time(cue.start)},{_time(cue.end)},Default,{cue.speaker or ''},0,0,0,,{text}"


def _time(seconds: float) -> str:
    rest, hundredths = divmod(round(seconds * RATE), RATE)
    rest, second = divmod(rest, 60)
    hour, minute = divmod(rest, 60)
    return f"{hour}:{minute:02}:{second:02}.{hundredths:02}"


def _place(position: Position | None, look: AssStyle) -> str:
    if position is None:
        return ""
    if position.x is None and position.y is None:
        return rf"{{\an{position.anchor}}}"
    x, y = look.place(position)
    return rf"{{\an{position.anchor}\pos({_decimal(x)},{_decimal(y)})}}"


def _decimal(pixels: float) -> str:
    return f"{pixels:.2f}".rstrip("0").rstrip(".")


def _text(cue: Cue, look: AssStyle) -> Iterator[str]:
    """The text in pieces that look the same and belong to one word, each behind the tags that it needs."""
    word_tags = dict(_word_tags(cue, look))
    style_edges = {edge for style in cue.styles for edge in (style.first, style.last)}
    shown = PLAIN
    for first, last in pairwise(sorted({0, len(cue.text)} | style_edges | set(word_tags))):
        looks = _looks_at(cue, first)
        tags = word_tags.get(first, "")
        if look.karaoke == "pop" and tags:
            tags, shown = r"\r" + tags, PLAIN
        if looks != shown:
            tags += ("" if shown == PLAIN else r"\r") + _looks_tags(looks)
        shown = looks
        yield (f"{{{tags}}}" if tags else "") + _escaped(cue.text[first:last])


def _looks_at(cue: Cue, index: int) -> TextStyle:
    return next((looks_of(style) for style in cue.styles if style.first <= index < style.last), PLAIN)


def _looks_tags(looks: TextStyle) -> str:
    tags = (r"\i1" * looks.italic) + (r"\b1" * looks.bold) + (r"\u1" * looks.underline)
    return tags + (rf"\1c{_inline(looks.color)}\2c{_inline(looks.color)}" if looks.color else "")


def _word_tags(cue: Cue, look: AssStyle) -> Iterator[tuple[int, str]]:
    """Where each word begins, behind its space, and its karaoke in hundredths, first of the silence before it."""
    kind = r"\kf" if look.karaoke == "sweep" else r"\k"
    begin = clock = round(cue.start * RATE)
    index = 0
    for word in cue.words:
        first, last = round(word.start * RATE), round(word.end * RATE)
        silence = rf"\k{first - clock}" if first > clock else ""
        pop = _pop(cue, index, (first - begin) * 10, (last - begin) * 10, look) if look.karaoke == "pop" else ""
        yield index + len(word.text) - len(word.text.lstrip()), f"{silence}{kind}{last - first}{pop}"
        index, clock = index + len(word.text), last


def _pop(cue: Cue, index: int, start: int, end: int, look: AssStyle) -> str:
    """The word that is said grows and is colored; times in milliseconds since the cue began."""
    own = _inline(_looks_at(cue, index).color or look.color)
    grow = rf"\t({start},{start + GROWING},\fscx{GROWN}\fscy{GROWN}\1c{_inline(look.said)})"
    return grow + rf"\t({end},{end},\fscx100\fscy100\1c{own})"


def _escaped(text: str) -> str:
    joined = _MEANT.sub(lambda backslash: "\\" + _JOINER, text)
    return joined.replace("{", r"\{").replace("}", r"\}").replace("\n", r"\N")
