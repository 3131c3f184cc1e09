"""Writes captions to files and to standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from captioner.cli.work.jobs import Target
from captioner.errors import CaptionerError
from captioner.formats import ENGLISH_UNLESS_NAMED, WITH_TIMECODE, Contents
from captioner.output import WritingOptions, write_contents, write_file


def write_result(path: str | Path | None, file: str | bytes) -> None:
    """Write a result to a path or an address of a store; to standard output for None. Raises `OutputNotWritten`."""
    if path is not None:
        write_file(path, file)
        return
    sys.stdout.buffer.write(file.encode("utf-8") if isinstance(file, str) else file)
    sys.stdout.buffer.flush()


def write_targets(
    targets: Sequence[Target],
    contents: Contents,
    writing: WritingOptions,
    warn: Callable[[str], None],
    record: Callable[[Path, bytes], None] = lambda path, data: None,
) -> None:
    """Write all results, and warn of what each format cannot store. `record` gets each file before it is written.

    If one cannot be written, the others still are; the first error is raised at the end.
    """
    failed: CaptionerError | None = None
    for target in targets:
        try:
            written = write_contents(target.format, contents, writing)
            data = written.data.encode("utf-8") if isinstance(written.data, str) else written.data
            if target.path is not None:
                record(target.path, data)
            write_result(target.path, data)
        except CaptionerError as error:
            failed = failed or error
            continue
        if target.format.name not in WITH_TIMECODE and (flags := _timecode_flags(writing)):
            warn(f"{target.path or 'standard output'}: {target.format.name} has no timecode, so {flags} has no effect")
        if target.format.name in ENGLISH_UNLESS_NAMED and contents.programme.language is None:
            name = target.path or "standard output"
            warn(f"{name}: the language is unknown, so {target.format.name} calls it English; use --language")
        if written.losses:
            losses = ", ".join(written.losses.phrases())
            warn(f"{target.path or 'standard output'}: {target.format.name} cannot store {losses}")
    if failed:
        raise failed


def _timecode_flags(writing: WritingOptions) -> str:
    flags = {"--start-timecode": writing.start_timecode is not None, "--drop-frame": writing.drop_frame}
    return " and ".join(flag for flag, is_set in flags.items() if is_set)
