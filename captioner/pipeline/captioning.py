"""Captions a source: the chain of all stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from captioner.align import open_aligner
from captioner.backends import Backend, backend_info, load_backend
from captioner.backends.selection import choose_backend
from captioner.cues import make_cues
from captioner.media import Media, open_media, read_audio, read_shot_changes
from captioner.output import Captions
from captioner.pipeline.caption_options import (
    CaptionKeywords,
    CaptionOptions,
    FrameRateChoice,
    ProfileChoice,
    changed_options,
    chosen_profile,
)
from captioner.pipeline.run_progress import ProgressMeter
from captioner.prefetch import prefetch
from captioner.redaction import without_url_secrets
from captioner.speech import SAMPLE_RATE, speech_clips
from captioner.text_checks import in_one_script, mark_suspected, settle_languages, unknown_language_warning
from captioner.transcribe import (
    KEPT_SILENCE,
    METERED_SILENCE,
    AudioHistory,
    limit_regions,
    nothing_stored,
    transcribe,
    windows_of,
)
from captioner.validation import wrong_type
from captioner.values import Audio, Cue, Report, Segment, Transcript
from captioner.word_timing import BACKEND, time_words

if TYPE_CHECKING:
    from captioner.journal import JournaledBackend, JournalLocation

PREFETCHED = 4
"""Windows that wait for the backend: enough that it never waits, few enough to hold in memory."""

SLOWEST_FILM = 20
"""Frames a second. Cues are not timed to the frames of a slower picture, such as a recorded lecture."""


def ignore_clip(clip: Audio) -> None:
    """The clip callback that does nothing."""


def caption(
    source: str | Path, options: CaptionOptions = CaptionOptions(), **changes: Unpack[CaptionKeywords]
) -> Captions:
    """Caption `source`: a path, a URL that ffmpeg reads, or "-" for standard input.

    `changes` are fields of `CaptionOptions`: `caption("talk.mp4", backend="sphinx", profile="bbc")`. Raises the errors
    of captioner.errors: MediaError, BackendError, UsageError.
    """
    return caption_with(source, changed_options(options, changes))


def caption_with(
    source: str | Path,
    options: CaptionOptions,
    on_clip: Callable[[Audio], object] = ignore_clip,
    word_source: str = BACKEND,
) -> Captions:
    """Caption `source`; `on_clip` is called with the clip of each speech region, in another thread.

    `word_source` is how the report names the word times of the backend.
    """
    if reason := wrong_type("source", source, str | Path):
        raise TypeError(reason)
    warnings: list[str] = []
    missing_segments: list[int] = []
    aligner = open_aligner(options.align) if isinstance(options.align, str) else options.align
    with (
        open_backend_of(options.backend, options.hints.language) as backend,
        _open_journal(backend, options.journal, str(source), warnings.append) as journal,
        open_media(str(source)) as media,
    ):
        language = backend.traits.text_language or options.hints.language
        duration = media.duration if options.selection.end is None else options.selection.end
        meter = ProgressMeter(duration, options.on_progress)
        decoded = read_audio(
            media,
            options.selection,
            sample_rate=SAMPLE_RATE,
            warn=warnings.append,
            count_missing=missing_segments.append,
        )
        history = AudioHistory() if backend.traits.prefers_excerpts else None
        audio = meter.count_audio(history.record(decoded) if history else decoded)
        clips = meter.count_clips(speech_clips(audio, limit_regions(options.speech, backend.traits)), on_clip)
        silence = METERED_SILENCE if backend.traits.metered else KEPT_SILENCE
        joined = windows_of(clips, backend.traits.preferred_clip, silence, history)
        with prefetch(joined, PREFETCHED) as windows:
            stored = journal.stored if journal else nothing_stored
            recognized = transcribe(windows, journal or backend, options.hints, options.context, stored)
            settled = settle_languages(recognized, language)
            exact = backend.traits.exact_word_times or backend.traits.text_language is not None
            timed = time_words(settled, aligner, language, exact=exact, source=word_source)
            results = tuple(meter.count_results(mark_suspected(timed, keep=options.keep_suspected)))
        if warning := unknown_language_warning(results, backend.traits):
            warnings.append(warning)
        shot_changes: tuple[float, ...] = ()
        if options.shot_changes:
            found = read_shot_changes(media, options.selection, warn=warnings.append)
            shot_changes = tuple(meter.count_shots(found))
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
    rules = chosen_profile(profile, transcript.language)
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


def open_backend_of(backend: str | Backend, language: str | None) -> closing[Backend] | nullcontext[Backend]:
    """Return a context with the backend; one that is named is loaded, and closed with the context."""
    if not isinstance(backend, str):
        return nullcontext(backend)
    name = choose_backend(language=language).name if backend == "auto" else backend
    return closing(load_backend(name, **({"language": language} if backend_info(name).takes_language else {})))


def _open_journal(
    backend: Backend, journal: str | Path | JournalLocation | None, source: str, warn: Callable[[str], None]
) -> closing[JournaledBackend] | nullcontext[None]:
    if journal is None:
        return nullcontext()
    from captioner.journal import journaled

    journal = Path(journal) if isinstance(journal, str) else journal
    return closing(journaled(backend, journal, source=source, warn=warn))
