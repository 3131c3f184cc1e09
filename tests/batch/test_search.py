"""`captioner search` finds words in any script, also across the break of a cue."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.batch.batch_report import csv_report, json_report
from captioner.batch.search_index import SearchIndex, SearchIndexNotUsable, caption_files
from captioner.cli import main
from captioner.values import Cue

LINES = {
    "speech": ["And so my fellow", "Americans, ask not", "what your country"],
    "zh": ["我们用语音识别技术", "处理了2500个视频，效果很好"],
    "ja": ["東京都に住んでいます。", "京都ではありません。"],
    "fr": ["L’été au Café de Flore", "coûte 12,50 €"],
    "hi": ["नमस्ते दुनिया", "आप कैसे हैं"],
    "ko": ["안녕하세요, 반갑습니다"],
    "th": ["สวัสดีครับ ผมชื่อสมชาย"],
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SearchIndex]:
    index = SearchIndex(tmp_path / "index.sqlite")
    for name in LINES:
        (tmp_path / name).touch()
    index.update([[tmp_path / name] for name in LINES], read)
    yield index
    index.close()


def read(path: Path) -> Sequence[Cue]:
    return [Cue(float(number), number + 0.9, line) for number, line in enumerate(LINES[path.name])]


def found(index: SearchIndex, *words: str) -> list[tuple[str, float]]:
    return [(Path(hit.path).name, hit.start) for hit in index.search(words, 100)]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (["fellow Americans"], [("speech", 0.0)]),
        (["AMERICANS"], [("speech", 1.0)]),
        (["country", "ask"], [("speech", 1.0)]),
        (["fellow", "country"], []),
        (["识别"], [("zh", 0.0)]),
        (["技术处理"], [("zh", 0.0)]),
        (["2500"], [("zh", 1.0)]),
        (["別"], []),
        (["京都"], [("ja", 0.0), ("ja", 1.0)]),  # 東京都 holds it too: there are no words to tell them apart
        (["cafe", "ete"], [("fr", 0.0)]),
        (["12"], [("fr", 1.0)]),
        (["दुनिया"], [("hi", 0.0)]),
        (["반갑습니다"], [("ko", 0.0)]),
        (["ชื่อ"], [("th", 0.0)]),
        (['"quoted" OR NEAR('], []),
    ],
)
def test_words_of_any_script(index: SearchIndex, words: list[str], places: list[tuple[str, float]]) -> None:
    assert found(index, *words) == places


@given(st.sampled_from([(name, line) for name, lines in LINES.items() for line in lines]), st.data())
def test_every_word_of_every_line_is_found(line: tuple[str, str], data: st.DataObject) -> None:
    name, text = line
    word = data.draw(st.sampled_from([word for word in text.split() if any(map(str.isalnum, word))]))
    index = SearchIndex(Path(":memory:"))
    try:
        index.update([[Path(name)]], read)
        assert (name, float(LINES[name].index(text))) in found(index, word)
    finally:
        index.close()


def test_a_changed_file_is_read_again_and_a_lost_one_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "speech"
    path.touch()
    index = SearchIndex(tmp_path / "index.sqlite")
    assert not index.update([[path]], read)
    assert not index.update([[path]], lambda path: pytest.fail("it has not changed"))
    path.write_text("longer")
    index.update([[path]], lambda _: [Cue(0.0, 1.0, "Something else.")])
    assert (found(index, "country"), found(index, "else")) == ([], [("speech", 0.0)])
    index.update([], read)
    assert found(index, "else") == []
    index.close()


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").mkdir()
    for suffix, arrow in ((".srt", ","), (".vtt", ".")):
        head = "WEBVTT\n\n" if suffix == ".vtt" else "1\n"
        text = f"{head}00:01:02{arrow}500 --> 00:01:04{arrow}000\nThe lamp,\nat last.\n"
        (tmp_path / "a" / f"film.en{suffix}").write_text(text)
    (tmp_path / "damaged.json").write_text("{")
    assert main(["search", str(tmp_path), "lamp at last"]) == 0
    shown = capfd.readouterr()
    assert shown.out == f"{tmp_path}/a/film.en.srt#t=62.5  00:01:02.500  The lamp, at last.\n"
    assert "damaged.json" in shown.err
    assert main(["search", str(tmp_path), "lamp", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["start"] == 62.5
    assert main(["search", str(tmp_path), "candle"]) == 1
    assert main(["search", str(tmp_path), "!?"]) == 2
    assert main(["search", str(tmp_path / "none"), "lamp"]) == 2


def test_one_file_of_each_name_is_searched(tmp_path: Path) -> None:
    for name in ("a.srt", "a.json", "a.n.srt", "a-b.srt"):
        (tmp_path / name).touch()
    os.mkfifo(tmp_path / "pipe.srt")
    assert sorted(files[0].name for files in caption_files(tmp_path)) == ["a-b.srt", "a.json", "a.n.srt"]


def test_text_and_names_that_are_not_unicode(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / os.fsdecode(b"bad\xff.srt")
    path.touch()
    index = SearchIndex(tmp_path / "index.sqlite")
    assert not index.update([[path]], lambda _: [Cue(0.0, 1.0, "half \ud800 a pair")])
    assert found(index, "pair") == [(path.name, 0.0)]
    index.close()
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nThe lamp.\n")
    assert main(["search", str(tmp_path), "lamp", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["path"] == str(path)
    assert main(["search", str(tmp_path), "lamp"]) == 0


def test_an_index_that_is_damaged_is_named(tmp_path: Path) -> None:
    index = SearchIndex(tmp_path / "index.sqlite")
    index._database.execute("DROP TABLE files")
    with pytest.raises(SearchIndexNotUsable, match="no such table"):
        index.update([], read)
    index.close()


def test_hidden_folders_are_not_searched(tmp_path: Path) -> None:
    for name in ("a.srt", ".hidden/b.srt", "c/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [file.name for [file] in caption_files(tmp_path)] == ["a.srt"]


def test_a_file_that_cannot_be_read_is_named_and_the_next_of_its_name_is_searched(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "talk.json").write_text('{"version": 1, "segm')
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nThe lamp.\n")
    for _ in range(2):
        assert main(["search", str(tmp_path), "lamp"]) == 0
        shown = capfd.readouterr()
        assert shown.out.startswith(f"{tmp_path}/talk.srt#t=1.0")
        assert "talk.json" in shown.err
    (tmp_path / "talk.json").unlink()
    (tmp_path / "talk.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nThe candle.\n")
    assert main(["search", str(tmp_path), "candle"]) == 1


def test_reports_and_other_tables_are_no_captions(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nThe lamp.\n")
    (tmp_path / "report.json").write_text(json_report([]))
    (tmp_path / "report.csv").write_text(csv_report([]))
    (tmp_path / "other.json").write_text("[1, 2]")
    assert main(["search", str(tmp_path), "lamp"]) == 0
    assert capfd.readouterr().err == ""
