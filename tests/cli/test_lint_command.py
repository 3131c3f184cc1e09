"""`captioner lint` by the command line, on made and on real files."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from captioner.cli import main
from captioner.lint import RULES

FAULTY = """\
1
00:00:01,000 --> 00:00:04,000
I never read the letter that you sent me from the coast.

2
00:00:03,500 --> 00:00:04,100
It lay behind the
clock for years & years.

3
00:00:06,000 --> 00:00:09,000
Then I found it\x00 there.
"""

CLEAN = "1\n00:00:01,000 --> 00:00:03,000\nI never read the letter.\n"

Lint = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lint(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lint:
    """`lint(*words)` in a folder with a faulty and a clean file: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    Path("faulty.srt").write_text(FAULTY, "utf-8")
    Path("clean.srt").write_text(CLEAN, "utf-8")

    def lint(*words: str | Path) -> tuple[int, str, str]:
        code = main(["lint", *map(str, words)])
        return (code, *capfd.readouterr())

    return lint


def test_findings_are_lines_that_an_editor_can_follow(lint: Lint, golden: Callable[[str, str], None]) -> None:
    code, out, err = lint("faulty.srt", "clean.srt", "--language", "en")
    assert code == 1
    golden("lint.txt", out)
    assert err == (
        "faulty.srt: 5 errors and 1 warning in 3 cues (profile netflix-en, language en, from --language)\n"
        "clean.srt: no errors in 1 cue (profile netflix-en, language en, from --language)\n"
    )


def test_a_clean_file_prints_nothing_and_exits_with_0(lint: Lint) -> None:
    assert lint("clean.srt", "-q") == (0, "", "")


LEVEL = frozenset(("none", "note", "warning", "error"))
MESSAGE = {"text!": str}
LOCATION = {"physicalLocation": {"artifactLocation!": {"uri": str}, "region": {"startLine": int}}}
RULE = {
    "id!": str,
    "shortDescription": MESSAGE,
    "fullDescription": MESSAGE,
    "helpUri": str,
    "defaultConfiguration": {"level": LEVEL},
}
RUN = {
    "tool!": {"driver!": {"name!": str, "version": str, "informationUri": str, "rules": [RULE]}},
    "invocations": [
        {
            "executionSuccessful!": bool,
            "toolExecutionNotifications": [{"message!": MESSAGE, "level": LEVEL, "locations": [LOCATION]}],
        }
    ],
    "results": [
        {
            "message!": MESSAGE,
            "ruleId": str,
            "ruleIndex": int,
            "level": LEVEL,
            "locations": [LOCATION],
            "properties": dict,
        }
    ],
    "columnKind": frozenset(("utf16CodeUnits", "unicodeCodePoints")),
}
LOG = {"$schema": str, "version!": frozenset(("2.1.0",)), "runs!": [RUN]}
"""What SARIF 2.1.0 (3.13 and on) says of the members that captioner writes; `!` are those that must be there. Its
schema takes no other member anywhere but in `properties`."""


def faults(value: Any, shape: Any, place: str = "log") -> Iterator[str]:
    """Where a value does not fit a shape."""
    if isinstance(shape, dict):
        named = {name.rstrip("!"): inner for name, inner in shape.items()}
        yield from (f"{place}.{name}: unknown" for name in value.keys() - named.keys())
        yield from (f"{place}.{name[:-1]}: missing" for name in shape if name.endswith("!") and name[:-1] not in value)
        for name in value.keys() & named.keys():
            yield from faults(value[name], named[name], f"{place}.{name}")
    elif isinstance(shape, list):
        for number, item in enumerate(value):
            yield from faults(item, shape[0], f"{place}[{number}]")
    elif value not in shape if isinstance(shape, frozenset) else type(value) is not shape:
        yield f"{place}: {value!r}"


def test_sarif_follows_its_standard(lint: Lint) -> None:
    Path("a b:ü.srt").write_text(FAULTY, "utf-8")
    log = json.loads(lint("faulty.srt", Path("a b:ü.srt").absolute(), "a b:ü.srt", "gone.srt", "--format", "sarif")[1])
    assert list(faults(log, LOG)) == []
    (run,) = log["runs"]
    assert run["results"]
    assert len({json.dumps(rule) for rule in run["tool"]["driver"]["rules"]}) == len(RULES)
    places = [found["locations"][0]["physicalLocation"] for found in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {
        "faulty.srt", "a%20b%3A%C3%BC.srt", Path("a b:ü.srt").absolute().as_uri()
    }  # fmt: skip
    assert all(place["region"]["startLine"] >= 1 for place in places)
    assert sorted(faults({"version": "2", "runs": [{"tool": {}, "x": 1}]}, LOG)) == [
        "log.runs[0].tool.driver: missing",
        "log.runs[0].x: unknown",
        "log.version: '2'",
    ]


def test_sarif(lint: Lint, golden: Callable[[str, str], None]) -> None:
    code, out, _ = lint("faulty.srt", "gone.srt", "--language", "en", "--format", "sarif", "-o", "lint.sarif")
    assert (code, out) == (5, "")
    log = json.loads(Path("lint.sarif").read_text("utf-8"))
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    run["tool"]["driver"] = "left out"
    golden("lint.sarif", json.dumps(log, ensure_ascii=False, indent=1) + "\n")


def test_standard_input_needs_a_format(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CLEAN.encode())))
    sentence = "captioner: the format of standard input is unknown; name it with --from, or give a file\n"
    assert lint("-") == (2, "", sentence)


def test_json(lint: Lint, golden: Callable[[str, str], None]) -> None:
    code, out, _ = lint("faulty.srt", "gone.srt", "--language", "en", "--format", "json")
    assert code == 5
    golden("lint.json", out)


def test_strict_treats_warnings_as_errors(lint: Lint) -> None:
    Path("warned.srt").write_text(CLEAN.replace("read the letter", "read the\nletter"), "utf-8")
    assert lint("warned.srt", "--language", "en")[0] == 0
    assert lint("warned.srt", "--language", "en", "--strict")[0] == 1


def test_the_profile_is_named_or_follows_the_language(lint: Lint) -> None:
    Path("han.srt").write_text(CLEAN.replace("I never read the letter.", "我从来没有读过那封信"), "utf-8")
    assert "(profile bbc, language unknown)" in lint("clean.srt", "--profile", "bbc")[2]
    assert "(profile default, language unknown)" in lint("clean.srt")[2]
    assert "(profile netflix-zh, language zh, from the script)" in lint("han.srt")[2]
    Path("clean.srt").rename("clean.pt-BR.srt")
    assert "(profile netflix, language pt-BR, from the file name)" in lint("clean.pt-BR.srt")[2]
    assert "(profile netflix, language de, from --language)" in lint("han.srt", "--language", "ger")[2]


def test_a_transcript_is_linted_as_its_cues(lint: Lint) -> None:
    segment = {"start": 1, "end": 3, "text": "I never read the letter.", "language": "en"}
    head = {"version": 1, "source": "x", "duration": 9, "backend": "x", "language": "en"}
    Path("talk.json").write_text(json.dumps({**head, "segments": [segment], "regions": []}), "utf-8")
    code, _, err = lint("talk.json")
    assert (code, err) == (0, "talk.json: no errors in 1 cue (profile netflix-en, language en, from the file)\n")
    assert lint("talk.json", "--fix")[0] == 5


def test_fix_changes_the_file_and_reports_each_change(lint: Lint, golden: Callable[[str, str], None]) -> None:
    code, out, err = lint("faulty.srt", "--language", "en", "--fix")
    assert code == 1
    golden("lint_fixed.txt", f"{err}---\n{out}---\n{Path('faulty.srt').read_text('utf-8')}")
    assert lint("faulty.srt", "--language", "en", "--fix", "-q")[:2] == (code, out)


def test_standard_input(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_input(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FAULTY.encode())))
        return lint("-", "--from", "srt", "--language", "en", *words)

    assert with_input()[1].startswith("-:3: 00:00:01.000 error line-width")
    assert with_input("--fix") == (2, "", "captioner: --fix cannot change standard input; give a file\n")


def test_profile_and_language_come_from_the_settings(lint: Lint) -> None:
    settings = Path(os.environ["CAPTIONER_CONFIG_DIR"]) / "config.toml"
    settings.write_text('format = ["vtt"]\nprofile = "mine"\n[profiles.mine]\nbase = "ted"\nwidth = 20\n')
    code, out, err = lint("clean.srt")
    assert (code, "24 columns, maximum 20" in out, "profile mine" in err) == (1, True, True)
    assert lint("clean.srt", "--profile-option", "width=24")[0] == 0


def test_a_file_with_nothing_to_fix_is_not_touched(lint: Lint) -> None:
    untidy = CLEAN.replace("\n", "\r\n") + "\r\n\r\n"
    Path("clean.srt").write_bytes(untidy.encode())
    assert lint("clean.srt", "--fix")[0] == 0
    assert Path("clean.srt").read_bytes() == untidy.encode()


def test_a_fix_that_would_lose_something_is_refused(lint: Lint) -> None:
    script = (
        "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Start, End, Text\n"
        "Comment: 0:00:00.00,0:00:01.00,mine\nDialogue: 0:00:01.00,0:00:01.20,Yes.\n"
    )
    Path("talk.ass").write_text(script, "utf-8")
    code, _, err = lint("talk.ass", "--fix")
    assert (code, Path("talk.ass").read_text("utf-8")) == (5, script)
    assert err == "captioner: talk.ass: not fixed, since the fixed file would lose 1 comment\n"


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["gone.srt"], 5, "gone.srt: no such file"),
        (["notes.docx"], 2, "unknown format"),
        (["clean.srt", "--profile", "tiktok"], 2, "unknown profile"),
        (["clean.srt", "--language", "gibberish"], 2, "not a language tag"),
        (["clean.srt", "--fps", "fast"], 2, "not a frame rate"),
        (["clean.srt", "--format", "xml"], 2, "'xml' is not one of"),
        (["clean.srt", "-o", "."], 1, "cannot write"),
        (["clean.srt", "--fix", "-o", "new.srt"], 2, "-o new.srt would hold the findings, and --fix changes clean.srt"),
    ],
)
def test_each_error_is_one_sentence(lint: Lint, words: list[str], code: int, part: str) -> None:
    Path("notes.docx").write_bytes(b"PK")
    ran, _, err = lint(*words)
    assert (ran, err.count("\n"), part in err) == (code, 1, True), err


def test_findings_overwrite_a_file_only_with_the_flag(lint: Lint) -> None:
    Path("findings.txt").write_text("mine")
    code, _, err = lint("clean.srt", "-o", "findings.txt")
    assert (code, err) == (1, "captioner: cannot write findings.txt: it exists; use --overwrite\n")
    assert Path("findings.txt").read_text() == "mine"
    assert lint("clean.srt", "-o", "findings.txt", "--overwrite")[0] == 0
    assert Path("findings.txt").read_text() == ""
    assert lint("clean.srt", "-o", "/dev/null")[0] == 0


def test_other_files_are_linted_when_one_cannot_be_read(lint: Lint) -> None:
    code, out, err = lint("gone.srt", "faulty.srt", "--language", "en")
    assert (code, len(out.split("\n")), err.count("captioner:")) == (5, 7, 1)


def test_every_real_file_gives_findings_or_a_clear_error(lint: Lint, testdata: Path, tmp_path: Path) -> None:
    paths = sorted(path for path in (testdata / "subs").rglob("*") if path.is_file())
    readable = 0
    for path in paths:
        copy = tmp_path / "real" / path.relative_to(testdata)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
        for flags in ([], ["--fix"]):
            code, out, err = lint(copy, *flags)
            readable += code in (0, 1) and not flags
            assert "Traceback" not in err, (path, err)
            assert code in (0, 1, 2, 5), (path, err)
            assert (code in (2, 5)) == err.startswith("captioner: ")
            assert (code == 1) == (" error " in out), (path, out)
    assert readable > 75


def test_a_long_line_of_punctuation_alone_is_left_as_it_is(lint: Lint) -> None:
    Path("stars.srt").write_text(f"1\n00:00:01,000 --> 00:00:09,000\n{'* ' * 200}\n", "utf-8")
    code, _, err = lint("stars.srt", "--fix", "--language", "en")
    assert code in (0, 1), err
    assert Path("stars.srt").read_text("utf-8").count("*") == 200
