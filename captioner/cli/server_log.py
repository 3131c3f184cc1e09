"""The log of the server on standard error: one line for each fault, or JSON for each entry."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

LogStyle = Literal["text", "json"]


def log_to_stderr(style: LogStyle) -> None:
    """Print the log of the server: as text only warnings and errors, as JSON requests too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if style == "json" else logging.Formatter("captioner: %(message)s"))
    handler.setLevel(logging.INFO if style == "json" else logging.WARNING)
    for name in ("captioner.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.INFO if name == "captioner.server" else logging.WARNING)


class _JsonLines(logging.Formatter):
    """Each entry as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "request", {}),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
