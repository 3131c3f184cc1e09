"""Composes the stages: a source goes in; cues, transcript and report come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from captioner.align import Aligner, open_aligner
from captioner.backends import Backend, Hints, backend_info, load_backend
from captioner.backends.selection import choose_backend
from captioner.cues import make_cues, time_cues
from captioner.errors import RetimingRefused
from captioner.languages import asked_language, speaks
from captioner.media import AudioSelection, Media, open_media, read_audio, read_shot_changes
from captioner.output import Captions as Captions
from captioner.prefetch import prefetch
from captioner.profiles import Profile, profile_for, profile_named
from captioner.redaction import without_url_secrets
from captioner.speech import SAMPLE_RATE, SpeechOptions, speech_clips
from captioner.text_checks import (
    ChineseScript,
    in_one_script,
    mark_suspected,
    settle_languages,
    unknown_language_warning,
)
from captioner.transcribe import (
    KEPT_SILENCE,
    METERED_SILENCE,
    ContextMode,
    RegionResult,
    limit_regions,
    nothing_stored,
    transcribe,
    windows_of,
)
from captioner.validation import types_of, wrong_type
from captioner.values import Audio, Cue, RegionReport, Report, Segment, Span, Transcript
from captioner.word_timing import time_words

if TYPE_CHECKING:
    from captioner.journal import JournaledBackend
    from captioner.script import UnspokenText

PREFETCHED = 4
"""Windows that wait for the backend: enough that it never waits, few enough to hold in memory."""

NO_BACKEND = "none"
"""In place of the name of a backend, for a script that is placed by its sound alone."""

SLOWEST_FILM = 20
"""Frames a second. Cues are not timed to the frames of a slower picture, such as a recorded lecture."""


@dataclass(frozen=True)
class Progress:
    """The progress of a run."""

    done: float
    """Seconds of the source that are done."""

    duration: float | None
    """Seconds of the source; None if that is not known."""

    result: RegionResult | None = None
    """The region that was just recognised; None if the run only read on."""


ProgressCallback = Callable[[Progress], object]

ProfileChoice = str | Profile | Callable[[str | None], Profile] | None
"""A profile, its name, a function from the language to a profile, or None for the profile of the language."""

FrameRateChoice = Fraction | int | Literal["media", "none"]
"""Frames a second, exact; "media" for the frame rate of the video, "none" to time cues to milliseconds."""


def ignore_clip(clip: Audio) -> None:
    """The clip callback that does nothing."""


def ignore_progress(progress: Progress) -> None:
    """The progress callback that does nothing."""


@dataclass(frozen=True, kw_only=True)
class CaptionOptions:
    """The options of `caption`."""

    backend: str | Backend = "auto"
    """A name, for a backend that is loaded and closed with the run, or a backend, which the caller closes."""

    profile: ProfileChoice = None
    """The caption style: a profile or its name; None for the one of the language."""

    frame_rate: FrameRateChoice = "media"
    """The frames to which cues are timed."""

    shot_changes: bool = False
    """Whether cues snap to shot changes. This decodes the whole video."""

    hints: Hints = Hints()
    """The language, prompt and hotwords that the backend gets with each clip."""

    selection: AudioSelection = AudioSelection()
    """The audio track, the channel and the part of the source to caption."""

    context: ContextMode = "none"
    """The earlier text that the backend gets: "none", or "previous" for that of the window before."""

    align: str | Aligner | None = "auto"
    """The aligner for word times, by name; "auto" for the best one, "backend" for those of the backend, as far as it
    has some. None or "none" for no aligner."""

    speech: SpeechOptions = SpeechOptions()
    """The options of speech detection."""

    chinese_script: ChineseScript = "auto"
    """The script of Chinese captions: "hans" (simplified), "hant" (traditional), "keep" for the characters that the
    backend returned; "auto" for the script of the language tag, or else the one of most of the text."""

    keep_suspected: bool = False
    """Whether text that the backend probably invented is shown; it is in the report either way."""

    journal: str | Path | None = None
    """The journal file; None to run without a journal."""

    on_progress: ProgressCallback = ignore_progress
    """Called from time to time with the progress. An exception that it raises ends the run."""

    def __post_init__(self) -> None:
        for name, kind in types_of(type(self)).items():
            if reason := wrong_type(name, getattr(self, name), kind):
                raise TypeError(reason)
        if self.hints.language is not None:
            tag = asked_language(self.hints.language)
            object.__setattr__(self, "hints", replace(self.hints, language=tag))


class CaptionKeywords(TypedDict, total=False):
    """The options of `CaptionOptions` as keywords of `caption`, for type checkers."""

    backend: str | Backend
    profile: ProfileChoice
    frame_rate: FrameRateChoice
    shot_changes: bool
    hints: Hints
    selection: AudioSelection
    context: ContextMode
    align: str | Aligner | None
    speech: SpeechOptions
    chinese_script: ChineseScript
    keep_suspected: bool
    journal: str | Path | None
    on_progress: ProgressCallback


def caption(
    source: str | Path, options: CaptionOptions = CaptionOptions(), **changes: Unpack[CaptionKeywords]
) -> Captions:
    """Caption `source`: a path, a URL that ffmpeg reads, or "-" for standard input.

    `changes` are fields of `CaptionOptions`: `caption("talk.mp4", backend="sphinx", profile="bbc")`. Raises the errors
    of captioner.errors: MediaError, BackendError, UsageError.
    """
    return _caption(source, _changed(options, changes))


def _caption(source: str | Path, options: CaptionOptions, on_clip: Callable[[Audio], object] = ignore_clip) -> Captions:
    """Caption `source`; `on_clip` is called with the clip of each speech region, in another thread."""
    if reason := wrong_type("source", source, str | Path):
        raise TypeError(reason)
    warnings: list[str] = []
    missing_segments: list[int] = []
    aligner = open_aligner(options.align) if isinstance(options.align, str) else options.align
    with (
        _open_backend(options.backend, options.hints.language) as backend,
        _open_journal(backend, options.journal, str(source), warnings.append) as journal,
        open_media(str(source)) as media,
    ):
        language = backend.traits.text_language or options.hints.language
        duration = media.duration if options.selection.end is None else options.selection.end
        meter = _ProgressMeter(duration, options.on_progress)
        decoded = read_audio(
            media,
            options.selection,
            sample_rate=SAMPLE_RATE,
            warn=warnings.append,
            count_missing=missing_segments.append,
        )
        audio = meter.count_audio(decoded)
        clips = meter.count_clips(speech_clips(audio, limit_regions(options.speech, backend.traits)), on_clip)
        silence = METERED_SILENCE if backend.traits.metered else KEPT_SILENCE
        with prefetch(windows_of(clips, backend.traits.preferred_clip, silence), PREFETCHED) as windows:
            stored = journal.stored if journal else nothing_stored
            recognized = transcribe(windows, journal or backend, options.hints, options.context, stored)
            settled = settle_languages(recognized, language)
            exact = backend.traits.exact_word_times or backend.traits.text_language is not None
            timed = time_words(settled, aligner, language, exact=exact)
            results = tuple(meter.count_results(mark_suspected(timed, keep=options.keep_suspected)))
        if warning := unknown_language_warning(results, backend.traits):
            warnings.append(warning)
        shot_changes: tuple[float, ...] = ()
        if options.shot_changes:
            shot_changes = tuple(read_shot_changes(media, options.selection, warn=warnings.append))
        segments = in_one_script(
            (result.segment for result in results if result.segment), options.chinese_script, language
        )
        transcript = Transcript(segments, language or main_language(segments))
        report = Report(
            source=without_url_secrets(str(source)),
            duration=meter.position if media.duration is None else media.duration,
            backend=backend.traits.name,
            model=backend.traits.model,
            language=transcript.language,
            align=aligner.name if aligner and not exact else None,
            frame_rate=_frame_rate(options.frame_rate, media),
            shot_changes=shot_changes,
            regions=tuple(result.report for result in results),
            missing_segments=sum(missing_segments),
            warnings=tuple(warnings),
        )
    cues = cues_of_transcript(transcript, options.profile, frame_rate=report.frame_rate, shot_changes=shot_changes)
    return Captions(cues, transcript, report)


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
    the source twice. Raises the errors of `caption`, and `RetimingRefused` if neither words nor pauses match.
    """
    from captioner.script import (  # imported here because only this function needs it
        FrameCollector,
        ScriptBackend,
        is_mostly_doubted,
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

    # A script stays as it is written.
    options = replace(_changed(options, changes), chinese_script="keep", keep_suspected=True)
    language = options.hints.language
    if not isinstance(script, str) and is_foreign(script_language, language):
        return _by_pauses(source, script, options, f"the captions are in {script_language}, not in {language}")
    text = script if isinstance(script, str) else script_of_cues(script)
    unspoken = unspoken_spans(text)
    spoken_text = without_unspoken(text, unspoken)
    refused: RetimingRefused | None = None
    collector = FrameCollector()
    if options.backend in ("auto", NO_BACKEND):
        options = replace(options, backend=load_backend("scripted", lines=""), journal=None)
    with _open_backend(options.backend, options.hints.language) as backend:
        # Shot changes are left out of the first pass, whose cues are not used: finding them takes long.
        first = _caption(source, replace(options, backend=backend, shot_changes=False), collector.add)
        match = words_match(spoken_text, first.transcript.segments)
        if not isinstance(script, str) and match is False:
            try:
                return _by_pauses(source, script, options, "the words of the captions do not match the speech")
            except RetimingRefused as error:
                refused = error  # the backend may recognise too little: the aligner decides
        placed = place_script(
            spoken_text,
            collector.recording(),
            first.report.regions,
            first.transcript.segments,
            first.transcript.language,
        )
        script_backend = ScriptBackend(placed.recognitions, backend.traits.longest_clip)
        second = _caption(source, replace(options, backend=script_backend, journal=None, context="none"))
    transcript, report, missing = second.transcript, second.report, [*placed.missing]
    doubted = [*mismatches(placed.recognitions, report.regions)]
    if not isinstance(script, str) and match is not True and doubted:
        try:
            if refused is None:
                return _by_pauses(source, script, options, "the captions do not match the sound of the speech")
        except RetimingRefused as error:
            refused = error
        if refused and is_mostly_doubted(placed.recognitions, report.regions):
            raise refused
    if isinstance(script, str):
        segments, unplaced = show_unspoken(text, unspoken, placed, report.regions, transcript.segments)
        transcript = replace(transcript, segments=segments)
        cues = cues_of_transcript(
            transcript, options.profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes
        )
    else:
        profile = _profile(options.profile, transcript.language)
        retimed, beside, unplaced = retime_cues(script, placed, report.regions, transcript.segments)
        timed = [
            cue
            for shown in (retimed, *([cue] for cue in beside))
            for cue in time_cues(shown, profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes)
        ]
        cues = tuple(sorted(timed, key=lambda cue: cue.start))
    missing = sorted([*missing, *unplaced], key=lambda part: part.first)
    warnings = (
        *report.warnings,
        *(_mismatch_warning(span) for span in doubted),
        *_uncaptioned_warnings(uncaptioned(placed.recognitions, report.regions)),
        *(_missing_warning(text[part.first : part.last], part.after) for part in missing),
        *(_heading_warnings(text, unspoken) if isinstance(script, str) else ()),
    )
    regions = tuple(replace(region, suspected=None) for region in report.regions)  # the script is not invented
    return Captions(cues, transcript, replace(report, regions=regions, warnings=warnings))


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


def _changed(options: CaptionOptions, changes: CaptionKeywords) -> CaptionOptions:
    """Return the options with some changed. Raises `TypeError`, for the field of an option with how to write it."""
    known = types_of(CaptionOptions)
    for name in (name for name in changes if name not in known):
        for option, kind in (("hints", Hints), ("selection", AudioSelection), ("speech", SpeechOptions)):
            if name in types_of(kind):
                raise TypeError(f"{name!r} belongs to {option}; write {option}={kind.__name__}({name}=...)")
        raise TypeError(f"there is no option {name!r}; there is: {', '.join(known)}")
    return replace(options, **changes)


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


def cues_of_transcript(
    transcript: Transcript,
    profile: ProfileChoice = None,
    *,
    frame_rate: Fraction | None = None,
    shot_changes: Sequence[float] = (),
) -> tuple[Cue, ...]:
    """Return the cues of a transcript, without running recognition.

    `frame_rate` is None to time them to milliseconds.
    """
    rules = _profile(profile, transcript.language)
    return tuple(make_cues(transcript, rules, frame_rate=frame_rate, shot_changes=shot_changes))


def video_frame_rate(media: Media) -> Fraction | None:
    """Return the frame rate to which cues are timed: that of the video.

    None without a video, or with too few frames.
    """
    return media.frame_rate if media.frame_rate and media.frame_rate >= SLOWEST_FILM else None


def main_language(segments: Iterable[Segment]) -> str | None:
    """Return the language that is spoken longest, the first one of equals; None if no segment has a language."""
    seconds: dict[str, float] = {}
    for segment in segments:
        if segment.language:
            seconds[segment.language] = seconds.get(segment.language, 0.0) + segment.duration
    return max(seconds, key=seconds.__getitem__, default=None)


def _frame_rate(choice: FrameRateChoice, media: Media) -> Fraction | None:
    if choice == "media":
        return video_frame_rate(media)
    return None if choice == "none" else Fraction(choice)


def _profile(choice: ProfileChoice, language: str | None) -> Profile:
    if isinstance(choice, str):
        return profile_named(choice)
    return choice if isinstance(choice, Profile) else (choice or profile_for)(language)


def _open_backend(backend: str | Backend, language: str | None) -> closing[Backend] | nullcontext[Backend]:
    if not isinstance(backend, str):
        return nullcontext(backend)
    name = choose_backend(language=language).name if backend == "auto" else backend
    return closing(load_backend(name, **({"language": language} if backend_info(name).takes_language else {})))


def _open_journal(
    backend: Backend, journal: str | Path | None, source: str, warn: Callable[[str], None]
) -> closing[JournaledBackend] | nullcontext[None]:
    if journal is None:
        return nullcontext()
    from captioner.journal import journaled

    return closing(journaled(backend, Path(journal), source=source, warn=warn))


class _ProgressMeter:
    """Counts audio, clips and results of one run and reports the progress.

    Progress is the position of the audio that was read, or the end of the last result while clips are waiting. Audio
    is read in another thread than results arrive in, so each count has one writer.
    """

    def __init__(self, duration: float | None, callback: ProgressCallback) -> None:
        self.position = 0.0
        self._duration = duration
        self._callback = callback
        self._clips = self._results = 0

    def count_audio(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        for block in blocks:
            yield block
            self.position = block.end
            if self._clips == self._results:
                self._callback(Progress(self.position, self._duration))

    def count_clips(self, clips: Iterable[Audio], on_clip: Callable[[Audio], object]) -> Iterator[Audio]:
        for clip in clips:
            self._clips += 1
            on_clip(clip)
            yield clip

    def count_results(self, results: Iterable[RegionResult]) -> Iterator[RegionResult]:
        for result in results:
            self._results += 1
            self._callback(Progress(result.report.end, self._duration, result))
            yield result
