"""Results that exist already: one rule for all commands.

A result that exists is not written unless --overwrite is given, and the command says so. Then its exit code is 1, since
what was asked for was not done; with --skip-existing, which is the default for several inputs, it is 0.
"""

from __future__ import annotations

from pathlib import Path

from captioner.cli.console import Console
from captioner.cli.messages import SPEECH_LOST, counted
from captioner.errors import UsageError
from captioner.output import is_special
from captioner.result_records import ResultRecords

NOT_WRITTEN = 1
"""The exit code where an existing result was not written."""


class ExistingResults:
    """Which of the results that exist are kept, and the exit code for those."""

    def __init__(self, console: Console, *, overwrite: bool, skip_existing: bool, inputs: int = 1) -> None:
        """Take the flags, of which one may be set, and the number of inputs. Raises `UsageError`."""
        if overwrite and skip_existing:
            raise UsageError("--overwrite and --skip-existing exclude each other; use one of them")
        self.code = 0
        """The exit code for the results that were kept so far."""
        self._console, self._overwrite, self._skip = console, overwrite, skip_existing or inputs > 1

    def keeps_file(self, source: str, path: Path) -> bool:
        """Return whether the file at `path`, which exists, stays as it is; that is printed."""
        if self._overwrite:
            return False
        self._skipped(f"{source}: skipped, {path} exists")
        return True

    def keeps(self, source: str, path: Path) -> bool:
        """Return whether the captions at `path`, which exist, stay as they are; that is printed."""
        return self.keeps_file(source, path)

    def _skipped(self, message: str) -> None:
        if self._skip:
            self._console.say(f"{message} (use --overwrite)")
        else:
            self._console.warn(f"{message} (use --overwrite, or --skip-existing)")
            self.code = max(self.code, NOT_WRITTEN)

    def _lost(self, message: str) -> None:
        self._console.warn(message)
        self.code = SPEECH_LOST


class RecordedResults(ExistingResults):
    """Results of captioning, with a record of the speech that is lost in each.

    With `retry_failed`, those with lost speech are written again unless they were edited, and no other ones are.
    """

    def __init__(
        self,
        console: Console,
        records: ResultRecords,
        *,
        overwrite: bool,
        skip_existing: bool,
        retry_failed: bool,
        inputs: int,
    ) -> None:
        super().__init__(console, overwrite=overwrite, skip_existing=skip_existing, inputs=inputs)
        self._records, self._retry = records, retry_failed

    def record(self, path: Path, data: bytes, *, lost: int) -> None:
        """Record a result that is being written, in which `lost` regions of speech are missing."""
        if not is_special(path):
            self._records.add(path, data, lost)

    def keeps(self, source: str, path: Path) -> bool:
        if self._overwrite and not self._retry:
            return False
        record = self._records.find(path)
        if self._retry and record and not record.lost:
            self._console.say(f"{source}: skipped, no speech is lost in {path}")
        elif self._retry and (self._overwrite or (record and not record.edited)):
            return False
        elif record and record.lost:
            lost = counted(record.lost, "region")
            state = f"was edited after {lost} of speech had been lost (use --overwrite)"
            if not record.edited:
                state = f"exists, and {lost} of speech {'is' if record.lost == 1 else 'are'} lost in it"
                state += " (use --retry-failed)"
            self._lost(f"{source}: skipped, {path} {state}")
        elif self._retry:
            self._skipped(f"{source}: skipped, {path} has no record, so it counts as edited")
        else:
            self._skipped(f"{source}: skipped, {path} exists")
        return True
