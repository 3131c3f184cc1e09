"""Text for formats that change its look between lines alone, as broadcast captions do: whole lines, single spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from captioner.formats.model.styled_text import PLAIN, TextStyle, runs, styles_of, substitute
from captioner.values import Cue

_SPACES = re.compile(r"[^\S\n]+")
_EDGES = re.compile(r"(?m)^ | $")
_DECOMPOSED = re.compile("\\w[\u0300-\u036f]+")


def single_spaced(cue: Cue) -> Cue:
    """The cue with one space where there were several, none at the edges of lines, and accents upon their letters."""
    composed = substitute(cue, _DECOMPOSED, lambda found: unicodedata.normalize("NFC", found[0]))
    return substitute(substitute(composed, _SPACES, " "), _EDGES, "")


def lines_of(cue: Cue) -> Iterator[tuple[str, TextStyle]]:
    """Each line, and how it looks if all that is seen of it looks the same."""
    looks = [look for text, look in runs(cue) for _ in text]
    at = 0
    for line in cue.text.split("\n"):
        seen = {look for character, look in zip(line, looks[at:], strict=False) if character != " "}
        yield line, seen.pop() if len(seen) == 1 else PLAIN
        at += len(line) + 1


def with_lines(cue: Cue, lines: Iterable[tuple[str, TextStyle]]) -> Cue:
    """The cue with other lines, each with its look."""
    pieces = [piece for line in lines for piece in (("\n", PLAIN), line)][1:]
    return replace(cue, text="".join(text for text, _ in pieces), styles=styles_of(pieces))
