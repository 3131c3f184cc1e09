"""What `captioner live` was asked for: its flags, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.errors import UsageError
from captioner.live.source.contract import SourceOptions


@dataclass(frozen=True, kw_only=True)
class LiveRequest:
    """The flags of `captioner live`, named as they are there."""

    source: str
    outputs: tuple[str, ...]
    hls: str | None
    serve: str | None
    hold: float
    record: str | None
    sinks: tuple[tuple[str, str], ...]
    profile: str | None
    backend: str
    backend_options: tuple[tuple[str, Any], ...]
    model: str | None
    language: str | None
    prompt: str | None
    hotwords: tuple[str, ...]
    hotwords_file: str | None
    concurrency: int | None
    base_url: str | None
    align: str
    audio_track: str | None
    partials: bool | None
    max_lag: float
    reconnect: float
    from_start: bool
    input_format: str | None
    input_options: tuple[tuple[str, str], ...]
    overwrite: bool
    quiet: bool
    max_cost: None = None
    max_minutes: None = None
    no_journal: bool = True
    dry_run: bool = False

    @property
    def sink_targets(self) -> list[tuple[str, str]]:
        """Every sink and its target."""
        files = [(Path(name).suffix.removeprefix(".").lower(), name) for name in self.outputs]
        for suffix, name in files:
            if suffix not in ("srt", "vtt", "jsonl"):
                raise UsageError(f"-o {name}: a file that grows is .srt, .vtt or .jsonl")
        return [*files, *((name, _target(target)) for name, target in self.sinks)]

    @property
    def source_options(self) -> SourceOptions:
        """How the source is opened."""
        options = dict(self.input_options)
        return SourceOptions(self.audio_track, self.input_format, options, self.from_start)

    @property
    def checkpoint_path(self) -> Path | None:
        """The file that says where the stream stands: beside the first result that is a file."""
        folder = [str(Path(self.hls, "stream"))] if self.hls else []
        files = [*folder, *self.outputs, *([self.record] if self.record else [])]
        return Path(f"{files[0]}.state") if files else None


def _target(target: str) -> str:
    if not target.startswith("@"):
        return target
    try:
        return Path(target[1:]).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the target in {target[1:]}: {error}") from error
