"""What all requests of the server share."""

from __future__ import annotations

from dataclasses import dataclass

from captioner.pipeline import CaptionOptions
from captioner.server.model_host import ModelHost
from captioner.server.server_options import ServerOptions
from captioner.server.work_queue import WorkQueue


@dataclass(frozen=True)
class ServerContext:
    """What all requests of the server share; `context_of` returns it for a request."""

    options: ServerOptions

    captioning: CaptionOptions
    """The options of the command line, which requests may change."""

    models: ModelHost

    queue: WorkQueue
    """The turns at the backend."""
