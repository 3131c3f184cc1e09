"""The numbers of languages in EBU STL (Tech 3264, appendix 3)."""

from __future__ import annotations

_FROM_ONE = (
    "sq br ca hr cy cs da de en es eo et eu fo fr fy ga gd gl is it se la lv lb lt hu mt nl no oc pl pt ro rm sr sk"
)

LANGUAGES = {language: number for number, language in enumerate(_FROM_ONE.split(), 1)} | {
    "sl": 0x26,
    "fi": 0x27,
    "sv": 0x28,
    "tr": 0x29,
    "nb": 0x1E,
    "nn": 0x1E,
    "wa": 0x2B,
    "uk": 0x49,
    "ru": 0x56,
    "fa": 0x5A,
    "mk": 0x63,
    "he": 0x6C,
    "el": 0x70,
    "bg": 0x77,
    "be": 0x79,
    "ar": 0x7E,
}
"""Number of each language, by its tag."""
