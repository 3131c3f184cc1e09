"""Reads WebVTT files with headless Chromium: one start of the browser, and a `<track>` for each file."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

TIMEOUT = 120
"""Seconds in which the browser has to start and read all files."""

PAGE = """<!doctype html><meta charset="utf-8"><video></video><script>
const read = name => new Promise(done => {
  const track = document.createElement("track");
  const resolve = () => done([name, [...(track.track.cues || [])].map(cue => {
    const shown = cue.getCueAsHTML(), voice = shown.querySelector("span[title]");
    const tagged = tag => [...shown.querySelectorAll(tag)].map(part => part.textContent);
    return {start: cue.startTime, end: cue.endTime, text: shown.textContent, voice: voice ? voice.title : null,
            italic: tagged("i"), bold: tagged("b"), underline: tagged("u"), line: cue.line, snap: cue.snapToLines,
            position: cue.position, align: cue.align, vertical: cue.vertical};
  })]);
  track.onload = resolve; track.onerror = () => done([name, null]);
  track.src = name; track.default = true;
  document.querySelector("video").append(track); track.track.mode = "hidden";
});
fetch("/names").then(response => response.json()).then(names => Promise.all(names.map(read)))
  .then(cues => fetch("/cues", {method: "POST", body: JSON.stringify(Object.fromEntries(cues))}));
</script>"""


def read_in_chromium(files: Mapping[str, str], folder: Path) -> dict[str, list[dict[str, Any]] | None]:
    """Return the cues of each file by its name, as Chromium reads them; None for a file that it rejects.

    Skips the test if Chromium is not installed.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("apt install chromium, to read WebVTT in a browser")
    cues: dict[str, Any] = {}
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            body = {"": PAGE, "names": json.dumps(list(files))}.get(name, files.get(name))
            content_type = "text/vtt" if name in files else "text/html"
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", f"{content_type}; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "").encode())

        def do_POST(self) -> None:
            cues.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            done.set()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        with subprocess.Popen(
            [chromium, *flags, f"--user-data-dir={folder}", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as browser:
            try:
                assert done.wait(TIMEOUT), "Chromium did not answer"
            finally:
                browser.terminate()
                server.shutdown()
    return cues
