"""The commands and the Python block of the README, and the links of all pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import captioner
from captioner.backends.hallucinations import words_in
from tests.paths import TOP

README = (TOP / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks of the README in one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_block_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    monkeypatch.chdir(TOP)
    exec(compile(code, "README.md", "exec"), {})
    assert "lived by the sea" in " ".join(capsys.readouterr().out.split())


def test_the_captions_are_those_of_the_sample() -> None:
    """The README shows captions by Whisper. Times and line breaks may change; the words are those of the film."""
    (shown,) = re.findall(r"```\n(\d+\n.*? --> .*?)```", README, re.DOTALL)
    texts = [" ".join(cue.split("\n")[2:]) for cue in shown.strip().split("\n\n")]
    truth = (TOP / "samples" / "truth" / "lighthouse.txt").read_text("utf-8")
    assert " ".join(words_in(" ".join(texts))) in " ".join(words_in(truth))
    assert all(text[0].isupper() and text[-1] in ".?" for text in texts)


def test_every_flag_exists() -> None:
    from captioner.cli import load_command
    from captioner.cli.command_list import COMMANDS

    for line in (line for block in blocks("sh") for line in block.splitlines() if line.startswith("captioner ")):
        named = line.split()[1]
        command = load_command(named if named in COMMANDS else "caption")
        known = {flag for parameter in command.params for flag in parameter.opts}
        assert set(re.findall(r" (--[a-z-]+)", line.partition(" #")[0])) <= known, line


def test_the_changelog_starts_with_this_version() -> None:
    changelog = (TOP / "docs" / "changelog.md").read_text("utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == captioner.__version__


def test_every_exported_name_exists() -> None:
    source = Path(captioner.__file__).read_text("utf-8")
    typed = re.findall(r"^    from captioner\.\w+ import (\w+) as \1$", source, re.MULTILINE)
    assert sorted(typed) == captioner.__all__
    for name in captioner.__all__:
        assert getattr(captioner, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = captioner.no_such_name


def test_links_between_pages_lead_to_files() -> None:
    for page in (TOP / "README.md", *(TOP / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} -> {link}"
