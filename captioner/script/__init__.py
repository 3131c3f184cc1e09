"""Aligns an existing script with the speech of a source: finds the part that each region says.

    unspoken.py         the parts of a script that are not said: labels, sounds, headings
    script_labels.py    the labels among them, as "HOST:"
    word_anchors.py     words that are both in the script and in the recognised text, in order
    word_match.py       whether a script and the recognised text are about the same words
    script_units.py     the text units of a script, with the boundary after each
    recording_frames.py the speech of a whole recording in coarse frames
    script_frames.py    the frames that a script would have, from a synthetic voice or from its letters
    path_search.py      the cheapest path of the one through the other
    sound_placement.py  when each unit of a script is said, along that path
    placement.py        the text of each region, missing text, and speech that is not in the script
    character_times.py  the time of each character of a segment
    shown_text.py       labels and sounds in the transcript of a script
    mismatches.py       stretches where the placement may be wrong
    cue_retiming.py     the cues of an old caption file at the times of their words

Recognised text is optional. Text that is not spoken and speech that is not in the script have a cost, and the text
around them keeps its place.
"""

from __future__ import annotations

from captioner.script.cue_retiming import retime_cues, script_of_cues
from captioner.script.mismatches import is_mostly_doubted, mismatches, uncaptioned
from captioner.script.placement import MissingText, ScriptBackend, ScriptPlacement, joined_missing, place_script
from captioner.script.recording_frames import FrameCollector
from captioner.script.shown_text import show_unspoken
from captioner.script.unspoken import UnspokenText, unspoken_spans, without_unspoken
from captioner.script.word_match import words_match

__all__ = [
    "FrameCollector",
    "MissingText",
    "ScriptBackend",
    "ScriptPlacement",
    "UnspokenText",
    "is_mostly_doubted",
    "joined_missing",
    "mismatches",
    "place_script",
    "retime_cues",
    "script_of_cues",
    "show_unspoken",
    "uncaptioned",
    "unspoken_spans",
    "without_unspoken",
    "words_match",
]
