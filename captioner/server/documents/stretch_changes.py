"""Work on a stretch of the recording: recognise it again, or find the times of its words again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from threading import Event

from starlette.requests import Request

from captioner.align import open_aligner
from captioner.backends.stoppable_backend import StoppableBackend
from captioner.editing.document import Document, new_id
from captioner.editing.many_cues import ManyChanges, replaced
from captioner.editing.new_document import recognised_document
from captioner.editing.operations import ReplaceCues
from captioner.errors import EditRefused
from captioner.formats.transcript.json_object import JsonObject
from captioner.media import AudioSelection
from captioner.output import Captions
from captioner.pipeline.captioning import caption_with
from captioner.server.documents.job_folder import job_folder
from captioner.server.documents.open_documents import OpenDocument
from captioner.server.documents.retimed_words import retimed
from captioner.server.own_thread import run_in_own_thread
from captioner.server.request_context import client_name, context_of
from captioner.server.requested_options import RequestedOptions
from captioner.validation import options_from

Compute = Callable[[Document], ManyChanges]
"""Makes a change from the newest document."""

Prepare = Callable[[Request, OpenDocument, JsonObject, frozenset[str] | None], Awaitable[Compute]]
"""Does the long work for a request with options and the ids of cues, before the document is changed."""


@dataclass(frozen=True)
class RecogniseOptions:
    """Options of `recognise`. Raises `ValueError` for an end that does not follow the start."""

    start: float
    """Seconds."""

    end: float
    """Seconds."""

    language: str | None = None
    """A language by its tag or name; None for that of the server."""

    hotwords: list[str] | None = None
    """Names and terms to spell right."""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"the end, {self.end:g} s, must come after the start, {self.start:g} s")


@dataclass(frozen=True)
class RetimeOptions:
    """Options of `retime`."""

    move_edges: bool = False
    """Whether cues start and end with their words."""


async def recognise(
    request: Request, document: OpenDocument, given: JsonObject, cues: frozenset[str] | None
) -> Compute:
    """Recognise a stretch; what it holds takes the place of the cues whose middle is in it, except locked ones."""
    options, context = options_from(RecogniseOptions, given.members, "recognise"), context_of(request)
    folder = await job_folder(request)
    now = document.log.state[1]
    asked = RequestedOptions(language=options.language, hotwords=tuple(options.hotwords or ()))
    captioning = replace(
        asked.applied_to(context.captioning),
        profile=now.profile,
        frame_rate=now.frame_rate or "none",
        selection=AudioSelection(start=options.start, end=options.end),
    )
    media = str(folder.media)
    async with context.queue.slot(client_name(request)), context.models.use() as backend:

        def run(stopped: Event) -> Captions:
            return caption_with(media, replace(captioning, backend=StoppableBackend(backend, stopped)))

        captions = await run_in_own_thread(run)
    fresh = recognised_document(captions.cues, captions.report, now.profile, language=captions.transcript.language)
    made = [
        replace(cue, id=new_id("c"), words=tuple(replace(word, id=new_id("w")) for word in cue.words))
        for cue in fresh.cues
    ]

    def compute(document: Document) -> ManyChanges:
        inside = [cue for cue in document.cues if options.start <= (cue.start + cue.end) / 2 < options.end]
        old = {cue.id for cue in inside if not cue.locked and (cues is None or cue.id in cues)}
        return replaced(document, old, made, sum(cue.locked for cue in inside))

    return compute


async def retime(request: Request, document: OpenDocument, given: JsonObject, cues: frozenset[str] | None) -> Compute:
    """Find the word times of cues again. Cues that are edited while this runs stay as they are."""
    options, context = options_from(RetimeOptions, given.members, "retime"), context_of(request)
    folder, then = await job_folder(request), document.log.state[1]
    align = context.captioning.align
    aligner = open_aligner(align) if isinstance(align, str) else align
    if aligner is None:
        raise EditRefused("this server has no aligner")
    media = folder.media
    async with context.queue.slot(client_name(request)):
        found = await run_in_own_thread(
            lambda stopped: retimed(then, cues, media, aligner, move_edges=options.move_edges)
        )

    def compute(document: Document) -> ManyChanges:
        same = {cue.id for cue in then.cues if document.by_id.get(cue.id) == cue}
        removed = tuple(cue_id for cue_id in found.operation.remove if cue_id in same)
        inserted = tuple(cue for cue in found.operation.insert if cue.id in same)
        return ManyChanges(ReplaceCues(removed, inserted), len(removed), found.skipped_locked)

    return compute


STRETCHES: dict[str, tuple[Prepare, type[RecogniseOptions] | type[RetimeOptions], str]] = {
    "recognise": (recognise, RecogniseOptions, "Recognise a stretch again."),
    "retime": (retime, RetimeOptions, "Find the times of words again."),
}
"""The operations that need the media: their work, their options, and what they do."""
