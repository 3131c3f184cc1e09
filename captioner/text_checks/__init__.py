"""Checks the text that a recogniser returned; the stages yield the same regions in the same order.

language_vote.py   the language of each region, by a vote over its neighbours
chinese_script.py  Chinese in one script, simplified or traditional
"""

from __future__ import annotations

from captioner.text_checks.chinese_script import ChineseScript, ChineseScriptVote, in_one_script
from captioner.text_checks.language_vote import LanguageVote, settle_languages

__all__ = ["ChineseScript", "ChineseScriptVote", "LanguageVote", "in_one_script", "settle_languages"]
