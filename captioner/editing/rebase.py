"""Operations of one person on a document that another has changed since.

Other cues and other fields do not matter: the operations are applied to the document as it is now. Where both changed
the same field of a cue to different values, nothing is applied, and both values are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from captioner.editing.applying import AppliedOperation, apply_operation
from captioner.editing.document import Document, DocumentCue
from captioner.editing.operations import DeleteCue, MergeCues, Operation, ReplaceCues, SetTimes
from captioner.errors import EditRefused

FIELDS = ("text", "start", "end", "speaker", "locked")
"""The fields of a cue that two people may change at the same time without a conflict."""

WHOLE = "cue"
"""In place of a field: the cue itself, which one removed or made while the other changed it."""


@dataclass(frozen=True)
class FieldConflict:
    """A field of a cue that two people changed."""

    cue: str

    field: str
    """One of `FIELDS`, or `WHOLE`."""

    base: object
    """The value before both changes; None where there was none."""

    theirs: object
    """The value now."""

    yours: object
    """The value that was refused."""


@dataclass(frozen=True)
class OthersChanges:
    """What other people changed since the revision that someone saw last."""

    base: dict[str, DocumentCue | None]
    """The cues that they touched, as they were; None for those that they made."""

    @classmethod
    def of(cls, applied: Iterable[AppliedOperation]) -> OthersChanges:
        """Return the changes that operations of others, in order, made together."""
        base: dict[str, DocumentCue | None] = {}
        for one in applied:
            before = {cue.id: cue for cue in one.before}
            for cue_id in (*before, *(cue.id for cue in one.cues)):
                base.setdefault(cue_id, before.get(cue_id))
        return cls(base)


def rebase(
    document: Document, operations: Sequence[Operation], others: OthersChanges
) -> tuple[Document, tuple[AppliedOperation, ...], tuple[FieldConflict, ...]]:
    """Return the document after the operations, what each changed, and the conflicts with what others changed.

    If there is a conflict, the document must stay as it is. Raises `EditRefused` for operations that make no sense, and
    did not where they were made.
    """
    changed, applied = document, []
    for operation in operations:
        settled = _settled(operation, changed, others)
        if settled is None:
            continue
        try:
            changed, one = apply_operation(changed, settled)
        except EditRefused as error:
            if conflicts := tuple(_about_whole(operation, document, others, str(error))):
                return document, (), conflicts
            raise
        applied.append(one)
    touched = dict.fromkeys(cue.id for one in applied for cue in (*one.before, *one.cues))
    conflicts = tuple(
        conflict
        for cue_id in touched
        if cue_id in others.base
        for conflict in _conflicts(cue_id, others.base[cue_id], document.by_id.get(cue_id), changed.by_id.get(cue_id))
    )
    return changed, tuple(applied), conflicts


def _settled(operation: Operation, document: Document, others: OthersChanges) -> Operation | None:
    """Return the operation without what it did not mean to change; None if another has done the same."""
    if isinstance(operation, DeleteCue) and operation.cue in others.base and operation.cue not in document.by_id:
        return None
    if isinstance(operation, SetTimes) and (base := others.base.get(operation.cue)):
        now = document.by_id.get(operation.cue, base)
        start = now.start if operation.start == base.start else operation.start
        return replace(operation, start=start, end=now.end if operation.end == base.end else operation.end)
    return operation


def _conflicts(
    cue_id: str, base: DocumentCue | None, theirs: DocumentCue | None, yours: DocumentCue | None
) -> Iterable[FieldConflict]:
    """Yield what differs in all three versions of a cue that others touched; None where there is no cue."""
    if theirs == yours:
        return
    if base is None or theirs is None or yours is None:
        texts = [None if cue is None else cue.text for cue in (base, theirs, yours)]
        yield FieldConflict(cue_id, WHOLE, *texts)
        return
    for field in FIELDS:
        values = [getattr(cue, field) for cue in (base, theirs, yours)]
        if values[0] != values[1] != values[2]:
            yield FieldConflict(cue_id, field, *values)


def _about_whole(
    operation: Operation, document: Document, others: OthersChanges, reason: str
) -> Iterable[FieldConflict]:
    """Yield a conflict for each cue of an operation that cannot be applied since others touched that cue."""
    for cue_id in _cues_of(operation):
        if cue_id in others.base:
            base, theirs = others.base[cue_id], document.by_id.get(cue_id)
            yield FieldConflict(cue_id, WHOLE, base and base.text, theirs and theirs.text, reason)


def _cues_of(operation: Operation) -> tuple[str, ...]:
    """Return the ids of the cues that an operation needs."""
    match operation:
        case ReplaceCues(remove=removed):
            return removed
        case MergeCues(cue=first, next=second):
            return first, second
    names = [getattr(operation, name, None) for name in ("cue", "source", "to", "left", "right")]
    return tuple(name for name in names if isinstance(name, str))
