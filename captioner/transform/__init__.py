"""Operations on many cues: each takes cues and options and returns cues, and knows nothing of files.

    transform_registry.py   the table of all operations, by name
    transformation.py       what all have in common: options, style, cues that must stay

    shifted_times.py        shift, stretch
    cue_gaps.py             durations and gaps
    joined_cues.py          short and equal cues joined
    rebreaking.py           lines and cues broken again by the profile; long cues split; lint's fixes
    text_changes.py         search and replace, tags, letter case
    sdh_text.py         text for the hard of hearing removed
    cue_order.py            sort, remove repeats
    film_edits.py           cut, keep, append, merge

    cue_wording.py, edited_words.py   a cue with another text; the times of its words

A word or a cue of a class of its own, such as those of a document, stays of that class.
"""

from __future__ import annotations

from captioner.transform.transform_registry import TRANSFORMATIONS, transform, transformation_named
from captioner.transform.transformation import CaptionStyle, Transformation

__all__ = ["TRANSFORMATIONS", "CaptionStyle", "Transformation", "transform", "transformation_named"]
