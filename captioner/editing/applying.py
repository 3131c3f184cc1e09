"""Applies operations to a document; each result has the inverse operations, which bring back what was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch

from captioner.editing.cue_texts import (
    cut_text,
    first_words,
    joined_in_lines,
    joined_text,
    place_to_cut,
    with_text,
    with_words,
)
from captioner.editing.cue_times import divided_times, moved_border
from captioner.editing.document import Document, DocumentCue
from captioner.editing.operations import (
    DeleteCue,
    InsertCue,
    MergeCues,
    MoveWords,
    Operation,
    ReplaceCues,
    SetBorder,
    SetDoubts,
    SetLock,
    SetSpeaker,
    SetText,
    SetTimes,
    SplitCue,
)
from captioner.errors import EditRefused
from captioner.text.joining import space_between

LONGEST_TEXT = 10_000
"""Characters of a cue. A text that is longer was pasted by mistake."""

LONGEST_SPEAKER = 200
"""Characters of the name of a speaker."""

LATEST = 1000 * 3600
"""Seconds at which a cue may end. Some formats cannot hold later times."""


@dataclass(frozen=True)
class AppliedOperation:
    """An operation and what it changed."""

    operation: Operation

    before: tuple[DocumentCue, ...]
    """The cues that it changed or removed, as they were."""

    cues: tuple[DocumentCue, ...]
    """The cues that it changed or made, as they are now."""

    inverse: tuple[Operation, ...]
    """The operations that undo it, in the order in which to apply them."""

    @property
    def removed(self) -> tuple[str, ...]:
        """The ids of the cues that it removed."""
        left = {cue.id for cue in self.cues}
        return tuple(cue.id for cue in self.before if cue.id not in left)


def apply_operation(document: Document, operation: Operation) -> tuple[Document, AppliedOperation]:
    """Return the document after an operation, and what it changed. Raises `EditRefused`."""
    try:
        changed, inverse = _changed(operation, document)
    except ValueError as error:  # of a cue that cannot be
        raise EditRefused(str(error)) from error
    stays = {cue.id for cue in changed}
    removed = [cue_id for cue_id in _removed(operation) if cue_id not in stays]
    changed = tuple(cue for cue in changed if document.by_id.get(cue.id) != cue)
    ids = dict.fromkeys([*removed, *(cue.id for cue in changed)])
    before = tuple(document.by_id[cue_id] for cue_id in ids if cue_id in document.by_id)
    for cue in changed:
        _refuse_beyond(cue, document.by_id.get(cue.id))
    return document.with_changes(removed, changed), AppliedOperation(operation, before, changed, tuple(inverse))


def apply_all(document: Document, operations: Iterable[Operation]) -> tuple[Document, tuple[AppliedOperation, ...]]:
    """Return the document after all operations, and what each changed. Raises `EditRefused`."""
    applied = []
    for operation in operations:
        document, one = apply_operation(document, operation)
        applied.append(one)
    return document, tuple(applied)


_Change = tuple[Sequence[DocumentCue], Sequence[Operation]]
"""The cues that an operation changes or makes, and its inverse."""


def _removed(operation: Operation) -> tuple[str, ...]:
    match operation:
        case ReplaceCues(remove=removed):
            return removed
        case DeleteCue(cue=cue_id) | MergeCues(next=cue_id):
            return (cue_id,)
    return ()


def _refuse_beyond(cue: DocumentCue, before: DocumentCue | None) -> None:
    """Raise `EditRefused` for a change to what is too long, or too late."""
    if len(cue.text) > LONGEST_TEXT and (before is None or cue.text != before.text):
        raise EditRefused(f"a cue holds {LONGEST_TEXT} characters at most, not {len(cue.text)}")
    if len(cue.speaker or "") > LONGEST_SPEAKER and (before is None or cue.speaker != before.speaker):
        raise EditRefused(f"the name of a speaker has {LONGEST_SPEAKER} characters at most")
    if cue.end > LATEST and (before is None or cue.end != before.end):
        raise EditRefused(f"a cue ends within {LATEST // 3600} hours, not at {cue.end:g} s")


def _cue(document: Document, cue_id: str) -> DocumentCue:
    try:
        return document.by_id[cue_id]
    except KeyError:
        raise EditRefused(f"there is no cue {cue_id!r}") from None


def _neighbours(document: Document, first: str, second: str) -> tuple[DocumentCue, DocumentCue]:
    """Return two different cues in order. Raises `EditRefused` if the first one does not come first."""
    left, right = _cue(document, first), _cue(document, second)
    if document.positions[first] >= document.positions[second]:
        raise EditRefused(f"cue {second!r} does not follow cue {first!r}")
    return left, right


@singledispatch
def _changed(operation: Operation, document: Document) -> _Change:
    """Return what an operation changes. Raises `EditRefused`, `ValueError`."""
    raise TypeError(type(operation))


@_changed.register
def _set_text(operation: SetText, document: Document) -> _Change:
    cue = _cue(document, operation.cue)
    changed = with_text(cue, operation.text)
    if operation.words is not None:
        changed = replace(changed, words=operation.words)
    if operation.styles is not None:
        changed = replace(changed, styles=operation.styles)
    return (changed,), (SetText(cue.id, cue.text, cue.words, cue.styles),)


@_changed.register
def _set_times(operation: SetTimes, document: Document) -> _Change:
    cue = _cue(document, operation.cue)
    return (replace(cue, start=operation.start, end=operation.end),), (SetTimes(cue.id, cue.start, cue.end),)


@_changed.register
def _split(operation: SplitCue, document: Document) -> _Change:
    cue = _cue(document, operation.cue)
    _refuse_known(document, operation.new)
    at = place_to_cut(cue.text, operation.at)
    if at is None:
        raise EditRefused(f"cue {cue.id!r} has only one word, so it cannot be split")
    left, right = divided_times(*cut_text(cue, at), document)
    undo = ReplaceCues((cue.id, operation.new), (cue,))
    return (left, replace(right, id=operation.new, doubts=())), (undo,)


@_changed.register
def _merge(operation: MergeCues, document: Document) -> _Change:
    left, right = _neighbours(document, operation.cue, operation.next)
    merged = replace(
        joined_in_lines(left, right, document),
        end=max(left.end, right.end),
        speaker=left.speaker or right.speaker,
        locked=left.locked or right.locked,
        doubts=tuple(dict.fromkeys((*left.doubts, *right.doubts))),
    )
    return (merged,), (ReplaceCues((left.id,), (left, right)),)


@_changed.register
def _insert(operation: InsertCue, document: Document) -> _Change:
    _refuse_known(document, operation.cue.id)
    return (operation.cue,), (DeleteCue(operation.cue.id),)


@_changed.register
def _delete(operation: DeleteCue, document: Document) -> _Change:
    return (), (InsertCue(_cue(document, operation.cue)),)


@_changed.register
def _move_words(operation: MoveWords, document: Document) -> _Change:
    source, target = _cue(document, operation.source), _cue(document, operation.to)
    forward = document.positions[source.id] < document.positions[target.id]
    left, right = _neighbours(document, *((source.id, target.id) if forward else (target.id, source.id)))
    at = first_words(source, -operation.count if forward else operation.count) if operation.count > 0 else None
    if at is None:
        raise EditRefused(f"{operation.count} words cannot leave cue {source.id!r}; some must stay")
    undo = [*_undo_text_and_times(left), *_undo_text_and_times(right)]
    if source.words or target.words:
        source = with_words(source)
    if forward:
        kept, moved = cut_text(source, at)
        changed = kept, replace(joined_text(moved, target, _space(moved, target)), id=target.id)
    else:
        moved, kept = cut_text(source, at)
        changed = joined_text(target, moved, _space(target, moved)), kept
    # Neither cue loses anything but text and times: all else is that of the cue that was there.
    left, right = (
        replace(old, text=new.text, words=new.words, styles=new.styles)
        for old, new in zip((left, right), changed, strict=True)
    )
    divided = divided_times(left, right, document) if left.end <= right.end else (left, right)
    return divided, undo


def _space(before: DocumentCue, after: DocumentCue) -> str:
    return space_between(before.text, after.text)


def _undo_text_and_times(cue: DocumentCue) -> tuple[Operation, Operation]:
    return SetText(cue.id, cue.text, cue.words, cue.styles), SetTimes(cue.id, cue.start, cue.end)


@_changed.register
def _set_speaker(operation: SetSpeaker, document: Document) -> _Change:
    cue = _cue(document, operation.cue)
    return (replace(cue, speaker=operation.speaker or None),), (SetSpeaker(cue.id, cue.speaker),)


@_changed.register
def _set_lock(operation: SetLock, document: Document) -> _Change:
    cue = _cue(document, operation.cue)
    return (replace(cue, locked=operation.locked),), (SetLock(cue.id, cue.locked),)


@_changed.register
def _set_doubts(operation: SetDoubts, document: Document) -> _Change:
    cue = _cue(document, operation.cue)
    return (replace(cue, doubts=operation.doubts),), (SetDoubts(cue.id, cue.doubts),)


@_changed.register
def _set_border(operation: SetBorder, document: Document) -> _Change:
    left, right = _neighbours(document, operation.left, operation.right)
    undo = SetTimes(left.id, left.start, left.end), SetTimes(right.id, right.start, right.end)
    return moved_border(left, right, operation.time, document), undo


@_changed.register
def _replace(operation: ReplaceCues, document: Document) -> _Change:
    removed = tuple(_cue(document, cue_id) for cue_id in operation.remove)
    new_ids = [cue.id for cue in operation.insert]
    if len({*new_ids}) < len(new_ids) or len({*operation.remove}) < len(operation.remove):
        raise EditRefused("two cues have the same id")
    for cue_id in {*new_ids} - {*operation.remove}:
        _refuse_known(document, cue_id)
    return operation.insert, (ReplaceCues(tuple(new_ids), removed),)


def _refuse_known(document: Document, cue_id: str) -> None:
    if cue_id in document.by_id:
        raise EditRefused(f"there is a cue {cue_id!r} already")
    if not cue_id or len(cue_id) > 64:
        raise EditRefused(f"{cue_id!r} is not an id: it has 1 to 64 characters")
