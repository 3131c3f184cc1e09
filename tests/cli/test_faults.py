"""The command line as a process: broken inputs, a full disk, interrupts and pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_cli import write_wav
from tests.media.media_factory import ffmpeg, picture_source

SCRIPTED = ("--backend", "scripted", "--no-journal")
CAPTIONER = (sys.executable, "-m", "captioner")


def captioner(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [*CAPTIONER, *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_twelve_inputs_of_which_four_are_broken(tmp_path: Path, speech_file: Path) -> None:
    for container in ("flac", "wav", "mp3", "m4a", "mkv", "ts", "ogg", "mov"):
        ffmpeg("-i", speech_file, tmp_path / f"good{container}.{container}")
    write_wav(tmp_path / "silence.wav", np.zeros(32_000, np.int16).tobytes())
    (tmp_path / "notes.txt").write_text("No audio.\n" * 99)
    ffmpeg("-f", "lavfi", "-i", picture_source(1), tmp_path / "mute.mp4")
    fragmented = ("-movflags", "frag_keyframe+empty_moov", "-frag_duration", "500000")
    ffmpeg("-i", speech_file, "-metadata", "comment=whole", *fragmented, tmp_path / "whole.mp4")
    whole = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "broken.mp4").write_bytes(whole[: len(whole) * 6 // 10])
    (tmp_path / "whole.mp4").unlink()
    inputs = sorted(tmp_path.iterdir())
    assert len(inputs) == 12

    ran = captioner(*inputs, *SCRIPTED, cwd=tmp_path)

    assert ran.returncode == 3
    written = {path.stem: path.read_text() for path in tmp_path.glob("*.srt")}
    assert set(written) == {path.stem for path in inputs} - {"notes", "mute"}
    assert written["silence"] == ""
    assert {written[stem].count("-->") for stem in written if stem.startswith("good")} == {3}
    assert written["broken"].count("-->") in (1, 2)
    sentences = [line for line in ran.stderr.split("\n") if line.startswith("captioner:")]
    assert [Path(line.split(": ")[1]).name for line in sentences] == ["mute.mp4", "notes.txt"]
    assert "broken.mp4: " in ran.stderr
    assert "is cut off" in ran.stderr
    assert "silence.wav: no speech found" in ran.stderr


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, speech_file: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    fill = 'mount -t tmpfs -o size=16k none "$0" && head -c 16384 /dev/zero > "$0/rest"'
    script = f'{fill}; "$@"; code=$?; ls -A "$0"; exit $code'
    command = ["unshare", "-rm", "sh", "-c", script, disk, *CAPTIONER, speech_file, "-d", disk, *SCRIPTED]
    ran = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120)
    if "unshare" in ran.stderr or "mount:" in ran.stderr:
        pytest.skip("this system does not allow mounting a small disk")
    assert ran.returncode == 1, ran.stderr
    assert "cannot write" in ran.stderr
    assert "no space left" in ran.stderr
    assert ran.stdout.split() == ["rest"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_no_half_file(tmp_path: Path, speech_file: Path, number: signal.Signals) -> None:
    pipe = tmp_path / "talk.flac"
    os.mkfifo(pipe)
    command = [*CAPTIONER, str(pipe), "-d", str(tmp_path), *SCRIPTED, "-v"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with pipe.open("wb", buffering=0) as audio:  # returns when the run has opened the pipe
        audio.write(speech_file.read_bytes()[:20_000])
        running.send_signal(number)
        _, printed = running.communicate(timeout=60)
    pipe.unlink()
    assert list(tmp_path.iterdir()) == []
    assert running.returncode == 128 + number
    assert printed.strip() == f"captioner: {'interrupted' if number == signal.SIGINT else f'ended by {number.name}'}"


def test_a_pipe_in_and_a_pipe_out(speech_file: Path) -> None:
    command = [*CAPTIONER, "-", "-f", "vtt", "-q", *SCRIPTED]
    ran = subprocess.run(command, input=speech_file.read_bytes(), capture_output=True, check=True)
    assert ran.stdout.startswith(b"WEBVTT\n")
    assert ran.stdout.count(b"-->") == 3
    assert ran.stderr == b""


def test_a_reader_that_stops_reading(speech_file: Path) -> None:
    shell = f"'{sys.executable}' -m captioner '{speech_file}' -o - -q {' '.join(SCRIPTED)} | true"
    ran = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr


ASCII = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def in_ascii(*words: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = [*CAPTIONER, *words]
    return subprocess.run(command, cwd=cwd, env=os.environ | ASCII, capture_output=True, check=False, timeout=120)


@pytest.mark.skipif(os.name == "nt", reason="has no such locale")
def test_names_and_texts_beyond_ascii_in_an_ascii_locale(tmp_path: Path, speech_file: Path) -> None:
    (tmp_path / "讲话 ü.flac").write_bytes(speech_file.read_bytes())
    lines = ("--backend-option", 'lines=["你好。", "Grüße."]')
    ran = in_ascii("讲话 ü.flac", *SCRIPTED, "-q", *lines, cwd=tmp_path)
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, b"", b"")
    assert "你好。" in (tmp_path / "讲话 ü.srt").read_text("utf-8")
    for words in (["讲话 ü.srt", "neu ü.vtt"], ["讲话 ü.srt", "-"]):
        ran = in_ascii("convert", *words, *(["--to", "vtt"] if words[1] == "-" else []), cwd=tmp_path)
        assert b"Traceback" not in ran.stderr
        assert ran.returncode == 0
    assert "Grüße." in ran.stdout.decode("utf-8")
    ran = in_ascii("lint", "讲话 ü.srt", cwd=tmp_path)
    assert "讲话 ü.srt".encode() in ran.stderr
    ran = in_ascii("fehlt ü.flac", *SCRIPTED, cwd=tmp_path)
    assert (ran.returncode, ran.stderr.count(b"\n")) == (3, 1)


@pytest.mark.parametrize("locale", ["de_DE.ISO-8859-1", "C", "POSIX"])
def test_text_that_the_terminal_cannot_show_is_no_traceback(locale: str, tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:01,100\n你好\n", "utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "latin-1", "LC_ALL": locale}
    command = [*CAPTIONER, "lint", "a.srt"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=60)
    assert b"Traceback" not in ran.stderr


def test_a_file_error_names_the_file_and_not_standard_output(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nOne\n")
    (tmp_path / "c.srt").symlink_to("b.srt")
    (tmp_path / "b.srt").symlink_to("c.srt")
    for target, reason in (("n" * 300 + ".srt", "file name too long"), ("b.srt", "too many levels of symbolic links")):
        ran = captioner("convert", "a.srt", target, cwd=tmp_path)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == f"captioner: cannot write {target}: {reason}\n"
