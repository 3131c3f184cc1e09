"""Who may import whom: the table in docs/pipeline.md, held against the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import TOP

PACKAGE = TOP / "captioner"
DOORS = {"__init__", "__main__"}  # they open the rooms to the outside


PRINTERS = {"print", "sys.stdout.write", "sys.stderr.write", "basicConfig", "logging.basicConfig"}


def rows() -> list[tuple[str, str]]:
    """Each room of the table, and what it may import."""
    text = (TOP / "docs/pipeline.md").read_text("utf-8")
    return re.findall(r"^\| `(\w+)` \|[^|]+\|([^|]*)\|", text, re.MULTILINE)


def table() -> dict[str, set[str]]:
    return {room: {name.strip() for name in allowed.split(",") if name.strip()} for room, allowed in rows()}


def files_of(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py")) if (PACKAGE / room).is_dir() else [PACKAGE / f"{room}.py"]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports anywhere, by its whole name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names_in(path: Path) -> set[str]:
    """Every name that a file uses, the dotted ones whole."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {ast.unparse(node) for node in nodes if isinstance(node, (ast.Name, ast.Attribute))}


def test_every_room_stands_in_the_table_once() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert sorted(rooms - DOORS) == sorted(room for room, _ in rows())


@pytest.mark.parametrize("room", table())
def test_a_room_imports_only_what_it_may(room: str) -> None:
    for path in files_of(room):
        used = {name.split(".")[1] for name in imports(path) if name.startswith("captioner.")}
        assert used - {room} <= table()[room], path


@pytest.mark.parametrize("room", sorted(set(table()) - {"media"}))
def test_only_media_starts_programs(room: str) -> None:
    for path in files_of(room):
        assert not {name.split(".")[0] for name in imports(path)} & {"subprocess", "ffmpeg"}, path


@pytest.mark.parametrize("room", sorted(set(table()) - {"cli"}))
def test_only_the_command_line_prints(room: str) -> None:
    for path in files_of(room):
        assert not names_in(path) & PRINTERS, path
