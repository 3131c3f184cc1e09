"""The structure of the code: who imports whom, no import circles, and one meaning for each class and file name.

docs/pipeline.md holds the table of packages that these tests read.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.paths import DOCS, TOP

PACKAGE = TOP / "captioner"

ENTRANCES = {"__init__", "__main__"}
"""They open the packages to the outside."""

PRINTERS = {"print", "sys.stdout.write", "sys.stderr.write", "basicConfig", "logging.basicConfig"}

POSIX_ONLY = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
"""Modules that Windows lacks."""

STRUCTURAL = {"__init__", "account", "backend", "characters", "contract", "errors", "reader", "text", "writer"}
"""File names that mean the same thing in each folder: a format's reader, a backend's error codes."""


def rows() -> list[tuple[str, str]]:
    """Return each package of the table and the packages that it may import."""
    text = (DOCS / "pipeline.md").read_text("utf-8")
    return re.findall(r"^\| `(\w+)` \|[^|]+\|([^|]*)\|", text, re.MULTILINE)


def table() -> dict[str, set[str]]:
    return {package: {name.strip() for name in allowed.split(",") if name.strip()} for package, allowed in rows()}


def files_of(package: str) -> list[Path]:
    folder = PACKAGE / package
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{package}.py"]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")


@cache
def modules() -> Mapping[str, Path]:
    return {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported_names(path: Path) -> Iterator[str]:
    """Yield every name that a file imports anywhere in it, in full."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_modules(path: Path) -> set[str]:
    """Return the modules of captioner that a file imports anywhere in it, also inside functions."""
    own = module_name(path)
    names = (name for name in imported_names(path) if name.startswith("captioner"))
    return {name if name in modules() else name.rpartition(".")[0] for name in names} - {own}


def imported_at_start(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the first part of each name that a module imports when it is loaded itself."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
        elif isinstance(node, ast.Try | ast.With):
            yield from imported_at_start(node.body)


def names_in(path: Path) -> set[str]:
    """Return every name that a file uses, dotted ones in full."""
    return {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, (ast.Name, ast.Attribute))}


def test_each_package_stands_in_the_table_once() -> None:
    packages = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert sorted(packages - ENTRANCES) == sorted(package for package, _ in rows())


@pytest.mark.parametrize("package", table())
def test_a_package_imports_only_what_the_table_allows(package: str) -> None:
    for path in files_of(package):
        used = {name.split(".")[1] for name in imported_names(path) if name.startswith("captioner.")}
        assert used - {package} <= table()[package], path


def test_no_import_circles() -> None:
    graph = {name: imported_modules(path) for name, path in modules().items() if name != "captioner"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import circle: {' -> '.join(error.args[1])}")


def test_a_class_name_has_one_meaning() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for name, path in modules().items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(name)
    assert not {name: places for name, places in homes.items() if len(places) > 1}


def test_a_file_name_has_one_meaning() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in modules().values():
        homes[path.stem].append(str(path.parent.relative_to(PACKAGE)))
    shared = {name: places for name, places in homes.items() if len(places) > 1 and name not in STRUCTURAL}
    # A command, what it does, and the function behind it have one name.
    assert not {name: places for name, places in shared.items() if "cli/commands" not in places}


@pytest.mark.parametrize("package", sorted(set(table()) - {"media"}))
def test_only_media_starts_programs(package: str) -> None:
    for path in files_of(package):
        assert not {name.split(".")[0] for name in imported_names(path)} & {"subprocess", "ffmpeg"}, path


@pytest.mark.parametrize("package", sorted(set(table()) - {"cli"}))
def test_only_the_command_line_prints(package: str) -> None:
    for path in files_of(package):
        assert not names_in(path) & PRINTERS, path


def test_modules_load_without_posix() -> None:
    for path in modules().values():
        assert not set(imported_at_start(tree(path).body)) & POSIX_ONLY, path
