"""The small words of a language that say where a line may break; each language has its table in `tables`.

No tagger is needed: articles, prepositions, conjunctions, auxiliaries and pronouns are few and do not grow. Costs run
from 0 (the end of a sentence) to 10 (never); what no table names costs `breaks.PLAIN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FunctionWords:
    """`after[word]` is the cost of a break after a word, `before[word]` of one before it, all in lower case.

    An entry that ends in an apostrophe is the elided word of `d'un`. `abbreviations` end in a point that ends no
    sentence; they stand here without it; so does the number before the point where `ordinals` are written so (3. Mai).
    `measures` follow a number and are not parted from it. A word with one of the `endings` ends a clause.
    """

    after: Mapping[str, float] = field(default_factory=dict)
    before: Mapping[str, float] = field(default_factory=dict)
    abbreviations: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()
    ordinals: bool = False
    endings: tuple[str, ...] = ()

    def measures_begin(self, text: str) -> bool:
        """Whether `text` is a measure; in Korean, which writes particles to it, whether it begins with one."""
        measure = text.rstrip(".,;:!?").lower()
        return measure in self.measures or ("가" <= measure[:1] <= "힣" and measure.startswith(tuple(self.measures)))

    def cost_after(self, word: str) -> float:
        """Of a break after a word, 0 where it does not lean on the next one; `qu'il` leans as `il` does."""
        return self.after.get(word) or self.after.get(word.rpartition("'")[2], 0.0)

    def cost_before(self, word: str) -> float | None:
        """Of a break before a word; `d'un` opens as `d'` does. None where the word is in no table."""
        elided = word[: word.find("'") + 1]
        return self.before.get(word) or self.before.get(elided)


def word_set(*lists: str) -> frozenset[str]:
    """The words of lists with spaces between them."""
    return frozenset(word for written in lists for word in written.split())


def cost_by_word(table: Mapping[float, frozenset[str]]) -> dict[str, float]:
    """Costs by word, from words by cost; where a word stands twice, the last counts."""
    return {word: cost for cost, listed in table.items() for word in listed}


MEASURES = word_set(
    "mm cm m km km/h kph mph g kg mg t l ml s ms min h hz khz mhz ghz kb mb gb tb w kw kwh v a",
    "°c °f ° % ‰ € $ £ ¥ am pm a.m p.m",
)
"""Signs that follow a number in any language."""

NEUTRAL = FunctionWords(measures=MEASURES)
"""For a language without a table: punctuation and pauses alone."""


def european_table(
    *,
    determiners: str = "",
    prepositions: str = "",
    of: str = "",
    opening: str = "",
    linking: str = "",
    subjects: str = "",
    clitics: str = "",
    objects: str = "",
    auxiliaries: str = "",
    loose: str = "",
    trailing: str = "",
    verb_last: bool = False,
    abbreviations: str = "",
    measures: str = "",
    ordinals: bool = False,
) -> FunctionWords:
    """The table of a European language from lists of its words, at the costs that English has.

    `of` are the prepositions that bind closely to the noun before them; `opening` and `linking` conjunctions, the first
    the stronger ones; `clitics` lean on the verb after them, `objects` on the one before them; `trailing` words, such
    as a negation behind its verb, begin no line; `loose` ones only may lean on what follows. Where the language is
    `verb_last`, or its subject goes behind the verb, auxiliaries and pronouns often end a phrase and are loose as well.
    """
    after = {
        7.0: word_set(loose, objects, *([auxiliaries, subjects] if verb_last else [])),
        7.5: word_set("" if verb_last else auxiliaries),
        8.0: word_set(opening, linking, "" if verb_last else subjects),
        8.5: word_set(prepositions, of),
        9.0: word_set(determiners, clitics),
    }
    before = {
        4.5: word_set(determiners, of),
        4.0: word_set(clitics, "" if verb_last else auxiliaries),
        6.5: word_set(objects),
        7.5: word_set(trailing),
        3.0: word_set(subjects),
        2.5: word_set(prepositions),
        2.0: word_set(linking),
        1.5: word_set(opening),
    }
    return FunctionWords(
        cost_by_word(after), cost_by_word(before), word_set(abbreviations), MEASURES | word_set(measures), ordinals
    )
