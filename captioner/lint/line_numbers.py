"""Where in a file each cue stands, so that an editor can jump there, whatever its format."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from captioner.values import Cue

_LINE_END = re.compile(r"\r\n?|\n")
_MARKUP = re.compile(r"<[^<>]*>|\{[^{}]*\}|^\s*(?:\[[\d:.]+\])+")
_INSIDE_END = re.compile(r"\\[Nn]|\[br\]|<br\s*/?>|\|")
_FIELDS_BEFORE_TEXT = 9  # of a Dialogue line of SubStation Alpha


def line_numbers(cues: Sequence[Cue], source: str) -> list[int | None]:
    """For each cue the line of `source`, from 1, in which its text begins; None where it is spelled in another way.

    `cues` are in the order of the file.
    """
    standing: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(_LINE_END.split(source), 1):
        for text in {_bare(text) for text in _texts(line)}:
            standing[text].append(number)
    numbers: list[int | None] = []
    last = 0
    for cue in cues:
        found = standing.get(_bare(cue.text.split("\n")[0]), [])
        after = bisect_right(found, last)
        numbers.append(found[after] if after < len(found) else None)
        last = numbers[-1] or last
    return numbers


def _texts(line: str) -> Iterator[str]:
    """What of a line may be the first line of a cue."""
    yield line
    for text in (line, line.split(",", _FIELDS_BEFORE_TEXT)[-1]):
        yield _INSIDE_END.split(text)[0]


def _bare(text: str) -> str:
    return " ".join(html.unescape(_MARKUP.sub("", text)).replace("\0", "\ufffd").split())
