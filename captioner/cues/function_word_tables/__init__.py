"""The function words of each language."""

from __future__ import annotations

from captioner.cues.function_word_tables.arabic import ARABIC
from captioner.cues.function_word_tables.dutch import DUTCH
from captioner.cues.function_word_tables.english import ENGLISH
from captioner.cues.function_word_tables.french import FRENCH
from captioner.cues.function_word_tables.german import GERMAN
from captioner.cues.function_word_tables.hindi import HINDI
from captioner.cues.function_word_tables.italian import ITALIAN
from captioner.cues.function_word_tables.korean import KOREAN
from captioner.cues.function_word_tables.nordic import DANISH, NORWEGIAN, SWEDISH
from captioner.cues.function_word_tables.polish import POLISH
from captioner.cues.function_word_tables.portuguese import PORTUGUESE
from captioner.cues.function_word_tables.russian import RUSSIAN
from captioner.cues.function_word_tables.spanish import SPANISH
from captioner.cues.function_words import NEUTRAL, FunctionWords

FUNCTION_WORDS = {
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


def function_words_for(language: str | None) -> FunctionWords:
    """Return the function words for a BCP 47 tag: English if the language is unknown, `NEUTRAL` if it has no table."""
    if language is None:
        return ENGLISH
    return FUNCTION_WORDS.get(language.lower().split("-")[0], NEUTRAL)
