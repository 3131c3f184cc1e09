"""How far word times are from a reference: `python -m tests.benchmarks.alignment`.

Needs PocketSphinx, and CAPTIONER_TESTDATA: a folder of real speech with the times of its words. The rows of flite's
voices and of Whisper's own words are left out where flite or Whisper is not installed.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from captioner.align import Aligner, SpokenText, align_recording, incremental_aligner, load_aligner
from captioner.backends import Backend, Hints, load_backend
from captioner.errors import BackendError, UsageError
from captioner.media import find_ffmpeg
from captioner.score import time_errors
from captioner.speech import speech_clips
from captioner.values import Audio, Samples, Span, Word
from tests.align.flite_voices import SENTENCES, VOICES, flite_installed, flite_speech
from tests.align.test_aligners import ALL_TEXTS, known_starts
from tests.align.voices import noisy, spoken_with_marks
from tests.benchmarks import HELP
from tests.benchmarks.measuring import RATE, read_whole
from tests.benchmarks.pages import publish
from tests.benchmarks.recordings import FOLDER, require_recordings
from tests.paths import DOCS

PAGE = DOCS / "alignment.md"

ENGLISH = FOLDER / "audio/en"

Recording = tuple[Path, ...]
"""The files that are aligned together."""

GROUPS: dict[str, list[Recording]] = {
    "tuning: a reader of Austen, 5 clips": [tuple(sorted(ENGLISH.glob("librivox_austen/*.wav")))],
    "tuning: a reader of sonnets, 3 of 52 s, by regions": [(path,) for path in sorted(ENGLISH.glob("sonnet_*.mp3"))],
    "test: LJ, 16 clips": [tuple(sorted(ENGLISH.glob("ljspeech/*.flac")))],
    "test: three others, 3 clips": [
        (ENGLISH / name,) for name in ("goforward.flac", "praatio_mary.wav", "glm_example_en.wav")
    ],
}
LONGEST_CLIP = 15.0
"""Seconds; a longer recording is aligned by speech regions, as captioner does."""

FILTERS = {
    "telephone band": "highpass=f=300,lowpass=f=3400,aresample=8000,aresample=16000",
    "0.8 times the speed": "atempo=0.8",
    "1.25 times the speed": "atempo=1.25",
}
SPEEDS = {"0.8 times the speed": 0.8, "1.25 times the speed": 1.25}
NOISES = {"noise 20 dB below": 20.0, "noise 10 dB below": 10.0}
CONDITIONS = ("as recorded", *FILTERS, *NOISES, "film music 12 dB below")
WHISPER = "tiny.en"


@dataclass(frozen=True)
class ReferenceClip:
    """A clip with its text and reference."""

    clip: Audio
    words: tuple[str, ...]

    times: tuple[tuple[float, float] | None, ...]
    """Start and end of each word in seconds; None for a word that the reference does not have."""

    starts_line: tuple[bool, ...]
    """Whether each word is the first one of a line of the transcript."""


def filtered(path: Path, filters: str) -> Audio:
    """Return the audio of a file after some filters of ffmpeg."""
    output = ["-af", filters, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    command = [find_ffmpeg(), "-v", "error", "-i", str(path), *output]
    return Audio(np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32), RATE)


def mixed(clip: Audio, background: Samples, decibels: float) -> Audio:
    """Return a clip with a background that is quieter than the clip by `decibels`."""
    background = np.resize(background, len(clip.samples))
    gain = np.sqrt(np.mean(clip.samples**2) / np.mean(background**2)) * 10 ** (-decibels / 20)
    return Audio(np.asarray(clip.samples + gain * background, np.float32), clip.sample_rate)


@cache
def music() -> Samples:
    return read_whole(FOLDER / "video/tears_of_steel_clip.webm").samples


def audio_in(condition: str, path: Path) -> Audio:
    """Return the audio of a file in one of the `CONDITIONS`."""
    if condition in FILTERS:
        return filtered(path, FILTERS[condition])
    return with_background(condition, read_whole(path))


def with_background(condition: str, clip: Audio) -> Audio:
    """Return a clip with the noise or music of a condition."""
    if condition in NOISES:
        noise = np.random.default_rng(1).normal(0, 1, len(clip.samples)).astype(np.float32)
        return mixed(clip, noise, NOISES[condition])
    return mixed(clip, music(), 12) if condition.startswith("film music") else clip


Align = Callable[[Sequence[ReferenceClip]], list[tuple[Word, ...]]]
"""Returns the words of each clip of one recording."""


@cache
def flite_clips(voice: str, condition: str) -> list[ReferenceClip]:
    """Return the sentences of one of flite's voices, whose word times are exact."""
    clips = []
    for text in SENTENCES:
        clip, words = flite_speech(text, voice)
        times = tuple((word.start, word.end) for word in words)
        first = tuple(index == 0 for index in range(len(words)))
        clips.append(ReferenceClip(with_background(condition, clip), tuple(text.split()), times, first))
    return clips


@cache
def reference_clips(path: Path, condition: str) -> list[ReferenceClip]:
    """Return a recording as one clip, or a long one as the clips of its speech regions."""
    reference = json.loads(path.with_suffix(".ref.json").read_text("utf-8"))
    lines = [line.split() for line in reference["transcript"].split("\n")]
    words = tuple(word for line in lines for word in line)
    starts_line = tuple(index == 0 for line in lines for index in range(len(line)))
    times = known_times(words, reference["words"], SPEEDS.get(condition, 1.0))
    clip = audio_in(condition, path)
    if clip.duration <= LONGEST_CLIP:
        return [ReferenceClip(clip, words, times, starts_line)]
    clips = []
    for region in speech_clips([clip]):
        inside = [index for index in range(len(words)) if region.start <= middle(times, index) < region.end]
        if inside:
            parts = [tuple(values[index] for index in inside) for values in (words, times, starts_line)]
            clips.append(ReferenceClip(region, *parts))  # type: ignore[arg-type]
    return clips


def known_times(
    words: tuple[str, ...], reference: list[dict[str, Any]], speed: float
) -> tuple[tuple[float, float] | None, ...]:
    """Return the reference's times of each word, or None where the two texts differ."""
    ours, theirs = [plain(word) for word in words], [plain(word["w"]) for word in reference]
    times: list[tuple[float, float] | None] = [None] * len(words)
    for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            word = reference[block.b + offset]
            times[block.a + offset] = (word["start"] / speed, word["end"] / speed)
    return tuple(times)


def plain(word: str) -> str:
    """Return a word in small letters, without punctuation."""
    return re.sub(r"[^\w']", "", word.lower().replace("’", "'"))


def middle(times: tuple[tuple[float, float] | None, ...], index: int) -> float:
    """Return the middle of a word in seconds, or that of the nearest word with times."""
    nearest = min((at for at, span in enumerate(times) if span), key=lambda at: abs(at - index))
    return sum(times[nearest] or ()) / 2


def proportional(clip: Audio, text: str) -> tuple[Word, ...]:
    """Return word times without an aligner: the clip is divided by the number of letters."""
    words = re.findall(r"\s*\S+", text)
    edges = np.cumsum([0, *map(len, words)]) / len(text) * clip.duration + clip.start
    return tuple(Word(float(a), float(b), word) for a, b, word in zip(edges, edges[1:], words, strict=False))


def sphinx(clip: Audio, text: str) -> tuple[Word, ...]:
    """Return PocketSphinx's forced alignment; no words if one is not in its dictionary."""
    from pocketsphinx import Decoder

    words = text.split()
    decoder = Decoder(samprate=16_000, loglevel="FATAL", bestpath=False)
    if any(decoder.lookup_word(plain(word)) is None for word in words):
        return ()
    decoder.set_align_text(" ".join(map(plain, words)))
    decoder.start_utt()
    decoder.process_raw((np.clip(clip.samples, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    aligned = [segment for segment in decoder.seg() or () if not segment.word.startswith(("<", "[", "+"))]
    if len(aligned) != len(words):
        return ()
    times = [(clip.start + one.start_frame / 100, clip.start + (one.end_frame + 1) / 100) for one in aligned]
    return tuple(Word(start, end, word) for (start, end), word in zip(times, words, strict=True))


def methods() -> dict[str, Align]:
    """Return what is measured, by its name in the tables."""
    espeak = load_aligner("espeak")
    return {
        "proportional": each_by(proportional),
        "pauses": by_recording(load_aligner("pauses")),
        "espeak": by_recording(espeak),
        "espeak, clip by clip as live": lambda clips: by_recording(incremental_aligner(espeak))(clips),
        "PocketSphinx": each_by(sphinx),
    }


def each_by(align: Callable[[Audio, str], tuple[Word, ...]]) -> Align:
    return lambda clips: [align(one.clip, " ".join(one.words)) for one in clips]


def by_recording(aligner: Aligner) -> Align:
    def align(clips: Sequence[ReferenceClip]) -> list[tuple[Word, ...]]:
        texts = [SpokenText(one.clip, " ".join(one.words), "en") for one in clips]
        return [alignment.words for alignment in align_recording(aligner, texts)]

    return align


@dataclass(frozen=True)
class Result:
    """The errors of one method in one group of clips."""

    errors: NDArray[np.float64]
    """Errors of the starts and ends of words in seconds, shape (words, 2)."""

    lines: NDArray[np.float64]
    """Errors of the starts of lines in seconds."""

    times_real_time: float
    """Seconds of audio for each second of CPU time."""

    def row(self) -> str:
        if not len(self.errors):
            return "|".join([" "] * 9)
        words, lines = time_errors(self.errors.ravel()), time_errors(self.lines)
        assert words is not None
        assert lines is not None
        within = " | ".join(f"{100 * share:.1f} %" for share in words.within)
        figures = f"{1000 * words.mean:.0f} | {1000 * words.median:.0f} | {1000 * words.p90:.0f} | {within}"
        return f"{len(self.errors)} | {figures} | {1000 * lines.mean:.0f} | {self.times_real_time:.0f}"


def measure(align: Align, recordings: Sequence[Sequence[ReferenceClip]]) -> Result:
    """Return the errors of one method on some recordings."""
    errors, lines, audio_seconds, cpu_seconds = [], [], 0.0, 0.0
    for clips in recordings:
        started = time.process_time()
        aligned = align(clips)
        cpu_seconds += time.process_time() - started
        audio_seconds += sum(one.clip.duration for one in clips)
        for one, words in zip(clips, aligned, strict=True):
            for span, known, starts_line in zip(spans(words, one.words), one.times, one.starts_line, strict=False):
                if known:
                    errors.append((span.start - known[0], span.end - known[1]))
                    lines += [errors[-1][0]] if starts_line else []
    return Result(np.array(errors), np.array(lines), audio_seconds / cpu_seconds)


def recordings_in(condition: str, groups: Sequence[str]) -> list[list[ReferenceClip]]:
    """Return the clips of each recording of some groups in one of the `CONDITIONS`."""
    return [
        [clip for path in recording for clip in reference_clips(path, condition)]
        for group in groups
        for recording in GROUPS[group]
    ]


def spans(aligned: tuple[Word, ...], words: tuple[str, ...]) -> Iterator[Span]:
    """Yield the times of each of `words`; an aligner may have split or joined some."""
    if not aligned:
        return
    lasts = np.cumsum([len(word.text.replace(" ", "")) for word in aligned])
    at = 0
    for word in words:
        first, last = np.searchsorted(lasts, [at, at + len(word) - 1], side="right")
        yield Span(aligned[first].start, aligned[last].end)
        at += len(word)


HEAD = "| method | words | mean | median | p90 | ≤ 50 ms | ≤ 100 ms | ≤ 200 ms | line starts | × real time |\n"
HEAD += "|---|---|---|---|---|---|---|---|---|---|"


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Print the tables, and do not write the page.")
def main(dry_run: bool) -> None:
    """Measure how far word times are from a reference, and rewrite the tables of docs/alignment.md.

    CAPTIONER_TESTDATA names the folder of the recordings.
    """
    require_recordings()
    publish(PAGE, (clip_tables(), language_table()), dry_run=dry_run)


def clip_tables() -> Iterator[str]:
    """Yield the lines of the tables: by group, of all clips together, in harder conditions, and of others' words."""
    table = methods()
    short = [group for group in GROUPS if "52 s" not in group]
    for title, groups in [
        *((group[0].upper() + group[1:], [group]) for group in GROUPS),
        ("All 24 clips together", short),
    ]:
        yield f"\n### {title}\n\n{HEAD}"
        for name, align in table.items():
            yield f"| {name} | {measure(align, recordings_in('as recorded', groups)).row()} |"
    for name in ("espeak", "pauses"):
        yield f"\n### The clips under harder conditions, `{name}`\n\n{HEAD.replace('method', 'condition')}"
        for condition in CONDITIONS:
            yield f"| {condition} | {measure(table[name], recordings_in(condition, short)).row()} |"
    if flite_installed():
        yield f"\n### Exact times: three voices of flite, 18 sentences each\n\n{HEAD.replace('method', 'condition')}"
        for name in ("espeak", "pauses"):
            for condition in ("as recorded", *NOISES, "film music 12 dB below"):
                clips = [flite_clips(voice, condition) for voice in VOICES]
                yield f"| {name}, {condition} | {measure(table[name], clips).row()} |"
    yield from whisper_table(table["espeak"], short)


def whisper_table(espeak: Align, groups: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the table of Whisper's own word times, on the words that it recognised."""
    try:
        backend = load_backend("whisper", model=WHISPER)
    except (BackendError, UsageError):
        return
    yield "\n### Whisper tiny.en's own word times, and `espeak` on the same words\n"
    yield HEAD.replace("method", "condition")
    for condition in ("as recorded", "noise 10 dB below", "film music 12 dB below"):
        recordings = [list(map(backend_clip(backend), clips)) for clips in recordings_in(condition, groups)]
        references = [[one for one, _ in clips] for clips in recordings]
        own = {id(one): words for clips in recordings for one, words in clips}
        times, _, _ = measure(taken_from(own), references).row().rpartition("|")
        yield f"| Whisper, {condition} | {times}| |"
        yield f"| espeak, {condition} | {measure(espeak, references).row()} |"


def taken_from(words: dict[int, tuple[Word, ...]]) -> Align:
    """Return a method that knows the words of each clip by its `id`."""
    return lambda clips: [words[id(one)] for one in clips]


def backend_clip(backend: Backend) -> Callable[[ReferenceClip], tuple[ReferenceClip, tuple[Word, ...]]]:
    """Return a function to the words of a clip by a backend, and the clip with the times of these words alone."""

    def recognised(one: ReferenceClip) -> tuple[ReferenceClip, tuple[Word, ...]]:
        (recognition,) = backend.transcribe([one.clip], Hints("en"))
        theirs = [{"w": word.text, "start": word.start, "end": word.end} for word in recognition.words]
        found = known_times(one.words, theirs, 1.0)
        times = tuple(known if span else None for known, span in zip(one.times, found, strict=True))
        words = tuple(Word(*(span or (0.0, 0.0)), word) for span, word in zip(found, one.words, strict=True))
        return replace(one, times=times), words

    return recognised


def language_table() -> Iterator[str]:
    """Yield the lines of the table of other languages: mean error in ms of the starts of synthetic words."""
    yield "| language | text | espeak | pauses |\n|---|---|---|---|"
    for language, (voice, text) in ALL_TEXTS.items():
        means = " | ".join(
            f"{1000 * synthetic_error(name, language, voice, text):.0f}" for name in ("espeak", "pauses")
        )
        yield f"| {language} | {text} | {means} |"


def synthetic_error(name: str, language: str, voice: str, text: str) -> float:
    """Return the mean error in seconds of the starts of words that espeak-ng speaks, slower and with some noise."""
    samples, marks = spoken_with_marks(text, f"{voice}+f2", pace=150, pitch=70)
    words = load_aligner(name).align(Audio(noisy(samples, 25), RATE), text, language).words
    return float(np.mean([abs(word.start - known) for word, known in known_starts(words, marks)]))


if __name__ == "__main__":
    main()
