"""Texts in one line, for marker lists and transcripts: a line break or a tab, which may part columns, becomes a space.

Chinese and Japanese do without: there the lines are put together as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace

from captioner.formats.model.clean import writable
from captioner.formats.model.styled_text import substitute
from captioner.text.scripts import meet_unspaced
from captioner.values import Cue

_BREAK = re.compile(r"(?<![ \t])[ \t]*[\n\t][ \t]*")


def in_one_line(cue: Cue) -> Cue:
    """The cue with its lines, and the name of its speaker, in one."""
    named = replace(cue, speaker=name_in_one_line(cue.speaker) or None)
    return substitute(named, _BREAK, lambda match: _between(cue.text, *match.span()))


def _between(text: str, first: int, last: int) -> str:
    around = text[first - 1 : first] + text[last : last + 1]
    return "" if len(around) == 2 and meet_unspaced(*around) and "\n" in text[first:last] else " "


def name_in_one_line(name: str | None) -> str:
    """A name with single spaces, empty where there is none."""
    return " ".join(writable(name or "").split())
