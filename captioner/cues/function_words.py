"""The function words of a language, which tell where a line may break; function_word_tables/ has one table a language.

No tagger is needed: a language has few articles, prepositions, conjunctions, auxiliaries and pronouns, and gains no
new ones. Costs run from 0 (the end of a sentence) to 10 (never); a break beside other words costs `PLAIN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FunctionWords:
    """The function words of one language, in lower case.

    An entry that ends in an apostrophe is an elided word, such as the first of `d'un`.
    """

    after: Mapping[str, float] = field(default_factory=dict)
    """The cost of a break after a word."""
    before: Mapping[str, float] = field(default_factory=dict)
    """The cost of a break before a word."""
    abbreviations: frozenset[str] = frozenset()
    """Words whose full stop ends no sentence, without the full stop."""
    measures: frozenset[str] = frozenset()
    """Words that stay with the number before them."""
    ordinals: bool = False
    """Whether a full stop after a number makes it an ordinal and ends no sentence (3. Mai)."""
    endings: tuple[str, ...] = ()
    """Endings of words that close a clause."""

    def measures_begin(self, text: str) -> bool:
        """Return whether `text` is a measure.

        In Korean, where particles are added to it, whether it begins with one.
        """
        measure = text.rstrip(".,;:!?").lower()
        return measure in self.measures or ("가" <= measure[:1] <= "힣" and measure.startswith(tuple(self.measures)))

    def cost_after(self, word: str) -> float:
        """Return the cost of a break after a word, 0 if the word does not lean on the next one.

        `qu'il` leans as `il` does.
        """
        return self.after.get(word) or self.after.get(word.rpartition("'")[2], 0.0)

    def cost_before(self, word: str) -> float | None:
        """Return the cost of a break before a word, None if the word is not in the table; `d'un` opens as `d'` does."""
        elided = word[: word.find("'") + 1]
        return self.before.get(word) or self.before.get(elided)


def word_set(*texts: str) -> frozenset[str]:
    """Return the words of texts that list them with spaces between."""
    return frozenset(word for text in texts for word in text.split())


def cost_by_word(table: Mapping[float, frozenset[str]]) -> dict[str, float]:
    """Return the costs by word, from words by cost; for a word that is listed twice, the last cost counts."""
    return {word: cost for cost, listed in table.items() for word in listed}


MEASURES = word_set(
    "mm cm m km km/h kph mph g kg mg t l ml s ms min h hz khz mhz ghz kb mb gb tb w kw kwh v a",
    "°c °f ° % ‰ € $ £ ¥ am pm a.m p.m",
)
"""Signs that follow a number in any language."""

NEUTRAL = FunctionWords(measures=MEASURES)
"""For a language without a table: only punctuation and pauses count."""


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
    """Return the table of a European language from lists of its words, at the costs that English has.

    `of`: prepositions that bind closely to the noun before them.
    `opening`, `linking`: conjunctions; the opening ones are the stronger break.
    `clitics`, `objects`: pronouns that lean on the verb after them and on the verb before them.
    `trailing`: words that begin no line, such as a negation after its verb.
    `loose`: words that may lean on the next word, but need not.
    `verb_last`: the verb or the subject often comes last, so auxiliaries and pronouns often end a phrase and are loose.
    `ordinals`: see `FunctionWords`.
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
