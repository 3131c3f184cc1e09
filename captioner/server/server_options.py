"""The options of the server."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """The options of the server."""

    address: str = "127.0.0.1:8767"
    """Where it listens, `HOST:PORT`; port 0 for a free one."""

    api_keys: tuple[str, ...] = ()
    """Keys of which a request must bring one; empty to ask for none, which only a loopback address may do."""

    origins: frozenset[str] = frozenset()
    """Origins of other sites whose pages may use the server, as a browser sends them."""

    state: Path
    """The folder of uploads, jobs and documents. It is created if missing."""

    concurrency: int = 1
    """Recordings that are recognised at a time."""

    longest_wait: float = 30.0
    """Seconds that a request waits for its turn at most; then it is refused with 429."""

    largest_upload: int = 4 << 30
    """Bytes of a file that is sent with a request."""

    unload_after: float | None = 600.0
    """Seconds without work after which the model is unloaded; None to keep it."""

    service_limits: bool = False
    """Whether GLM's own limits of an upload hold: 25 MB and 30 s."""

    longest_media: float = 12 * 3600.0
    """Seconds of a source at most."""

    most_waiting: int = 1000
    """Jobs of one client that may wait or run."""

    smallest_free: int = 1 << 30
    """Bytes of the disk that must be free for a new upload."""

    upload_lifetime: float = 24 * 3600.0
    """Seconds after its last bytes for which an upload is kept that no job has taken."""

    keep_days: float | None = 30.0
    """Days for which jobs that have ended are kept; None to keep them."""

    allow_urls: bool = False
    """Whether clients may name URLs, which the server fetches, and webhooks."""

    @property
    def disk_is_full(self) -> bool:
        """Whether less of the disk is free than a new upload needs. Raises `OSError`."""
        return shutil.disk_usage(self.state).free < self.smallest_free
