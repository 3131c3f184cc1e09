"""The small words of a language that say where a line may break: a table for each language, by BCP 47 tag.

No tagger is needed: articles, prepositions, conjunctions, auxiliaries and pronouns are few and do not grow. Costs run
from 0 (the end of a sentence) to 10 (never); what no table names costs `breaks.PLAIN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClosedClass:
    """`after[word]` is the cost of a break after a word, `before[word]` of one before it, all in lower case.

    `abbreviations` end in a point that ends no sentence; they stand here without it. `measures` follow a number and
    are not parted from it.
    """

    after: Mapping[str, float] = field(default_factory=dict)
    before: Mapping[str, float] = field(default_factory=dict)
    abbreviations: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()


def words(*lists: str) -> frozenset[str]:
    """The words of lists with spaces between them."""
    return frozenset(word for written in lists for word in written.split())


def _costs(table: Mapping[float, frozenset[str]]) -> dict[str, float]:
    """Costs by word, from words by cost; where a word stands twice, the last counts."""
    return {word: cost for cost, listed in table.items() for word in listed}


_MEASURES = words(
    "mm cm m km km/h kph mph g kg mg t l ml s ms min h hz khz mhz ghz kb mb gb tb w kw kwh v a",
    "°c °f ° % ‰ € $ £ ¥ am pm a.m p.m",
)
"""Signs that follow a number in any language."""

NEUTRAL = ClosedClass(measures=_MEASURES)
"""For a language without a table: punctuation and pauses alone."""

ENGLISH = ClosedClass(
    after=_costs(
        {
            9.0: words(
                "a an the my your his its our their thy thine every each no mr mrs ms dr prof st",
                "very too quite as than",
            ),
            8.5: words(
                "of in on at to for from with by about into onto over under between through during without within upon",
                "against toward towards among across behind beyond beside beneath until",
            ),
            8.0: words(
                "and but or nor because although though if unless while when where whether that which who whom whose",
                "since what how why i he she we they thou",
            ),
            7.5: words(
                "am is are was were be been being have has had do does did will would shall should can could may might",
                "must not cannot don't doesn't didn't won't wouldn't shouldn't couldn't can't isn't aren't wasn't",
                "weren't haven't hasn't hadn't i'm you're he's she's it's we're they're i've you've we've they've",
                "i'll you'll he'll she'll it'll we'll they'll i'd you'd he'd she'd we'd they'd",
                "that's there's what's who's let's",
            ),
            7.0: words(
                "this these those some any such her own after before so more most less just only really never always",
                "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty",
                "seventy eighty ninety hundred thousand million billion first second third other another many",
                "also much few several both all gonna wanna",
            ),
            6.0: words("you it there up out off"),
        }
    ),
    before=_costs(
        {
            1.5: words("but because although though unless while whereas"),
            2.0: words("and or nor so yet which who whom whose if when where whether since until"),
            2.5: words(
                "in on at for from with by about into onto over under between through during without within upon",
                "against toward towards among across behind beyond beside beneath after before",
                "that than what how why",
            ),
            3.0: words("i he she we they as to"),
            4.0: words(
                "you it this these those there is are was were will would shall should can could may might must",
                "has had do does did",
            ),
            4.5: words("of a an the my your his her its our their"),
            6.5: words(
                "me him us them myself yourself himself herself itself ourselves themselves too either again",
            ),
            7.5: words("not n't"),
        }
    ),
    abbreviations=words(
        "mr mrs ms dr prof st rev gen col capt lt sgt jr sr hon vs etc e.g i.e cf no vol fig approx dept inc ltd co",
        "corp jan feb mar apr jun jul aug sep sept oct nov dec",
    ),
    measures=_MEASURES | words("percent dollars cents pounds euros degrees miles feet inches o'clock"),
)

CLOSED_CLASSES = {"en": ENGLISH}


def closed_class(language: str | None) -> ClosedClass:
    """The table for a BCP 47 tag: English where nobody knows the language, `NEUTRAL` where it has none."""
    if language is None:
        return ENGLISH
    return CLOSED_CLASSES.get(language.lower().split("-")[0], NEUTRAL)
