"""An ffmpeg that is killed, at once or in the middle of a sample, is an error and not a source without speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from captioner.errors import MediaNotReadable
from captioner.media import find_ffmpeg, open_media, read_audio
from captioner.values import Samples
from tests.media.media_factory import TONE_LENGTH, Film, ffmpeg, make_film

RATE = 16_000


def decode(path: Path, warnings: list[str]) -> Samples:
    with open_media(str(path)) as media:
        return np.concatenate([block.samples for block in read_audio(media, warn=warnings.append)])


def replace_ffmpeg(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "ffmpeg.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("CAPTIONER_FFMPEG", str(program))


@pytest.mark.parametrize("container", ["mkv", "wav", "mp4", "ts"])
@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 1", 1), ("kill -9 $$", -9)])
def test_an_ffmpeg_without_output_has_failed(
    script: str, status: int, container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_film(Film(container), tmp_path)
    replace_ffmpeg(script, tmp_path, monkeypatch)
    with pytest.raises(MediaNotReadable) as raised:
        decode(path, [])
    why = f"cannot be decoded: ffmpeg decoded no audio and ended with status {status}"
    assert str(raised.value) == f"{path}: {why}"


@pytest.mark.parametrize("cut", range(4))
@pytest.mark.parametrize("container", ["mkv", "wav"])
def test_audio_is_kept_up_to_the_sample_in_which_ffmpeg_is_killed(
    container: str, cut: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 kB are 3 s of samples. The pipe ends with ffmpeg, and its exit status shows that it was killed."""
    path = make_film(Film(container), tmp_path)
    complete = decode(path, [])
    real = find_ffmpeg()
    replace_ffmpeg(f'"{real}" "$@" | head -c {200_000 + cut}; kill -9 $$', tmp_path, monkeypatch)
    warnings: list[str] = []
    decoded = decode(path, warnings)
    assert 3.0 < len(decoded) / RATE < TONE_LENGTH / 2
    assert np.array_equal(decoded, complete[: len(decoded)])
    [warning] = warnings
    assert warning.startswith(f"is cut off at {len(decoded) / RATE:.1f} s")


def test_an_empty_track_is_refused(tmp_path: Path) -> None:
    """As is a source without a track: no audio is not the same as audio without speech."""
    ffmpeg("-f", "lavfi", "-i", "anullsrc=duration=0", tmp_path / "empty.wav")
    with pytest.raises(MediaNotReadable, match=r"empty\.wav: cannot be decoded: ffmpeg decoded no audio"):
        decode(tmp_path / "empty.wav", [])
