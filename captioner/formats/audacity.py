"""Audacity labels, .labels.txt (File > Import > Labels): start, end and text in each line, with tabs between them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.lines import in_one_line, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.tab_separated import table
from captioner.values import Cue

_SECONDS = re.compile(r"-?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)


def write(cues: Iterable[Cue]) -> str:
    """Return a label for each cue, times in seconds."""
    return table([(f"{cue.start:.3f}", f"{cue.end:.3f}", cue.text) for cue in cues])


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues on milliseconds, in one line."""
    return [in_one_line(restricted_to(cue)) for cue in quantize(cues)]


def parse(text: str) -> Contents:
    """Return the labels as cues; Audacity's six decimals are rounded to milliseconds.

    Raises `FormatError` with the line.
    """
    losses = Losses()
    labels = []
    for number, line in enumerate(source_lines(text), 1):
        start, _, rest = line.partition("\t")
        end, _, label = rest.partition("\t")
        if start == "\\":  # the range of frequencies of the label above
            losses["range of frequencies"] += 1
        elif line.strip():
            labels.append((_milliseconds(start, number), _milliseconds(end, number), label, number))
    early = max([0, *(-start for start, *_ in labels)])
    cues = [(cue_read(start + early, end + early, label), number) for start, end, label, number in labels]
    losses["label without text"] = sum(cue is None for cue, _ in cues)
    return Contents.of_cues(cues, losses=losses, early=early / 1000)


def _milliseconds(text: str, line: int) -> int:
    seconds = text.strip()
    if not _SECONDS.fullmatch(seconds):
        raise FormatError("audacity", f"not a time in seconds: {text[:40]!r}", line)
    return round(float(seconds.replace(",", ".")) * 1000)
