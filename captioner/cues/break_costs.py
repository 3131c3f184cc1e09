"""The cost of a break between two units for the reader, from 0 at the end of a sentence to 10 for the worst break.

The order of preference is that of Netflix's and the BBC's guidelines: after punctuation, before conjunctions, before
prepositions; never between article and noun, first and last name, pronoun and verb, auxiliary and verb, number and
what it counts.
"""

from __future__ import annotations

import re

from captioner.cues.break_units import BreakUnit
from captioner.cues.cjk_thai_breaks import UNKNOWN, unspaced_cost
from captioner.cues.function_word_tables import function_words_for
from captioner.cues.function_words import FunctionWords, word_set
from captioner.text.punctuation import CLAUSE_ENDS, CLOSERS, OPENERS, PUNCTUATION, SENTENCE_ENDS
from captioner.text.scripts import is_unspaced

CLAUSE = 1.0
"""After the punctuation of a clause."""

QUOTE = 1.5
"""Before an opening quote or bracket, or after a closing one."""

PARENTHESIS = 4.0
"""After a comma that follows a word that leans on the next one: "and, | of course,"."""

PLAIN = 6.0
"""Between two words that are in no table."""

NUMBER = 7.0
"""After a number."""

NAME = 8.0
"""Between two words with capital letters, or after "Dr." and the like."""

OPENING, LOOSE = 3.0, 7.0
"""A word that may lean on the next one ("this", "more") stands alone before a word that surely opens a phrase.

The first number is the most that a break before the opening word costs, the second the most after the leaning word.
"""

STRANDED = 7.5
"""Before a word that usually opens a phrase but ends one here: "what it stands | for."."""

ENDING = 3.0
"""After a word whose ending closes a clause, as in Korean."""

_AROUND = PUNCTUATION.replace("'", "") + "-–—~*_#♪"
_CLOSING = word_set("etc usw osv enz ecc itd itp jr sr inc ltd co corp")
"""Abbreviations that belong to the word before; others belong to the word after: Dr. Brown, Nr. 5, p. 12."""

_INITIAL = re.compile(r"[^\W\d_]\.(?:[^\W\d_]\.)*")
_ENDS_IN_NUMBER = re.compile(r"[^\w\s]*\d[\d.,:/]*")


def break_cost(before: BreakUnit, after: BreakUnit) -> float:
    """Return the cost of a break between two units, judged by their text alone."""
    function_words = function_words_for(after.language)
    if ends_sentence(before, after):
        return 0.0
    tail = before.text.rstrip(CLOSERS)
    if tail and tail[-1] in CLAUSE_ENDS + SENTENCE_ENDS and not _is_abbreviated(tail, function_words):
        return PARENTHESIS if function_words.cost_after(_bare(tail)) > LOOSE else CLAUSE
    if before.text[-1] in CLOSERS.replace("'", "").replace("’", "") or after.text[0] in OPENERS.replace("'", ""):
        return QUOTE
    unspaced = is_unspaced(before.text[-1]), is_unspaced(after.text[0])
    if any(unspaced):
        return _unspaced_cost(before, after, all(unspaced))
    return _spaced_cost(before.text, after.text, function_words)


def ends_sentence(before: BreakUnit, after: BreakUnit) -> bool:
    """Return whether a sentence ends between two units: not after "Dr." or "J.", and not before a lower-case letter."""
    tail = before.text.rstrip(CLOSERS)
    if not tail or tail[-1] not in SENTENCE_ENDS:
        return False
    if tail[-1] in ".…":
        goes_on = after.text.lstrip(OPENERS)[:1].islower()
        return not (goes_on or _is_abbreviated(tail, function_words_for(before.language)))
    return True


def _is_abbreviated(word: str, function_words: FunctionWords) -> bool:
    word = word.lstrip(OPENERS)
    if not word.endswith("."):
        return False
    is_ordinal = function_words.ordinals and len(word) <= 4 and word[:-1].isdecimal()
    return is_ordinal or word[:-1].lower() in function_words.abbreviations or _INITIAL.fullmatch(word) is not None


def _unspaced_cost(before: BreakUnit, after: BreakUnit, both: bool) -> float:
    if not after.space:
        return unspaced_cost(before.text, after.text)
    # A space inside Chinese stands for a comma; one beside a Latin word is only typography.
    return CLAUSE if both else UNKNOWN - 2


def _spaced_cost(before: str, after: str, function_words: FunctionWords) -> float:
    left, right = _bare(before), _bare(after)
    if _ENDS_IN_NUMBER.fullmatch(before):
        return NUMBER
    opens_name = left not in _CLOSING and _is_abbreviated(before, function_words)
    if opens_name and (after[0].isdecimal() or after[0].isupper()):
        return NAME
    known, bound = function_words.cost_before(right), function_words.cost_after(left)
    opening = PLAIN if known is None else known if after[-1] not in PUNCTUATION else max(known, STRANDED)
    if bound:
        return opening + 1 if bound <= LOOSE and opening <= OPENING else max(bound, opening)
    if before[:1].isupper() and after[:1].isupper() and known is None:
        return NAME
    if function_words.endings and left.endswith(function_words.endings):
        return max(ENDING, opening) if opening > PLAIN else min(ENDING, opening)
    return opening


def _bare(text: str) -> str:
    """Return a word as the tables spell it: in lower case, without the punctuation around it."""
    return text.lower().replace("’", "'").strip(_AROUND)
