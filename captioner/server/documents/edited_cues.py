"""The captions of a job as people left them, for results and videos."""

from __future__ import annotations

from pathlib import Path

from captioner.editing.cue_json import captions_from
from captioner.editing.document import Document
from captioner.editing.edit_log import EditLog
from captioner.editing.shown_cues import shown_cues
from captioner.errors import DocumentNotSaved
from captioner.values import Cue

DOCUMENT = "document.sqlite"
"""The log of a document in the folder of its job."""

CAPTIONS = "captions.json"
"""The captions that a client sent, in the folder of a job."""


def document_cues(folder: Path) -> tuple[Cue, ...] | None:
    """Return the cues of the job in `folder` as they are now: edited, or as a client sent them.

    None if they are those of the transcript. Raises `DocumentNotSaved`, `FormatError`.
    """
    if (folder / DOCUMENT).exists():
        log = EditLog(folder / DOCUMENT, lambda: _refuse_empty(folder))
        try:
            return shown_cues(log.state[1].cues)
        finally:
            log.close()
    if (folder / CAPTIONS).exists():
        return shown_cues(captions_from((folder / CAPTIONS).read_text("utf-8"))[0])
    return None


def _refuse_empty(folder: Path) -> Document:
    raise DocumentNotSaved(str(folder / DOCUMENT), "it holds no document")
