"""Checks the text that a recogniser returned; the stages yield the same regions in the same order.

language_vote.py     the language of each region, by a vote over its neighbours
suspected.py         text that the recogniser probably invented
chinese_script.py    Chinese in one script, simplified or traditional
unknown_language.py  speech in a language that the recogniser does not know
"""

from __future__ import annotations

from captioner.text_checks.chinese_script import ChineseScript, ChineseScriptVote, in_one_script
from captioner.text_checks.language_vote import LanguageVote, settle_languages
from captioner.text_checks.suspected import mark_suspected
from captioner.text_checks.unknown_language import unknown_language_warning

__all__ = [
    "ChineseScript",
    "ChineseScriptVote",
    "LanguageVote",
    "in_one_script",
    "mark_suspected",
    "settle_languages",
    "unknown_language_warning",
]
