"""The Python blocks of docs/api.md run in order, as one program."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import captioner
from captioner.pipeline import CaptionOptions
from tests.media.media_factory import ffmpeg
from tests.paths import DOCS

PAGE = (DOCS / "api.md").read_text("utf-8")


def test_the_blocks_run(
    speech_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ffmpeg("-i", speech_file, tmp_path / "talk.mp4")
    monkeypatch.chdir(tmp_path)
    program = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    exec(compile(program, "docs/api.md", "exec"), {"__name__": "api"})
    printed = capsys.readouterr().out
    for line in (
        "cancelled\n",
        "missing.mp4: cannot be read: No such file or directory\n",
        "format .docx srt vtt ",
        "profile must be text or Profile or a function, not 3\n",
    ):
        assert line in printed
    assert Path("talk.edl").read_text("utf-8").startswith("TITLE")


def test_every_option_is_described() -> None:
    described = re.findall(r"^\| `(\w+)` \|", PAGE[PAGE.index("## Options") : PAGE.index("## Profiles")], re.MULTILINE)
    assert described == [option.name for option in fields(CaptionOptions)]


def test_names_of_captioner_on_the_page_exist() -> None:
    for name in re.findall(r"captioner\.(\w+)\(", PAGE):
        assert name in captioner.__all__
