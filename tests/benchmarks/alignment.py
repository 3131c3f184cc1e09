"""How far words in time lie from where they are said: `python -m tests.benchmarks.alignment > docs/alignment.md`.

Needs CAPTIONER_TESTDATA, a folder of real speech with the times of its words.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from captioner.align import load_aligner
from captioner.media import open_media, read_audio
from captioner.score import time_errors
from captioner.speech import speech_clips
from captioner.values import Audio, Samples, Span, Word
from tests.align.test_aligners import ALL_TEXTS, OURS, known_starts
from tests.align.voices import noisy, spoken_with_marks

FOLDER = Path(os.environ.get("CAPTIONER_TESTDATA", "."))
ENGLISH = FOLDER / "audio/en"

GROUPS = {
    "tuning: a reader of Austen, 5 clips": sorted(ENGLISH.glob("librivox_austen/*.wav")),
    "tuning: a reader of sonnets, 3 of 52 s, by regions": sorted(ENGLISH.glob("sonnet_*.mp3")),
    "test: LJ, 16 clips": sorted(ENGLISH.glob("ljspeech/*.flac")),
    "test: three others, 3 clips": [
        ENGLISH / name for name in ("goforward.flac", "praatio_mary.wav", "glm_example_en.wav")
    ],
}
WHOLE = 15.0
"""Seconds; what is longer is aligned region by region, as captioner does."""

FILTERS = {
    "as recorded": "anull",
    "telephone band": "highpass=f=300,lowpass=f=3400,aresample=8000,aresample=16000",
    "0.8 times the speed": "atempo=0.8",
    "1.25 times the speed": "atempo=1.25",
}
SPEEDS = {"0.8 times the speed": 0.8, "1.25 times the speed": 1.25}
CONDITIONS = (*FILTERS, "noise 20 dB below", "film music 12 dB below")

Align = Callable[[Audio, str], tuple[Word, ...]]


@dataclass(frozen=True)
class Piece:
    """A clip, the words said in it, the start and end in seconds of those that the reference knows, and the lines."""

    clip: Audio
    words: tuple[str, ...]
    times: tuple[tuple[float, float] | None, ...]
    opens_line: tuple[bool, ...]


def read(path: Path, filters: str = "anull") -> Audio:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-af", filters, "-ac", "1", "-ar", "16000", "-f", "f32le", "-"]
    if filters == "anull":
        with open_media(str(path)) as media:
            blocks = list(read_audio(media))
        return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)
    return Audio(np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32), 16_000)


def under(clip: Audio, bed: Samples, decibels: float) -> Audio:
    laid = np.resize(bed, len(clip.samples))
    gain = np.sqrt(np.mean(clip.samples**2) / np.mean(laid**2)) * 10 ** (-decibels / 20)
    return Audio(np.asarray(clip.samples + gain * laid, np.float32), clip.sample_rate)


@cache
def music() -> Samples:
    return read(FOLDER / "video/tears_of_steel_clip.webm").samples


def heard(path: Path, condition: str) -> Audio:
    clip = read(path, FILTERS.get(condition, "anull"))
    if condition.startswith("noise"):
        return under(clip, np.random.default_rng(1).normal(0, 1, len(clip.samples)).astype(np.float32), 20)
    return under(clip, music(), 12) if condition.startswith("film music") else clip


@cache
def pieces(path: Path, condition: str) -> list[Piece]:
    reference = json.loads(path.with_suffix(".ref.json").read_text("utf-8"))
    lines = [line.split() for line in reference["transcript"].split("\n")]
    words = tuple(word for line in lines for word in line)
    opens = tuple(index == 0 for line in lines for index in range(len(line)))
    times = known_times(words, reference["words"], SPEEDS.get(condition, 1.0))
    clip = heard(path, condition)
    if clip.duration <= WHOLE:
        return [Piece(clip, words, times, opens)]
    found = []
    for region in speech_clips([clip]):
        inside = [index for index in range(len(words)) if region.start <= middle(times, index) < region.end]
        if inside:
            parts = [tuple(values[index] for index in inside) for values in (words, times, opens)]
            found.append(Piece(region, *parts))  # type: ignore[arg-type]
    return found


def known_times(
    words: tuple[str, ...], reference: list[dict[str, Any]], speed: float
) -> tuple[tuple[float, float] | None, ...]:
    """Where the reference has the same word in its turn, what it says."""
    bare, known = [plain(word) for word in words], [plain(word["w"]) for word in reference]
    times: list[tuple[float, float] | None] = [None] * len(words)
    for block in SequenceMatcher(None, bare, known, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            word = reference[block.b + offset]
            times[block.a + offset] = (word["start"] / speed, word["end"] / speed)
    return tuple(times)


def plain(word: str) -> str:
    return re.sub(r"[^\w']", "", word.lower().replace("’", "'"))


def middle(times: tuple[tuple[float, float] | None, ...], index: int) -> float:
    nearest = min((at for at, span in enumerate(times) if span), key=lambda at: abs(at - index))
    return sum(times[nearest] or ()) / 2


def proportional(clip: Audio, text: str) -> tuple[Word, ...]:
    """What is left to do without an aligner: each word by its letters, over the whole clip."""
    words = re.findall(r"\s*\S+", text)
    passed = np.cumsum([0, *map(len, words)]) / len(text) * clip.duration + clip.start
    return tuple(Word(float(a), float(b), word) for a, b, word in zip(passed, passed[1:], words, strict=False))


def sphinx(clip: Audio, text: str) -> tuple[Word, ...]:
    """PocketSphinx's forced alignment; no words where it does not know one."""
    from pocketsphinx import Decoder

    words = text.split()
    decoder = Decoder(samprate=16_000, loglevel="FATAL", bestpath=False)
    if any(decoder.lookup_word(plain(word)) is None for word in words):
        return ()
    decoder.set_align_text(" ".join(map(plain, words)))
    decoder.start_utt()
    decoder.process_raw((np.clip(clip.samples, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    said = [segment for segment in decoder.seg() or () if not segment.word.startswith(("<", "[", "+"))]
    if len(said) != len(words):
        return ()
    times = [(clip.start + one.start_frame / 100, clip.start + (one.end_frame + 1) / 100) for one in said]
    return tuple(Word(start, end, word) for (start, end), word in zip(times, words, strict=True))


def methods() -> dict[str, Align]:
    named = {name: load_aligner(name) for name in ("pauses", "espeak")}
    return {
        "proportional": proportional,
        "pauses": lambda clip, text: named["pauses"].align(clip, text, "en").words,
        "espeak": lambda clip, text: named["espeak"].align(clip, text, "en").words,
        "PocketSphinx": sphinx,
    }


@dataclass(frozen=True)
class Result:
    """`errors` in seconds of the starts and ends of words, shape (words, 2); those of `lines` and how fast it went."""

    errors: NDArray[np.float64]
    lines: NDArray[np.float64]
    seconds: float
    times_real_time: float

    def row(self) -> str:
        if not len(self.errors):
            return "|".join([" "] * 9)
        found, lines = time_errors(self.errors.ravel()), time_errors(self.lines)
        assert found is not None
        assert lines is not None
        within = " | ".join(f"{100 * share:.1f} %" for share in found.within)
        figures = f"{1000 * found.mean:.0f} | {1000 * found.median:.0f} | {1000 * found.p90:.0f} | {within}"
        return f"{len(self.errors)} | {figures} | {1000 * lines.mean:.0f} | {self.times_real_time:.0f}"


def measure(align: Align, paths: list[Path], condition: str) -> Result:
    errors, lines, seconds, spent = [], [], 0.0, 0.0
    for piece in (piece for path in paths for piece in pieces(path, condition)):
        started = time.process_time()
        timed = align(piece.clip, " ".join(piece.words))
        spent += time.process_time() - started
        seconds += piece.clip.duration
        for span, known, opens in zip(spans(timed, piece.words), piece.times, piece.opens_line, strict=False):
            if known:
                errors.append((span.start - known[0], span.end - known[1]))
                lines += [errors[-1][0]] if opens else []
    return Result(np.array(errors), np.array(lines), seconds, seconds / spent)


def spans(timed: tuple[Word, ...], words: tuple[str, ...]) -> Iterator[Span]:
    """When each of `words` is said, which an aligner may have taken apart or together."""
    if not timed:
        return
    lasts = np.cumsum([len(word.text.replace(" ", "")) for word in timed])
    at = 0
    for word in words:
        first, last = np.searchsorted(lasts, [at, at + len(word) - 1], side="right")
        yield Span(timed[first].start, timed[last].end)
        at += len(word)


HEAD = "| method | words | mean | median | p90 | ≤ 50 ms | ≤ 100 ms | ≤ 200 ms | line starts | × real time |\n"
HEAD += "|---|---|---|---|---|---|---|---|---|---|"


INTRODUCTION = """\
# Alignment

A backend such as GLM-ASR returns text without the time of each word. An aligner adds these times. Cues then start and
end with their words and not with the speech region, and `--word-times` has times to write.

```sh
captioner talk.mp4                  # --align auto: the best aligner on this machine
captioner talk.mp4 --align pauses   # needs no library besides numpy
captioner talk.mp4 --align none     # no word times: captioner estimates times inside a region
```

## Choose an aligner

| name | languages | needs | times in steps of |
|---|---|---|---|
| `espeak` | about a hundred | nothing else | 10 ms |
| `pauses` | all | nothing else | 10 ms |
| `qwen3` | eleven | torch, transformers, the model | 80 ms |

- **`espeak`**: espeak-ng speaks the text, and a hidden Markov model with silences between words matches this speech
  with the audio. A first path takes every second frame. The voice is then fitted to the speaker, and a second path
  near the first gives the times.
- **`pauses`**: the same hidden Markov model, with the sounds of the letters. A vowel is loud and dark, an s is bright,
  a t is nearly silent; a letter that is not Latin is read by its name in Unicode. A silence is more likely after a
  comma than between two words. Where no path fits, the text is divided between the pauses by how long words take to
  say.
- **`qwen3`**: Qwen3-ForcedAligner. Download it with `hf download Qwen/Qwen3-ForcedAligner-0.6B-hf`; captioner downloads
  nothing by itself. `--align qwen3:FOLDER` uses another folder.

`--align auto` is `espeak`, or `pauses` if espeak-ng cannot be loaded.

`espeak` leaves some clips to `pauses`:

- a text that does not match its audio or is too long for it, and a clip of more than 40 s without a pause. The region's
  `reason` in the report says so;
- a language that espeak-ng cannot read, without a note in the report;
- Japanese, unless pykakasi is installed, which converts kanji to kana: `pip install captioner[cjk]`.

Clips longer than 40 s (`pauses`: 30 s) are cut between clauses. The same clip and text give the same times in every
run. An aligner works on one core.

## Write your own aligner

An aligner is a class in the entry point group `captioner.aligners`. It needs a `name`, for the report, and `align`,
which returns the words and, if their times are less exact than usual, a doubt in one sentence:

```python
from captioner.align import Alignment
from captioner.values import Word


class Even:
    name = "even"

    def align(self, clip, text, language):  # the texts of the words, joined, must be the text
        return Alignment((Word(clip.start, clip.end, text),), doubt="the whole text is one word")
```

`clip` is a `captioner.Audio`; word times are on the media's clock, so they lie between `clip.start` and `clip.end`.
`language` is a BCP 47 tag or None. The constructor takes no arguments, or `model`, if the aligner works with one
(`--align NAME:MODEL`). It raises `ImportError` or `OSError` if its library cannot be loaded.

## How exact they are

Measured by `python -m tests.benchmarks.alignment`: how far starts and ends of words are from the reference, in ms. The
reference of nearly all clips is PocketSphinx's forced alignment, whose median difference from labels made by hand is
13 ms; its own rows therefore say little. The constants of captioner were chosen on the tuning speakers alone. Times
real time are of CPU time, with synthesis. Qwen3-ForcedAligner was not measured: its weights were not available."""

LANGUAGES = """
### Other languages

Mean error in ms of the starts of words in espeak-ng's own speech, by a woman's voice at another pace, with noise 25 dB
below it; its word times are known. For `espeak`, which uses the same synthesizer, this only shows that it times the
right words. `pauses` is worse where a script leaves vowels out, and where digits are not read as in English.

| language | text | espeak | pauses |
|---|---|---|---|"""


def report() -> Iterator[str]:
    yield INTRODUCTION
    table = methods()
    for group, paths in GROUPS.items():
        yield f"\n### {group[0].upper()}{group[1:]}\n\n{HEAD}"
        for name, align in table.items():
            yield f"| {name} | {measure(align, paths, 'as recorded').row()} |"
    everyone = [path for group, paths in GROUPS.items() if "52 s" not in group for path in paths]
    yield f"\n### All 24 clips together\n\n{HEAD}"
    for name, align in table.items():
        yield f"| {name} | {measure(align, everyone, 'as recorded').row()} |"
    for name in ("espeak", "pauses"):
        yield f"\n### The clips under harder conditions, `{name}`\n\n{HEAD.replace('method', 'condition')}"
        for condition in CONDITIONS:
            yield f"| {condition} | {measure(table[name], everyone, condition).row()} |"
    yield LANGUAGES
    for language, (voice, text) in ALL_TEXTS.items():
        means = " | ".join(f"{1000 * far_from_another_voice(name, language, voice, text):.0f}" for name in OURS)
        yield f"| {language} | {text} | {means} |"


def far_from_another_voice(name: str, language: str, voice: str, text: str) -> float:
    """Mean error in seconds of the starts of words that espeak-ng says in a woman's voice, slower, in some noise."""
    sound, marks = spoken_with_marks(text, f"{voice}+f2", pace=150, pitch=70)
    words = load_aligner(name).align(Audio(noisy(sound, 25), 16_000), text, language).words
    return float(np.mean([abs(word.start - known) for word, known in known_starts(words, marks)]))


if __name__ == "__main__":
    for line in report():
        print(line, flush=True)
