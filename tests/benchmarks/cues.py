"""How many cues break a rule of their style, and how long an hour takes: `python -m tests.benchmarks.cues`.

Beside captioner stand the greedy splitters that people have today, written anew from how they work: whisper's subtitle
writer with --max_line_width and --max_line_count, and whisperX's subtitle processor. Needs CAPTIONER_TESTDATA, a folder
of real speech with what is said in it; the times of the words are the reference's, else those that alignment finds.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np

from captioner.align import load_aligner
from captioner.cues import make_cues
from captioner.lint import lint
from captioner.lint.rules import RULES
from captioner.media import open_media, read_audio
from captioner.profiles import Profile, profile_for
from captioner.speech import speech_clips
from captioner.values import Audio, Cue, Segment, Transcript, Word
from tests.benchmarks import Lengths, Row

FOLDER = Path(os.environ.get("CAPTIONER_TESTDATA", "."))
TWICE = ("audio/containers/", "audio/composed/", "video/")
"""Recordings whose speech stands elsewhere as well."""

Splitter = Callable[[Transcript, Profile], list[Cue]]


def whisper(transcript: Transcript, profile: Profile) -> list[Cue]:
    """Words fill a line up to its width, lines a cue up to their number; a pause of 3 s ends both."""
    cues: list[list[list[Word]]] = [[[]]]
    for word in words_of(transcript):
        last = cues[-1][-1][-1] if cues[-1][-1] else None
        pause = last is not None and word.start - last.end > 3
        line = spelled([*cues[-1][-1], word])
        if last is not None and (pause or len(line) > profile.width):
            if pause or len(cues[-1]) == profile.lines:
                cues.append([])
            cues[-1].append([])
        cues[-1][-1].append(word)
    return [shown(lines) for lines in cues if lines[0]]


def whisperx(transcript: Transcript, profile: Profile) -> list[Cue]:
    """A cue of one line for each sentence; one longer than 45 letters is cut at commas and conjunctions after 30."""
    cues: list[list[Word]] = [[]]
    for word in words_of(transcript):
        line = cues[-1]
        text = spelled(line)
        opens = word.text.strip().lower() in ("and", "but", "or", "because", "which", "that", "und", "et", "e", "y")
        clause = len(text) >= 30 and (text.endswith((",", "，", "、", ";")) or opens)
        if line and (text.endswith((".", "!", "?", "。", "！", "？")) or clause or len(spelled([*line, word])) > 45):
            cues.append([])
        cues[-1].append(word)
    return [shown([line]) for line in cues if line]


def words_of(transcript: Transcript) -> list[Word]:
    return [word for segment in transcript.segments for word in segment.words]


def spelled(words: list[Word]) -> str:
    return "".join(word.text for word in words).strip()


def shown(lines: list[list[Word]]) -> Cue:
    start, end = lines[0][0].start, lines[-1][-1].end
    return Cue(start, max(end, start + 0.001), "\n".join(map(spelled, lines)))


SPLITTERS: dict[str, Splitter] = {"captioner": make_cues, "whisper's writer": whisper, "whisperX's processor": whisperx}


@dataclass(frozen=True)
class Broken:
    """What `cues` cues of one splitter break: how many of them any rule, and each rule how often.

    `unhurried` are those of the broken ones that are said no faster than their style may be read.
    """

    cues: int
    broken: int
    unhurried: int
    rules: Counter[str]


def broken(cues: list[Cue], profile: Profile, language: str) -> dict[int, list[str]]:
    """The errors of each cue that has any: what breaks the style, not what is a matter of taste."""
    findings = [found for found in lint(cues, profile, language=language) if RULES[found.rule].level == "error"]
    by_cue = groupby(sorted(findings, key=lambda found: found.index or 0), key=lambda found: found.index or 0)
    return {index: [found.rule for found in group] for index, group in by_cue}


@cache
def talks() -> list[tuple[str, str, Transcript]]:
    """Each recording of speech whose words are known: its file, its language and its words in time."""
    entries = json.loads((FOLDER / "MANIFEST.json").read_text("utf-8"))["entries"]
    found = []
    for entry in entries:
        file, language = entry["file"], entry.get("language")
        if entry.get("transcript") and language and not file.startswith(TWICE):
            text = " ".join((FOLDER / entry["transcript"]).read_text("utf-8").split())
            found.append((file, language, timed(FOLDER / file, text, language)))
    return found


def timed(path: Path, text: str, language: str) -> Transcript:
    """The text in time: by the aligner where a recording is one region; else spread over all of it by its pauses."""
    with open_media(str(path)) as media:
        blocks = list(read_audio(media))
    clip = Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)
    regions = list(speech_clips([clip]))
    name = "espeak" if len(regions) == 1 else "pauses"
    words = load_aligner(name).align(clip if len(regions) != 1 else regions[0], text, language).words
    return Transcript((Segment(words[0].start, words[-1].end, text, words),), language)


def tally(splitter: Splitter) -> tuple[Broken, list[str]]:
    """What a splitter's cues of all talks break, and a line for each cue that does."""
    cues, wrong, unhurried, rules, lines = 0, 0, 0, Counter[str](), []
    for file, language, transcript in talks():
        profile = profile_for(language)
        made = splitter(transcript, profile)
        faults = broken(made, profile, language)
        cues, wrong = cues + len(made), wrong + len(faults)
        for index, names in faults.items():
            rules.update(set(names))
            unhurried += names != ["reading-speed"] or may_be_read(made, index, profile)
            cue, text = made[index], made[index].text.replace("\n", " / ")
            rate = profile.characters(cue.text) / cue.duration
            lines.append(f"{file} {cue.start:.2f}-{cue.end:.2f} {','.join(names)} {rate:.1f}/{profile.cps:g}: {text}")
    return Broken(cues, wrong, unhurried, rules), lines


def may_be_read(cues: list[Cue], index: int, profile: Profile) -> bool:
    """Whether a cue can be read if it stays until the next one comes, or half a second after its last word."""
    cue, following = cues[index], cues[index + 1 : index + 2]
    spoken = cue.words[-1].end if cue.words else cue.end
    longest = min([spoken + profile.tail, *(after.start - profile.gap for after in following)])
    return profile.reading_time(cue.text) <= longest - cue.start


def table() -> Iterator[str]:
    """The table of docs/cues.md."""
    results = {name: tally(splitter)[0] for name, splitter in SPLITTERS.items()}
    rules = sorted({rule for result in results.values() for rule in result.rules})
    yield "| | cues | break a rule | though the speech permits not to | " + " | ".join(rules) + " |"
    yield "|---|---|---|---|" + "---|" * len(rules)
    for name, result in results.items():
        counts = " | ".join(str(result.rules[rule]) for rule in rules)
        shares = (f"{count / result.cues:.1%}" for count in (result.broken, result.unhurried))
        yield f"| {name} | {result.cues} | {' | '.join(shares)} | {counts} |"


def hour() -> Transcript:
    """An hour of English words, the talks over and over."""
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


def measure(lengths: Lengths) -> Sequence[Row | str]:
    """The seconds of an hour of words against the 2 s that it may take, and broken cues against the best other."""
    if not (FOLDER / "MANIFEST.json").exists():
        return ["cues are not measured, for CAPTIONER_TESTDATA names no folder of real speech"]
    transcript = hour()
    start = time.process_time()
    make_cues(transcript, profile_for("en"))
    spent = time.process_time() - start
    shares = {name: tally(splitter)[0] for name, splitter in SPLITTERS.items()}
    percent = {name: 100 * result.unhurried / result.cues for name, result in shares.items()}
    ours = percent.pop("captioner")
    return [
        Row("cues of an hour of words", spent, 2.0, "CPU s", "<= 1"),
        Row("cues that break a rule though the speech is slow enough", ours, min(percent.values()), "%", "<= 2 %"),
    ]


if __name__ == "__main__":
    print("\n".join(table()))
    print("\n".join(tally(make_cues)[1]))
