"""Language tags as containers spell them (`eng`, `chi`, `zho`) and as people do (`en`, `zh`, `pt-BR`)."""

from __future__ import annotations

import re

from captioner.errors import UsageError

_WELL_FORMED = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)

# ISO 639-1, then its code in ISO 639-2: the terminological one and, where it differs, the bibliographic one.
_CODES = """
    aa/aar ab/abk ae/ave af/afr ak/aka am/amh an/arg ar/ara as/asm av/ava ay/aym az/aze ba/bak be/bel bg/bul bh/bih
    bi/bis bm/bam bn/ben bo/bod/tib br/bre bs/bos ca/cat ce/che ch/cha co/cos cr/cre cs/ces/cze cu/chu cv/chv
    cy/cym/wel da/dan de/deu/ger dv/div dz/dzo ee/ewe el/ell/gre en/eng eo/epo es/spa et/est eu/eus/baq fa/fas/per
    ff/ful fi/fin fj/fij fo/fao fr/fra/fre fy/fry ga/gle gd/gla gl/glg gn/grn gu/guj gv/glv ha/hau he/heb hi/hin
    ho/hmo hr/hrv ht/hat hu/hun hy/hye/arm hz/her ia/ina id/ind ie/ile ig/ibo ii/iii ik/ipk io/ido is/isl/ice it/ita
    iu/iku ja/jpn jv/jav ka/kat/geo kg/kon ki/kik kj/kua kk/kaz kl/kal km/khm kn/kan ko/kor kr/kau ks/kas ku/kur
    kv/kom kw/cor ky/kir la/lat lb/ltz lg/lug li/lim ln/lin lo/lao lt/lit lu/lub lv/lav mg/mlg mh/mah mi/mri/mao
    mk/mkd/mac ml/mal mn/mon mr/mar ms/msa/may mt/mlt my/mya/bur na/nau nb/nob nd/nde ne/nep ng/ndo nl/nld/dut
    nn/nno no/nor nr/nbl nv/nav ny/nya oc/oci oj/oji om/orm or/ori os/oss pa/pan pi/pli pl/pol ps/pus pt/por qu/que
    rm/roh rn/run ro/ron/rum ru/rus rw/kin sa/san sc/srd sd/snd se/sme sg/sag si/sin sk/slk/slo sl/slv sm/smo sn/sna
    so/som sq/sqi/alb sr/srp ss/ssw st/sot su/sun sv/swe sw/swa ta/tam te/tel tg/tgk th/tha ti/tir tk/tuk tl/tgl
    tn/tsn to/ton tr/tur ts/tso tt/tat tw/twi ty/tah ug/uig uk/ukr ur/urd uz/uzb ve/ven vi/vie vo/vol wa/wln wo/wol
    xh/xho yi/yid yo/yor za/zha zh/zho/chi zu/zul
"""

_ENTRIES = [entry.split("/") for entry in _CODES.split()]
_LONG = {codes[0]: codes[1:] for codes in _ENTRIES}

# QuickTime's table knows Chinese as one language.
_KINDS_OF_CHINESE = ("cmn", "yue", "wuu", "nan", "hak", "gan", "hsn")

_SHORT = {code: codes[0] for codes in _ENTRIES for code in codes}


def language_tag(tag: str | None) -> str | None:
    """`tag` in BCP 47's shortest form; None where it says nothing.

    >>> language_tag("eng"), language_tag("chi"), language_tag("pt_br"), language_tag("gsw"), language_tag("und")
    ('en', 'zh', 'pt-BR', 'gsw', None)
    """
    language, *rest = (tag or "").strip().replace("_", "-").split("-")
    if not language or language.lower() in ("und", "mis", "zxx", "unk"):
        return None
    primary = _SHORT.get(language.lower(), language.lower())
    return "-".join([primary, *map(_subtag, rest)])


def three_letters(tag: str | None, *, bibliographic: bool = False) -> str | None:
    """The code of ISO 639-2 for the language of `tag`: the terminological one, or the bibliographic where asked for.

    >>> three_letters("zh-Hans"), three_letters("zh-Hans", bibliographic=True), three_letters("yue"), three_letters("x")
    ('zho', 'chi', 'yue', None)
    """
    language = (language_tag(tag) or "").split("-")[0]
    if bibliographic and language in _KINDS_OF_CHINESE:
        language = "zh"
    if language in _LONG:
        return _LONG[language][-1 if bibliographic else 0]
    return language if len(language) == 3 else None


def asked_language(tag: str) -> str:
    """`tag` as `language_tag` has it, where a user names a language. Raises `UsageError` if no language is called so.

    >>> asked_language("eng"), asked_language("zh_hans"), asked_language("yue")
    ('en', 'zh-Hans', 'yue')
    """
    language = language_tag(tag)
    if language and _WELL_FORMED.fullmatch(language) and (len(language.split("-")[0]) == 3 or language[:2] in _SHORT):
        return language
    raise UsageError(f"{tag!r} is no language tag; write one like en, zh, yue or pt-BR")


def _subtag(text: str) -> str:
    """A region in capitals, a script with one, all else small."""
    if len(text) == 2:
        return text.upper()
    return text.title() if len(text) == 4 else text.lower()


def speaks(tag: str | None, asked: str) -> bool:
    """Whether a track tagged `tag` is in the language `asked`: equal as far as both of them say.

    >>> speaks("eng", "en"), speaks("en-US", "eng"), speaks("por", "pt-BR"), speaks("pt-PT", "pt-BR")
    (True, True, True, False)
    """
    said, wanted = language_tag(tag), language_tag(asked)
    if said is None or wanted is None:
        return False
    return all(one == other for one, other in zip(said.split("-"), wanted.split("-"), strict=False))


_BY_SCRIPT = {
    "ja": re.compile(r"[\u3041-\u30fa\u30fd-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "zh": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
    "th": re.compile(r"[\u0e01-\u0e3a]"),
}
"""Scripts that one language writes. Japanese comes before Chinese, for it writes Han characters too."""

ENOUGH = 0.1
"""The share of a text's letters in which a script tells the language: names in another may be many."""


def language_by_script(text: str) -> str | None:
    """The language that a text's script tells; None where many languages write it.

    >>> language_by_script("今天我们用 Python"), language_by_script("これは字幕です"), language_by_script("Bonjour")
    ('zh', 'ja', None)
    """
    letters = sum(map(str.isalpha, text))
    for language, script in _BY_SCRIPT.items():
        if letters and len(script.findall(text)) >= ENOUGH * letters:
            return language
    return None
