"""Where the results of each source lie, and what must not share a name with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from os.path import normcase
from pathlib import PurePath, PurePosixPath
from string import Formatter

from captioner.batch.batch_source import Source
from captioner.batch.job import ResultPattern, doubled_braces
from captioner.batch.source_identity import folder_identity, identity_of
from captioner.errors import OutputNotWritten, UsageError, reason_of
from captioner.languages import three_letters
from captioner.media import path_of
from captioner.stores import is_store, joined_address

FIELDS = ("stem", "name", "lang")
"""Of a name pattern: the source's name without and with its ending, and the language of its captions."""


def _two_letters(tag: str) -> str:
    return tag.split("-")[0]


def _three_letters(tag: str) -> str:
    return three_letters(tag) or tag


def _bibliographic(tag: str) -> str:
    return three_letters(tag, bibliographic=True) or tag


TAG_FORMS: Mapping[str, Callable[[str], str]] = {
    "bcp47": str,
    "iso639-1": _two_letters,
    "iso639-2": _three_letters,
    "iso639-2b": _bibliographic,
}
"""The forms of a language tag in a name. Media servers differ: Jellyfin reads chi, Bazarr zh-CN, Plex zh."""


def check_pattern(pattern: str) -> str:
    """Return a name pattern such as `{stem}.{lang}.sdh`. Raises `UsageError` if it makes no names."""
    try:
        parts = [part for part in Formatter().parse(pattern) if part[1] is not None]
    except ValueError as error:
        raise UsageError(f"--name {pattern!r} is not a pattern: {error}") from error
    if unknown := [field for _, field, form, conversion in parts if field not in FIELDS or form or conversion]:
        raise UsageError(f"--name {pattern!r}: {{{unknown[0]}}} is none of {{stem}}, {{name}} and {{lang}}")
    if not {"stem", "name"} & {field for _, field, _, _ in parts}:
        raise UsageError(f"--name {pattern!r} gives all results one name; write {{stem}} in it")
    if "/" in pattern or "\\" in pattern:
        raise UsageError(f"--name {pattern!r} has a folder in it; -d names the folder of the results")
    return pattern


def result_patterns(sources: Iterable[Source], directory: str | None, pattern: str) -> Mapping[str, ResultPattern]:
    """Return the pattern of the results of each source, by source.

    Results lie under `directory` as the sources lie under theirs; beside the sources where it is None. Two sources that
    differ only in their ending get it into their names: `talk.mp4.srt` and `talk.wav.srt`. Raises `UsageError` where
    two sources would still share a name.
    """
    sources = list(sources)
    wanted = {source.address: _pattern(source, directory, pattern) for source in sources}
    by_address = {source.address: source for source in sources}
    named, shared = wanted, set[str]()
    while more := _shared(named) - shared:  # a longer name may be that of a third source
        shared |= more
        longer = {name: _pattern(by_address[name], directory, pattern.replace("{stem}", "{name}")) for name in more}
        named = named | longer
    if groups := _groups(named):
        one, other = sorted(groups[0])[:2]
        raise UsageError(
            f"{one} and {other} would have the same results; name a folder that holds both, or use two runs, or a "
            "manifest with the column 'output'"
        )
    return named


def result_root(patterns: Iterable[ResultPattern], directory: str | None) -> str:
    """Return the absolute path or the address of the folder that all results lie in or below."""
    if directory is not None:
        return folder_identity(directory)
    return os.path.commonpath({folder_identity(pattern.folder) for pattern in patterns})


def refuse_report_over(
    report: str, inputs: Iterable[str], patterns: Mapping[str, ResultPattern], suffixes: Sequence[str]
) -> None:
    """Raises `UsageError` if a report at that path would replace a manifest, a source or a result."""
    identity, name = identity_of(report), os.path.basename(report)  # noqa: PTH119 (it may be an address)
    results = (pattern.path("", suffix) for pattern in patterns.values() for suffix in suffixes)
    for other in chain(inputs, patterns, results):
        if other.endswith(name) and identity_of(other) == identity:
            raise UsageError(f"--report {report} would overwrite {other}; name another file")


def refuse_unusable_folder(directory: str) -> None:
    """Create the folder of the results where it is missing, so that what is wrong with it is said before any work.

    Raises `UsageError` for a file, and `OutputNotWritten`.
    """
    path = path_of(directory)
    if path is None:
        return
    if path.exists() and not path.is_dir():
        raise UsageError(f"-d {directory} is a file, not a folder")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten(directory, reason_of(error)) from error


def _pattern(source: Source, directory: str | None, pattern: str) -> ResultPattern:
    if source.output is not None:
        chosen = PurePath(source.output)
        folder = str(chosen.parent) if directory is None else _joined(directory, str(chosen.parent))
        return ResultPattern(folder, doubled_braces(chosen.name).replace("{{lang}}", "{lang}"))
    parent, name = os.path.split(source.relative)
    folder = str(source.folder) if directory is None else _joined(directory, parent or os.curdir)
    values = {"stem": doubled_braces(_stem(name)), "name": doubled_braces(name), "lang": "{lang}", None: ""}
    parts = ((doubled_braces(text), values[field]) for text, field, _, _ in _parts(pattern))
    return ResultPattern(folder, "".join(text + value for text, value in parts))


def _stem(name: str) -> str:
    """Return a file name without its ending, as `PurePath.stem` does, which is slow for 100,000 names."""
    dot = name.rfind(".")
    return name[:dot] if 0 < dot < len(name) - 1 else name


@cache
def _parts(pattern: str) -> tuple[tuple[str, str | None, str | None, str | None], ...]:
    return tuple(Formatter().parse(pattern))


@lru_cache(maxsize=1000)
def _joined(directory: str, below: str) -> str:
    return (
        joined_address(directory, PurePosixPath(below).as_posix())
        if is_store(directory)
        else str(PurePath(directory, below))
    )


def _shared(patterns: Mapping[str, ResultPattern]) -> set[str]:
    """Return the sources whose results another source has too."""
    return {address for group in _groups(patterns) for address in group}


def _groups(patterns: Mapping[str, ResultPattern]) -> list[list[str]]:
    by_name: dict[str, list[str]] = {}
    for address, pattern in patterns.items():
        by_name.setdefault(normcase(f"{pattern.folder}/{pattern.name}"), []).append(address)
    return [group for group in by_name.values() if len(group) > 1]
