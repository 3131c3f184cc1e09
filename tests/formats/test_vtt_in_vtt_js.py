"""What vtt.js, the reader of many web players, reads of the WebVTT that we write: times and text, cue for cue."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path

from captioner.formats import vtt
from tests.formats.test_vtt_in_chromium import WRITTEN
from tests.oracles.npm import npm_package
from tests.paths import ORACLES


def test_vtt_js_reads_the_cues_that_were_written(tmp_path: Path) -> None:
    package = npm_package("vtt.js")
    for name, cues in WRITTEN.items():
        (tmp_path / name).write_text(vtt.write(vtt.representable(cues)), "utf-8")
    command = ["node", str(ORACLES / "vtt.js"), str(package), *(str(tmp_path / name) for name in WRITTEN)]
    read = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for (name, cues), found in zip(WRITTEN.items(), read, strict=True):
        assert [(start, end, _shown(text)) for start, end, text in found] == [
            (cue.start, cue.end, cue.text) for cue in vtt.representable(cues)
        ], name


def _shown(text: str) -> str:
    """Without tags: vtt.js gives a cue's text as it was written."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))
