"""Captioning by the command line: real media in, files and exit codes out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from captioner.cli import main
from captioner.cli.console import Console
from captioner.cli.work.backend_session import BackendRequest, open_backend
from captioner.settings import Settings
from tests.media.media_factory import ffmpeg

SCRIPT = "lines=['The first sentence.', 'The second sentence.', 'The third sentence.']"


@dataclass
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`run(*words)`: the command line in an empty folder, with a backend that recognises the sentences of SCRIPT."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path, backend: bool = True) -> Ran:
        scripted = ["--backend", "scripted", "--backend-option", SCRIPT] if backend else []
        code = main([*scripted, *map(str, words)])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def talk(tmp_path: Path, speech_file: Path) -> Path:
    """Three sentences with a second of silence between them."""
    path = tmp_path / "talk.flac"
    path.write_bytes(speech_file.read_bytes())
    return path


def silence(path: Path, seconds: float = 1.0) -> Path:
    import numpy as np

    write_wav(path, np.zeros(round(seconds * 16_000), np.int16).tobytes())
    return path


def write_wav(path: Path, data: bytes) -> None:
    import wave

    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(data)


def test_a_file_becomes_captions_beside_it(run: Run, talk: Path, golden: Callable[[str, str], None]) -> None:
    ran = run(talk)
    assert ran.code == 0
    assert ran.out == ""
    golden("cli_talk.srt", talk.with_suffix(".srt").read_text("utf-8"))


def test_several_formats_at_once(run: Run, talk: Path) -> None:
    assert run(talk, "-f", "srt,vtt", "-f", "json", "--output-dir", "deep/er").code == 0
    assert sorted(path.name for path in Path("deep/er").iterdir()) == ["talk.json", "talk.srt", "talk.vtt"]


def test_standard_output_holds_the_captions_and_nothing_else(run: Run, talk: Path) -> None:
    ran = run(talk, "-o", "-", "-f", "vtt")
    assert ran.out.startswith("WEBVTT\n")
    assert not talk.with_suffix(".srt").exists()


def test_a_file_url_is_captioned_beside_its_file(run: Run, talk: Path) -> None:
    assert run(talk.as_uri()).code == 0
    assert talk.with_suffix(".srt").exists()
    assert run(talk.as_uri(), "-o", talk, "-f", "srt", "--overwrite").code == 2


def test_the_ending_of_the_output_names_the_format(run: Run, talk: Path) -> None:
    assert run(talk, "-o", "x.VTT").code == 0
    assert Path("x.VTT").read_text("utf-8").startswith("WEBVTT\n")


def test_a_project_has_the_size_of_the_picture(run: Run, speech_file: Path, tmp_path: Path) -> None:
    film = tmp_path / "upright.mp4"
    picture = ("-f", "lavfi", "-i", "color=gray:size=108x192:rate=25:duration=10")
    ffmpeg(*picture, "-i", speech_file, "-pix_fmt", "yuv420p", "-g", "25", film)
    assert run(film, "-f", "fcpxml").code == 0
    assert 'width="108" height="192"' in film.with_suffix(".fcpxml").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-f", "srt,edl"], "edl: needs the frame rate of the video, as in --fps 25"),
        (["-f", "edl", "--fps", "25", "--start-timecode", "1:2"], "edl: not a timecode: '1:2'; write HH:MM:SS:FF"),
        (["-f", "edl", "--fps", "25", "--drop-frame"], "edl: timecode drops frames at 29.97 and 59.94 a second"),
    ],
)
def test_values_that_a_format_needs_are_checked_before_recognition(
    run: Run, talk: Path, words: list[str], sentence: str
) -> None:
    ran = run(talk, *words, "-v")
    assert (ran.code, ran.err.count("\n")) == (5, 1)
    assert ran.err.startswith(f"captioner: {sentence}")
    assert not talk.with_suffix(".srt").exists()
    assert run(talk, "-f", "srt,edl,md", "--fps", "25").code == 0


def test_a_frame_rate_too_low_to_time_cues_is_reported_before_recognition(
    run: Run, speech_file: Path, tmp_path: Path
) -> None:
    lecture = tmp_path / "lecture.mp4"
    picture = ("-f", "lavfi", "-i", "color=gray:size=64x64:rate=5:duration=10")
    ffmpeg(*picture, "-i", speech_file, "-pix_fmt", "yuv420p", lecture)
    ran = run(lecture, "-f", "edl", "-v")
    assert (ran.code, ran.err.count("\n")) == (5, 1)
    assert ran.err.startswith("captioner: edl: needs the frame rate of the video")


def test_an_existing_result_is_skipped(run: Run, talk: Path) -> None:
    target = talk.with_suffix(".srt")
    target.write_text("mine")
    ran = run(talk, "-q")
    assert (ran.code, target.read_text()) == (1, "mine")
    assert ran.err == f"{talk}: skipped, {target} exists (use --overwrite, or --skip-existing)\n"
    ran = run(talk, "--skip-existing")
    assert (ran.code, target.read_text()) == (0, "mine")
    assert ran.err == f"{talk}: skipped, {target} exists (use --overwrite)\n"
    assert run(talk, "--overwrite", "--skip-existing").code == 2
    assert run(talk, "--overwrite").code == 0
    assert "The first sentence." in target.read_text()


def test_only_the_missing_result_is_written(run: Run, talk: Path) -> None:
    talk.with_suffix(".srt").write_text("mine")
    assert run(talk, "-f", "srt,txt").code == 1
    assert talk.with_suffix(".srt").read_text() == "mine"
    assert "The first sentence." in talk.with_suffix(".txt").read_text()


def test_export_makes_the_same_captions_from_the_transcript(run: Run, talk: Path) -> None:
    run(talk, "-f", "srt,vtt,json")
    before = {suffix: talk.with_suffix(suffix).read_text() for suffix in (".srt", ".vtt", ".json")}
    ran = run("export", "talk.json", "-f", "srt,vtt", "-d", "again", backend=False)
    assert ran.code == 0
    assert Path("again/talk.srt").read_text() == before[".srt"]
    assert Path("again/talk.vtt").read_text() == before[".vtt"]


def test_the_report_lists_every_region(run: Run, talk: Path) -> None:
    run(talk, "--report", "report.json")
    report = json.loads(Path("report.json").read_text())
    assert report["version"] == 1
    assert [region["status"] for region in report["regions"]] == ["ok"] * 3
    assert report["totals"]["regions"] == 3


def test_several_inputs_give_a_list_of_reports(run: Run, talk: Path, tmp_path: Path) -> None:
    run(talk, silence(tmp_path / "quiet.wav"), "--report", "report.json")
    assert [len(report["regions"]) for report in json.loads(Path("report.json").read_text())] == [3, 0]


def test_the_report_names_the_input_that_failed(run: Run, talk: Path) -> None:
    Path("broken.mp4").write_text("not a film" * 100)
    assert run("broken.mp4", "--report", "one.json").code == 3
    report = json.loads(Path("one.json").read_text())
    assert (report["source"], report["regions"]) == ("broken.mp4", [])
    assert report["error"].startswith("broken.mp4: ")
    assert run(talk, "broken.mp4", "--report", "two.json").code == 3
    good, bad = json.loads(Path("two.json").read_text())
    assert (len(good["regions"]), "error" in good, bad["source"]) == (3, False, "broken.mp4")
    talk.with_suffix(".srt").unlink()
    talk.with_suffix(".srt").mkdir()
    assert run(talk, "--report", "three.json", "--overwrite").code == 1
    report = json.loads(Path("three.json").read_text())
    assert (len(report["regions"]), "cannot write" in report["error"]) == (3, True)


def test_silence_is_a_valid_file_without_cues(run: Run, tmp_path: Path) -> None:
    ran = run(silence(tmp_path / "quiet.wav"), "-f", "vtt")
    assert (ran.code, Path("quiet.vtt").read_text()) == (0, "WEBVTT\n")
    assert "no speech found, 0 cues" in ran.err


def test_quiet_prints_nothing(run: Run, talk: Path) -> None:
    assert run(talk, "-q").err == ""


def test_verbose_shows_each_region(run: Run, talk: Path) -> None:
    assert "ok: The second sentence." in run(talk, "-v").err


def test_lost_speech_is_reported_and_exits_with_7(run: Run, talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from captioner.backends import Recognition, scripted

    monkeypatch.setattr(
        scripted,
        "cycle",
        lambda lines: iter([Recognition("ok", "One."), Recognition("failed", reason="no answer")] * 2),
    )
    ran = run(talk)
    assert ran.code == 7
    assert "lost in 1 region; failed at 00:00:0" in ran.err
    assert "One." in talk.with_suffix(".srt").read_text()


class TestErrors:
    """Each error is one sentence with its exit code, and leaves no half-written file."""

    def refused(self, run: Run, code: int, part: str, *words: str | Path, backend: bool = True) -> None:
        before = sorted(Path().rglob("*"))
        ran = run(*words, backend=backend)
        assert ran.code == code, ran.err
        assert part in ran.err
        assert "Traceback" not in ran.err
        assert sum(line.startswith(("captioner:", "Error:")) for line in ran.err.split("\n")) == 1
        assert sorted(Path().rglob("*")) == before

    @pytest.mark.parametrize(
        ("content", "part"),
        [(None, "No such file"), (b"", "empty"), (b"Dear diary,\ntoday nothing happened.\n" * 50, "not media")],
    )
    def test_no_media(self, run: Run, tmp_path: Path, content: bytes | None, part: str) -> None:
        path = tmp_path / "thing.mp4"
        if content is not None:
            path.write_bytes(content)
        self.refused(run, 3, part, path)

    def test_a_folder_without_media(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        self.refused(run, 2, "folder: no media in this folder", tmp_path / "folder")

    @pytest.mark.parametrize(
        ("words", "part"),
        [
            (["--format", "docx"], "unknown format 'docx'; there is: srt"),
            (["--profile", "tiktok"], "unknown profile 'tiktok'; there is:"),
            (["--language", "gibberish"], "gibberish"),
            (["--audio-track", "7"], "7"),
            (["--audio-track", "fra"], "fra"),
            (["--channel", "middle"], "middle"),
            (["--from", "9", "--to", "3"], "from"),
            (["--from", "soon"], "not a time"),
            (["--backend-option", "volume"], "KEY=VALUE"),
            (["--backend-option", "volume=11"], "volume"),
            (["-o", "a.srt", "-f", "srt,vtt"], "-d"),
            (["-o", "captions.docx"], "unknown format"),
            (["-o", "new/"], "-o new/ is a folder, not a file; use -d"),
            (["-o", "."], "-o . is a folder, not a file; use -d"),
            (["-o", "new.MP4"], "new.MP4 is a video, not a caption file; 'captioner burn' and 'captioner mux' write"),
            (["--no-such-flag"], "No such option '--no-such-flag'; see 'captioner -h'"),
            (["--langauge", "en"], "No such option '--langauge'. Did you mean '--language'?"),
        ],
    )
    def test_flags_that_make_no_sense(self, run: Run, talk: Path, words: list[str], part: str) -> None:
        self.refused(run, 2, part, talk, *words)

    def test_an_unknown_backend(self, run: Run, talk: Path) -> None:
        self.refused(
            run, 2, "captioner: unknown backend 'nobody'; there is:", talk, "--backend", "nobody", backend=False
        )

    def test_a_language_that_the_backend_does_not_recognise(self, run: Run, talk: Path) -> None:
        self.refused(
            run, 2, "sphinx recognises en, not zh", talk, "--backend", "sphinx", "--language", "zh", backend=False
        )

    def test_a_caption_file_is_not_media(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "old.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n")
        part = "old.srt: is a caption file, not media; see 'captioner convert' and 'captioner export'"
        self.refused(run, 3, part, tmp_path / "old.srt", "-o", "new.srt")

    def test_formats_after_a_blank(self, run: Run, talk: Path) -> None:
        ran = run(talk, "-f", "srt", "vtt")
        assert ran.code == 3
        assert "vtt: cannot be read: No such file or directory; to write several formats: -f srt,vtt\n" in ran.err

    def test_two_inputs_with_one_result(self, run: Run, talk: Path, tmp_path: Path) -> None:
        other = tmp_path / "talk.wav"
        silence(other)
        self.refused(run, 2, "both be written to", talk, other)

    def test_a_result_that_is_its_own_source(self, run: Run, talk: Path) -> None:
        self.refused(run, 2, "overwritten", talk, "-o", talk, "-f", "srt", "--overwrite")

    def test_a_folder_where_the_result_should_be(self, run: Run, talk: Path) -> None:
        talk.with_suffix(".srt").mkdir()
        self.refused(run, 1, "cannot write", talk, "--overwrite")

    def test_an_output_folder_that_is_a_file(self, run: Run, talk: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        self.refused(run, 2, "-d file is a file, not a folder", talk, "-d", "file", backend=False)

    def test_a_file_that_is_not_a_transcript(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("{}")
        self.refused(run, 5, "json", "export", "x.json", backend=False)

    def test_a_caption_file_is_not_a_transcript(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "x.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n")
        part = "x.srt: is not a transcript (.json); 'captioner convert' takes caption files"
        self.refused(run, 5, part, "export", "x.srt", "-f", "vtt", backend=False)

    def test_a_transcript_that_is_missing(self, run: Run) -> None:
        self.refused(run, 5, "no such file", "export", "x.json", backend=False)

    def test_good_inputs_are_captioned_among_bad_ones(self, run: Run, talk: Path, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("No audio here.\n" * 100)
        ran = run(tmp_path / "missing.mp4", talk, tmp_path / "notes.txt", silence(tmp_path / "quiet.wav"))
        assert ran.code == 3
        assert talk.with_suffix(".srt").exists()
        assert Path("quiet.srt").exists()
        assert sum(line.startswith("captioner:") for line in ran.err.split("\n")) == 2


ODD_NAMES = ['it\'s "quoted".flac', "two\nlines.flac", "-dash.flac", "a:b.flac", "😀 喜.flac", "%d [x].flac"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_file_names(run: Run, talk: Path, name: str) -> None:
    odd = talk.rename(talk.with_name(name))
    assert run("--", name).code == 0
    assert "The first sentence." in odd.with_suffix(".srt").read_text("utf-8")


def test_offline_sends_nothing_to_other_machines(run: Run, talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(talk.parent / "hub"))
    monkeypatch.setenv("ZAI_API_KEY", "a.key")
    url = run("https://example.org/talk.mp4", "--offline")
    assert (url.code, url.err.count("\n")) == (2, 1)
    assert "https://example.org/talk.mp4 is a URL, which --offline does not open" in url.err
    cloud = run(talk, "--offline", "--backend", "glm", backend=False)
    assert cloud.code == 2
    assert cloud.err.endswith(
        "glm sends audio to another machine, which --offline forbids; "
        "there is: glm-nano, whisper, sphinx, scripted, transformers\n"
    )
    assert run(talk, "--offline").code == 0
    default = run(talk, "--offline", "--overwrite", backend=False)
    assert default.code == 0
    assert default.err.startswith("using whisper-tiny.en")


def test_backends_and_doctor(run: Run) -> None:
    listed = run("backends", backend=False).out
    assert "* whisper     if a model that knows the language is here\n" in listed
    assert listed.index("  glm-nano    if its weights and a GPU are here") < listed.index("* whisper")
    doctor = run("doctor", backend=False)
    assert doctor.code == 0
    assert "ffmpeg" in doctor.out


class TestBackendOfServer:
    """--base-url without --backend."""

    @pytest.fixture
    def session(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
        """`session(url)`: the name of the backend that is opened for a server."""
        monkeypatch.setenv("ZAI_API_KEY", "a.key")

        def open_session(base_url: str, **request: Any) -> str:
            asked = BackendRequest(base_url=base_url, dry_run=True, **request)
            with open_backend(asked, Settings(Path("none.toml")), Console(quiet=True)) as session:
                return session.backend.traits.name

        return open_session

    @pytest.mark.parametrize("url", ["http://localhost:8000/v1", "https://z.ai.example.org/v1"])
    def test_another_server_never_gets_a_key_of_glm(self, session: Callable[..., str], url: str) -> None:
        assert session(url) == "openai"

    def test_a_server_of_glm_gets_it(self, session: Callable[..., str]) -> None:
        assert session("https://api.z.ai/api/paas/v4") == "glm"

    def test_the_flag_names_the_backend(self, session: Callable[..., str]) -> None:
        assert session("http://localhost:8000/v1", backend="glm") == "glm"


def test_invented_text_is_counted_and_can_be_kept(run: Run, talk: Path) -> None:
    lines = "lines=['One two three four.', 'Untertitel der Amara.org-Community', 'Three.']"
    flags = ("--backend", "scripted", "--backend-option", lines, "--align", "espeak", "--no-journal", "--overwrite")
    ran = run(talk, *flags, "-v", backend=False)
    assert ran.code == 0
    assert "Amara" not in talk.with_suffix(".srt").read_text("utf-8")
    assert "text of 1 region is suspected, first at 00:00:04" in ran.err
    assert "suspected: Untertitel der Amara.org-Community" in ran.err
    kept = run(talk, *flags, "--keep-suspected", backend=False)
    assert kept.code == 0
    assert "Amara" in talk.with_suffix(".srt").read_text("utf-8")
