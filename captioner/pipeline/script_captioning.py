"""Captions a source with the words of a script that exists, or retimes its captions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from captioner.backends import load_backend
from captioner.cues import time_cues
from captioner.errors import RetimingRefused
from captioner.languages import speaks
from captioner.output import Captions
from captioner.pipeline.caption_options import CaptionKeywords, CaptionOptions, changed_options, chosen_profile
from captioner.pipeline.captioning import caption_with, cues_of_transcript, open_backend_of
from captioner.pipeline.run_progress import Progress
from captioner.script import (
    FrameCollector,
    MissingText,
    ScriptBackend,
    ScriptPlacement,
    UnspokenText,
    is_mostly_doubted,
    joined_missing,
    mismatches,
    place_script,
    retime_cues,
    script_of_cues,
    show_unspoken,
    uncaptioned,
    unspoken_spans,
    without_unspoken,
    words_match,
)
from captioner.values import Cue, RegionReport, Span

NO_BACKEND = "none"
"""In place of the name of a backend, for a script that is placed by its sound alone."""

PLACEMENT = "placement"
"""The timing of words that keep the rough times at which a script was placed."""


def caption_script(
    source: str | Path,
    script: str | Sequence[Cue],
    options: CaptionOptions = CaptionOptions(),
    *,
    script_language: str | None = None,
    **changes: Unpack[CaptionKeywords],
) -> Captions:
    """Caption `source` with the words of `script`: a text, or cues, which keep their text and get new times.

    Cues in another language than the speech (`script_language`, a BCP 47 tag, is not that of the hints), or whose words
    do not match the speech, keep their distances: the pauses of the speech show how all of them, or all of a part,
    must move.

    The script is placed by its sound. With the backend "auto" or "none" nothing is recognised; the words that another
    backend recognises are anchors, and speech that is not in the script is captioned as it was recognised, with a
    reason in the report. Warnings name the parts that are not spoken, and speech that does not match the script. Reads
    the source twice. Raises the errors of `caption`, and `RetimingRefused` if neither words nor pauses of cues
    match.
    """
    # A script stays as it is written.
    options = replace(changed_options(options, changes), chinese_script="keep", keep_suspected=True)
    cues = None if isinstance(script, str) else script
    if cues is not None and is_foreign(script_language, options.hints.language):
        return _by_pauses(
            source, cues, options, f"the captions are in {script_language}, not in {options.hints.language}"
        )
    text = script if isinstance(script, str) else script_of_cues(script)
    unspoken = unspoken_spans(text)
    placed = _place(source, without_unspoken(text, unspoken), options, cues)
    if isinstance(placed, Captions):
        return placed
    if cues is not None and not placed.placement.units:
        raise RetimingRefused(
            "none of their words is spoken" if placed.captions.report.regions else "there is no speech"
        )
    transcript, report = placed.captions.transcript, placed.captions.report
    shown: tuple[Cue, ...]
    if cues is None:
        segments, unplaced = show_unspoken(text, unspoken, placed.placement, report.regions, transcript.segments)
        transcript = replace(transcript, segments=segments)
        shown = cues_of_transcript(
            transcript, options.profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes
        )
    else:
        shown, unplaced = _retimed(cues, placed, options)
    warnings = (
        *report.warnings,
        *_warnings(text, placed, unplaced),
        *(_heading_warnings(text, unspoken) if cues is None else ()),
    )
    regions = tuple(replace(region, suspected=None) for region in report.regions)  # the script is not invented
    return Captions(shown, transcript, replace(report, regions=regions, warnings=warnings))


@dataclass(frozen=True)
class _PlacedScript:
    """A script over the speech of a source."""

    placement: ScriptPlacement

    captions: Captions
    """The captions that its placed text makes."""

    doubted: tuple[Span, ...]
    """Stretches where the speech does not match the script."""


def _place(
    source: str | Path, spoken_text: str, options: CaptionOptions, cues: Sequence[Cue] | None
) -> _PlacedScript | Captions:
    """Place what is spoken of a script by its sound; captions whose words do not match are retimed by their pauses.

    `cues` is None for a script that is a text. Raises `RetimingRefused` if neither words nor pauses match.
    """
    collector, refused = FrameCollector(), None
    if options.backend in ("auto", NO_BACKEND):
        options = replace(options, backend=load_backend("scripted", lines=""), journal=None)
    with open_backend_of(options.backend, options.hints.language) as backend:
        # Shot changes are left out of the first pass, whose cues are not used: finding them takes long.
        first = caption_with(source, replace(options, backend=backend, shot_changes=False), collector.add)
        regions, segments = first.report.regions, first.transcript.segments
        match = words_match(spoken_text, segments)
        if cues is not None and match is False:
            try:
                return _by_pauses(source, cues, options, "the words of the captions do not match the speech")
            except RetimingRefused as error:
                refused = error  # the backend may recognise too little: the aligner decides
        placed = place_script(spoken_text, collector.recording(), regions, segments, first.transcript.language)
        script_backend = ScriptBackend(placed.recognitions, backend.traits.longest_clip)
        script_options = replace(options, backend=script_backend, journal=None, context="none")
        second = caption_with(source, script_options, word_source=PLACEMENT)
    doubted = tuple(mismatches(placed.recognitions, second.report.regions))
    if cues is not None and match is not True and doubted:
        try:
            if refused is None:
                return _by_pauses(source, cues, options, "the captions do not match the sound of the speech")
        except RetimingRefused as error:
            refused = error
        if refused and is_mostly_doubted(placed.recognitions, second.report.regions):
            raise refused
    return _PlacedScript(placed, second, doubted)


def _retimed(
    cues: Sequence[Cue], placed: _PlacedScript, options: CaptionOptions
) -> tuple[tuple[Cue, ...], list[MissingText]]:
    """Return the cues at the times of their words, and the text of those that have none."""
    transcript, report = placed.captions.transcript, placed.captions.report
    profile = chosen_profile(options.profile, transcript.language)
    retimed, beside, unplaced = retime_cues(cues, placed.placement, report.regions, transcript.segments)
    timed = [
        cue
        for shown in (retimed, *([cue] for cue in beside))
        for cue in time_cues(shown, profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes)
    ]
    return tuple(sorted(timed, key=lambda cue: cue.start)), unplaced


def _warnings(text: str, placed: _PlacedScript, unplaced: Sequence[MissingText]) -> Iterator[str]:
    """Yield what of the script is not spoken, and where the speech does not match it."""
    recognitions, regions = placed.placement.recognitions, placed.captions.report.regions
    yield from (_mismatch_warning(span) for span in placed.doubted)
    yield from _uncaptioned_warnings(uncaptioned(recognitions, regions))
    missing = joined_missing(text, [*placed.placement.missing, *unplaced])
    yield from (_missing_warning(text[part.first : part.last], part.after) for part in missing)


def is_foreign(script_language: str | None, language: str | None) -> bool:
    """Return whether captions are known to be in another language than the speech; both are BCP 47 tags."""
    return bool(script_language and language) and not speaks(script_language, str(language).partition("-")[0])


def _by_pauses(source: str | Path, cues: Sequence[Cue], options: CaptionOptions, reason: str) -> Captions:
    from captioner.retimed_captions import retime_by_pauses  # imported here because only this function needs it

    return retime_by_pauses(
        str(source),
        cues,
        reason,
        selection=options.selection,
        speech=options.speech,
        progress=lambda done, duration: options.on_progress(Progress(done, duration)),
    )


def _mismatch_warning(span: Span) -> str:
    return f"from {span.start:.1f} to {span.end:.1f} s the speech does not match the script: check its place there"


def _uncaptioned_warnings(regions: Sequence[RegionReport]) -> Iterator[str]:
    if regions:
        seconds = sum(region.duration for region in regions)
        yield (
            f"{seconds:.1f} s of speech are not in the script and have no captions, the first at "
            f"{regions[0].start:.1f} s; a backend would recognise them"
        )


def _missing_warning(text: str, after: float) -> str:
    return f"this part of the script is not spoken, after {after:.1f} s: {' '.join(text.split())}"


def _heading_warnings(text: str, unspoken: Sequence[UnspokenText]) -> Iterator[str]:
    headings = [text[span.first : span.last].strip() for span in unspoken if span.kind == "heading"]
    if headings:
        yield f"headings of the script are not shown ({len(headings)}): {'; '.join(headings)}"
