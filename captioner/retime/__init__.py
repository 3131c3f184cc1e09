"""Retimes the cues of a caption file by the pattern of their pauses, in any language.

    cue_spans.py       the times of cues as arrays
    speech_pattern.py  how well a cue fits the speech at an offset
    offset_search.py   the offsets that may be right, by all cues and by windows of them
    break_search.py    one offset for all cues, or offsets by part where scenes were cut or added
    pause_retiming.py  the exact offsets and the speed, or a refusal
    moved_cues.py      the cues at their new times

The idea of comparing when speech occurs, and of parts with a cost for each break, is that of ffsubsync and alass. Here
all evidence is in log likelihoods, so the costs and the limits of acceptance do not depend on the length of a film.
"""

from __future__ import annotations

from captioner.retime.moved_cues import MovedCues, describe_retiming, move_cues
from captioner.retime.pause_retiming import RetimedPart, Retiming, find_retiming

__all__ = ["MovedCues", "RetimedPart", "Retiming", "describe_retiming", "find_retiming", "move_cues"]
