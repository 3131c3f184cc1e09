"""Characters that no caption file can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from captioner.formats.common.styled_text import StyledText, substitute
from captioner.values import Cue

_CARRIAGE_RETURN = re.compile(r"\r\n?")
_BLANK_LINES = re.compile(r"\A\s*\n|\n\s*(?=\n)|\n\s*\Z")

# No text file can hold half a surrogate pair, and programs in C stop reading at a NUL.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


# Control characters, but for tab and line ends: no player shows them, and some end a line or a file at them.
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def writable(text: str) -> str:
    """Return the text with U+FFFD for each character that no file in UTF-8 can hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def cleaned(text: StyledText) -> StyledText:
    """Return a cue's text as a file can hold it: a carriage return ends a line too, and no line is blank."""
    return text.sub(_UNWRITABLE, "\ufffd").sub(_CARRIAGE_RETURN, "\n").sub(_BLANK_LINES, "")


def without_controls(cue: Cue) -> Cue:
    """Return the cue with U+FFFD for each control character, for text formats that readers split into lines."""
    speaker = cue.speaker and _CONTROL.sub("\ufffd", cue.speaker)
    return replace(substitute(cue, _CONTROL, "\ufffd"), speaker=speaker)


def character_list(characters: Iterable[str]) -> str:
    """Return the characters for a message: `é (U+00E9), U+200D`, in order, twenty at most."""
    ordered = sorted(characters)
    shown = [f"{c} (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in ordered[:20]]
    return ", ".join(shown) + (f" and {len(ordered) - 20} more" if len(ordered) > 20 else "")
