"""Help, in the terminal and in docs/cli.md, and suggestions for words that are not commands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from captioner.cli import load_command, main
from captioner.cli.command_list import COMMANDS
from tests.paths import DOCS

NAMES = [name for name in COMMANDS if name != "help"]


def help_of(name: str) -> str:
    shown = "captioner" if name == "caption" else f"captioner {name}"
    return CliRunner().invoke(load_command(name), ["--help"], prog_name=shown, terminal_width=100).output


def test_help_imports_nothing_large() -> None:
    script = "import sys; from captioner.cli import main; main(['--help']); print(*sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    loaded = set(shown.strip().split("\n")[-1].split())
    assert not loaded & {
        "torch",
        "transformers",
        "numpy",
        "av",
        "httpx",
        "rich",
        "ffmpeg",
        "pocketsphinx",
        "ctranslate2",
    }


def test_the_start_imports_nothing_that_windows_lacks() -> None:
    script = (
        "import sys\n"
        "for name in ('fcntl', 'resource', 'termios', 'pwd', 'grp'): sys.modules[name] = None\n"
        "import captioner.cli.work.caption, captioner.cli.work.live, captioner.cli.work.doctor\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("words", [["help"], ["-h"], ["help", "help"], ["help", "caption"], ["help", "-h"]])
def test_help_of_the_default_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("Usage: captioner [OPTIONS] INPUT...")


@pytest.mark.parametrize("name", NAMES)
def test_help_of_a_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for words in (["help", name], [name, "-h"], [name, "--help"]):
        assert main(words) == 0
        shown.append(capsys.readouterr().out)
    assert len(set(shown)) == 1
    assert shown[0].startswith(f"Usage: captioner {name}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["exprot", "talk.json"], "there is no file 'exprot'; did you mean 'captioner export'?"),
        (["render", "talk.json"], "there is no file 'render'; did you mean 'captioner export'?"),
        (["dcotor"], "there is no file 'dcotor'; did you mean 'captioner doctor'?"),
        (["transcribe", "a.mp4"], "there is no file 'transcribe'; to caption, give the input alone: captioner INPUT"),
        (["help", "exprot"], "unknown command 'exprot'; did you mean 'export'?"),
    ],
)
def test_a_word_that_looks_like_a_command_gets_a_suggestion(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"captioner: {sentence}")
    assert error.count("\n") == 1


def test_a_file_of_that_name_is_captioned(tmp_path: Path, speech_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("exprot").write_bytes(speech_file.read_bytes())
    assert main(["exprot", "--backend", "scripted"]) == 0
    assert Path("exprot.srt").exists()


def test_a_word_unlike_any_command_is_an_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["holiday", "--backend", "scripted"]) == 3
    assert "holiday: cannot be read" in capsys.readouterr().err


def test_help_lines_are_short() -> None:
    long = {}
    for name in ("caption", *NAMES):
        for option in load_command(name).params:
            text = (getattr(option, "help", None) or "").split("  [default")[0]
            if len(text) > 80 and name != "live":
                long[f"{name} {option.name}"] = len(text)
    assert long == {}


def test_the_documented_help_is_the_real_help(request: pytest.FixtureRequest) -> None:
    """docs/cli.md has a section for each command with its help in a block, which --update-golden writes."""
    path = DOCS / "cli.md"
    text = path.read_text("utf-8")
    for name in ("caption", *NAMES):
        title = "captioner INPUT" if name == "caption" else f"captioner {name}"
        section = re.compile(rf"(^## `{title}`\n.*?```text\n)(.*?)(```$)", re.DOTALL | re.MULTILINE)
        found = section.search(text)
        assert found, title
        text = text[: found.start(2)] + help_of(name) + text[found.end(2) :]
    if request.config.getoption("--update-golden"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text
