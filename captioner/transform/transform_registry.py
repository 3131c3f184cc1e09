"""The table of all operations on cues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from captioner.errors import UnknownName
from captioner.transform.cue_gaps import (
    BridgeOptions,
    DurationOptions,
    GapOptions,
    adjust_durations,
    bridge_gaps,
    keep_gaps,
)
from captioner.transform.cue_order import deduplicate, renumber, sort_cues
from captioner.transform.film_edits import OtherCues, StretchOfTime, append, cut, keep, merge
from captioner.transform.joined_cues import MergeSameOptions, MergeShortOptions, merge_same, merge_short
from captioner.transform.rebreaking import NoOptions, fixed_cues, rebreak, split_long
from captioner.transform.sdh_text import SdhOptions, remove_sdh_text
from captioner.transform.shifted_times import (
    ShiftFromOptions,
    ShiftOptions,
    StretchOptions,
    shift,
    shift_from,
    stretch,
)
from captioner.transform.text_changes import CasingOptions, ReplaceOptions, change_case, remove_tags, replace_text
from captioner.transform.transformation import CaptionStyle, Transformation, between_fixed
from captioner.values import Cue

TRANSFORMATIONS = {
    one.name: one
    for one in (
        Transformation("shift", shift, ShiftOptions, "Move all cues in time.", moves_all=True),
        Transformation("shift-from", shift_from, ShiftFromOptions, "Move the cues from one on.", moves_all=True),
        Transformation("stretch", stretch, StretchOptions, "Multiply all times.", moves_all=True),
        Transformation("cut", cut, StretchOfTime, "Remove a stretch of time and close up.", moves_all=True),
        Transformation("keep", keep, StretchOfTime, "Keep one stretch of time.", moves_all=True),
        Transformation("append", append, OtherCues, "Add the cues of another film at the end.", moves_all=True),
        Transformation("merge", merge, OtherCues, "Add the cues of another file at their times.", moves_all=True),
        Transformation("sort", sort_cues, NoOptions, "Sort by time.", moves_all=True),
        Transformation("renumber", renumber, NoOptions, "Number from 1.", moves_all=True),
        Transformation("deduplicate", deduplicate, NoOptions, "Remove cues that are there twice."),
        Transformation("adjust-durations", adjust_durations, DurationOptions, "Show cues long enough to be read."),
        Transformation("min-gap", keep_gaps, GapOptions, "Leave a gap between cues."),
        Transformation("bridge-gaps", bridge_gaps, BridgeOptions, "Close short gaps."),
        Transformation("merge-short", merge_short, MergeShortOptions, "Join short cues to their neighbours."),
        Transformation("merge-same", merge_same, MergeSameOptions, "Join cues that show the same."),
        Transformation("split-long", split_long, NoOptions, "Split cues that are too long."),
        Transformation("rebreak", rebreak, NoOptions, "Break cues and lines again by the profile."),
        Transformation("fix", fixed_cues, NoOptions, "Fix what lint finds, as far as no word changes."),
        Transformation("replace", replace_text, ReplaceOptions, "Search and replace."),
        Transformation("remove-tags", remove_tags, NoOptions, "Remove styles and tags."),
        Transformation("remove-hi", remove_sdh_text, SdhOptions, "Remove sounds, speaker names and music."),
        Transformation("casing", change_case, CasingOptions, "Change the letter case."),
    )
}


def transformation_named(name: str) -> Transformation:
    """Return the operation of that name. Raises `UnknownName`."""
    if name not in TRANSFORMATIONS:
        raise UnknownName("operation", name, TRANSFORMATIONS)
    return TRANSFORMATIONS[name]


def transform(
    cues: Sequence[Cue],
    name: str,
    options: Any,
    style: CaptionStyle,
    *,
    is_fixed: Callable[[Cue], bool] = lambda cue: False,
) -> list[Cue]:
    """Return the cues after the operation of that name; those that are fixed stay as they are, and in their place.

    Raises `UnknownName`, and `ValueError` for options that fail.
    """
    made = transformation_named(name)
    if not any(map(is_fixed, cues)):
        return made.run(cues, options, style)
    return between_fixed(cues, is_fixed, lambda run: made.run(run, options, style), style.gap)
