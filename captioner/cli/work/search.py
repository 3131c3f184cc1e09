"""The work of `captioner search`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click

from captioner.batch.search_index import SearchIndex, caption_files, index_path
from captioner.batch.takeover import NOT_UTF8
from captioner.cli.messages import printable, say_error
from captioner.cli.work.caption_input import open_captions
from captioner.errors import FormatError, UsageError
from captioner.limited_file import read_limited
from captioner.profiles import profile_for
from captioner.timestamps import format_clock
from captioner.values import Cue


def search_folder(folder: str, words: Sequence[str], most: int, as_json: bool) -> int:
    """Print the lines that hold all words; returns 0, or 1 if there are none, as grep does."""
    if not Path(folder).is_dir():
        raise UsageError(f"{folder} is not a folder")
    with closing(SearchIndex(index_path(folder))) as index:
        for error in index.update(caption_files(Path(folder)), _read):
            say_error(error)
        hits = index.search(words, most)
    for hit in hits:
        click.echo(
            json.dumps(asdict(hit), ensure_ascii=False).encode("utf-8", NOT_UTF8).decode("utf-8")
            if as_json
            else printable(f"{hit.path}#t={hit.start:.1f}  {format_clock(hit.start)}  {hit.text}")
        )
    return 0 if hits else 1


def _read(path: Path) -> Sequence[Cue] | None:
    """Return the cues of a caption file; None for JSON and tables of something else, such as a report of captioner."""
    try:
        return open_captions(str(path)).cues_by(profile_for(None))
    except FormatError:
        if _holds_something_else(path):
            return None
        raise


def _holds_something_else(path: Path) -> bool:
    """Return whether a file is undamaged JSON without segments, or a table whose first line names no times."""
    try:
        text = read_limited(str(path)).decode("utf-8-sig")
        if path.suffix.lower() == ".json":
            document = json.loads(text)
            return not (isinstance(document, dict) and "segments" in document)
    except (OSError, ValueError, RecursionError):  # it is damaged
        return False
    first = text.partition("\n")[0].lower()
    return path.suffix.lower() == ".csv" and not ("start" in first or any(map(str.isdigit, first)))
