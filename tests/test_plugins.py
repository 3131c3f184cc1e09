"""Classes by name: built-in ones, and those of a package that is installed on the path."""

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


def test_installed_classes_are_listed_with_the_built_in_ones(plugins: Plugins) -> None:
    assert plugins.names() == ["both", "broken", "ours", "theirs"]
    assert plugins.load("theirs").__qualname__ == "Thing.Inner"


def test_a_plugin_cannot_replace_a_built_in_class(plugins: Plugins) -> None:
    assert plugins.load("both").__module__ == "decimal"


def test_an_import_error_is_raised(plugins: Plugins) -> None:
    with pytest.raises(ImportError, match="no_such_module"):
        plugins.load("broken")


def test_an_unknown_name_lists_the_known_ones(plugins: Plugins) -> None:
    with pytest.raises(UnknownName, match=r"thing .*'nobody'.*both.*broken.*ours.*theirs"):
        plugins.load("nobody")
