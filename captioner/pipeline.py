"""The whole way in one read: a source goes in, cues, transcript and report come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from captioner.align import Timer, open_timer
from captioner.backends import Backend, Hints, Traits, load_backend
from captioner.backends.selection import choose_backend
from captioner.cues import make_cues, time_cues
from captioner.errors import BackendError
from captioner.media import AudioSelection, Media, open_media, read_audio, read_shot_changes
from captioner.prefetch import prefetch
from captioner.profiles import Profile, profile_for, profile_named
from captioner.speech import SAMPLE_RATE, SpeechOptions, speech_clips
from captioner.transcribe import ContextMode, RegionResult, transcribe
from captioner.values import Audio, Cue, Report, Span, Transcript
from captioner.word_timing import time_words

AHEAD = 4
"""Regions that are found and wait to be heard: enough that a backend never waits, few enough to be held."""


@dataclass(frozen=True)
class Captions:
    """What comes out: the cues to show, all that was heard, and the account of every speech region."""

    cues: tuple[Cue, ...]
    transcript: Transcript
    report: Report


@dataclass(frozen=True)
class Progress:
    """How far a run is: `done` of `duration` seconds (None: nobody knows); `outcome` is the region just heard."""

    done: float
    duration: float | None
    result: RegionResult | None = None


ProgressCallback = Callable[[Progress], object]

ProfileChoice = str | Profile | Callable[[str | None], Profile] | None
"""A style by name or as it is; a function from the language, where it depends on that; None for the language's own."""

SLOWEST_FILM = 20
"""Frames a second; where a picture has fewer, as a recorded lecture may, nothing is gained by waiting for one."""


def caption(
    source: str | Path,
    *,
    backend: str | Backend = "auto",
    profile: ProfileChoice = None,
    frame_rate: Fraction | Literal["media", "none"] = "media",
    shot_changes: bool = False,
    hints: Hints = Hints(),
    selection: AudioSelection = AudioSelection(),
    context: ContextMode = "none",
    align: str | Timer | None = "auto",
    speech: SpeechOptions = SpeechOptions(),
    journal: Path | None = None,
    on_progress: ProgressCallback = lambda progress: None,
) -> Captions:
    """Caption `source`: a path, a URL that ffmpeg reads, or `-` for standard input.

    `backend` is a name, loaded and closed here, or a backend that stays the caller's. `profile` is None for the one
    that fits the language. Cues are timed to frames at `frame_rate`, which the media tells unless it is given, and step
    aside for `shot_changes`, for which the whole picture is read. `align` times the words that the backend does not:
    the name of an aligner, "auto" for the best there is, "none" for nobody. `journal` is the file that remembers what
    was heard; None remembers nothing. Raises the errors of captioner.errors: MediaError, BackendError, UsageError.
    """
    warnings: list[str] = []
    timer = open_timer(align) if isinstance(align, str) else align
    with (
        _ready(backend) as engine,
        _remembering(engine, journal, str(source), warnings.append) as ears,
        open_media(str(source)) as media,
    ):
        progress = _Meter(media.duration if selection.end is None else selection.end, on_progress)
        blocks = progress.heard(read_audio(media, selection, sample_rate=SAMPLE_RATE, warn=warnings.append))
        found = progress.found(speech_clips(blocks, _fitting(speech, engine.traits)))
        with prefetch(found, AHEAD) as clips:
            heard = transcribe(clips, ears, hints, context)
            outcomes = tuple(progress.answered(time_words(heard, timer, hints.language)))
        transcript = _transcript(outcomes, hints)
        cuts = tuple(read_shot_changes(media, selection, warn=warnings.append)) if shot_changes else ()
        report = Report(
            source=str(source),
            duration=progress.position if media.duration is None else media.duration,
            backend=engine.traits.name,
            model=engine.traits.model,
            language=transcript.language,
            align=timer.name if timer and not engine.traits.word_times else None,
            frame_rate=video_frame_rate(media)
            if frame_rate == "media"
            else None
            if frame_rate == "none"
            else frame_rate,
            shot_changes=cuts,
            regions=tuple(outcome.report for outcome in outcomes),
            warnings=tuple(warnings),
        )
    cues = cues_of_transcript(transcript, profile, frame_rate=report.frame_rate, shot_changes=cuts)
    return Captions(cues, transcript, report)


def caption_script(
    source: str | Path,
    script: str | Sequence[Cue],
    *,
    backend: str | Backend = "auto",
    journal: Path | None = None,
    **options: Any,
) -> Captions:
    """Caption `source` with the words of `script`: a text, or cues whose times are wrong and which stay as they are.

    What the backend hears only tells where the script is said; one that hears nothing leaves that to the time it takes.
    The warnings name what nobody says, and where the speech does not sound like the script; speech that is not in the
    script stands as it was heard, with its reason in the ledger. `options` are `caption`'s; so are the errors. The
    source is read twice.
    """
    from captioner.script import (  # which nobody else needs at the start
        ScriptBackend,
        mismatches,
        place_script,
        retime_cues,
        script_of_cues,
    )

    text = script if isinstance(script, str) else script_of_cues(script)
    with _ready(backend) as engine:
        # Nobody looks at the cues of the first time; cutting them takes a second of an hour, finding shots takes long.
        heard = caption(source, backend=engine, journal=journal, **(options | {"shot_changes": False}))
        laid = place_script(text, heard.report.regions, heard.transcript.segments)
        said = caption(source, backend=ScriptBackend(laid.told, engine.traits.longest_clip), **options)
    cues, report, unsaid = said.cues, said.report, [*laid.missing]
    if not isinstance(script, str):
        profile = _style(options.get("profile"), said.transcript.language)
        spoken, mute = retime_cues(script, laid, report.regions, said.transcript.segments)
        cues = tuple(time_cues(spoken, profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes))
        unsaid = sorted([*unsaid, *mute], key=lambda part: part.first)
    warnings = (
        *report.warnings,
        *(_unlike(span) for span in mismatches(laid.told, report.regions)),
        *(_unsaid(text[part.first : part.last], part.after) for part in unsaid),
    )
    return Captions(cues, said.transcript, replace(report, warnings=warnings))


def _unlike(span: Span) -> str:
    where = f"from {span.start:.1f} to {span.end:.1f} s"
    return f"{where} the speech does not sound like the words of the script that stand there: they may be out of place"


def _unsaid(text: str, after: float) -> str:
    shown = " ".join(text.split())
    return f"nobody says this part of the script, after {after:.1f} s: {shown}"


def cues_of_transcript(
    transcript: Transcript,
    profile: ProfileChoice = None,
    *,
    frame_rate: Fraction | None = None,
    shot_changes: Sequence[float] = (),
) -> tuple[Cue, ...]:
    """The cues of a transcript, made new without hearing anything again; `frame_rate` None times to milliseconds."""
    style = _style(profile, transcript.language)
    return tuple(make_cues(transcript, style, frame_rate=frame_rate, shot_changes=shot_changes))


def video_frame_rate(media: Media) -> Fraction | None:
    """The frame rate to which cues are timed: that of the media's picture, None where it has none or too few frames."""
    return media.frame_rate if media.frame_rate and media.frame_rate >= SLOWEST_FILM else None


def _style(style: ProfileChoice, language: str | None) -> Profile:
    if isinstance(style, str):
        return profile_named(style)
    return style if isinstance(style, Profile) else (style or profile_for)(language)


def _ready(backend: str | Backend) -> closing[Backend] | nullcontext[Backend]:
    if not isinstance(backend, str):
        return nullcontext(backend)
    return closing(load_backend(choose_backend().name if backend == "auto" else backend))


def _fitting(speech: SpeechOptions, traits: Traits) -> SpeechOptions:
    """The same options, with no region longer than the backend hears. Raises `BackendError` where that cannot be."""
    if traits.sample_rate != SAMPLE_RATE:
        raise BackendError(traits.name, f"asks for sound of {traits.sample_rate} Hz; captioner gives {SAMPLE_RATE} Hz")
    try:
        return replace(speech, longest_region=min(speech.longest_region, traits.longest_clip))
    except ValueError as error:
        reason = f"hears no clip above {traits.longest_clip:g} s, which is too short: {error}"
        raise BackendError(traits.name, reason) from error


def _remembering(
    backend: Backend, journal: Path | None, source: str, warn: Callable[[str], None]
) -> closing[Backend] | nullcontext[Backend]:
    if journal is None:
        return nullcontext(backend)
    from captioner.journal import journaled

    return closing(journaled(backend, journal, source=source, warn=warn))


def _transcript(outcomes: tuple[RegionResult, ...], hints: Hints) -> Transcript:
    segments = tuple(outcome.segment for outcome in outcomes if outcome.segment)
    heard = [segment.language for segment in segments if segment.language]
    return Transcript(segments, hints.language or (max(set(heard), key=heard.count) if heard else None))


class _Meter:
    """Watches the three streams of one run and tells how far it is.

    Media is done as far as it was read, or only to the end of the last answered region while one is in flight. Sound
    is read in another thread than answers come in, so each count has one writer.
    """

    def __init__(self, duration: float | None, watch: ProgressCallback) -> None:
        self.position = 0.0
        self._duration = duration
        self._watch = watch
        self._found = self._answered = 0

    def heard(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        for block in blocks:
            yield block
            self.position = block.end
            if self._found == self._answered:
                self._watch(Progress(self.position, self._duration))

    def found(self, clips: Iterable[Audio]) -> Iterator[Audio]:
        for clip in clips:
            self._found += 1
            yield clip

    def answered(self, outcomes: Iterable[RegionResult]) -> Iterator[RegionResult]:
        for outcome in outcomes:
            self._answered += 1
            self._watch(Progress(outcome.report.end, self._duration, outcome))
            yield outcome
