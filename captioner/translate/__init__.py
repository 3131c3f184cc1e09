"""Translates captions into another language, sentence by sentence, and accounts for every one of them.

transcript or cues -> sentences.py             what is translated as a whole, with the time of each word
                   -> line_translation.py      batches, until every line has a translation that can be its own
                      translation_checks.py    what shows that it cannot be
                      chat, local_translator   who translates; others plug in
                   -> sentence_times.py        translations on the time of their sentences
                   -> cues                     cut in the style of the target language
"""

from captioner.translate.caption_translation import (
    LineReport,
    TranslatedCaptions,
    TranslationOptions,
    translate_cues,
    translate_transcript,
)
from captioner.translate.contract import (
    LinesRefused,
    SourceLine,
    TranslatedLine,
    TranslationRequest,
    Translator,
    TranslatorTraits,
)
from captioner.translate.glossary import read_glossary
from captioner.translate.translators import TRANSLATORS, load_translator

__all__ = [
    "TRANSLATORS",
    "LineReport",
    "LinesRefused",
    "SourceLine",
    "TranslatedCaptions",
    "TranslatedLine",
    "TranslationOptions",
    "TranslationRequest",
    "Translator",
    "TranslatorTraits",
    "load_translator",
    "read_glossary",
    "translate_cues",
    "translate_transcript",
]
