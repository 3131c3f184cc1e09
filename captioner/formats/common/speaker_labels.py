"""Speaker names as part of the text, for formats without a place for them: as in captions for deaf viewers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from captioner.formats.common.lines import one_line
from captioner.values import Cue


def with_speaker_labels(cues: Iterable[Cue], label: str) -> list[Cue]:
    """Return the cues by start.

    Where the speaker changes, the text begins with the label, in which `{}` is the name.
    """
    named: list[Cue] = []
    before = None
    for cue in sorted(cues, key=lambda cue: cue.start):
        name = one_line(cue.speaker)
        changed = bool(name) and name != before
        named.append(_labelled(cue, label.replace("{}", name)) if changed else replace(cue, speaker=None))
        before = name or before
    return named


def _labelled(cue: Cue, label: str) -> Cue:
    """Return the cue with the label before its text, as a part of its first word; styles stay on their characters."""
    moved = (replace(span, first=span.first + len(label), last=span.last + len(label)) for span in cue.styles)
    words = tuple(replace(word, text=label + word.text) for word in cue.words[:1]) + cue.words[1:]
    return replace(cue, text=label + cue.text, speaker=None, styles=tuple(moved), words=words)
