"""Real caption files are read as other readers read them, and no text vanishes without a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from captioner.formats import srt
from tests.sweep import CAPTION, EXCEPTIONS, caption_files, has_text, reason, sweep

PARTS = 2


@pytest.mark.parametrize("part", range(PARTS))
def test_real_files_are_read_as_others_read_them(testdata: Path, part: int) -> None:
    files = caption_files(testdata / "subs2")[part::PARTS]
    if not files:
        pytest.skip("this folder of real speech has no subs2")
    found = sweep(files)
    assert found.faults == []
    assert found.agreed > found.files / 2


def test_each_exception_is_about_files_that_are_there(testdata: Path) -> None:
    files = caption_files(testdata / "subs2")
    if not files:
        pytest.skip("this folder of real speech has no subs2")
    for exception in EXCEPTIONS:
        assert any(reason(path, [exception]) for path in files), exception


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n")
    return path


def test_a_file_that_all_read_alike(talk: Path) -> None:
    found = sweep([talk])
    assert (found.files, found.read, found.agreed, found.faults) == (1, 1, 1, [])


@pytest.mark.parametrize(
    ("parse", "fault"),
    [
        ("raise KeyError(7)", "KeyError: 7"),
        ("raise FormatError('srt', 'no')", "0 cues, 2 by ffmpeg, which first differ in (None, (1000, 2000, 'One'))"),
        ("return Contents(())", "has text, but gives no cue and no message"),
        ("return Contents([Cue(1, 2.5, 'One.')])", "1 cues, 2 by ffmpeg, which first differ in ((1000, 2500, 'One')"),
    ],
)
def test_a_reader_with_a_fault_is_found(parse: str, fault: str, talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, object] = {}
    imports = "from captioner.errors import FormatError\nfrom captioner.formats import Contents\n"
    exec(f"{imports}from captioner.values import Cue\ndef parse(text, programme): {parse}", names)
    monkeypatch.setattr(srt, "parse", names["parse"])
    [found] = sweep([talk]).faults
    assert found.startswith(f"{talk}: {fault}")


@pytest.mark.parametrize(
    ("format", "text", "nothing"),
    [
        ("vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n", "WEBVTT\n\nNOTE One.\n"),
        ("sami", "<SAMI><BODY><SYNC Start=1><P>One.", "<SAMI><BODY><SYNC Start=1><P>&nbsp;"),
        ("ttml", '<tt><body><div><p begin="1s"><span>One.</span></p></div></body></tt>', "<tt><body><p/></body></tt>"),
        ("scc", "Scenarist_SCC V1.0\n\n00:00:01:00 9420 4f6e 942f\n", "Scenarist_SCC V1.0\n\n00:00:01:00\t942c\n"),
        ("ass", "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,One.", "Dialogue: 0,0,1,Default,,0,0,0,,{comment}"),
    ],
)
def test_text_is_seen_without_a_reader(format: str, text: str, nothing: str) -> None:
    assert format in CAPTION
    assert has_text(format, text.encode())
    assert not has_text(format, nothing.encode())
