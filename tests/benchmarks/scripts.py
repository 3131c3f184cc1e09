"""How exact scripts are without a recogniser and how fast: `python -m tests.benchmarks.scripts`.

Needs CAPTIONER_TESTDATA for the sonnets, and flite for half of the voices.
"""

from __future__ import annotations

import json
import re
import time
import wave
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np

from captioner.backends import Hints
from captioner.pipeline import caption_script
from captioner.script import FrameCollector
from captioner.script.script_units import script_units
from captioner.script.sound_placement import unit_times
from captioner.speech import speech_clips
from captioner.values import Audio, Word
from tests.align.hesitant_talk import Talk, hesitant_talk
from tests.align.script_texts import SCRIPTS
from tests.align.voices import noisy, silence, spoken
from tests.benchmarks import HELP
from tests.benchmarks.measuring import RATE
from tests.benchmarks.pages import publish
from tests.benchmarks.recordings import FOLDER, entries, require_recordings
from tests.paths import DOCS

PAGE = DOCS / "script-accuracy.md"

SECONDS = 300.0
"""The length of a talk."""

TALKS = {
    "whole script": {"unspoken": 0.0, "foreign": 0.0},
    "a fifth of the sentences not spoken": {"unspoken": 0.2, "foreign": 0.0},
    "a fifth of the speech not in the script": {"unspoken": 0.0, "foreign": 0.2},
}

HOURS = (1, 3)


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Print the tables, and do not write the page.")
def main(dry_run: bool) -> None:
    """Measure how exact `captioner align` is without a recogniser, and rewrite the tables of docs/script-accuracy.md.

    CAPTIONER_TESTDATA names the folder of the recordings.
    """
    require_recordings()
    publish(PAGE, (talk_table(), recording_table(), language_table(), length_table()), dry_run=dry_run)


def talk_table() -> Iterator[str]:
    """Yield the lines of the table of hesitant talks, and of the sonnets as one script each."""
    yield "| recording | words | missing | mean | median | p95 | over 1 s | × real time |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, shares in TALKS.items():
        errors, missing, speed = [], 0, []
        for seed in (1, 2):
            talk = hesitant_talk(seed, SECONDS, **shares)
            words, faster = aligned(talk.audio, talk.script, "en")
            of_talk, not_found = talk_errors(talk, words)
            errors += of_talk
            missing += not_found
            speed.append(faster)
        yield f"| hesitant talks: {name} | {row(errors, missing)} | {np.mean(speed):.0f} |"
    errors, missing, speed = [], 0, []
    for path in sorted((FOLDER / "audio/en").glob("sonnet_*.mp3")):
        of_sonnet, not_found, faster = sonnet_errors(path)
        errors += of_sonnet
        missing += not_found
        speed.append(faster)
    yield f"| three sonnets | {row(errors, missing)} | {np.mean(speed):.0f} |"


def row(errors: Sequence[float], missing: int) -> str:
    ms = 1000 * np.array(errors)
    figures = f"{ms.mean():.0f} | {np.median(ms):.0f} | {np.quantile(ms, 0.95):.0f} | {(ms > 1000).sum()}"
    return f"{len(errors) + missing} | {missing} | {figures}"


def aligned(audio: Audio | Path, script: str, language: str) -> tuple[list[Word], float]:
    """Return the words of a script over a recording, and how many times faster than real time that was."""
    with TemporaryDirectory() as folder:
        path = audio if isinstance(audio, Path) else Path(folder) / "talk.wav"
        if isinstance(audio, Audio):
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, RATE, 0, "NONE", ""))
                file.writeframes((audio.samples * 32767).clip(-32768, 32767).astype("<i2").tobytes())
        started = time.process_time()
        made = caption_script(path, script, hints=Hints(language))
        seconds = time.process_time() - started
    return [word for segment in made.transcript.segments for word in segment.words], made.report.duration / seconds


def talk_errors(talk: Talk, words: Sequence[Word]) -> tuple[list[float], int]:
    """Return the errors in seconds of the starts of words, and how many words that are said were not found."""
    starts: dict[int, float] = {}
    position = 0
    for word in words:
        text = word.text.strip()
        found = talk.script.find(text, position) if text else -1
        if found >= 0:
            starts[found], position = word.start, found + len(text)
    errors = [abs(starts[word.position] - word.start) for word in talk.words if word.position in starts]
    return errors, len(talk.words) - len(errors)


def sonnet_errors(path: Path) -> tuple[list[float], int, float]:
    reference = json.loads(path.with_suffix(".ref.json").read_text("utf-8"))
    words, faster = aligned(path, reference["transcript"], "en")
    ours, theirs = [plain(word.text) for word in words], [plain(word["w"]) for word in reference["words"]]
    errors = [
        abs(words[block.a + offset].start - reference["words"][block.b + offset]["start"])
        for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
        for offset in range(block.size)
    ]
    return errors, len(theirs) - len(errors), faster


def plain(word: str) -> str:
    """Return a word in small letters, without punctuation."""
    return re.sub(r"[^\w']", "", word.lower().replace("’", "'"))


@dataclass(frozen=True)
class KnownLine:
    """A line of a transcript and when it is said."""

    text: str

    start: float
    """Seconds."""

    end: float


def recording_table() -> Iterator[str]:
    """Yield the lines of the table of real recordings whose lines have times, by language and folder."""
    yield "| recordings | lines | in their place | starts: mean | most | ends: mean | most |"
    yield "|---|---|---|---|---|---|---|"
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for entry in entries():
        if (lines := known_lines(entry)) and "/vad/" not in entry["file"]:
            path, language = Path(entry["file"]), entry["language"]
            clips = "clips" if path.parent.name == language else f"clips of {path.parent.name}"
            name = f"{language}, {clips if len(lines) == 1 else path.name}"
            groups[name] += line_errors(FOLDER / path, lines, language)
    for name, errors in groups.items():
        ms = 1000 * np.array(errors)
        starts, ends = ms.T
        figures = f"{starts.mean():.0f} | {starts.max():.0f} | {ends.mean():.0f} | {ends.max():.0f}"
        yield f"| {name} | {len(ms)} | {(starts < 1000).sum()} | {figures} |"


def known_lines(entry: dict[str, Any]) -> list[KnownLine]:
    """Return the lines of a recording; a transcript whose lines are not those of the reference is one line."""
    if not entry.get("reference") or not entry.get("transcript"):
        return []
    reference = json.loads((FOLDER / entry["reference"]).read_text("utf-8"))
    lines = reference["transcript"].splitlines()
    spans = reference.get("segments") or reference.get("words") or []
    if len(spans) != len(lines):
        lines, spans = [" ".join(lines)], [{"start": spans[0]["start"], "end": spans[-1]["end"]}] if spans else []
    return [KnownLine(line, span["start"], span["end"]) for line, span in zip(lines, spans, strict=False)]


def line_errors(path: Path, lines: Sequence[KnownLine], language: str) -> list[tuple[float, float]]:
    """Return the errors in seconds of the start and end of each line; of one that was not found a minute."""
    words, _ = aligned(path, "\n".join(line.text for line in lines), language)
    edges = np.cumsum([0, *(len(without_spaces(word.text)) for word in words)])[1:]
    lasts = np.cumsum([len(without_spaces(line.text)) for line in lines])
    errors = []
    for line, last in zip(lines, lasts, strict=True):
        first, end = np.searchsorted(edges, [last - len(without_spaces(line.text)), last - 1], side="right")
        is_found = end < len(words)
        errors.append(
            (abs(words[first].start - line.start), abs(words[end].end - line.end)) if is_found else (60.0, 60.0)
        )
    return errors


def without_spaces(text: str) -> str:
    return "".join(text.split())


def language_table() -> Iterator[str]:
    """Yield the lines of the table of scripts in other languages, in another voice than the aligner's."""
    yield "| language | sentences | in their place | mean | most |\n|---|---|---|---|---|"
    for language, sentences in SCRIPTS.items():
        errors = sentence_errors(language, sentences)
        ms = 1000 * np.array(errors)
        yield f"| {language} | {len(sentences)} | {(ms < 300).sum()} | {ms.mean():.0f} | {ms.max():.0f} |"


def sentence_errors(language: str, sentences: Sequence[str]) -> list[float]:
    """Return the errors in seconds of the starts of sentences; one that was not found counts as a minute."""
    voice = f"{'cmn' if language == 'zh' else language}+f3"
    parts, known, position = [silence(0.5)], [], 0.5
    for sentence in sentences:
        sound = spoken(sentence, voice, pace=150)
        parts += [sound, silence(0.8)]
        known.append(position + np.flatnonzero(np.abs(sound) > 0.003)[0] / RATE)
        position += len(sound) / RATE + 0.8
    words, _ = aligned(Audio(noisy(np.concatenate(parts), 35), RATE), "\n".join(sentences), language)
    starts: dict[int, float] = {}
    written = 0
    for word in words:
        starts.setdefault(written, word.start)
        written += len("".join(word.text.split()))
    firsts = np.cumsum([0, *(len("".join(sentence.split())) for sentence in sentences[:-1])]).tolist()
    return [abs(starts.get(first, start + 60) - start) for first, start in zip(firsts, known, strict=True)]


def length_table() -> Iterator[str]:
    """Yield the lines of the table of long recordings: the search alone, on one core."""
    yield "| speech | words | over 1 s | × real time |\n|---|---|---|---|"
    talk = hesitant_talk(7, 1800.0)
    clips = list(speech_clips([talk.audio]))
    words = {word.position: word.start for word in talk.words}
    for hours in HOURS:
        count, length = 2 * hours, talk.audio.duration
        started = time.process_time()
        collector = FrameCollector()
        for number in range(count):
            for clip in clips:
                collector.add(Audio(clip.samples, RATE, clip.start + number * length))
        script = talk.script * count
        units, recording = script_units(script), collector.recording()
        assert recording is not None
        times = unit_times(script, units, "en", recording)
        seconds = time.process_time() - started
        errors = []
        for index, unit in enumerate(units):
            position = unit.last - len(script[unit.first : unit.last].lstrip())
            number, inside = divmod(position, len(talk.script))
            if inside in words and index in times.said:
                errors.append(abs(times.said[index].start - words[inside] - number * length))
        late = int((np.array(errors) > 1).sum())
        yield f"| {hours} h | {len(errors)} | {late} | {count * length / seconds:.0f} |"


if __name__ == "__main__":
    main()
