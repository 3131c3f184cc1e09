"""The tables of small words, by language."""

from __future__ import annotations

from captioner.cues.closed_class import NEUTRAL, ClosedClass
from captioner.cues.tables.arabic import ARABIC
from captioner.cues.tables.dutch import DUTCH
from captioner.cues.tables.english import ENGLISH
from captioner.cues.tables.french import FRENCH
from captioner.cues.tables.german import GERMAN
from captioner.cues.tables.hindi import HINDI
from captioner.cues.tables.italian import ITALIAN
from captioner.cues.tables.korean import KOREAN
from captioner.cues.tables.nordic import DANISH, NORWEGIAN, SWEDISH
from captioner.cues.tables.polish import POLISH
from captioner.cues.tables.portuguese import PORTUGUESE
from captioner.cues.tables.russian import RUSSIAN
from captioner.cues.tables.spanish import SPANISH

CLOSED_CLASSES = {
    "ar": ARABIC,
    "da": DANISH,
    "de": GERMAN,
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "hi": HINDI,
    "it": ITALIAN,
    "ko": KOREAN,
    "nb": NORWEGIAN,
    "nl": DUTCH,
    "nn": NORWEGIAN,
    "no": NORWEGIAN,
    "pl": POLISH,
    "pt": PORTUGUESE,
    "ru": RUSSIAN,
    "sv": SWEDISH,
}


def closed_class(language: str | None) -> ClosedClass:
    """The table for a BCP 47 tag: English where nobody knows the language, `NEUTRAL` where it has none."""
    if language is None:
        return ENGLISH
    return CLOSED_CLASSES.get(language.lower().split("-")[0], NEUTRAL)
