"""Escapes for formats that have none: an invisible character breaks up text that would be read as markup."""

from __future__ import annotations

import re
from dataclasses import dataclass

from captioner.formats.common.styled_text import substitute
from captioner.values import Cue

JOINER = "\u2060"
"""The word joiner: no player shows it and no line breaks at it."""


@dataclass(frozen=True)
class JoinerEscape:
    """Puts a word joiner after the beginning of markup, and removes it when the file is read."""

    special: re.Pattern[str]
    """Matches text that would be read as the beginning of markup, up to the place of the joiner."""

    escaped: re.Pattern[str]
    """Matches such text with one or more joiners in that place."""

    def escape(self, text: str) -> str:
        """Return the text with joiners, so that no reader takes it for markup."""
        return self.special.sub(_with_joiner, text)

    def unescape(self, text: str) -> str:
        """Return the text without the joiners of its escapes."""
        return self.escaped.sub(_without_joiners, text)

    def escape_cue(self, cue: Cue) -> Cue:
        """Return the cue with its text escaped. `special` must match at least one character."""
        return substitute(cue, self.special, _with_joiner)

    def unescape_cue(self, cue: Cue) -> Cue:
        """Return the cue as a reader returns it: without joiners of its own that look like an escape."""
        return substitute(cue, self.escaped, _without_joiners)


def joiner_escape(special: str, escaped: str, flags: int = 0) -> JoinerEscape:
    """Return the escape for markup that begins like `special`.

    Both are regular expressions, `escaped` with a `{JOINER}`.
    """
    return JoinerEscape(re.compile(special, flags), re.compile(escaped.replace("{JOINER}", JOINER), flags))


def _with_joiner(match: re.Match[str]) -> str:
    return match[0] + JOINER


def _without_joiners(match: re.Match[str]) -> str:
    return match[0].replace(JOINER, "")
