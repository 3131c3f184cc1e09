"""Characters that no caption file can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

from captioner.formats.model.styled_text import StyledText

_CARRIAGE_RETURN = re.compile(r"\r\n?")
_BLANK_LINES = re.compile(r"\A\s*\n|\n\s*(?=\n)|\n\s*\Z")

# No text file can hold half a surrogate pair, and programs in C stop reading at a NUL.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def writable(text: str) -> str:
    """The text with U+FFFD for each character that no file in UTF-8 can hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def cleaned(text: StyledText) -> StyledText:
    """A cue's text as a file can hold it: a carriage return ends a line too, and no line is blank."""
    return text.sub(_UNWRITABLE, "\ufffd").sub(_CARRIAGE_RETURN, "\n").sub(_BLANK_LINES, "")


def character_list(characters: Iterable[str]) -> str:
    """Characters for a message: `é (U+00E9), U+200D`, in order, twenty at most."""
    ordered = sorted(characters)
    shown = [f"{c} (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in ordered[:20]]
    return ", ".join(shown) + (f" and {len(ordered) - 20} more" if len(ordered) > 20 else "")
