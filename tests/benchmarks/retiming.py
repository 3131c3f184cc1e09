"""How often captions get the right times by their pauses: `python -m tests.benchmarks.retiming`.

Films are made of recordings of real speech in random order, with random pauses; speech detection reads each recording
once. Captions are the phrases of the recordings as another subtitler would time them (tests/retime/films.py).
Needs CAPTIONER_TESTDATA: a folder of real speech.
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import click
import numpy as np

from captioner.errors import RetimingRefused
from captioner.retime import Retiming, find_retiming
from captioner.retime.pause_retiming import RATES
from captioner.retimed_captions import read_speech
from captioner.values import Span
from tests.benchmarks import HELP
from tests.benchmarks.pages import publish
from tests.benchmarks.recordings import FOLDER, entries, require_recordings
from tests.paths import DOCS
from tests.retime.films import EXACT, ROUGH, TRANSLATED, CaptionStyle, captions_of

PAGE = DOCS / "scripts.md"

STYLES = {"the same phrases": EXACT, "translated": TRANSLATED, "loose": ROUGH}

FILMS = {1.5: 100, 5: 100, 20: 50, 100: 5}
"""Films of each length in minutes."""

RIGHT = 0.5
"""Seconds up to which a cue is in time."""

LEAST_RIGHT = 0.9
"""The share of cues in time in a file that is retimed right. Breaks may lie close to each other."""

LONGEST_PHRASE = 4.5
"""Seconds of a phrase, if the recording has no reference."""


@dataclass(frozen=True)
class Recording:
    """A recording of speech."""

    seconds: float
    regions: list[Span]
    phrases: list[Span]


@dataclass
class Film:
    """A film and a caption file with other times."""

    speech: list[Span]
    old: list[Span]
    """The cues of the file."""
    right: list[float | None]
    """The right start of each cue in seconds; None if its scene is missing."""


@dataclass
class Tally:
    """What happened to files of one kind."""

    files: int = 0
    refused: int = 0
    right: int = 0
    errors: list[float] = field(default_factory=list)
    """Of the cues of files that are right, in seconds."""
    longest: float = 0.0
    """Seconds of CPU time that one file took at most."""


def recordings() -> list[Recording]:
    """Return the recordings of speech of the folder."""
    found = []
    for entry in entries():
        name = str(entry["file"])
        if name.startswith("audio/") and not any(part in name for part in ("nonspeech", "containers", "/vad/")):
            regions, duration = read_speech(str(FOLDER / name))
            if regions and duration and duration > 2.5:
                found.append(Recording(duration, regions, _phrases(entry, regions)))
    return found


def _phrases(entry: dict[str, Any], regions: Sequence[Span]) -> list[Span]:
    """Return what a cue would hold: lines or words between pauses of the reference, or else detected speech."""
    reference = json.loads((FOLDER / entry["reference"]).read_text("utf-8")) if entry.get("reference") else {}
    if reference.get("segments") and reference["timing"]["kind"] != "speaker-turn":
        return [Span(one["start"], one["end"]) for one in reference["segments"]]
    phrases: list[Span] = []
    for word in reference.get("words") or []:
        near = phrases and word["start"] - phrases[-1].end < 0.25 and word["end"] - phrases[-1].start < LONGEST_PHRASE
        if near:
            phrases[-1] = Span(phrases[-1].start, word["end"])
        else:
            phrases.append(Span(word["start"], word["end"]))
    return phrases or [part for region in regions for part in _divided(region)]


def _divided(region: Span) -> Iterator[Span]:
    edges = np.linspace(region.start, region.end, max(1, round(region.duration / LONGEST_PHRASE)) + 1)
    return (Span(float(start), float(end)) for start, end in itertools.pairwise(edges))


def film_of(chance: random.Random, pool: Sequence[Recording], seconds: float, style: CaptionStyle) -> Film:
    """Return a film of recordings in random order: pauses below 1 s, of 1.5 to 6 s, and scenes without speech."""
    at, speech, phrases = chance.uniform(0, 30), list[Span](), list[Span]()
    while at < seconds:
        recording = chance.choice(pool)
        speech += (Span(at + one.start, at + one.end) for one in recording.regions)
        phrases += (Span(at + one.start, at + one.end) for one in recording.phrases)
        kind = chance.random()
        pause = chance.uniform(0, 1) if kind < 0.6 else chance.uniform(1.5, 6) if kind < 0.9 else chance.uniform(8, 40)
        at += recording.seconds + pause
    old = captions_of(chance, sorted(phrases, key=lambda one: one.start), style)
    return Film(speech, old, [cue.start for cue in old])


def with_breaks(chance: random.Random, film: Film, count: int) -> Film:
    """Return the film with scenes of 8 to 120 s that it or its caption file lacks."""
    length = film.speech[-1].end
    for place in sorted((chance.uniform(0.1, 0.85) * length for _ in range(count)), reverse=True):
        seconds = chance.uniform(8, 120)
        in_scene = [time is not None and place <= time < place + seconds for time in film.right]
        is_after = [time is not None and time >= place + seconds for time in film.right]
        if chance.random() < 0.5:
            cues = [
                (Span(old.start - seconds, old.end - seconds) if after else old, right)
                for old, right, inside, after in zip(film.old, film.right, in_scene, is_after, strict=True)
                if not inside
            ]
            film = Film(film.speech, [old for old, _ in cues], [right for _, right in cues])
        else:
            right = [
                None if inside or time is None else time - seconds if after else time
                for time, inside, after in zip(film.right, in_scene, is_after, strict=True)
            ]
            speech = [
                Span(one.start - seconds, one.end - seconds) if one.start >= place else one
                for one in film.speech
                if not place <= one.start < place + seconds
            ]
            film = Film(sorted(speech, key=lambda one: one.start), film.old, right)
    return film


def with_offset(chance: random.Random, film: Film, rate: Fraction) -> Film:
    """Return the film with the times of its captions at another speed and up to ten minutes off."""
    offset = chance.uniform(-600, min(600, film.old[0].start))
    old = [Span((one.start - offset) / float(rate), (one.end - offset) / float(rate)) for one in film.old]
    return Film(film.speech, old, film.right)


def count(tally: Tally, film: Film) -> None:
    """Retime one file."""
    began = time.process_time()
    tally.files += 1
    try:
        retiming = find_retiming(film.old, film.speech)
    except RetimingRefused:
        tally.refused += 1
        return
    finally:
        tally.longest = max(tally.longest, time.process_time() - began)
    errors = list(_errors(film, retiming))
    if np.mean(np.array(errors) <= RIGHT) >= LEAST_RIGHT:
        tally.right += 1
        tally.errors += errors


def _errors(film: Film, retiming: Retiming) -> Iterator[float]:
    """Yield how far each cue is from its right time, in seconds; infinity if only one of both exists."""
    new: list[float | None] = [None] * len(film.old)
    for part in retiming.parts:
        for number in range(part.first, part.last):
            new[number] = part.at(film.old[number].start)
    for found, right in zip(new, film.right, strict=True):
        yield 0.0 if found is right is None else np.inf if found is None or right is None else abs(found - right)


def rows(pool: Sequence[Recording]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| film | captions | change | files | right | refused | wrong | cues within 0.1 s | CPU time at most |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for minutes, files in FILMS.items():
        for name, style in STYLES.items():
            for change in ("offset", "offset, speed", "offset, 2 breaks", "of another film"):
                if (minutes < 5 and "," in change) or (minutes < 20 and "breaks" in change):
                    continue
                chance = random.Random(f"{minutes} {name} {change}")
                tally = Tally()
                for _ in range(files):
                    count(tally, _film(chance, pool, 60 * minutes, style, change))
                yield _line(f"{minutes:g} min | {name} | {change}", tally, is_foreign="another" in change)


def _film(chance: random.Random, pool: Sequence[Recording], seconds: float, style: CaptionStyle, change: str) -> Film:
    shuffled = chance.sample(pool, len(pool))
    half = len(pool) // 2
    film = film_of(chance, shuffled[:half], seconds, style)
    if "another" in change:
        film = Film(film_of(chance, shuffled[half:], seconds, style).speech, film.old, film.right)
    if "breaks" in change:
        film = with_breaks(chance, film, 2)
    return with_offset(chance, film, chance.choice(RATES) if "speed" in change else Fraction(1))


def _line(name: str, tally: Tally, *, is_foreign: bool) -> str:
    wrong = tally.files - tally.refused - tally.right
    within = f"{np.mean(np.array(tally.errors) <= 0.1):.1%}" if tally.errors else "–"
    right = "–" if is_foreign else f"{tally.right}"
    return f"| {name} | {tally.files} | {right} | {tally.refused} | {wrong} | {within} | {tally.longest:.2f} s |"


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Print the table; do not rewrite docs/scripts.md.")
def main(dry_run: bool) -> None:
    """Measure how often captions get the right times by their pauses, and rewrite the table of docs/scripts.md."""
    require_recordings()
    publish(PAGE, [rows(recordings())], dry_run=dry_run)


if __name__ == "__main__":
    main()
