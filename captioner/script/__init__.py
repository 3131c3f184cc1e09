"""A script that exists, laid over the speech of a source: which region says which part of it.

    matching.py   words that stand in the script and were heard, in order: the anchors
    parts.py      the script in units, and what ends behind each
    spreading.py  what lies between two anchors, by how long it takes to say
    laying.py     both together: the text of each region, what nobody says, what is not in the script
    doubts.py     where it may lie wrong all the same
    retiming.py   the cues of an old caption file at the times of their words

Nothing has to be heard: without anchors the whole script is spread by time. A stretch that nobody says, and one that
only the speaker knows, cost what they cost, and everything around them keeps its place.
"""

from __future__ import annotations

from captioner.script.cue_retiming import retime_cues, script_of_cues
from captioner.script.mismatches import mismatches
from captioner.script.placement import Missing, ScriptBackend, ScriptPlacement, place_script

__all__ = ["Missing", "ScriptBackend", "ScriptPlacement", "mismatches", "place_script", "retime_cues", "script_of_cues"]
