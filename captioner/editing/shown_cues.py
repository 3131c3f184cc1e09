"""The cues of a document as the other stages know them."""

from __future__ import annotations

from collections.abc import Iterable

from captioner.editing.cue_texts import with_text
from captioner.editing.document import DocumentCue
from captioner.values import Cue, Word


def shown_cues(cues: Iterable[DocumentCue]) -> tuple[Cue, ...]:
    """Return the cues as other stages know them: without those that are blank, and without blank lines."""
    return tuple(_plain(cue) for cue in map(without_blank_lines, cues) if cue.text)


def without_blank_lines(cue: DocumentCue) -> DocumentCue:
    """Return the cue without its blank lines; its text is empty if it has no other."""
    lines = cue.text.split("\n")
    kept = [line for line in lines if line.strip()]
    if kept == lines:
        return cue
    return with_text(cue, "\n".join(kept))


def _plain(cue: DocumentCue) -> Cue:
    words = tuple(_inside(word, cue) for word in cue.words)
    return Cue(cue.start, cue.end, cue.text, cue.speaker, words, cue.styles, cue.position)


def _inside(word: Word, cue: Cue) -> Word:
    """Return the word as formats know it, at a time at which its cue is shown."""
    start = min(max(word.start, cue.start), cue.end)
    return Word(start, min(max(word.end, start), cue.end), word.text, word.confidence)
