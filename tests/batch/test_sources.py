"""Which sources a folder, a glob and a manifest stand for, and how their results are called."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.batch.batch_source import Source
from captioner.batch.job import ManifestOptions, ResultPattern
from captioner.batch.result_names import TAG_FORMS, check_pattern, result_patterns
from captioner.batch.sources import find_sources
from captioner.errors import UsageError


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `films` with media, other files and hidden ones; the current folder is the one around it."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.mp4", "a.MKV", "notes.txt", "2024/c.wav", "2024/deep/d.opus", ".trash/e.mp4", ".f.mp4", "odd"):
        path = Path("films", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "films"


def found(*names: str) -> list[str]:
    return [source.address for source in find_sources(names)]


def test_a_folder_gives_its_media_and_nothing_hidden(archive: Path) -> None:
    assert found("films") == ["films/a.MKV", "films/b.mp4", "films/2024/c.wav", "films/2024/deep/d.opus"]
    assert [source.relative for source in find_sources(["films"])][2:] == ["2024/c.wav", "2024/deep/d.opus"]


def test_probing_finds_media_by_what_they_hold(archive: Path, speech_file: Path) -> None:
    (archive / "odd").write_bytes(speech_file.read_bytes())
    assert "films/odd" not in found("films")
    assert "films/odd" in [source.address for source in find_sources(["films"], probe=True)]


def test_a_glob_that_the_shell_has_left_alone(archive: Path) -> None:
    assert found("films/*.mp4") == ["films/b.mp4"]
    assert [source.relative for source in find_sources(["films/**/*.opus"])] == ["2024/deep/d.opus"]
    (archive / "[1].mp4").touch()
    assert found("films/[1].mp4") == ["films/[1].mp4"]


def test_a_source_that_is_named_twice_counts_once(archive: Path) -> None:
    assert found("films/b.mp4", "films", "films/b.mp4").count("films/b.mp4") == 1


@pytest.mark.parametrize("name", ["films/*.flv", "films/.trash/*.flv", "empty"])
def test_a_name_that_gives_nothing_is_an_error(archive: Path, name: str) -> None:
    Path("empty").mkdir()
    with pytest.raises(UsageError, match="no "):
        find_sources([name])


def test_manifests_say_more_of_each_source(archive: Path) -> None:
    wanted = [
        Source("films/b.mp4", "b.mp4", "out/bee", ManifestOptions("zh", "About bees.", ("Apis", "GLM"))),
        Source("https://example.org/x/c.mp4", "c.mp4"),
    ]
    rows = [
        {
            "source": "b.mp4",
            "language": "Chinese",
            "output": "out/bee",
            "prompt": "About bees.",
            "hotwords": "Apis; GLM",
        },
        {"source": "https://example.org/x/c.mp4"},
    ]
    Path("films/list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    Path("films/list.csv").write_text(
        "source,hotwords,language,output,prompt\nb.mp4,Apis; GLM,Chinese,out/bee,About bees.\n"
        "https://example.org/x/c.mp4,,,,\n"
    )
    assert find_sources(["films/list.jsonl"]) == wanted
    assert find_sources(["films/list.csv"]) == wanted
    Path("films/list.txt").write_text("# mine\n\nb.mp4\nhttps://example.org/x/c.mp4\n")
    assert found("films/list.txt") == [source.address for source in wanted]


def test_a_parquet_manifest(archive: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    parquet.write_table(pa.table({"source": ["b.mp4"], "language": ["de"]}), "films/list.parquet")
    assert find_sources(["films/list.parquet"]) == [Source("films/b.mp4", "b.mp4", None, ManifestOptions("de"))]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("list.jsonl", '{"source": "a"}\n{', "line 2: is not JSON"),
        ("list.jsonl", '{"sauce": "a"}', "line 1: there is no source"),
        ("list.jsonl", '{"source": 7}', "line 1: source is not text"),
        ("list.jsonl", '{"source": "a", "language": "klingonese"}', "line 1: 'klingonese' is not a language"),
        ("list.csv", "file\na\n", "no column 'source'"),
        ("list.jsonl", '{"source": "a\\u0000"}', "line 1: source has a character that no file name can have"),
        ("list.jsonl", '{"source": "a\\ud800"}', "line 1: source has a character that no file name can have"),
        ("list.jsonl", '{"source": "a", "hotwords": [1]}', "line 1: hotwords is not text"),
        ("list.jsonl", '{"source": "a", "output": "../a"}', "line 1: output '../a' is not the path of a file below -d"),
        ("list.jsonl", '{"source": "a", "output": "/a"}', "line 1: output '/a' is not the path of a file below -d"),
        ("list.jsonl", '{"source": "a", "output": "."}', "line 1: output '.' is not the path of a file below -d"),
        ("list.jsonl", "[" * 100_000, "line 1: is not JSON"),
        ("list.txt", "# nothing", "lists no source"),
        ("list.txt", "caf\u00e9.mp4", "it is not UTF-8 text; save it as UTF-8"),
        ("missing.csv", None, "cannot read the manifest"),
    ],
)
def test_a_manifest_that_is_wrong(archive: Path, name: str, text: str | None, reason: str) -> None:
    if text is not None:
        Path(name).write_text(text, "latin-1")
    with pytest.raises(UsageError, match=reason):
        find_sources([name])


def test_absolute_paths_below_a_manifest_are_mirrored_too(archive: Path) -> None:
    paths = [Path("films/2024/c.wav").resolve(), Path("films/c.wav").resolve()]
    Path("list.txt").write_text("\n".join(map(str, paths)))
    patterns = result_patterns(find_sources(["list.txt"]), "out", "{stem}")
    assert [pattern.path("", ".srt") for pattern in patterns.values()] == ["out/films/2024/c.srt", "out/films/c.srt"]


def test_line_breaks_in_a_quoted_column_and_in_names(archive: Path) -> None:
    Path("list.csv").write_bytes(b'\xef\xbb\xbfsource,prompt\r\na.mp4,"One\r\ntwo"\r\n')
    assert find_sources(["list.csv"])[0].options.prompt == "One\r\ntwo"
    Path("list.txt").write_text("a\u2028b.mp4\r\n")
    assert found("list.txt") == ["a\u2028b.mp4"]


def test_a_source_that_is_named_in_two_ways_is_one(archive: Path) -> None:
    assert found("films/b.mp4", str(Path("films/b.mp4").absolute()), "./films/b.mp4") == ["films/b.mp4"]


def test_a_pipe_in_a_folder_is_no_source(archive: Path) -> None:
    Path("odd").mkdir()
    os.mkfifo("odd/pipe.wav")
    Path("odd/gone.wav").symlink_to("nowhere")
    assert found("odd") == found("odd/*.wav") == ["odd/gone.wav"]


def test_a_folder_that_cannot_be_read_is_named(
    archive: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("2024"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "films/2024/c.wav" not in found("films")
    assert "films/2024': left out, cannot be read: permission denied" in caplog.text


def test_a_pattern_that_is_no_glob(archive: Path) -> None:
    with pytest.raises(UsageError, match=r"is not a glob|no file matches"):
        find_sources(["**.mkv"])


def test_results_mirror_the_tree_or_lie_beside_the_sources(archive: Path) -> None:
    sources = find_sources(["films"])
    mirrored = result_patterns(sources, "out", "{stem}.{lang}.sdh")
    assert mirrored["films/2024/c.wav"].path("zh-Hans", ".srt") == "out/2024/c.zh-Hans.sdh.srt"
    beside = result_patterns(sources, None, "{stem}")
    assert beside["films/2024/c.wav"].path("zh", ".vtt") == "films/2024/c.vtt"


def test_sources_that_differ_in_their_ending_get_it_into_their_names() -> None:
    sources = [Source("a.mp4", "a.mp4"), Source("a.wav", "a.wav"), Source("b.wav", "b.wav")]
    paths = [pattern.path("en", ".srt") for pattern in result_patterns(sources, "o", "{stem}").values()]
    assert paths == ["o/a.mp4.srt", "o/a.wav.srt", "o/b.srt"]


def test_a_longer_name_that_a_third_source_has() -> None:
    sources = [Source(name, name) for name in ("a.mp4", "a.wav", "a.mp4.flac")]
    paths = [pattern.path("", ".srt") for pattern in result_patterns(sources, "o", "{stem}").values()]
    assert paths == ["o/a.mp4.srt", "o/a.wav.srt", "o/a.mp4.flac.srt"]


def test_braces_in_the_name_of_a_source_stay() -> None:
    sources = [Source(name, name) for name in ("{lang}.mp4", "{stem}{name}.mp4", "{a.mp4")]
    patterns = result_patterns(sources, "o", "{{{stem}.{lang}")
    paths = [pattern.path("en", ".srt") for pattern in patterns.values()]
    assert paths == ["o/{{lang}.en.srt", "o/{{stem}{name}.en.srt", "o/{{a.en.srt"]


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="would have the same results"):
        result_patterns([Source("x/a.mp4", "a.mp4"), Source("y/a.mp4", "a.mp4")], "o", "{stem}")


@given(
    st.lists(st.sampled_from(["a", "b", "A/a", "A/b", "a/a"]), unique=True), st.lists(st.sampled_from([".mp4", ".wav"]))
)
def test_no_two_sources_ever_share_a_result(stems: list[str], suffixes: list[str]) -> None:
    names = sorted({stem + suffix for stem in stems for suffix in suffixes})
    patterns = result_patterns([Source(name, name) for name in names], "o", "{stem}")
    results = [pattern.path("en", ".srt") for pattern in patterns.values()]
    assert len(set(results)) == len(names)


@pytest.mark.parametrize(
    "pattern", ["{title}", "{stem", "captions.{lang}", "{stem}/x", "{lang}", "{stem:>9}", "{stem!r}", "{stem}{}"]
)
def test_a_pattern_that_makes_no_names(pattern: str) -> None:
    with pytest.raises(UsageError):
        check_pattern(pattern)


def test_forms_of_a_language_tag() -> None:
    forms = {name: form("zh-Hans") for name, form in TAG_FORMS.items()}
    assert forms == {"bcp47": "zh-Hans", "iso639-1": "zh", "iso639-2": "zho", "iso639-2b": "chi"}
    assert ResultPattern("o", "a.{lang}").path("und", ".srt") == "o/a.und.srt"


def test_two_rows_of_one_source_with_different_options_are_named(archive: Path) -> None:
    Path("list.csv").write_text("source,language\nfilms/b.mp4,en\n./films/b.mp4,en\n")
    assert len(find_sources(["list.csv"])) == 1
    Path("list.csv").write_text("source,language\nfilms/b.mp4,en\n./films/b.mp4,fr\n")
    with pytest.raises(UsageError, match=r"b.mp4 is named twice .*: by list.csv, line 2 and by list.csv, line 3"):
        find_sources(["list.csv"])
