"""The espeak-ng voice for each language."""

from __future__ import annotations

import re

from captioner.languages import language_tag, writes

_VOICES = """
    af am an ar as az ba be bg bn bs ca cs cv cy da de el eo es et eu fa fi fo fr ga gd gn gu haw he hi hr ht hu hy
    ia id is it ja ka kk kl kn ko kok ku ky la lb lt lv mi mk ml mr ms mt my nb ne nl om or pa pap pl pt qu ro ru sd
    si sk sl sq sr sv sw ta te th ti tk tn tr tt ug uk ur uz vi
"""

_OTHERS = {"en": "en-us", "en-GB": "en", "pt-BR": "pt-br", "es-419": "es-419", "zh": "cmn", "cmn": "cmn"}
_OTHERS |= {"yue": "yue", "zh-HK": "yue", "zh-yue": "yue", "no": "nb", "nn": "nb", "fil": "id", "tl": "id", "jv": "id"}
_OTHERS |= {"wuu": "cmn", "nan": "cmn", "hak": "hak"}

_BY_LANGUAGE = {language: language for language in _VOICES.split()} | _OTHERS

_SCRIPTS = {
    r"[\u3040-\u30ff\uff66-\uff9f]": "ja",
    r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]": "zh",
    r"[\uac00-\ud7a3]": "ko",
    r"[\u0e00-\u0e7f]": "th",
    r"[\u0900-\u097f]": "hi",
    r"[\u0600-\u06ff]": "ar",
    r"[\u0400-\u04ff]": "ru",
    r"[\u0370-\u03ff]": "el",
    r"[\u0590-\u05ff]": "he",
}


LATIN = "en"
"""The language that is guessed for Latin letters, and for text without letters."""


def voice_for(language: str | None, text: str) -> str | None:
    """Return the name of the voice for `text`; None if espeak-ng cannot read the language, such as Khmer.

    An unknown language is guessed from the script of the text. So is one that is not written in that script, unless it
    is Latin, in which every language is written at times.

    >>> voice_for("pt-BR", ""), voice_for("zh-Hant-HK", ""), voice_for("de-AT", ""), voice_for("km", "")
    ('pt-br', 'yue', 'de', None)
    >>> voice_for(None, "你好 GLM"), voice_for(None, "東京へ"), voice_for(None, "123")
    ('cmn', 'ja', 'en-us')
    >>> voice_for("en", "Доброе утро"), voice_for("sr", "Dobar dan"), voice_for("zh", "GLM")
    ('ru', 'sr', 'cmn')
    """
    guess = _guessed(text)
    tag = language_tag(language) or guess
    if guess != LATIN and writes(tag, text) is False:
        tag = guess
    primary, *rest = tag.split("-")
    for subtag in (*rest, ""):
        voice = _BY_LANGUAGE.get(f"{primary}-{subtag}" if subtag else primary)
        if voice:
            return voice
    return None


def _guessed(text: str) -> str:
    return next((language for script, language in _SCRIPTS.items() if re.search(script, text)), LATIN)
