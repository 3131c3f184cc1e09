"""The backend glm-nano by the command line, and `captioner models`."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from captioner.backends import load_backend
from captioner.backends.selection import backend_status
from captioner.cli import main
from captioner.media import find_ffmpeg
from captioner.values import Samples
from tests.align.voices import RATE, silence
from tests.backends.nano_parts import CLIPS, DIGITS, PHRASES, TEXTS, hub_with_digits, talk, texts


def captions(folder: Path, film: Path, *flags: str) -> list[dict[str, Any]]:
    """The segments that the command line recognises in a film."""
    where = ("-d", str(folder), "-f", "srt,json", "--backend", "glm-nano", "--model", str(DIGITS))
    exact = ("--backend-option", "dtype=float32")
    assert main([str(film), *where, *exact, *flags]) == 0
    segments: list[dict[str, Any]] = json.loads((folder / f"{film.stem}.json").read_text("utf-8"))["segments"]
    return segments


@pytest.mark.parametrize("noise", [None, 20.0])
def test_a_film_of_digits_is_captioned_at_the_right_times(tmp_path: Path, noise: float | None) -> None:
    track, placed = talk([(1.0, PHRASES[0]), (8.5, PHRASES[1]), (16.0, PHRASES[3]), (23.5, PHRASES[5])], 28.0, noise)
    segments = captions(tmp_path, film_of(track, tmp_path / "film.mp4"))
    assert [segment["text"] for segment in segments] == [place.phrase.text for place in placed]
    for segment, place in zip(segments, placed, strict=True):
        assert segment["start"] == pytest.approx(place.start, abs=0.4)
        assert segment["end"] == pytest.approx(place.end, abs=0.4)


def test_nine_digits_of_nine_in_32_seconds(tmp_path: Path) -> None:
    """In one clip, the model recognises five of them: its window is 30 s long."""
    track, _ = talk([(0.3, PHRASES[3]), (15.0, PHRASES[4]), (29.8, PHRASES[3])], 32.4)
    segments = captions(tmp_path, film_of(track, tmp_path / "film.mp4"))
    assert " ".join(segment["text"] for segment in segments) == "three five zero seven nine two three five zero"


def film_of(track: Samples, path: Path) -> Path:
    """The audio with a picture, as MP4."""
    raw = path.with_suffix(".raw")
    raw.write_bytes(np.clip(track, -1, 1).astype("<f4").tobytes())
    command = [find_ffmpeg(), "-v", "error", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", str(raw)]
    picture = ["-f", "lavfi", "-i", f"color=size=64x64:rate=5:duration={len(track) / RATE}", "-c:v", "mpeg4"]
    subprocess.run([*command, *picture, "-c:a", "aac", "-b:a", "128k", str(path)], check=True)
    return path


def test_pulled_weights_are_listed_and_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    assert "not on this machine" in (backend_status("glm-nano").missing or "")
    assert main(["models"]) == 0
    assert re.search(r"^glm-asr-nano +4\.5 GB .* no$", capsys.readouterr().out, re.MULTILINE)
    monkeypatch.setenv("HF_HUB_CACHE", str(hub_with_digits(tmp_path / "hub")))
    assert backend_status("glm-nano").ready
    assert main(["models"]) == 0
    place = f"in {tmp_path}/hub/models--zai-org--GLM-ASR-Nano-2512/snapshots/0123abc"
    assert re.search(rf"^glm-asr-nano .* {place}$", capsys.readouterr().out, re.MULTILINE)
    backend = load_backend("glm-nano", dtype="float32")
    assert texts(backend, CLIPS[:1]) == TEXTS[:1]
    backend.close()


def test_only_a_name_can_be_pulled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", "./folder"]) == 2
    sentence = "captioner: unknown model './folder'; give OWNER/NAME on the hub, or one of glm-asr-nano, "
    assert capsys.readouterr().err.startswith(sentence)


def test_missing_weights_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = film_of(silence(1.0), tmp_path / "film.mp4")
    assert main([str(film), "--backend", "glm-nano", "--model", str(tmp_path)]) == 4
    assert capsys.readouterr().err.count("\n") == 1
