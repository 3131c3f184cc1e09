"""An old caption file at new times that come from the pauses of the speech, without recognition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from captioner.formats import transcript_of
from captioner.media import AudioSelection, open_media, read_audio
from captioner.output import Captions
from captioner.redaction import without_url_secrets
from captioner.retime import describe_retiming, find_retiming, move_cues
from captioner.script import unspoken_spans
from captioner.speech import SAMPLE_RATE, SpeechOptions, speech_clips
from captioner.values import Audio, Cue, RegionReport, Report, Span

SHORT_PAUSES = {"minimum_silence": 0.2, "lead": 0.1, "tail": 0.1, "trim": 0.0, "longest_region": 60.0}
"""Options of speech detection that find more pauses than recognition needs, and their exact times."""

SAME_REGION = 0.05
"""Seconds between two regions that are one: only the longest region parts them."""


SAME_START = 0.3
"""Seconds between the starts of two cues that are shown together, as those of two languages or two speakers."""


def retime_by_pauses(
    source: str,
    cues: Sequence[Cue],
    reason: str,
    *,
    selection: AudioSelection,
    speech: SpeechOptions,
    language: str | None = None,
    progress: Callable[[float, float | None], object] = lambda done, duration: None,
) -> Captions:
    """Return `cues`, moved to the speech of `source` by the pattern of their pauses.

    `reason` says why words do not give the times; a warning in the report has it, and how the cues moved. `language` is
    that of the cues. `progress` is called with the seconds that are read and the duration. Raises `RetimingRefused` if
    the pauses do not match, and `MediaError`.
    """
    warnings: list[str] = []
    regions, duration = read_speech(source, selection, speech, warn=warnings.append, progress=progress)
    moved, changes = retime_to(cues, regions)
    report = Report(
        source=without_url_secrets(source),
        duration=duration if duration is not None else max((region.end for region in regions), default=0.0),
        backend="none",
        language=language,
        regions=tuple(RegionReport(region.start, region.end, index, "ok") for index, region in enumerate(regions)),
        warnings=(*warnings, f"{reason}; the new times come from the pauses", *changes),
    )
    return Captions(moved, transcript_of(moved, language), report)


def read_speech(
    source: str,
    selection: AudioSelection = AudioSelection(),
    options: SpeechOptions = SpeechOptions(),
    *,
    warn: Callable[[str], None] = lambda message: None,
    progress: Callable[[float, float | None], object] = lambda done, duration: None,
) -> tuple[list[Span], float | None]:
    """Return the stretches of speech of `source` between all pauses, and its duration if it is known."""
    with open_media(source) as media:
        blocks = _counted(
            read_audio(media, selection, sample_rate=SAMPLE_RATE, warn=warn),
            lambda done: progress(done, media.duration),
        )
        return list(_joined(speech_clips(blocks, replace(options, **SHORT_PAUSES)))), media.duration


def retime_to(cues: Sequence[Cue], speech: Sequence[Span]) -> tuple[tuple[Cue, ...], list[str]]:
    """Return `cues` at the times of `speech`, and how they were moved. Raises `RetimingRefused`."""
    cues = sorted(cues, key=lambda cue: cue.start)
    spoken = list(_one_at_a_time(cues, (number for number, cue in enumerate(cues) if _is_spoken(cue.text))))
    chosen = [cues[number] for number in spoken]
    retiming = find_retiming(chosen, speech)
    moved = move_cues(cues, spoken, retiming)
    changes = [f"the captions are {describe_retiming(retiming, chosen)}"]
    changes += (
        f"this caption is left out, since its scene is missing: {' '.join(cue.text.split())}" for cue in moved.missing
    )
    return moved.cues, changes


def _one_at_a_time(cues: Sequence[Cue], numbers: Iterable[int]) -> Iterator[int]:
    """Yield the numbers of cues without those that start with the one before: they tell nothing more of the pauses."""
    latest = -SAME_START
    for number in numbers:
        if cues[number].start - latest >= SAME_START:
            latest = cues[number].start
            yield number


def _is_spoken(text: str) -> bool:
    """Return whether a text has anything but labels and sounds."""
    unspoken = unspoken_spans(text)
    return any(
        character.isalnum() and not any(first <= position < last for first, last, _ in unspoken)
        for position, character in enumerate(text)
    )


def _counted(blocks: Iterable[Audio], count: Callable[[float], object]) -> Iterator[Audio]:
    for block in blocks:
        yield block
        count(block.end)


def _joined(clips: Iterable[Audio]) -> Iterator[Span]:
    """Yield the spans of clips; those that touch are one."""
    current: Span | None = None
    for clip in clips:
        if current is not None and clip.start - current.end < SAME_REGION:
            current = Span(current.start, clip.end)
            continue
        if current is not None:
            yield current
        current = Span(clip.start, clip.end)
    if current is not None:
        yield current
