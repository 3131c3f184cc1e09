"""Cues that break a rule of their style, and the time to make them: `python -m tests.benchmarks.cues`.

The references are greedy splitters in common use, rewritten from how they work: whisper's subtitle writer with
--max_line_width and --max_line_count, and whisperX's subtitle processor. Needs CAPTIONER_TESTDATA, a folder of real
speech with transcripts; aligners find the word times.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import click

from captioner.align import load_aligner
from captioner.cues import make_cues
from captioner.lint import lint
from captioner.lint.rules import RULES
from captioner.profiles import Profile, profile_for
from captioner.speech import speech_clips
from captioner.values import Cue, Segment, Transcript, Word
from tests.benchmarks import HELP, Lengths, Row
from tests.benchmarks.measuring import read_whole
from tests.benchmarks.pages import publish
from tests.benchmarks.recordings import FOLDER, MANIFEST, entries, require_recordings
from tests.paths import DOCS

PAGE = DOCS / "cues.md"

COPIES = ("audio/containers/", "audio/composed/", "video/")
"""Folders of recordings whose speech is also in other files."""

CONJUNCTIONS = ("and", "but", "or", "because", "which", "that", "und", "et", "e", "y")
"""Words before which whisperX's processor may cut."""

Splitter = Callable[[Transcript, Profile], list[Cue]]


def whisper(transcript: Transcript, profile: Profile) -> list[Cue]:
    """Return cues as whisper's writer makes them: lines and cues are filled, and a pause of 3 s ends both."""
    cues: list[list[list[Word]]] = [[[]]]
    for word in words_of(transcript):
        last = cues[-1][-1][-1] if cues[-1][-1] else None
        pause = last is not None and word.start - last.end > 3
        line = text_of([*cues[-1][-1], word])
        if last is not None and (pause or len(line) > profile.width):
            if pause or len(cues[-1]) == profile.lines:
                cues.append([])
            cues[-1].append([])
        cues[-1][-1].append(word)
    return [cue_of(lines) for lines in cues if lines[0]]


def whisperx(transcript: Transcript, profile: Profile) -> list[Cue]:
    """Return cues as whisperX makes them: one line for each sentence.

    A sentence longer than 45 letters is cut at commas and conjunctions after 30.
    """
    cues: list[list[Word]] = [[]]
    for word in words_of(transcript):
        line = cues[-1]
        text = text_of(line)
        conjunction = word.text.strip().lower() in CONJUNCTIONS
        clause = len(text) >= 30 and (text.endswith((",", "，", "、", ";")) or conjunction)
        if line and (text.endswith((".", "!", "?", "。", "！", "？")) or clause or len(text_of([*line, word])) > 45):
            cues.append([])
        cues[-1].append(word)
    return [cue_of([line]) for line in cues if line]


def words_of(transcript: Transcript) -> list[Word]:
    return [word for segment in transcript.segments for word in segment.words]


def text_of(words: list[Word]) -> str:
    return "".join(word.text for word in words).strip()


def cue_of(lines: list[list[Word]]) -> Cue:
    start, end = lines[0][0].start, lines[-1][-1].end
    return Cue(start, max(end, start + 0.001), "\n".join(map(text_of, lines)))


SPLITTERS: dict[str, Splitter] = {"captioner": make_cues, "whisper's writer": whisper, "whisperX's processor": whisperx}


@dataclass(frozen=True)
class Result:
    """The errors in the cues of one splitter."""

    cues: int
    """Number of cues."""

    broken: int
    """Number of cues that break a rule."""

    avoidable: int
    """Number of these whose speech is slow enough to keep the rules."""

    rules: Counter[str]
    """Number of cues that break each rule."""


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Print the table, and do not write the page.")
def main(dry_run: bool) -> None:
    """Count the cues that break a rule, rewrite the table of docs/cues.md, and list captioner's broken cues.

    CAPTIONER_TESTDATA names the folder of the recordings.
    """
    require_recordings()
    publish(PAGE, [table()], dry_run=dry_run)
    print("\n".join(check(make_cues)[1]))


def table() -> Iterator[str]:
    """Yield the lines of the table of splitters."""
    results = {name: check(splitter)[0] for name, splitter in SPLITTERS.items()}
    rules = sorted({rule for result in results.values() for rule in result.rules})
    yield "| | cues | break a rule | although the speech is slow enough | " + " | ".join(rules) + " |"
    yield "|---|---|---|---|" + "---|" * len(rules)
    for name, result in results.items():
        counts = " | ".join(str(result.rules[rule]) for rule in rules)
        shares = (f"{count / result.cues:.1%}" for count in (result.broken, result.avoidable))
        yield f"| {name} | {result.cues} | {' | '.join(shares)} | {counts} |"


def measure(lengths: Lengths) -> Sequence[Row | str]:
    """Return rows for the CPU time for an hour of words, and for broken cues against the best other splitter."""
    if not MANIFEST.exists():
        return ["cues: not measured, CAPTIONER_TESTDATA names no folder of real speech"]
    transcript = hour()
    started = time.process_time()
    make_cues(transcript, profile_for("en"))
    seconds = time.process_time() - started
    results = {name: check(splitter)[0] for name, splitter in SPLITTERS.items()}
    percent = {name: 100 * result.avoidable / result.cues for name, result in results.items()}
    ours = percent.pop("captioner")
    label = "cues that break a rule although the speech is slow enough"
    return [
        Row("making cues of an hour of words / limit", seconds, 2.0, "CPU s", "≤ 1"),
        Row(f"{label} / best other splitter", ours, min(percent.values()), "%", "≤ 2 %"),
    ]


def check(splitter: Splitter) -> tuple[Result, list[str]]:
    """Return the errors in a splitter's cues of all talks, and a line for each broken cue."""
    count, broken, avoidable, rules, lines = 0, 0, 0, Counter[str](), []
    for file, language, transcript in talks():
        profile = profile_for(language)
        cues = splitter(transcript, profile)
        errors = errors_by_cue(cues, profile, language)
        count, broken = count + len(cues), broken + len(errors)
        for index, names in errors.items():
            rules.update(set(names))
            avoidable += names != ["reading-speed"] or is_readable(cues, index, profile)
            cue, text = cues[index], cues[index].text.replace("\n", " / ")
            rate = profile.characters(cue.text) / cue.duration
            lines.append(f"{file} {cue.start:.2f}-{cue.end:.2f} {','.join(names)} {rate:.1f}/{profile.cps:g}: {text}")
    return Result(count, broken, avoidable, rules), lines


def errors_by_cue(cues: list[Cue], profile: Profile, language: str) -> dict[int, list[str]]:
    """Return the broken rules of each cue by its index. Warnings, which are a matter of taste, do not count."""
    errors = [one for one in lint(cues, profile, language=language) if RULES[one.rule].level == "error"]
    by_cue = groupby(sorted(errors, key=lambda one: one.index or 0), key=lambda one: one.index or 0)
    return {index: [one.rule for one in group] for index, group in by_cue}


def is_readable(cues: list[Cue], index: int, profile: Profile) -> bool:
    """Return whether a cue can be read if it stays until the next one, or half a second after its last word."""
    cue, following = cues[index], cues[index + 1 : index + 2]
    spoken = cue.words[-1].end if cue.words else cue.end
    longest = min([spoken + profile.tail, *(after.start - profile.gap for after in following)])
    return profile.reading_time(cue.text) <= longest - cue.start


@cache
def talks() -> list[tuple[str, str, Transcript]]:
    """Return the file, the language and the transcript of each recording with known text, with word times."""
    talks = []
    for entry in entries():
        file, language = entry["file"], entry.get("language")
        if entry.get("transcript") and language and not file.startswith(COPIES):
            text = " ".join((FOLDER / entry["transcript"]).read_text("utf-8").split())
            talks.append((file, language, aligned(FOLDER / file, text, language)))
    return talks


def aligned(path: Path, text: str, language: str) -> Transcript:
    """Return the text with word times: by espeak if the recording is one speech region, else by its pauses."""
    clip = read_whole(path)
    regions = list(speech_clips([clip]))
    name = "espeak" if len(regions) == 1 else "pauses"
    words = load_aligner(name).align(clip if len(regions) != 1 else regions[0], text, language).words
    return Transcript((Segment(words[0].start, words[-1].end, text, words),), language)


def hour() -> Transcript:
    """Return an hour of English words: the talks, repeated."""
    segments: list[Segment] = []
    shift = 0.0
    english = [transcript for _, language, transcript in talks() if language == "en"]
    while shift < 3600:
        for transcript in english:
            for segment in transcript.segments:
                words = tuple(Word(word.start + shift, word.end + shift, word.text) for word in segment.words)
                segments.append(Segment(segment.start + shift, segment.end + shift, segment.text, words))
            shift = segments[-1].end + 0.5
    return Transcript(tuple(segments), "en")


if __name__ == "__main__":
    main()
