"""An ffmpeg that dies, at once or in the middle of a sample, is never taken for a source without speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from captioner.errors import MediaNotReadable
from captioner.media import find_ffmpeg, open_media, read_audio
from captioner.values import Samples
from tests.media.media_factory import TONE_LENGTH, Film, ffmpeg, make_film

RATE = 16_000


def hear(path: Path, told: list[str]) -> Samples:
    with open_media(str(path)) as media:
        return np.concatenate([block.samples for block in read_audio(media, warn=told.append)])


def instead_of_ffmpeg(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "ffmpeg.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("CAPTIONER_FFMPEG", str(program))


@pytest.mark.parametrize("container", ["mkv", "wav", "mp4", "ts"])
@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 1", 1), ("kill -9 $$", -9)])
def test_who_writes_nothing_has_failed(
    script: str, status: int, container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_film(Film(container), tmp_path)
    instead_of_ffmpeg(script, tmp_path, monkeypatch)
    with pytest.raises(MediaNotReadable) as raised:
        hear(path, [])
    why = f"cannot be decoded: ffmpeg decoded no audio and ended with status {status}"
    assert str(raised.value) == f"{path}: {why}"


@pytest.mark.parametrize("cut", range(4))
@pytest.mark.parametrize("container", ["mkv", "wav"])
def test_who_dies_within_a_sample_is_heard_up_to_it(
    container: str, cut: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 kB are 3 s of samples; the pipe's end is the end of ffmpeg, which is told by its status."""
    path = make_film(Film(container), tmp_path)
    whole = hear(path, [])
    real = find_ffmpeg()
    instead_of_ffmpeg(f'"{real}" "$@" | head -c {200_000 + cut}; kill -9 $$', tmp_path, monkeypatch)
    told: list[str] = []
    heard = hear(path, told)
    assert 3.0 < len(heard) / RATE < TONE_LENGTH / 2
    assert np.array_equal(heard, whole[: len(heard)])
    [warning] = told
    assert warning.startswith(f"is cut off at {len(heard) / RATE:.1f} s")


def test_a_track_that_is_empty_is_said(tmp_path: Path) -> None:
    """As a source without a track: nothing to caption is not the same as nobody speaking."""
    ffmpeg("-f", "lavfi", "-i", "anullsrc=duration=0", tmp_path / "empty.wav")
    with pytest.raises(MediaNotReadable, match=r"empty\.wav: cannot be decoded: ffmpeg decoded no audio"):
        hear(tmp_path / "empty.wav", [])
