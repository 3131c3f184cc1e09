"""`captioner convert` by the command line, and files of frames and words that `captioner export` writes."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from captioner.cli import main
from captioner.formats import FORMATS, Contents, Programme, format_named, transcript_of
from captioner.values import Cue, Position, Report, StyleSpan, Word

CUES = [
    Cue(1.0, 2.5, "Good evening,\nladies.", "Anna", styles=(StyleSpan(0, 4, italic=True),)),
    Cue(3.0, 4.0, "Is it?", position=Position(8)),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with `talk.vtt` in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.vtt").write_text(str(format_named("vtt").write(Contents(CUES)).data), "utf-8")
    return tmp_path


def cues_in(path: str, rate: int | None = None) -> list[Cue]:
    programme = Programme(frame_rate=None if rate is None else Fraction(rate))
    name = next(name for name, format in FORMATS.items() if path.endswith(format.suffix))
    return list(format_named(name).read(Path(path).read_bytes(), programme).cues or ())


def test_what_the_other_format_cannot_store_is_reported(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "talk.vtt", "talk.srt"]) == 0
    assert capfd.readouterr().err == (
        "talk.srt: srt cannot store speaker names (1 cue)\ntalk.vtt: 2 cues -> talk.srt\n"
    )
    assert cues_in("talk.srt") == [Cue(1, 2.5, CUES[0].text, styles=CUES[0].styles), CUES[1]]
    assert main(["convert", "talk.vtt", "talk.srt"]) == 1
    skipped = "talk.vtt: skipped, talk.srt exists (use --overwrite"
    assert capfd.readouterr().err == f"{skipped}, or --skip-existing)\n"
    assert main(["convert", "talk.vtt", "talk.srt", "--skip-existing"]) == 0
    assert capfd.readouterr().err == f"{skipped})\n"
    assert main(["convert", "talk.vtt", "other.srt", "--strict"]) == 5
    assert "talk.vtt: srt cannot store speaker names (1 cue)" in capfd.readouterr().err
    assert not Path("other.srt").exists()


@pytest.mark.parametrize("name", ["sami", "fcpxml"])
def test_a_format_that_calls_an_unknown_language_english_says_so(
    name: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["convert", "talk.vtt", "-", "--to", name, "--fps", "25"]
    note = f"standard output: the language is unknown, so {name} calls it English; use --language"
    assert main(words) == 0
    assert note in capfd.readouterr().err
    assert main([*words, "--language", "de"]) == 0
    assert note not in capfd.readouterr().err


def test_the_language_comes_from_the_flag_the_name_or_the_file(folder: Path) -> None:
    for name in ("film.hi.vtt", "film.cht.forced.vtt", "film.de.hi.vtt"):
        Path(name).write_bytes(Path("talk.vtt").read_bytes())
    wanted = {
        ("film.hi.vtt",): "hi",
        ("film.cht.forced.vtt",): "zh-Hant",
        ("film.de.hi.vtt",): "de",
        ("film.de.hi.vtt", "--language", "pt-BR"): "pt-BR",
        ("talk.vtt",): "",
    }
    for (source, *words), language in wanted.items():
        assert main(["convert", source, "out.ttml", "--overwrite", "-q", *words]) == 0
        assert f'xml:lang="{language}"' in Path("out.ttml").read_text("utf-8")


def test_the_format_of_an_open_ending_is_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "talk.vtt", "talk.xml"]) == 0
    assert capfd.readouterr().err.endswith("talk.vtt: 2 cues -> talk.xml (ttml)\n")


def test_a_format_asks_for_the_frame_rate_that_it_needs(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "talk.vtt", "talk.stl"]) == 5
    assert "stl: needs the frame rate of the video, as in --fps 25" in capfd.readouterr().err
    assert main(["convert", "talk.vtt", "talk.stl", "--fps", "25"]) == 0


def test_a_timecode_in_a_format_without_one_is_reported(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "talk.vtt", "talk.srt", "--start-timecode", "01:00:00:00"]) == 0
    assert "talk.srt: srt has no timecode, so --start-timecode has no effect" in capfd.readouterr().err
    timecode = ("--fps", "25", "--start-timecode", "01:00:00:00")
    assert main(["convert", "talk.vtt", "talk.edl", *timecode]) == 0
    assert "no timecode" not in capfd.readouterr().err


READABLE = [name for name, format in FORMATS.items() if format.readable]


@pytest.mark.parametrize("name", READABLE)
def test_every_format_becomes_every_other(name: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    frames = ["--fps", "30000/1001"] if name == "scc" else ["--fps", "25"]
    first = f"first{FORMATS[name].suffix}"
    assert main(["convert", "talk.vtt", first, "--to", name, *frames]) == 0
    for other, format in FORMATS.items():
        target = f"as_{other}{format.suffix}"
        code = main(["convert", first, target, "--from", name, "--to", other, *frames, "-q"])
        assert (code, Path(target).stat().st_size > 0) == (0, True), (name, other, capfd.readouterr().err)


def test_times_are_shifted_and_stretched(folder: Path) -> None:
    assert main(["convert", "talk.vtt", "later.srt", "--shift", "1:00.5"]) == 0
    assert [(cue.start, cue.end) for cue in cues_in("later.srt")] == [(61.5, 63.0), (63.5, 64.5)]
    assert main(["convert", "talk.vtt", "faster.srt", "--stretch", "24:48"]) == 0
    assert [(cue.start, cue.end) for cue in cues_in("faster.srt")] == [(0.5, 1.25), (1.5, 2.0)]
    assert main(["convert", "talk.vtt", "film.srt", "--stretch", "23.976:25", "--shift", "-0.5"]) == 0
    assert [(cue.start, cue.end) for cue in cues_in("film.srt")] == [(0.459, 1.898), (2.377, 3.336)]


def test_cues_before_the_start_are_reported(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "talk.vtt", "early.srt", "--shift", "-3.5"]) == 0
    assert [(cue.start, cue.end) for cue in cues_in("early.srt")] == [(0, 0.5)]
    assert "talk.vtt: left out: 1 cue before the start\n" in capfd.readouterr().err


def test_frame_rate_and_timecode(folder: Path) -> None:
    assert main(["convert", "talk.vtt", "talk.edl", "--fps", "25", "--start-timecode", "10:00:00:00"]) == 0
    assert "10:00:01:00" in Path("talk.edl").read_text()
    assert main(["convert", "talk.vtt", "drop.edl", "--fps", "29.97", "--drop-frame"]) == 0
    assert "FCM: DROP FRAME" in Path("drop.edl").read_text()


def test_encodings_are_recognised_and_can_be_named(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n他说他明天不能来，我们去公园散步吧。\n"
    Path("zh.srt").write_bytes(text.encode("gb18030"))
    assert main(["convert", "zh.srt", "-", "--to", "sbv"]) == 0
    seen = capfd.readouterr()
    assert seen.out == "0:00:01.000,0:00:02.000\n他说他明天不能来，我们去公园散步吧。\n"
    assert seen.err == "zh.srt: repaired: encoding gb18030\nzh.srt: 1 cue\n"
    assert main(["convert", "zh.srt", "strict.srt", "--strict"]) == 5
    assert main(["convert", "zh.srt", "strict.srt", "--strict", "--encoding", "gb18030"]) == 0
    assert main(["convert", "zh.srt", "x.srt", "--encoding", "klingon"]) == 5
    assert "zh.srt: encoding: there is no encoding 'klingon'" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["missing.srt", "x.vtt"], 5, "missing.srt: no such file or directory"),
        (["talk.vtt", "-"], 2, "the format of standard output is unknown; name it with --to"),
        (["talk.vtt", "x.doc"], 2, "unknown format '.doc'"),
        (["talk.vtt", "x.mkv"], 2, "x.mkv is a video, not a caption file"),
        (["talk.vtt", "."], 2, ". is a folder, not a file; name the file"),
        (["talk.vtt"], 2, "Missing argument 'OUT'; see 'captioner convert -h'"),
        (["talk.vtt", "talk.vtt"], 2, "talk.vtt would be overwritten; name another file"),
        (["talk.vtt", "x.fcpxml"], 5, "fcpxml: needs the frame rate of the video, as in --fps 25"),
        (["talk.vtt", "x.srt", "--stretch", "fast"], 2, "'fast' is not FROM:TO"),
        (["talk.vtt", "x.srt", "--shift", "soon"], 2, "not a time: 'soon'"),
        (["talk.vtt", "x.srt", "--from", "srt"], 5, "talk.vtt: srt line 1: text before the first time"),
        (["talk.vtt", "x.srt", "--language", "klingon!"], 2, "klingon!"),
    ],
)
def test_each_error_is_one_sentence(
    words: list[str], code: int, sentence: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", *words]) == code
    seen = capfd.readouterr().err
    assert sentence in seen
    assert seen.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["talk.vtt"]


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A transcript with word times."""
    monkeypatch.chdir(tmp_path)
    cue = Cue(1.0, 3.0, "One two", words=(Word(1.0, 1.5, "One"), Word(2.0, 3.0, " two")))
    report = Report("talk.mp4", 6.0, "scripted", frame_rate=Fraction(25))
    path = tmp_path / "talk.json"
    path.write_text(str(format_named("json").write(Contents((), transcript_of([cue], "en"), report)).data), "utf-8")
    return path


@pytest.mark.parametrize(("flags", "stamped"), [([], False), (["--word-times"], True)])
def test_word_times_are_written_when_asked_for(stored: Path, flags: list[str], stamped: bool) -> None:
    assert main(["export", "talk.json", "-f", "vtt,ass,lrc,fcpxml", *flags]) == 0
    marks = {"vtt": "<00:00:02.000>", "ass": "{\\k", "lrc": "<00:02.00>"}
    assert {mark in Path(f"talk.{end}").read_text() for end, mark in marks.items()} == {stamped}
    assert 'name="talk"' in Path("talk.fcpxml").read_text()
    assert json.loads(stored.read_text())["segments"][0]["words"]


def test_other_formats_are_written_when_one_cannot_be(stored: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "talk.json", "-f", "fcpxml,srt", "--fps", "none"]) == 5
    assert "fcpxml: needs the frame rate" in capfd.readouterr().err
    assert Path("talk.srt").exists()
    assert not Path("talk.fcpxml").exists()


def test_speakers_are_named_in_the_text_of_formats_without_speakers(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", "talk.vtt", "talk.srt", "--speaker-label", "[{}] "]) == 0
    assert capfd.readouterr().err == "talk.vtt: 2 cues -> talk.srt\n"
    assert cues_in("talk.srt")[0].text == "[Anna] Good evening,\nladies."
    assert cues_in("talk.srt")[0].styles == (StyleSpan(7, 11, italic=True),)
    Path("both.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Anna>Hello\n\n00:02.000 --> 00:04.000\n<v Bo>Hi\n", "utf-8"
    )
    assert main(["convert", "both.vtt", "both.lrc", "--speaker-label", "[{}] "]) == 0
    assert [cue.text for cue in cues_in("both.lrc")] == ["[Anna] Hello", "[Anna] Hello [Bo] Hi", "[Bo] Hi"]
    assert main(["convert", "talk.vtt", "same.vtt", "--speaker-label", "[{}] "]) == 0
    assert cues_in("same.vtt") == CUES
    assert main(["convert", "talk.vtt", "x.srt", "--speaker-label", "Anna"]) == 2
    assert "'Anna' has no {} for the name" in capfd.readouterr().err
