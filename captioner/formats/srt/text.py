"""The text of a SubRip cue: tags for italic, bold, underline and color, and the block with its position.

SubRip has no escapes, so a word joiner after the bracket keeps text that only looks like a tag from being read as one.
"""

from __future__ import annotations

import html
import re

from captioner.formats.ass.text import anchor_of_v4
from captioner.formats.common.colors import color_of
from captioner.formats.common.joiner_escape import joiner_escape
from captioner.formats.common.losses import Losses
from captioner.formats.common.markup import TAG_STYLES, Markup
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, runs
from captioner.values import Cue, Position

_ENTITY = r"(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});"

# What players take for a tag: ffmpeg and VLC drop all from `<` to `>`, and blocks such as `{Y:i}` of MicroDVD; players
# that draw with libass break the line at `\n` and `\N`, and put a space at `\h`.
TAG_ESCAPE = joiner_escape(
    rf"(?ai)<(?=\s*/?\s*(?:i|b|u|s|font)\b|[^<>]*>)|\{{(?=\\|[cfhopsy]:)|\\(?=[nh])|&(?={_ENTITY})",
    r"[<{&\\]{JOINER}+",
)
"""Keeps text from being read as a tag or an entity."""

_MARKUP = re.compile(
    r"<\s*(?P<end>/?)\s*(?P<tag>[ibus]|font)\b(?P<attributes>[^<>]*)>|\{\\(?P<block>[^{}<>\n]*)\}"
    rf"|(?P<entity>&{_ENTITY})|{TAG_ESCAPE.escaped.pattern}",
    re.ASCII | re.IGNORECASE,
)
_COLOR = re.compile(r"\bcolor\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
_ANCHOR = re.compile(r"(an?)(\d{1,2})", re.ASCII)


def write_text(cue: Cue) -> str:
    """Return the text with its tags, after the block with the position of the cue."""
    position = rf"{{\an{cue.position.anchor}}}" if cue.position else ""
    return position + "".join(_tagged(text, style) for text, style in runs(TAG_ESCAPE.escape_cue(cue)))


def _tagged(text: str, style: TextStyle) -> str:
    tags = ["i"] * style.italic + ["b"] * style.bold + ["u"] * style.underline
    first = "".join(f"<{tag}>" for tag in tags) + (f'<font color="{style.color}">' if style.color else "")
    return first + text + ("</font>" if style.color else "") + "".join(f"</{tag}>" for tag in reversed(tags))


def read_text(text: str, losses: Losses, repairs: Losses) -> tuple[StyledText, Position | None]:
    """Return the text without its tags, with the styles that they give, and where it stands. Counts what is left out.

    SubRip has no entities, but their letters are never meant: those of XML, numbers and `&nbsp;` are read, and counted.
    """
    markup = Markup()
    position: Position | None = None
    at = 0
    for match in _MARKUP.finditer(text):
        markup.add(text[at : match.start()])
        at = match.end()
        if match["entity"]:
            markup.add(html.unescape(match["entity"]))
            repairs["entity"] += 1
        elif match["block"] is not None:
            position = _position(match["block"], losses) or position
        elif not match["tag"]:
            markup.add(TAG_ESCAPE.unescape(match[0]))
        elif match["end"]:
            markup.close(match["tag"].lower())
        else:
            markup.open(match["tag"].lower(), _tag_style(match["tag"].lower(), match["attributes"], losses))
    markup.add(text[at:])
    return markup.styled_text(), position


def _tag_style(tag: str, attributes: str, losses: Losses) -> TextStyle:
    if tag == "font":
        color = _COLOR.search(attributes)
        hexadecimal = color_of(color[1]) if color else None
        losses["font"] += hexadecimal is None
        return TextStyle(color=hexadecimal)
    losses["strikethrough"] += tag == "s"
    return TAG_STYLES.get(tag, PLAIN)


def _position(tags: str, losses: Losses) -> Position | None:
    """Return the position that a block such as `{\\an8}` gives a cue. Everything else in such a block is a loss."""
    position = None
    for tag in tags.split("\\"):
        match = _ANCHOR.fullmatch(tag.strip())
        anchor = int(match[2]) if match and match[1] == "an" else anchor_of_v4(int(match[2])) if match else 0
        if not match or not 1 <= anchor <= 9:
            losses["effect"] += 1
        elif anchor != 2:
            position = Position(anchor)
    return position
