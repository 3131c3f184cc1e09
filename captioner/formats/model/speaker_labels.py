"""Who speaks, said in the text: for formats that have no place for it, as captions for the hard of hearing do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from captioner.formats.model.lines import one_line
from captioner.values import Cue


def with_speaker_labels(cues: Iterable[Cue], label: str) -> list[Cue]:
    """The cues by start; where another speaks than before, the text begins with the label, its `{}` being the name."""
    named: list[Cue] = []
    before = None
    for cue in sorted(cues, key=lambda cue: cue.start):
        name = one_line(cue.speaker or "")
        named.append(_behind(cue, label.replace("{}", name)) if name and name != before else replace(cue, speaker=None))
        before = name or before
    return named


def _behind(cue: Cue, label: str) -> Cue:
    """The cue with the label before its text; its styles stay where they are, its first word takes the label in."""
    moved = (replace(style, first=style.first + len(label), last=style.last + len(label)) for style in cue.styles)
    words = tuple(replace(word, text=label + word.text) for word in cue.words[:1]) + cue.words[1:]
    return replace(cue, text=label + cue.text, speaker=None, styles=tuple(moved), words=words)
