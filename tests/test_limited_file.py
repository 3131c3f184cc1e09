"""Files that are too long to be text end in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from captioner.cli import main
from captioner.limited_file import read_limited

ZERO = "/dev/zero"

needs_zero = pytest.mark.skipif(not Path(ZERO).exists(), reason="has no endless file")

LIMIT = "it is longer than 1 MB, the limit that $CAPTIONER_MAX_TEXT_MB sets"


@pytest.fixture(autouse=True)
def one_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTIONER_MAX_TEXT_MB", "1")


@needs_zero
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--hotwords-file", ZERO], 2),
        (["align", "talk.flac", ZERO, "-o", "a.srt", "--backend", "scripted"], 5),
        (["--profile", "zero.toml"], 2),
        (["lint", ZERO], 5),
        (["convert", ZERO, "a.vtt"], 5),
        (["burn", "talk.flac", ZERO, "-o", "a.mp4"], 5),
        (["live", "-", "--backend", "scripted", "--sink", f"youtube=@{ZERO}", "-o", "a.srt"], 2),
    ],
    ids=str,
)
def test_an_endless_file_is_one_sentence(
    words: list[str], code: int, speech_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("talk.flac").write_bytes(speech_file.read_bytes())
    Path("zero.toml").symlink_to(ZERO)
    caption = words[0].startswith("--")
    assert main([*(["talk.flac", "--backend", "scripted"] if caption else []), *words]) == code
    printed = capfd.readouterr().err
    assert LIMIT in printed
    assert printed.count("\n") == 1


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 1_000_000)
    assert len(read_limited(path)) == 1_000_000


def test_a_limit_that_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    monkeypatch.setenv("CAPTIONER_MAX_TEXT_MB", "many")
    with pytest.raises(OSError, match="must be a whole number of megabytes, not 'many'"):
        read_limited(path)
