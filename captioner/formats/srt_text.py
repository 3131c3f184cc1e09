"""The text of a SubRip cue: tags for italic, bold, underline and color, and the block that says where it stands.

SubRip has no way to escape. A word joiner, which nobody sees, keeps what only looks like a tag from being one: it is
written behind the bracket, and not read there.
"""

from __future__ import annotations

import re

from captioner.formats.ass.text import anchor_of_v4
from captioner.formats.model.colors import color_of
from captioner.formats.model.losses import Losses
from captioner.formats.model.markup import Markup
from captioner.formats.model.styled_text import PLAIN, StyledText, TextStyle, runs, substitute
from captioner.values import Cue, Position

JOINER = "\u2060"

_LIKE_A_TAG = re.compile(r"<(?=\s*/?\s*(?:i|b|u|s|font)\b)|\{(?=\\)", re.IGNORECASE)
_JOINED = re.compile(rf"[<{{]{JOINER}+")

_MARKUP = re.compile(
    rf"<\s*(?P<end>/?)\s*(?P<tag>[ibus]|font)\b(?P<attributes>[^<>]*)>|\{{\\(?P<block>[^{{}}<>\n]*)\}}|{_JOINED.pattern}",
    re.IGNORECASE,
)
_COLOR = re.compile(r"\bcolor\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
_ANCHOR = re.compile(r"(an?)(\d{1,2})", re.ASCII)
_LOOKS = {"i": TextStyle(italic=True), "b": TextStyle(bold=True), "u": TextStyle(underline=True)}


def shielded(cue: Cue) -> Cue:
    """The cue with a joiner wherever its text would be taken for a tag."""
    return substitute(cue, _LIKE_A_TAG, lambda match: match[0] + JOINER)


def unshielded(cue: Cue) -> Cue:
    """The cue without them."""
    return substitute(cue, _JOINED, lambda match: match[0][0])


def written(cue: Cue) -> str:
    """The text with its tags, behind the block that says where the cue stands."""
    place = rf"{{\an{cue.position.anchor}}}" if cue.position else ""
    return place + "".join(_tagged(text, looks) for text, looks in runs(shielded(cue)))


def _tagged(text: str, looks: TextStyle) -> str:
    tags = ["i"] * looks.italic + ["b"] * looks.bold + ["u"] * looks.underline
    first = "".join(f"<{tag}>" for tag in tags) + (f'<font color="{looks.color}">' if looks.color else "")
    return first + text + ("</font>" if looks.color else "") + "".join(f"</{tag}>" for tag in reversed(tags))


def read(text: str, losses: Losses) -> tuple[StyledText, Position | None]:
    """The text without its tags, with the styles that they gave, and where it stands. Counts what is left out."""
    markup = Markup()
    position: Position | None = None
    at = 0
    for match in _MARKUP.finditer(text):
        markup.add(text[at : match.start()])
        at = match.end()
        if match["block"] is not None:
            position = _block(match["block"], losses) or position
        elif not match["tag"]:
            markup.add(match[0][0])
        elif match["end"]:
            markup.close(match["tag"].lower())
        else:
            markup.open(match["tag"].lower(), _looks(match["tag"].lower(), match["attributes"], losses))
    markup.add(text[at:])
    return markup.spelled(), position


def _looks(tag: str, attributes: str, losses: Losses) -> TextStyle:
    if tag == "font":
        color = _COLOR.search(attributes)
        hexadecimal = color_of(color[1]) if color else None
        losses["font"] += hexadecimal is None
        return TextStyle(color=hexadecimal)
    losses["strikethrough"] += tag == "s"
    return _LOOKS.get(tag, PLAIN)


def _block(tags: str, losses: Losses) -> Position | None:
    """Where `{\\an8}` places a cue. Whatever else stands in such a block is a loss."""
    position = None
    for tag in tags.split("\\"):
        match = _ANCHOR.fullmatch(tag.strip())
        anchor = int(match[2]) if match and match[1] == "an" else anchor_of_v4(int(match[2])) if match else 0
        if not match or not 1 <= anchor <= 9:
            losses["effect"] += 1
        elif anchor != 2:
            position = Position(anchor)
    return position
