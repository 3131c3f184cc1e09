"""The rules of text: width, lines, characters, and where lines break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from captioner.cues.function_word_tables import function_words_for
from captioner.cues.function_words import FunctionWords, word_set
from captioner.cues.punctuation_style import apply_punctuation_style
from captioner.lint.rules import Finding
from captioner.profiles import Profile
from captioner.text.line_breaks import COUNTERS
from captioner.text.punctuation import CLOSERS, NOT_AT_LINE_END, NOT_AT_LINE_START, SENTENCE_ENDS
from captioner.text.scripts import is_unspaced
from captioner.text.width import is_visible
from captioner.values import Cue

LEANING = {
    "en": word_set("a an the my your our their its very than Mr Mrs Ms Mr. Mrs. Ms. Dr."),
    "de": word_set("ein eine einen einem eines dem des mein meine meinen meinem dein deine unser unsere Herr Frau"),
    "fr": word_set(
        "le la les un une des du au aux mon ma mes ton ta tes sa ses notre votre nos vos ce cet cette ces très"
    ),
    "es": word_set("el la los las un una unos unas mi mis tu tus su sus al muy"),
    "it": word_set("il lo la gli un uno una al del della dei delle"),
    "pt": word_set("o os um uma uns umas ao aos do da dos das"),
    "nl": word_set("de een mijn jouw"),
}
"""Words, as they are written, that surely belong to the next. Most that lean ("his", "in", "no") end a phrase too."""

_SPACED_HAN = re.compile(r"(?<![^\W_])[\u3400-\u9fff](?: [\u3400-\u9fff](?![^\W_])){3,}")
_NO_NUMERAL = re.compile(r"[^〇零一二三四五六七八九十百千 ]")
_FOREIGN_QUOTES = "“‘«‹„‚\"'"  # in some languages they open, in others they close
_NUMBER_AT_END = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,:/]\d+)*$")
_FIRST_WORD, _LAST_WORD = re.compile(r"\S+"), re.compile(r"[^\W_](?:\S*[^\W_])?\.?$")


def text_findings(cues: Sequence[Cue], profile: Profile, language: str | None) -> Iterator[Finding]:
    """All that is wrong with the texts, cue by cue. Words are judged only where the `language` is known."""
    for index, cue in enumerate(cues):
        lines = cue.text.split("\n")
        for rule, measured, allowed, unit, message in _faults(lines, profile, language):
            yield Finding(rule, index, cue.start, cue.end, measured, allowed, unit, message)
        bare = replace(cue, words=(), styles=())
        if apply_punctuation_style(bare, profile) != bare:
            message = "a mark where the style shows a space or none"
            yield Finding("marks", index, cue.start, cue.end, None, None, "", message)


Fault = tuple[str, float | None, float | None, str, str]


def _faults(lines: list[str], profile: Profile, language: str | None) -> Iterator[Fault]:
    if len(lines) > profile.lines:
        yield "line-count", len(lines), profile.lines, "lines", f"{len(lines)} lines, at most {profile.lines}"
    for line in lines:
        yield from _line_faults(line, profile)
    for above, below in pairwise(lines):
        yield from _break_faults(above.rstrip(), below.lstrip(), language)


def _line_faults(line: str, profile: Profile) -> Iterator[Fault]:
    if not is_visible(line):
        yield _plain("blank", "shows nothing")
        return
    columns = profile.columns(line.strip())
    if columns > profile.width:
        yield "line-width", columns, profile.width, "columns", f"{columns} columns, at most {profile.width}"
    if bad := next(filter(_is_bad, line), None):
        yield _plain("bad-character", f"holds U+{ord(bad):04X}")
    if line != line.strip():
        yield _plain("edge-space", "white space at the edge of a line")
    if spaced := spaced_han(line):
        yield _plain("spaced-han", f"spaces between the characters of {spaced}")


def spaced_han(line: str) -> str | None:
    """The first run of Chinese characters set apart one by one; spaces between phrases stand for commas, and stay."""
    runs = (match.group() for match in _SPACED_HAN.finditer(line))
    return next((run for run in runs if len(_NO_NUMERAL.findall(run)) > 2), None)


def _is_bad(character: str) -> bool:
    """Control characters, half a surrogate pair, what is no character, and U+FFFD, where one was lost already."""
    if character == "\t":
        return False
    is_none = 0xFDD0 <= ord(character) <= 0xFDEF or ord(character) & 0xFFFE == 0xFFFE
    return is_none or character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cs")


def _break_faults(above: str, below: str, language: str | None) -> Iterator[Fault]:
    """What is wrong with a line break inside a cue."""
    last, first = above[-1], below[0]
    beside = is_unspaced(last) or is_unspaced(first)
    if beside and first in NOT_AT_LINE_START and last not in SENTENCE_ENDS + CLOSERS:
        yield _plain("line-start", f"a line begins with {first}")
    if last in NOT_AT_LINE_END and _opens(above):
        yield _plain("line-end", f"a line ends with {last}")
    yield from _word_faults(above, below, language)


def _opens(line: str) -> bool:
    """Whether the mark at the end of a line surely belongs to what follows."""
    last, before = line[-1], line[-2:-1]
    if last in _FOREIGN_QUOTES:
        return bool(before) and is_unspaced(before)
    return is_unspaced(last) or unicodedata.category(last) == "Ps" or last in "¿¡"


def _word_faults(above: str, below: str, language: str | None) -> Iterator[Fault]:
    following = _bare(_FIRST_WORD.match(below))
    measures = below[0] in COUNTERS or _is_measure(following, function_words_for(language or "und"))
    if measures and _NUMBER_AT_END.search(above):
        yield _plain("torn-number", f"parts {above.split()[-1]} from {below.split()[0]}")
    leaning = match.group() if (match := _LAST_WORD.search(above)) else ""
    if leaning in LEANING.get((language or "und").split("-")[0], ()) and below[0].isalnum():
        yield _plain("weak-break", f"a line ends with {leaning!r}")


def _is_measure(word: str, known: FunctionWords) -> bool:
    """Whether a word surely measures; "a" may be ampere, but hardly is."""
    return word in known.measures and word not in known.after and word not in known.before


def _bare(match: re.Match[str] | None) -> str:
    return match.group().strip(".,;:!?").lower().replace("’", "'") if match else ""


def _plain(rule: str, message: str) -> Fault:
    return rule, None, None, "", message
