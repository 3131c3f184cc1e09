"""Recognition and speech detection on real recordings: `python -m tests.benchmarks.real_speech`.

Needs PocketSphinx, and CAPTIONER_TESTDATA: a folder with a MANIFEST.json of recordings, their transcripts and the times
of speech.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click

import captioner
from captioner.backends import Backend, Hints, load_backend
from captioner.score import compare, covered_seconds, merge_spans, tokens
from captioner.values import Span
from tests.benchmarks import HELP
from tests.benchmarks.measuring import read_whole
from tests.benchmarks.pages import publish
from tests.benchmarks.recordings import FOLDER, entries, require_recordings
from tests.paths import DOCS
from tests.speech.speech_parts import spoken

PAGE = DOCS / "real-speech.md"

SPEECH = re.compile(r"^(audio/(?!nonspeech|vad)|video/tos_).*\.(?!txt|json)\w+$")
NO_SPEECH = re.compile(r"^(audio/nonspeech/|audio/vad/aeneas_(zero|n)\b|video/tears).*\.(?!txt|json)\w+$")

HEAD = "| recordings | files | words | WER of PocketSphinx | WER with captioner | difference | speech in regions |\n"
HEAD += "|---|---|---|---|---|---|---|"


@dataclass
class Tally:
    """The sums of one group of recordings."""

    files: int = 0

    words: int = 0
    """Words in the transcripts."""

    plain_errors: int = 0
    """Word errors of the backend on each whole recording."""

    our_errors: int = 0
    """Word errors of captioner's cues with the same backend."""

    speech: float = 0.0
    """Seconds of speech in the references."""

    covered: float = 0.0
    """Seconds of that speech that lie in a speech region."""

    def row(self, name: str) -> str:
        plain, ours, difference = "", "", ""
        if self.words:
            plain, ours = f"{self.plain_errors / self.words:.3f}", f"{self.our_errors / self.words:.3f}"
            difference = f"{(self.our_errors - self.plain_errors) / self.words:+.3f}"
        share = f"{100 * self.covered / self.speech:.1f} % of {self.speech:.0f} s" if self.speech else ""
        return f"| {name} | {self.files} | {self.words or ''} | {plain} | {ours} | {difference} | {share} |"

    def add(self, other: Tally) -> None:
        for name in ("files", "words", "plain_errors", "our_errors", "speech", "covered"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Print the tables, and do not write the page.")
def main(dry_run: bool) -> None:
    """Measure word errors and speech detection on real recordings, and rewrite the tables of docs/real-speech.md.

    CAPTIONER_TESTDATA names the folder of the recordings.
    """
    require_recordings()
    publish(PAGE, (speech_table(), no_speech_table()), dry_run=dry_run)


def speech_table() -> Iterator[str]:
    """Yield the lines of the table of recordings with speech, by group."""
    groups: dict[str, Tally] = defaultdict(Tally)
    total = Tally()
    for entry in entries():
        if SPEECH.match(entry["file"]):
            tally = measure_file(entry)
            groups[group_of(entry["file"])].add(tally)
            total.add(tally)
    yield HEAD
    for name, tally in sorted(groups.items()):
        yield tally.row(name)
    yield total.row("**all**")


def no_speech_table() -> Iterator[str]:
    """Yield the lines of the table of recordings without speech, which should get no cues."""
    yield "| recordings without speech | cues |\n|---|---|"
    for entry in entries():
        if NO_SPEECH.match(entry["file"]):
            captions = captioner.caption(FOLDER / entry["file"], backend=sphinx())
            yield f"| {Path(entry['file']).name} | {len(captions.cues)} |"


def measure_file(entry: dict[str, Any]) -> Tally:
    """Return the figures of one recording: word errors only for English with a transcript."""
    path, tally = FOLDER / entry["file"], Tally(files=1)
    english = entry.get("language") == "en" and entry.get("transcript")
    captions = captioner.caption(path, backend=sphinx() if english else load_backend("scripted"))
    if english:
        reference = words((FOLDER / entry["transcript"]).read_text("utf-8"))
        (plain,) = sphinx().transcribe([read_whole(path)], Hints())
        tally.words = len(reference)
        tally.plain_errors = compare(reference, words(plain.text))[0].errors
        tally.our_errors = compare(reference, words(" ".join(cue.text for cue in captions.cues)))[0].errors
    if entry.get("reference"):
        speech = merge_spans(Span(*times) for times in spoken(FOLDER / entry["reference"]))
        tally.speech = sum(span.duration for span in speech)
        tally.covered = covered_seconds(speech, captions.report.regions)
    return tally


@cache
def sphinx() -> Backend:
    """Return PocketSphinx, loaded once."""
    return load_backend("sphinx")


def group_of(file: str) -> str:
    """Return the row of the table to which a recording belongs."""
    parts = Path(file).parts
    if parts[1] == "en":
        return f"English, {parts[2] if len(parts) > 3 else 'single files'}"
    return {"containers": "one talk in seven containers", "composed": "English, composed"}.get(parts[1], parts[1])


def words(text: str) -> list[str]:
    """Return the words of a text as captioner's score compares them."""
    return [token.text for token in tokens(text)]


if __name__ == "__main__":
    main()
