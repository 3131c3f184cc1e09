"""The rules about text: width, lines, characters, and where lines break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

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

WORDS_NOT_AT_LINE_END = {
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
"""Words, as written, that always belong to the next word. Most function words ("his", "in", "no") can end a phrase."""

_SPACED_HAN = re.compile(r"(?<![^\W_])[\u3400-\u9fff](?: [\u3400-\u9fff](?![^\W_])){3,}")
_NOT_A_NUMERAL = re.compile(r"[^〇零一二三四五六七八九十百千 ]")
_AMBIGUOUS_QUOTES = "“‘«‹„‚\"'"  # they open a quotation in some languages and close it in others
_NUMBER_AT_END = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,:/]\d+)*$")
_FIRST_WORD, _LAST_WORD = re.compile(r"\S+"), re.compile(r"[^\W_](?:\S*[^\W_])?\.?$")


class _Fault(NamedTuple):
    """A breach of a rule by a text, with the fields of a Finding that do not depend on the cue."""

    rule: str
    message: str
    measured: float | None = None
    allowed: float | None = None
    unit: str = ""


def text_findings(cues: Sequence[Cue], profile: Profile, language: str | None) -> Iterator[Finding]:
    """Yield the findings about texts, cue by cue. Words are checked only if the `language` is known."""
    for index, cue in enumerate(cues):
        for fault in _faults(cue, profile, language):
            yield Finding(
                fault.rule, index, cue.start, cue.end, fault.measured, fault.allowed, fault.unit, fault.message
            )


def _faults(cue: Cue, profile: Profile, language: str | None) -> Iterator[_Fault]:
    lines = cue.text.split("\n")
    if len(lines) > profile.lines:
        message = f"{len(lines)} lines, maximum {profile.lines}"
        yield _Fault("line-count", message, len(lines), profile.lines, "lines")
    for line in lines:
        yield from _line_faults(line, profile)
    for above, below in pairwise(lines):
        yield from _break_faults(above.rstrip(), below.lstrip(), language)
    unstyled = replace(cue, words=(), styles=())
    if apply_punctuation_style(unstyled, profile) != unstyled:
        yield _Fault("marks", "a mark that the profile replaces by a space or removes")


def _line_faults(line: str, profile: Profile) -> Iterator[_Fault]:
    if not is_visible(line):
        yield _Fault("blank", "a line without a visible character")
        return
    columns = profile.columns(line.strip())
    if columns > profile.width:
        yield _Fault("line-width", f"{columns} columns, maximum {profile.width}", columns, profile.width, "columns")
    if bad := next(filter(_is_bad, line), None):
        yield _Fault("bad-character", f"contains U+{ord(bad):04X}")
    if line != line.strip():
        yield _Fault("edge-space", "white space at the start or end of a line")
    if spaced := spaced_han(line):
        yield _Fault("spaced-han", f"spaces between the characters of {spaced}")


def spaced_han(line: str) -> str | None:
    """Return the first run of Chinese characters with a space after each; spaces between phrases stand for commas."""
    runs = (match.group() for match in _SPACED_HAN.finditer(line))
    return next((run for run in runs if len(_NOT_A_NUMERAL.findall(run)) > 2), None)


def _is_bad(character: str) -> bool:
    """True for a control character, half a surrogate pair, a noncharacter, or U+FFFD, that replaces a lost one."""
    if character == "\t":
        return False
    is_noncharacter = 0xFDD0 <= ord(character) <= 0xFDEF or ord(character) & 0xFFFE == 0xFFFE
    return is_noncharacter or character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cs")


def _break_faults(above: str, below: str, language: str | None) -> Iterator[_Fault]:
    """Yield the faults of a line break inside a cue."""
    last, first = above[-1], below[0]
    beside_unspaced = is_unspaced(last) or is_unspaced(first)
    if beside_unspaced and first in NOT_AT_LINE_START and last not in SENTENCE_ENDS + CLOSERS:
        yield _Fault("line-start", f"a line begins with {first}")
    if last in NOT_AT_LINE_END and _opens(above):
        yield _Fault("line-end", f"a line ends with {last}")
    yield from _word_faults(above, below, language)


def _opens(line: str) -> bool:
    """Return whether the mark at the end of a line always belongs to the text after it."""
    last, before = line[-1], line[-2:-1]
    if last in _AMBIGUOUS_QUOTES:
        return bool(before) and is_unspaced(before)
    return is_unspaced(last) or unicodedata.category(last) == "Ps" or last in "¿¡"


def _word_faults(above: str, below: str, language: str | None) -> Iterator[_Fault]:
    next_word = _plain_word(_FIRST_WORD.match(below))
    is_unit = below[0] in COUNTERS or _is_unit(next_word, function_words_for(language or "und"))
    if is_unit and _NUMBER_AT_END.search(above):
        yield _Fault("torn-number", f"separates {above.split()[-1]} from {below.split()[0]}")
    last_word = match.group() if (match := _LAST_WORD.search(above)) else ""
    if last_word in WORDS_NOT_AT_LINE_END.get((language or "und").split("-")[0], ()) and below[0].isalnum():
        yield _Fault("weak-break", f"a line ends with {last_word!r}")


def _is_unit(word: str, function_words: FunctionWords) -> bool:
    """Return whether a word is always a unit: "a" may be ampere, but hardly ever is."""
    return word in function_words.measures and word not in function_words.after and word not in function_words.before


def _plain_word(match: re.Match[str] | None) -> str:
    """Return the matched word in lower case, without punctuation around it."""
    return match.group().strip(".,;:!?").lower().replace("’", "'") if match else ""
