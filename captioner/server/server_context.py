"""What all requests of the server share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from captioner.pipeline import CaptionOptions
from captioner.server.api_keys import ApiKeys, stored_secret
from captioner.server.documents.open_documents import OpenDocuments
from captioner.server.jobs.job_service import JobService
from captioner.server.jobs.job_store import JobStore
from captioner.server.model_host import ModelHost
from captioner.server.outgoing.webhooks import Webhooks
from captioner.server.server_options import ServerOptions
from captioner.server.uploads.upload_store import UploadStore
from captioner.server.uploads.upload_turns import UploadTurns
from captioner.server.work_queue import WorkQueue

MOST_LIVE_CLIENTS = 16
"""Realtime clients at a time: each has threads of its own."""


@dataclass(frozen=True)
class ServerContext:
    """What all requests of the server share; `context_of` returns it for a request."""

    options: ServerOptions

    captioning: CaptionOptions
    """The options of the command line, which requests may change."""

    models: ModelHost

    queue: WorkQueue
    """The turns at the backend."""

    translating: ModelHost | None = None
    """The backend for English text of speech in other languages, where `models` does not translate; None without."""

    live_turns: WorkQueue = field(default_factory=lambda: WorkQueue(MOST_LIVE_CLIENTS, 0))
    """The places of realtime clients."""

    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    """What runs on beside its request; it is cancelled when the server ends."""

    documents: OpenDocuments = field(default_factory=OpenDocuments)
    """The documents that are being edited."""

    upload_turns: UploadTurns = field(default_factory=UploadTurns)

    @cached_property
    def keys(self) -> ApiKeys:
        """The keys that requests bring."""
        return ApiKeys(self.options.api_keys, stored_secret(self.options.state / "secret"))

    @cached_property
    def uploads(self) -> UploadStore:
        """The uploads that can be resumed."""
        return UploadStore(self.options.state / "uploads", self.options.upload_lifetime)

    @cached_property
    def jobs(self) -> JobService:
        """The worker of the jobs; `jobs.store` has all of them."""
        state = self.options.state
        webhooks = Webhooks(state / "webhooks.sqlite", self.keys.webhook_secret)
        return JobService(self.options, self.captioning, self.models, JobStore(state), self.uploads, webhooks)
