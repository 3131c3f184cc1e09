"""Parts found by name, ours and installed ones: the latter from a package that lies on the path like any other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from captioner.errors import UnknownName
from captioner.plugins import Plugins

OURS = {"ours": "fractions:Fraction", "both": "decimal:Decimal"}


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    about = tmp_path / "theirs-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n", "utf-8")
    (about / "entry_points.txt").write_text(
        "[captioner.things]\ntheirs = theirs:Thing.Inner\nboth = theirs:Thing\nbroken = no_such_module:Thing\n", "utf-8"
    )
    (tmp_path / "theirs.py").write_text("class Thing:\n    class Inner: ...\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "theirs", raising=False)
    return Plugins("thing", "captioner.things", OURS)


def test_installed_parts_stand_beside_ours(plugins: Plugins) -> None:
    assert plugins.names() == ["both", "broken", "ours", "theirs"]
    assert plugins.load("theirs").__qualname__ == "Thing.Inner"


def test_an_installed_part_cannot_take_the_name_of_ours(plugins: Plugins) -> None:
    assert plugins.load("both").__module__ == "decimal"


def test_what_cannot_be_imported_says_so(plugins: Plugins) -> None:
    with pytest.raises(ImportError, match="no_such_module"):
        plugins.load("broken")


def test_an_unknown_name_lists_all_there_are(plugins: Plugins) -> None:
    with pytest.raises(UnknownName, match=r"thing .*'nobody'.*both.*broken.*ours.*theirs"):
        plugins.load("nobody")
