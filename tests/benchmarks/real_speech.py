"""Recognition and speech detection on real recordings: `python -m tests.benchmarks.real_speech`.

Needs PocketSphinx, faster-whisper, the packages with Whisper tiny.en and base, and CAPTIONER_TESTDATA: a folder with a
MANIFEST.json of recordings, their transcripts and the times of speech.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import click

import captioner
from captioner.backends import Hints, load_backend
from captioner.score import compare, covered_seconds, merge_spans, tokens
from captioner.text.joining import join_texts
from captioner.values import Span
from tests.benchmarks import HELP
from tests.benchmarks.pages import publish
from tests.benchmarks.recognisers import Recogniser, recognisers
from tests.benchmarks.recordings import FOLDER, entries, require_recordings
from tests.paths import DOCS
from tests.speech.speech_parts import spoken

PAGE = DOCS / "real-speech.md"

SPEECH = re.compile(r"^(audio/(?!nonspeech|vad)|video/tos_).*\.(?!txt|json)\w+$")
NO_SPEECH = re.compile(r"^(audio/nonspeech/|audio/vad/aeneas_(zero|n)\b|video/tears).*\.(?!txt|json)\w+$")

MOST_DIFFERENCES = 6
"""Differences that are shown of one recording."""


@dataclass(frozen=True)
class Errors:
    """Errors of one model on one recording or more, in words, or in characters of scripts without spaces."""

    alone: int = 0
    """Of the model alone on the whole recording."""

    ours: int = 0
    """Of captioner's cues with the same model."""

    units: int = 0
    """Words or characters of the transcripts."""

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.alone + other.alone, self.ours + other.ours, self.units + other.units)

    def cells(self) -> str:
        if not self.units:
            return " | "
        worse = "**" if self.ours > self.alone else ""
        return f"{100 * self.alone / self.units:.1f} | {worse}{100 * self.ours / self.units:.1f}{worse}"


@dataclass
class Tally:
    """The sums of one group of recordings."""

    files: int = 0

    units: int = 0
    """Words or characters in the transcripts."""

    errors: dict[str, Errors] = field(default_factory=lambda: defaultdict(Errors))
    """By the name of the model."""

    speech: float = 0.0
    """Seconds of speech in the references."""

    covered: float = 0.0
    """Seconds of that speech that lie in a speech region."""

    worse: list[str] = field(default_factory=list)
    """A line of a table for each recording of which captioner has more errors than the model alone."""

    def row(self, name: str, models: Iterable[Recogniser]) -> str:
        errors = " | ".join(self.errors[model.name].cells() for model in models)
        share = f"{100 * self.covered / self.speech:.1f} % of {self.speech:.0f} s" if self.speech else ""
        return f"| {name} | {self.files} | {self.units or ''} | {errors} | {share} |"

    def add(self, other: Tally) -> None:
        for name in ("files", "units", "speech", "covered", "worse"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, errors in other.errors.items():
            self.errors[name] += errors


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Print the tables, and do not write the page.")
def main(dry_run: bool) -> None:
    """Measure word errors and speech detection on real recordings, and rewrite the tables of docs/real-speech.md.

    CAPTIONER_TESTDATA names the folder of the recordings.
    """
    require_recordings()
    models = recognisers()
    worse: list[str] = []
    publish(PAGE, (speech_table(models, worse), worse_table(worse), no_speech_table(models)), dry_run=dry_run)


def speech_table(models: Iterable[Recogniser], worse: list[str]) -> Iterator[str]:
    """Yield the lines of the table of recordings with speech, by group, language and in all.

    Appends the lines of `worse_table` to `worse`.
    """
    models = tuple(models)
    groups: dict[str, Tally] = defaultdict(Tally)
    languages: dict[str, Tally] = defaultdict(Tally)
    total = Tally()
    for entry in entries():
        if SPEECH.match(entry["file"]):
            tally = measure_file(entry, models)
            groups[group_of(entry["file"])].add(tally)
            languages[str(entry["language"])].add(tally)
            total.add(tally)
    heads = " | ".join(f"{model.name} alone | with captioner" for model in models)
    yield f"| recordings | files | words | {heads} | speech in regions |"
    yield "|---" * (4 + 2 * len(models)) + "|"
    for name, tally in sorted(groups.items()):
        yield tally.row(name, models)
    for language, tally in sorted(languages.items()):
        yield tally.row(f"language {language}", models)
    yield total.row("**all**", models)
    worse.extend(total.worse)


def worse_table(lines: list[str]) -> Iterator[str]:
    """Yield the lines of the table of recordings of which captioner has more errors than the model alone."""
    yield "| recording | model | errors alone | with captioner | text alone → with captioner |\n|---|---|---|---|---|"
    yield from lines


def no_speech_table(models: Iterable[Recogniser]) -> Iterator[str]:
    """Yield the lines of the table of recordings without speech, which should get no text."""
    models, whispers = tuple(models), [model for model in models if model.alone_with_vad]
    heads = [f"{model.name} with captioner" for model in models]
    heads += [f"{model.name} {how}" for model in whispers for how in ("alone", "with its VAD")]
    yield f"| recordings without speech | {' | '.join(heads)} |"
    yield "|---" * (1 + len(heads)) + "|"
    for entry in entries():
        if NO_SPEECH.match(entry["file"]):
            path = FOLDER / entry["file"]
            texts = [text_of(captioner.caption(path, backend=model.backend())) for model in models]
            for model in whispers:
                texts += [model.alone(path, None), (model.alone_with_vad or model.alone)(path, None)]
            yield f"| {path.name} | {' | '.join(str(len(text)) for text in texts)} |"


def measure_file(entry: dict[str, Any], models: Iterable[Recogniser]) -> Tally:
    """Return the figures of one recording: errors only of models that know its language, if it has a transcript."""
    path, language, tally = FOLDER / entry["file"], entry.get("language"), Tally(files=1)
    captions = None
    for model in models if entry.get("transcript") else ():
        if not model.knows(language):
            continue
        captions = captioner.caption(path, backend=model.backend(), hints=Hints(language=language))
        reference = units((FOLDER / entry["transcript"]).read_text("utf-8"))
        alone, ours = units(model.alone(path, language)), units(text_of(captions))
        errors = Errors(compare(reference, alone)[0].errors, compare(reference, ours)[0].errors, len(reference))
        tally.errors[model.name], tally.units = errors, len(reference)
        if errors.ours > errors.alone:
            changes = f"{errors.alone} | {errors.ours} | {differences(alone, ours)}"
            tally.worse.append(f"| {entry['file']} | {model.name} | {changes} |")
    if entry.get("reference"):
        captions = captions or captioner.caption(path, backend=load_backend("scripted"))
        speech = merge_spans(Span(*times) for times in spoken(FOLDER / entry["reference"]))
        tally.speech = sum(span.duration for span in speech)
        tally.covered = covered_seconds(speech, captions.report.regions)
    return tally


def text_of(captions: captioner.Captions) -> str:
    """Return the text that is shown."""
    return join_texts(cue.text.replace("\n", " ") for cue in captions.cues)


def group_of(file: str) -> str:
    """Return the row of the table to which a recording belongs."""
    parts = Path(file).parts
    if parts[1] == "en":
        return f"English, {parts[2] if len(parts) > 3 else 'single files'}"
    return {"containers": "one talk in seven containers", "composed": "English, composed"}.get(parts[1], parts[1])


def units(text: str) -> list[str]:
    """Return the words of a text, or the characters of scripts without spaces, as captioner's score compares them.

    Whisper writes Chinese in both scripts, so all of it is compared in the simplified one.
    """
    from opencc import OpenCC

    return [token.text for token in tokens(OpenCC("t2s").convert(text))]


def differences(alone: list[str], ours: list[str]) -> str:
    """Return the parts in which two texts differ."""
    parts = [
        f"{' '.join(alone[first:last]) or '∅'} → {' '.join(ours[begin:end]) or '∅'}"
        for kind, first, last, begin, end in SequenceMatcher(None, alone, ours, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    return "; ".join([*parts[:MOST_DIFFERENCES], "..."] if len(parts) > MOST_DIFFERENCES else parts)


if __name__ == "__main__":
    main()
