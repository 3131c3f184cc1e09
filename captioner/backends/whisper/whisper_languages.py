"""Whisper's codes for languages, from and to BCP 47 tags."""

from __future__ import annotations

from captioner.errors import UsageError
from captioner.languages import language_name, main_subtag
from captioner.models.catalogue import SUGGESTED, SUGGESTED_CANTONESE, pull_command

_MULTILINGUAL = """
    af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is
    it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk
    sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh
"""

CODES = tuple(_MULTILINGUAL.split())
"""The codes of every multilingual Whisper, as in OpenAI's tokenizer."""

CANTONESE = "yue"
"""The code that large-v3 added."""

_OF_TAG = {"nb": "no", "jv": "jw", "fil": "tl"}
_TAG_OF = {code: tag for tag, code in _OF_TAG.items() if code != "no"}
"""Codes that are not the language's BCP 47 tag. Whisper's `no` is Norwegian of either kind, as the tag `no` is."""


def codes_for(vocabulary: int) -> tuple[str, ...]:
    """Return the codes that a model knows, by its number of tokens: English, 99 languages, or these and Cantonese."""
    if vocabulary < 51_865:
        return ("en",)
    return (*CODES, CANTONESE) if vocabulary > 51_865 else CODES


def whisper_code(tag: str, known: tuple[str, ...], model: str) -> str:
    """Return the code of a BCP 47 tag for a model that knows the codes `known`. Raises `UsageError`.

    >>> [whisper_code(tag, CODES, "whisper-small") for tag in ("pt-BR", "zh-Hant", "cmn", "nb", "fil", "arb")]
    ['pt', 'zh', 'zh', 'no', 'tl', 'ar']
    """
    if knows(known, tag):
        return _code(tag)
    name = f"{language_name(tag) or tag} ({tag})"
    helpful = model_for(tag)
    if helpful is None:
        other = "choose another backend with --backend, or leave out --language"
        raise UsageError(f"Whisper does not know {name}; {other}")
    refusal = f"{model} knows only English, not {name}" if len(known) == 1 else f"{model} does not know {name}"
    related = ", or use --language zh" if _code(tag) == CANTONESE and "zh" in known else ""
    raise UsageError(f"{refusal}; run: {pull_command(helpful)}{related}")


def knows(known: tuple[str, ...], tag: str) -> bool:
    """Return whether a model that knows the codes `known` knows the language of a BCP 47 tag."""
    return _code(tag) in known


def model_for(tag: str) -> str | None:
    """Return the name of the model to suggest for a language; None if no Whisper knows it.

    >>> model_for("pt-BR"), model_for("yue"), model_for("gsw")
    ('whisper-small', 'whisper-turbo', None)
    """
    if _code(tag) == CANTONESE:
        return SUGGESTED_CANTONESE
    return SUGGESTED if _code(tag) in CODES else None


def _code(tag: str) -> str:
    """Return the code that Whisper has, or would have, for the language of a BCP 47 tag."""
    main = main_subtag(tag) or tag
    return _OF_TAG.get(main, main)


def tag_of(code: str) -> str:
    """Return the BCP 47 tag of one of Whisper's codes.

    >>> tag_of("jw"), tag_of("tl"), tag_of("no"), tag_of("yue")
    ('jv', 'fil', 'no', 'yue')
    """
    return _TAG_OF.get(code, code)
