"""Language tags and names: as containers write them (`eng`, `chi`), and as people do (`en`, `pt-BR`, `English`).

The registries and the rules of BCP 47 and ISO 639 come from langcodes, which is imported when it is first needed.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from captioner.errors import UsageError

if TYPE_CHECKING:
    from langcodes import Language

_LANGUAGE_CODE = re.compile(r"(?!und|mis|zxx|unk)[a-z]{2,3}")
"""The code of a language, without the codes for undetermined, uncoded, unknown and no language."""

_LONGEST_CODE = 3
"""Letters in the longest code of a language: a text this short is not looked up as a name."""

_CHINESE_LANGUAGES = ("cmn", "yue", "wuu", "nan", "hak", "gan", "hsn")
"""Languages that QuickTime's table of bibliographic codes lists as Chinese."""


def language_tag(tag: str | None) -> str | None:
    """Return a container's or a person's tag as a standard BCP 47 tag; None if it names no language.

    The standard form is the shortest one, with retired codes replaced.

    >>> language_tag("eng"), language_tag("chi"), language_tag("pt_br"), language_tag("gsw"), language_tag("und")
    ('en', 'zh', 'pt-BR', 'gsw', None)
    """
    language = _parsed(tag)
    return language.to_tag() if language else None


def registered_tag(tag: str) -> str | None:
    """Return `tag` as `language_tag` does; None if one of its subtags is not registered, as in `jp` or `en-UU`.

    >>> registered_tag("zh_hans"), registered_tag("jp"), registered_tag("director's cut")
    ('zh-Hans', None, None)
    """
    language = _parsed(tag)
    return language.to_tag() if language and language.is_valid() else None


def three_letters(tag: str | None, *, bibliographic: bool = False) -> str | None:
    """Return the ISO 639-2 code for the language of `tag`; None if it has none.

    About twenty languages have two codes: a terminological one, and a `bibliographic` one.

    >>> three_letters("zh-Hans"), three_letters("zh-Hans", bibliographic=True), three_letters("yue"), three_letters("x")
    ('zho', 'chi', 'yue', None)
    """
    language = _parsed(tag)
    if language is None:
        return None
    if bibliographic and language.language in _CHINESE_LANGUAGES:
        return "chi"
    try:
        return language.to_alpha3("B" if bibliographic else "T")
    except LookupError:
        return None


def is_chinese(tag: str | None) -> bool:
    """Return whether a tag is one of Chinese or of a language that is counted as Chinese, such as Cantonese.

    >>> is_chinese("zh-TW"), is_chinese("yue"), is_chinese("ja")
    (True, True, False)
    """
    return tag is not None and tag.partition("-")[0] in ("zh", *_CHINESE_LANGUAGES)


def script_of(tag: str | None) -> str | None:
    """Return the script that a tag names or implies by its region; None where it does neither.

    >>> script_of("zh-Hans"), script_of("zh-TW"), script_of("zh")
    ('Hans', 'Hant', None)
    """
    language = _parsed(tag)
    return _subtags(language)[1] if language else None


def with_script(tag: str, script: str) -> str:
    """Return a tag with that script, without a region where another script is usual.

    >>> with_script("zh", "Hant"), with_script("zh-TW", "Hant"), with_script("zh-TW", "Hans")
    ('zh-Hant', 'zh-TW', 'zh-Hans')
    """
    return tag if script_of(tag) == script else f"{tag.partition('-')[0]}-{script}"


def language_name(tag: str | None) -> str | None:
    """Return the English name of the language of a tag; None if it names no language.

    >>> language_name("zh-Hans"), language_name("pt-BR"), language_name("deu"), language_name("und")
    ('Chinese (Simplified)', 'Portuguese (Brazil)', 'German', None)
    """
    language = _parsed(tag)
    return language.display_name() if language else None


def asked_language(asked: str) -> str:
    """Return the BCP 47 tag of a language that a user names by a tag, its English name or its own name.

    Raises `UsageError` if there is no such language.

    >>> asked_language("eng"), asked_language("zh_hans"), asked_language("yue")
    ('en', 'zh-Hans', 'yue')
    >>> asked_language("English"), asked_language("Deutsch"), asked_language("brazilian portuguese")
    ('en', 'de', 'pt-BR')
    """
    tag = registered_tag(asked) or _tag_by_name(asked)
    if tag is None:
        raise UsageError(f"{asked!r} is not a language tag or name; {_advice(asked)}")
    return tag


def main_subtag(tag: str) -> str | None:
    """Return the code of the language of a tag, of a macrolanguage for its main language; None if it names none.

    >>> main_subtag("pt-BR"), main_subtag("cmn-Hans"), main_subtag("yue"), main_subtag("und")
    ('pt', 'zh', 'yue', None)
    """
    language = _parsed(tag)
    return language.prefer_macrolanguage().language if language else None


def speaks(tag: str | None, asked: str) -> bool:
    """Return whether a track tagged `tag` is in the language `asked`.

    Two tags match if they agree in each subtag that both have: language, script, region.

    >>> speaks("eng", "en"), speaks("en-US", "eng"), speaks("por", "pt-BR"), speaks("pt-PT", "pt-BR")
    (True, True, True, False)
    """
    track, wanted = _parsed(tag), _parsed(asked)
    if track is None or wanted is None:
        return False
    return all(None in pair or len(set(pair)) == 1 for pair in zip(_subtags(track), _subtags(wanted), strict=True))


def _parsed(tag: str | None) -> Language | None:
    """Return the language of a tag; None if it is not a BCP 47 tag or names no language."""
    from langcodes import Language
    from langcodes.tag_parser import LanguageTagError

    try:
        language = Language.get((tag or "").strip()).simplify_script()
    except LanguageTagError:
        return None
    known = _LANGUAGE_CODE.fullmatch(language.language or "") and not language.extlangs
    return language if known else None


def _subtags(language: Language) -> tuple[str | None, str | None, str | None]:
    """Return language, script and region; a region without a script implies its usual script, as TW does Hant."""
    implied = language.maximize().script if language.territory else None
    return language.prefer_macrolanguage().language, language.script or implied, language.territory


def _tag_by_name(name: str) -> str | None:
    """Return the tag for a name like `Deutsch`, `Brazilian Portuguese` or `Chinese (Traditional)`; None if unknown."""
    plain, _, detail = name.strip().removesuffix(")").partition("(")
    if not name.isprintable() or (plain.isascii() and len(plain.strip()) <= _LONGEST_CODE):
        return None
    try:
        language = _named("language", plain)
        if detail:
            language = language.update(_detail(detail))
    except LookupError:
        return None
    # Backends and profiles know Mandarin as Chinese: a macrolanguage's code is the better known one.
    return language_tag((language.prefer_macrolanguage() if len(language.language or "") == 3 else language).to_tag())


def _named(kind: str, name: str) -> Language:
    """Return the language, script or region with exactly this name in any language. Raises `LookupError`."""
    from langcodes import Language
    from language_data.names import TRIES, normalize_name

    for table in ("und", "en"):  # the table of all languages lacks a few English names, such as Ojibwa
        with suppress(LookupError):
            named = Language.find_name(kind, name, table)
            if normalize_name(name) in TRIES[f"{table}/name_to_{kind}"]:  # find_name also accepts the beginning of one
                return named
    raise LookupError(name)


def _detail(name: str) -> Language:
    """Return the script or region of a name in brackets. Raises `LookupError`."""
    try:
        return _named("script", name)
    except LookupError:
        return _named("territory", name)


def _advice(asked: str) -> str:
    """Return advice on what to write instead of `asked`: the closest language, if one is close."""
    from difflib import get_close_matches

    from langcodes import Language
    from langcodes.data_dicts import LANGUAGE_ALPHA3, LIKELY_SUBTAGS

    names = {Language.get(code).display_name(): code for code in LANGUAGE_ALPHA3}
    close = get_close_matches(asked.strip().title(), names, n=1, cutoff=0.7)
    if close:
        return f"did you mean {close[0]} ({names[close[0]]})?"
    if usual := LIKELY_SUBTAGS.get(f"und-{asked.strip().upper()}"):  # a country's code, as jp is
        language = Language.get(usual)
        return f"did you mean {language.language_name()} ({language.language})?"
    return "write one like en, zh, pt-BR or English"


_BY_SCRIPT = {
    "ja": re.compile(r"[\u3041-\u30fa\u30fd-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "zh": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
    "th": re.compile(r"[\u0e01-\u0e3a]"),
}
"""Scripts that one language writes. Japanese comes before Chinese, because it uses Han characters too."""

MINIMUM_SHARE = 0.1
"""The least share of a text's letters by which their script decides: a text may contain many foreign names."""


def language_by_script(text: str) -> str | None:
    """Return the language that the script of `text` belongs to; None if several languages share the script.

    >>> language_by_script("今天我们用 Python"), language_by_script("これは字幕です"), language_by_script("Bonjour")
    ('zh', 'ja', None)
    """
    letters = sum(map(str.isalpha, text))
    for language, script in _BY_SCRIPT.items():
        if letters and len(script.findall(text)) >= MINIMUM_SHARE * letters:
            return language
    return None


_WRITING = {
    "Latn": ("LATIN",),
    "Cyrl": ("CYRILLIC",),
    "Grek": ("GREEK",),
    "Hebr": ("HEBREW",),
    "Arab": ("ARABIC",),
    "Deva": ("DEVANAGARI",),
    "Beng": ("BENGALI",),
    "Taml": ("TAMIL",),
    "Telu": ("TELUGU",),
    "Thai": ("THAI",),
    "Kore": ("HANGUL",),
    "Jpan": ("HIRAGANA", "KATAKANA", "CJK"),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
}
"""The first words of the Unicode names of a script's letters, by the script's code in ISO 15924."""


def writes(tag: str, text: str) -> bool | None:
    """Return whether the language of `tag` is written in a script of `text`; None if that is not known.

    Names and words in another script do not count: a tenth of the letters is enough.

    >>> writes("en", "Bonjour"), writes("zh", "今天用 Python"), writes("en", "字幕です"), writes("zh", "字幕です")
    (True, True, False, False)
    """
    scripts = _WRITING.get(_usual_script(tag) or "")
    letters = [_script_name(letter) for letter in text if letter.isalpha()]
    if scripts is None or not letters:
        return None
    if scripts == ("CJK",) and language_by_script(text) == "ja":
        return False
    return sum(letter in scripts for letter in letters) >= MINIMUM_SHARE * len(letters)


@lru_cache(maxsize=256)
def _usual_script(tag: str) -> str | None:
    language = _parsed(tag)
    return language.maximize().script if language else None


@lru_cache(maxsize=8192)
def _script_name(letter: str) -> str:
    return unicodedata.name(letter, "").replace("-", " ").partition(" ")[0]
