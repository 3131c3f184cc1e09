"""Texts in one line, for marker lists: a line break becomes a space, and so does a tab, which may part columns."""

from __future__ import annotations

import re
from dataclasses import replace

from captioner.formats.clean import writable
from captioner.formats.styling import reworded
from captioner.values import Cue

_BREAK = re.compile(r"[ \t]*[\n\t][ \t]*")


def in_one_line(cue: Cue) -> Cue:
    """The cue with its lines, and the name of its speaker, in one."""
    return reworded(replace(cue, speaker=name_in_one_line(cue.speaker) or None), _BREAK, " ")


def name_in_one_line(name: str | None) -> str:
    """A name with single spaces, empty where there is none."""
    return " ".join(writable(name or "").split())
