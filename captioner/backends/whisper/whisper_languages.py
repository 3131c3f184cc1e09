"""Whisper's codes for languages, from and to BCP 47 tags."""

from __future__ import annotations

from captioner.errors import UsageError
from captioner.languages import language_name, main_subtag

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
    """Return the codes that a model with so many tokens knows: English alone, 99 languages, or these and Cantonese."""
    if vocabulary < 51_865:
        return ("en",)
    return (*CODES, CANTONESE) if vocabulary > 51_865 else CODES


def whisper_code(tag: str, known: tuple[str, ...], model: str) -> str:
    """Return the code of a BCP 47 tag for a model that knows the codes `known`. Raises `UsageError`.

    >>> [whisper_code(tag, CODES, "whisper-small") for tag in ("pt-BR", "zh-Hant", "cmn", "nb", "fil", "arb")]
    ['pt', 'zh', 'zh', 'no', 'tl', 'ar']
    """
    main = main_subtag(tag) or tag
    code = _OF_TAG.get(main, main)
    if code in known:
        return code
    name = f"{language_name(tag) or tag} ({tag})"
    if code == CANTONESE and len(known) > 1:
        advice = f"{model} does not know {name}; take whisper-large-v3 or whisper-turbo, or --language zh"
    elif code in CODES:
        advice = f"{model} knows only English, not {name}; run: captioner models pull whisper-small"
    else:
        advice = f"Whisper does not know {name}; choose another backend with --backend, or leave out --language"
    raise UsageError(advice)


def tag_of(code: str) -> str:
    """Return the BCP 47 tag of one of Whisper's codes.

    >>> tag_of("jw"), tag_of("tl"), tag_of("no"), tag_of("yue")
    ('jv', 'fil', 'no', 'yue')
    """
    return _TAG_OF.get(code, code)
