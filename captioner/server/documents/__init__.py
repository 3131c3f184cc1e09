"""Documents over HTTP: cues that people correct, each edit on the disk before it is acknowledged.

document_routes.py    the document, its operations and their events, lint, history
open_documents.py     documents in memory, and who follows each
job_folder.py         the files of a job, and the document made of them
edited_cues.py        the cues of a document, for results and videos
media_routes.py       the waveform (waveform_peaks.py), shot changes, a frame with its captions
save_routes.py        saves to a caption file on this machine (local_captions.py), for `captioner edit`
json_answers.py       requests and answers in JSON, and errors as answers
"""

from __future__ import annotations

from captioner.server.documents.edited_cues import document_cues

__all__ = ["document_cues"]
