"""`captioner serve` as a process of its own, which tests can kill."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx


class ServerProcess:
    """A running `captioner serve` with the state in a folder. Close it, kill it, or start another one there."""

    def __init__(self, state: Path, *flags: str, port: int = 0) -> None:
        command = [sys.executable, "-P", "-m", "captioner", "serve", "--address", f"127.0.0.1:{port}"]
        environment = {**os.environ, "CAPTIONER_JOURNAL": str(state / "journal.sqlite"), "TMPDIR": str(state.parent)}
        self.process = subprocess.Popen(
            [*command, "--state", str(state / "server"), *flags], stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stderr
        self.url = self.said = ""
        for line in self.process.stderr:
            self.said += line
            if found := re.search(r"serving at (http://\S+?);", line):
                self.url = found[1]
                break
        if not self.url:
            self._reap()
            raise RuntimeError(f"the server did not start: {self.said}")
        httpx.get(f"{self.url}/healthz", timeout=30)  # answered as soon as it works

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self._reap()

    def stop(self) -> int:
        """End it with SIGTERM; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        assert self.process.stderr
        self.process.stderr.close()
        return self.process.wait(30)
