"""Finds speaker labels at the heads of lines: "HOST:", "Dr. Smith:", ">>", "主持人：", and names on lines of their own.

A colon alone is no evidence. Capitals are, unless the whole text is in capitals; so is a label that begins several
lines, or labels at half of all lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_LABEL = 40
"""Characters of a label."""

MOST_WORDS = 4
"""Words of a label."""

LEAST_REPEATS = 2
"""Lines that a label without capitals begins, at least."""

_HEAD = re.compile(r"[ \t]*(?:[-–—‐][ \t]*|>{2,3}[ \t]*)?")
"""What stands before a label: a dash or a chevron of a change of speakers, which is part of it."""

_NAMED = re.compile(
    r"[*_]{0,3}(?P<name>[^\W\d_][^:：\n]*?)[*_]{0,3}[ \t\u00a0\u202f]*(?P<colon>[:：])[*_]{0,3}(?=(?P<space>\s|$)|.)"
)
"""A name and a colon, perhaps in Markdown's emphasis."""

_ASIDE = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]\s*$")
"""What may follow a name in brackets, as "(V.O.)"."""

_NO_NAME = re.compile(
    "answer|attention|caution|chapter|conclusion|episode|example|exercise|fact|figure|hint|important|lesson|nb|note|page|"
    "part|ps|question|reminder|remember|result|rule|section|step|summary|tip|title|warning|achtung|beispiel|hinweis|"
    "kapitel|schritt|teil|chapitre|étape|partie|nota|capítulo|paso|parte|注意|注|备注|備註|例如|例|结论|結論|问题|总结"
)
"""First words that introduce a spoken sentence rather than name a speaker."""

_ROLE = re.compile(
    r"(?i:speaker|spk|host|guest|voice|man|woman|boy|girl|caller|interviewer|sprecher|sprecherin|说话人)"
)
"""Names that differ only by a number, as "Speaker 1"."""


class _Candidate(NamedTuple):
    name: str
    first: int
    last: int
    in_capitals: bool


def label_ends(text: str) -> Iterator[tuple[int, int]]:
    """Yield (position of the first character, position after the colon) of each speaker label in `text`.

    >>> list(label_ends("- ANNA: Well,\\n- look: it is 10:30."))
    [(0, 7), (14, 15)]
    """
    lines = [line for line in re.finditer(r"[^\n]+", text) if line.group().strip()]
    shouted = 2 * sum(line.group().upper() == line.group() != line.group().lower() for line in lines) > len(lines)
    candidates = {line.start(): _candidate(line.group(), line.start(), shouted) for line in lines}
    found = [candidate for candidate in candidates.values() if candidate]
    counts = Counter(_stem(candidate.name) for candidate in found)
    at_most_lines = 2 * len(found) >= len(lines) and len(found) >= LEAST_REPEATS and len(counts) > 1
    names = _names_on_lines(text) if not shouted else {}
    for line in lines:
        candidate = candidates[line.start()]
        head = _HEAD.match(line.group())
        if candidate and (candidate.in_capitals or counts[_stem(candidate.name)] >= LEAST_REPEATS or at_most_lines):
            yield candidate.first, candidate.last
        elif line.start() in names:
            yield line.start(), line.end()
        elif head and head.group().strip():
            yield line.start(), line.start() + len(head.group().rstrip())


def _candidate(line: str, start: int, shouted: bool) -> _Candidate | None:
    """Return what may be the label of a line, or None."""
    head = _HEAD.match(line)
    begin = head.end() if head else 0
    match = _NAMED.match(line, begin)
    if not match or (match["colon"] == ":" and match["space"] is None and match["name"].isascii()):
        return None
    name = _ASIDE.sub("", match["name"]).strip()
    words = name.split()
    if not words or len(name) > LONGEST_LABEL or len(words) > MOST_WORDS or re.search(r"[.!?;,\"“”。，]\s*$", name):
        return None
    if _NO_NAME.fullmatch(words[0].casefold().rstrip(".")) or not _is_name(words):
        return None
    in_capitals = name.upper() == name != name.lower() and sum(map(str.isalpha, name)) > 1 and not shouted
    return _Candidate(name, start + len(line) - len(line.lstrip()), start + match.end(), in_capitals)


def _is_name(words: list[str]) -> bool:
    """Return whether every word could be part of a name: none begins in lower case, if the script has cases.

    A lower-case word with a number, as "spk_1", is a name too. One with an uncased script is as long as a name.
    """
    text = "".join(words)
    if text.upper() == text.lower():
        return len(text) <= 8 or (len(words) > 1 and len(text) <= LONGEST_LABEL // 2)
    if len(words) == 1 and re.fullmatch(r"[a-z]+[_ -]?\d+", text):
        return True
    return all(not word[0].islower() or word in {"de", "da", "di", "van", "von", "of", "the", "and"} for word in words)


def _stem(name: str) -> str:
    """Return the form in which labels are counted: without the number of a role, as "Speaker 1"."""
    role = re.fullmatch(r"(.*?)[\s_-]*\d+", name)
    return (role[1] if role and _ROLE.fullmatch(role[1]) else name).casefold()


def _names_on_lines(text: str) -> dict[int, str]:
    """Return the names in capitals on lines of their own, as a screenplay has them, by the positions of their lines.

    A blank line stands before such a line and none after it, and the name occurs several times.
    """
    pattern = re.compile(r"(?:^|\n[ \t]*\n)(?=(?P<name>[^\n]+)\n[ \t]*\S)")
    names = {}
    for match in pattern.finditer(text):
        name = _ASIDE.sub("", match["name"]).strip()
        if (
            name.upper() == name != name.lower()
            and len(name.split()) <= MOST_WORDS
            and not re.search(r"[.!?,:]$", name)
        ):
            names[match.start("name")] = name
    counts = Counter(names.values())
    return {position: name for position, name in names.items() if counts[name] >= LEAST_REPEATS}
