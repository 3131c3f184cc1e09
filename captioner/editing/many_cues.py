"""Operations on many cues of a document: what they change becomes one operation, which one undo takes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from captioner.editing.document import Document, DocumentCue, DocumentWord, new_id
from captioner.editing.operations import ReplaceCues
from captioner.editing.shown_cues import without_blank_lines
from captioner.transform import CaptionStyle
from captioner.transform.edited_words import in_order
from captioner.transform.transformation import between_fixed
from captioner.values import Cue, Word

Change = Callable[[Sequence[Cue]], Sequence[Cue]]
"""An operation on cues in order."""


@dataclass(frozen=True)
class ManyChanges:
    """What an operation on many cues changes."""

    operation: ReplaceCues

    changed: int
    """Number of cues that it changes, makes or removes."""

    skipped_locked: int
    """Number of cues that it leaves alone since they are locked."""


def changes_of_many(
    document: Document, change: Change, selected: Collection[str] | None, *, moves_all: bool, gap: float
) -> ManyChanges:
    """Return what an operation changes in a document.

    `selected` are the ids of the cues that it may change, None for all. Blank cues stay, and locked ones, unless the
    operation `moves_all`. The others end `gap` seconds before those that stay.
    """
    shown = [cue for cue in map(without_blank_lines, document.cues) if cue.text]
    chosen = {cue.id for cue in shown if selected is None or cue.id in selected}
    locked = {cue.id for cue in shown if cue.id in chosen and cue.locked and not moves_all}
    free = chosen - locked
    if moves_all:
        result = change([cue for cue in shown if cue.id in free])
    else:
        after = between_fixed(shown, lambda cue: _id(cue) in document.by_id and _id(cue) not in free, change, gap)
        fixed = {cue.id for cue in shown} - free
        result = [cue for cue in after if _id(cue) not in fixed]
    return replaced(document, free, result, len(locked))


def replaced(document: Document, old_ids: Collection[str], cues: Iterable[Cue], skipped_locked: int = 0) -> ManyChanges:
    """Return the change that puts `cues` in place of those with `old_ids`; equal ones are not touched."""
    new = {cue.id: cue for cue in _adopted(document, old_ids, cues)}
    same = {cue_id for cue_id, cue in new.items() if document.by_id.get(cue_id) == cue}
    removed = tuple(cue.id for cue in document.cues if cue.id in old_ids and cue.id not in same)
    inserted = tuple(cue for cue_id, cue in new.items() if cue_id not in same)
    count = len({*removed, *(cue.id for cue in inserted)})
    return ManyChanges(ReplaceCues(removed, inserted), count, skipped_locked)


def style_of_document(document: Document) -> CaptionStyle:
    """Return what operations on cues know of a document."""
    return CaptionStyle(document.profile, document.language, document.frame_rate)


def _id(cue: Cue) -> str:
    return cue.id if isinstance(cue, DocumentCue) else ""


def _adopted(document: Document, old_ids: Collection[str], cues: Iterable[Cue]) -> Iterator[DocumentCue]:
    """Yield the cues with ids: that of the cue that each was, or of the one that most of its words were in."""
    owners = {word.id: cue_id for cue_id in old_ids for word in document.by_id[cue_id].words}
    used_cues: set[str] = set()
    used_words: set[str] = set()
    for cue in cues:
        made_of = [document.by_id[cue_id] for cue_id in _made_of(cue, owners)]
        wanted = [_id(cue)] if _id(cue) else [owner.id for owner in made_of]
        cue_id = next((known for known in wanted if known not in used_cues), None) or new_id("c")
        used_cues.add(cue_id)
        words = in_order([_with_own_id(word, used_words) for word in cue.words])
        if isinstance(cue, DocumentCue):
            yield replace(cue, id=cue_id, words=words, doubts=cue.doubts if cue_id == cue.id else ())
        else:
            doubts = tuple(_doubts_of(cue, made_of))
            yield DocumentCue(
                cue.start, cue.end, cue.text, cue.speaker, words, cue.styles, cue.position, cue_id, False, doubts
            )


def _made_of(cue: Cue, owners: Mapping[str, str]) -> list[str]:
    """Return the ids of the cues in which the words of a cue were, those first of which it has most words."""
    ids = (word.id for word in cue.words if isinstance(word, DocumentWord))
    return [cue_id for cue_id, _ in Counter(owners[word_id] for word_id in ids if word_id in owners).most_common()]


def _doubts_of(cue: Cue, made_of: Iterable[DocumentCue]) -> Iterator[str]:
    """Yield the doubts of the cues that a cue was made of, as far as they are about its words."""
    for doubt in dict.fromkeys(doubt for old in made_of for doubt in old.doubts):
        code, _, detail = doubt.partition(": ")
        if code != "confidence" or detail in cue.text:
            yield doubt


def _with_own_id(word: Word, used: set[str]) -> DocumentWord:
    if isinstance(word, DocumentWord) and word.id not in used:
        used.add(word.id)
        return word
    source = word.source if isinstance(word, DocumentWord) else "interpolated"
    return DocumentWord(word.start, word.end, word.text, word.confidence, new_id("w"), source)
