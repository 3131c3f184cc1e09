"""How much of real speech is found and heard: `python -m tests.benchmarks.real_speech > docs/real-speech.md`.

Needs CAPTIONER_TESTDATA, a folder whose MANIFEST.json names recordings, their transcripts and the times of speech.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import captioner
from captioner.backends import Hints, load_backend
from captioner.media import open_media, read_audio
from captioner.score import compare, covered_seconds, merge_spans, tokens
from captioner.values import Audio, Span
from tests.speech.speech_parts import spoken

FOLDER = Path(os.environ.get("CAPTIONER_TESTDATA", "."))
SPEECH = re.compile(r"^(audio/(?!nonspeech|vad)|video/tos_).*\.(?!txt|json)\w+$")
NO_SPEECH = re.compile(r"^(audio/nonspeech/|audio/vad/aeneas_(zero|n)\b|video/tears).*\.(?!txt|json)\w+$")


@dataclass
class Tally:
    """The sums of one group of recordings; times in seconds."""

    files: int = 0
    words: int = 0
    raw_errors: int = 0
    our_errors: int = 0
    speech: float = 0.0
    found: float = 0.0
    lost: list[str] = field(default_factory=list)

    def row(self, name: str) -> str:
        raw, ours, more = "", "", ""
        if self.words:
            raw, ours = f"{self.raw_errors / self.words:.3f}", f"{self.our_errors / self.words:.3f}"
            more = f"{(self.our_errors - self.raw_errors) / self.words:+.3f}"
        covered = f"{100 * self.found / self.speech:.1f} % of {self.speech:.0f} s" if self.speech else ""
        return f"| {name} | {self.files} | {self.words or ''} | {raw} | {ours} | {more} | {covered} |"

    def add(self, other: Tally) -> None:
        for name in ("files", "words", "raw_errors", "our_errors", "speech", "found"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def group_of(file: str) -> str:
    parts = Path(file).parts
    if parts[1] == "en":
        return f"English, {parts[2] if len(parts) > 3 else 'single files'}"
    return {"containers": "one talk in seven containers", "composed": "English, composed"}.get(parts[1], parts[1])


def words(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


def whole(path: Path) -> Audio:
    with open_media(str(path)) as media:
        blocks = list(read_audio(media))
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)


def measure_file(entry: dict[str, Any], sphinx: Any, scripted: Any) -> Tally:
    path, tally = FOLDER / entry["file"], Tally(files=1)
    english = entry.get("language") == "en" and entry.get("transcript")
    captions = captioner.caption(path, backend=sphinx if english else scripted)
    if english:
        reference = words((FOLDER / entry["transcript"]).read_text("utf-8"))
        (raw,) = sphinx.transcribe([whole(path)], Hints())
        tally.words = len(reference)
        tally.raw_errors = compare(reference, words(raw.text))[0].errors
        tally.our_errors = compare(reference, words(" ".join(cue.text for cue in captions.cues)))[0].errors
    if entry.get("reference"):
        speech = merge_spans(Span(*times) for times in spoken(FOLDER / entry["reference"]))
        tally.speech = sum(span.duration for span in speech)
        tally.found = covered_seconds(speech, captions.report.regions)
    return tally


def report() -> Iterator[str]:
    entries = json.loads((FOLDER / "MANIFEST.json").read_text("utf-8"))["entries"]
    sphinx, scripted = load_backend("sphinx"), load_backend("scripted")
    groups: dict[str, Tally] = defaultdict(Tally)
    for entry in entries:
        if SPEECH.match(entry["file"]):
            groups[group_of(entry["file"])].add(measure_file(entry, sphinx, scripted))
    everything = Tally()
    for tally in groups.values():
        everything.add(tally)
    yield "# Real speech\n"
    yield "Made by `python -m tests.benchmarks.real_speech`. The table compares the word error rate of PocketSphinx on"
    yield "each whole recording (raw) with its word error rate through captioner, which splits the recording into"
    yield "speech regions first. The last column is the share of the speech in the reference that lies in a region.\n"
    yield "| recordings | files | words | raw | captioner | difference | speech in regions |"
    yield "|---|---|---|---|---|---|---|"
    for name, tally in sorted(groups.items()):
        yield tally.row(name)
    yield everything.row("**all**")
    yield "\n| recordings without speech | cues |\n|---|---|"
    for entry in entries:
        if NO_SPEECH.match(entry["file"]):
            captions = captioner.caption(FOLDER / entry["file"], backend=sphinx)
            yield f"| {Path(entry['file']).name} | {len(captions.cues)} |"


if __name__ == "__main__":
    for line in report():
        print(line, flush=True)
