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

from captioner.script.doubts import unlike
from captioner.script.laying import Laid, Missing, Told, lay
from captioner.script.retiming import joined, retimed

__all__ = ["Laid", "Missing", "Told", "joined", "lay", "retimed", "unlike"]
