"""Profiles, frame rates and shot changes by the command line: `captioner export`, and captioning a film."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from captioner.backends import load_backend
from captioner.cli import main
from captioner.formats import Contents, format_named
from captioner.media import AudioSelection, open_media, read_shot_changes
from captioner.pipeline import caption
from captioner.values import Cue, Report, Transcript
from tests.cues.cue_inputs import spoken
from tests.media.media_factory import ffmpeg

TALK = spoken("We had to learn, slowly and with a great deal of patience, that it is not so.", "en")


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A transcript of a film with 24 frames a second and a shot change at its 14th frame."""
    monkeypatch.chdir(tmp_path)
    report = Report("film.mp4", 6.0, "scripted", frame_rate=Fraction(24), shot_changes=(14 / 24,))
    path = tmp_path / "film.json"
    path.write_text(str(format_named("json").write(Contents((), TALK, report)).data), "utf-8")
    return path


def exported(*words: str) -> list[Cue]:
    assert main(["export", "film.json", "-o", "cues.srt", "--overwrite", *words]) == 0
    cues = format_named("srt").read(Path("cues.srt").read_text("utf-8")).cues
    assert cues
    return list(cues)


def test_flags_go_before_stored_values(stored: Path) -> None:
    assert exported()[0].start == round(14 / 24, 3)
    assert exported("--fps", "30000/1001")[0].start == round(17 * 1001 / 30000, 3)  # 14 / 24 s is in its 17th frame
    assert exported("--fps", "none")[0].start == round(14 / 24, 3)
    assert len(exported("--profile-option", "width=20")[0].text.split("\n")[0]) <= 20


def test_a_profile_from_a_file_or_the_settings(stored: Path) -> None:
    Path("mine.toml").write_text('base = "bbc"\nlines = 1\nwidth = 20\n')
    settings = Path(os.environ["CAPTIONER_CONFIG_DIR"]) / "config.toml"
    settings.write_text('profile = "slim"\n[profiles.slim]\nbase = "bbc"\nlines = 1\nwidth = 20\n')
    assert exported() == exported("--profile", "mine.toml")
    assert max(len(cue.text) for cue in exported()) <= 20
    assert max(len(cue.text) for cue in exported("--profile", "netflix-en")) > 20


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--profile", "tiktok"], "unknown profile 'tiktok'; there is: mine, default, netflix-en"),
        (["--profile", "none.toml"], "none.toml: cannot be read: no such file or directory"),
        (["--profile", "film.json.toml"], "film.json.toml: is not a TOML file: "),
        (["--profile", "mine"], "config.toml [profiles.mine]: unknown key 'colour'; there is: source, width"),
        (["--profile-option", "cps=0"], "--profile-option: cps must be from 0.1 to 1000, not 0"),
        (["--profile-option", "cps"], "'cps' is not KEY=VALUE"),
        (["--fps", "fast"], "not a frame rate: 'fast'"),
    ],
)
def test_a_wrong_profile_is_one_sentence(
    words: list[str], sentence: str, stored: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("film.json.toml").write_text("{")
    (Path(os.environ["CAPTIONER_CONFIG_DIR"]) / "config.toml").write_text('[profiles.mine]\ncolour = "red"\n')
    assert main(["export", "film.json", "-o", "-", *words]) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, speech_file: Path) -> Path:
    """Four shots of two seconds, whose first frame comes half a second late, and three sentences."""
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    shots = "testsrc=s=320x180", "color=navy:s=320x180", "smptebars=s=320x180", "color=white:s=320x180"
    graph = ";".join(f"{shot}:r=25:d=2,format=yuv420p[{number}]" for number, shot in enumerate(shots))
    graph += ";[0][1][2][3]concat=n=4[all]"
    encoded = ["-c:v", "mpeg4", "-q:v", "5", "-c:a", "pcm_s16le"]
    ffmpeg("-f", "lavfi", "-i", graph.replace("[all]", "[out0]"), "-r", "25", "-c:v", "mpeg4", path.with_suffix(".avi"))
    ffmpeg("-i", speech_file, "-itsoffset", "0.48", "-i", path.with_suffix(".avi"), *encoded, path)
    return path


def test_shot_changes_are_on_the_players_clock(film: Path) -> None:
    with open_media(str(film)) as media:
        assert media.frame_rate == 25
        assert list(read_shot_changes(media)) == pytest.approx([2.48, 4.48, 6.48], abs=0.001)
        assert list(read_shot_changes(media, AudioSelection(start=4.0, end=6.0))) == pytest.approx([4.48], abs=0.001)


def test_audio_without_video_has_no_shot_changes(speech_file: Path) -> None:
    warnings: list[str] = []
    with open_media(str(speech_file)) as media:
        assert list(read_shot_changes(media, warn=warnings.append)) == []
    assert warnings == ["has no video, so there are no shot changes"]


def test_a_damaged_video_is_reported(film: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mkv"
    data = bytearray(film.read_bytes())
    for place in range(20_000, len(data), 4_000):
        data[place : place + 40] = bytes(40)
    broken.write_bytes(data)
    warnings: list[str] = []
    with open_media(str(broken)) as media:
        list(read_shot_changes(media, warn=warnings.append))
    assert warnings == ["its video is damaged or cut off; shot changes may be missing"]


def test_a_film_is_captioned_to_its_frames_and_shot_changes(film: Path, tmp_path: Path) -> None:
    script = "lines=['The first sentence.', 'The second sentence.', 'The third sentence.']"
    words = [str(film), "--backend", "scripted", "--backend-option", script, "-d", str(tmp_path), "-f", "srt,json"]
    assert main([*words, "--shot-changes", "--align", "pauses"]) == 0
    contents = format_named("json").read((tmp_path / "film.json").read_text("utf-8"))
    assert contents.report
    assert contents.report.frame_rate == 25
    assert contents.report.shot_changes == pytest.approx([2.48, 4.48, 6.48], abs=0.001)
    cues = format_named("srt").read((tmp_path / "film.srt").read_text("utf-8")).cues
    assert cues
    assert len(cues) == 3
    assert all(round(time * 1000) % 40 == 0 for cue in cues for time in (cue.start, cue.end))
    assert main(["export", str(tmp_path / "film.json"), "-o", str(tmp_path / "again.srt")]) == 0
    assert (tmp_path / "again.srt").read_bytes() == (tmp_path / "film.srt").read_bytes()
    assert main([*words, "--align", "pauses", "--overwrite"]) == 0
    assert (tmp_path / "again.srt").read_bytes() != (tmp_path / "film.srt").read_bytes()
    late = ["export", str(tmp_path / "film.json"), "-o", str(tmp_path / "late.srt"), "--shot-changes"]
    assert main(late) == 0
    assert (tmp_path / "late.srt").read_bytes() == (tmp_path / "again.srt").read_bytes()
    gone = film.rename(film.with_suffix(".gone"))
    assert main([*late, "--overwrite"]) == 3
    gone.rename(film)


def test_cues_are_not_timed_to_the_frames_of_a_slide_show(tmp_path: Path, speech_file: Path) -> None:
    slides = tmp_path / "slides.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=8", "-i", speech_file, "-c:v", "mpeg4", "-c:a", "pcm_s16le", slides
    )
    captions = caption(str(slides), backend=load_backend("scripted", lines=["One.", "Two.", "Three."]), align="none")
    assert captions.report.frame_rate is None
    with open_media(str(slides)) as media:
        assert media.frame_rate == 5


def test_stored_frame_rates_and_shot_changes_are_checked(stored: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = stored.read_text("utf-8")
    for right, wrong, sentence in (
        ('"24"', '"12.7"', "frame_rate: not a frame rate"),
        ('"24"', "24", "frame_rate: is not a text"),
        ("0.58333", '"x", 0.58333', "shot_changes[0]: is not a number"),
    ):
        stored.write_text(text.replace(right, wrong, 1), "utf-8")
        assert main(["export", "film.json", "-o", "-"]) == 5
        assert sentence in capfd.readouterr().err


def test_a_transcript_without_a_frame_rate_is_timed_to_milliseconds(stored: Path) -> None:
    report = Report("film.mp4", 6.0, "scripted")
    stored.write_text(
        str(format_named("json").write(Contents((), Transcript(TALK.segments, "en"), report)).data), "utf-8"
    )
    assert exported()[0].start == 0.5
