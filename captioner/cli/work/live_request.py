"""The flags of `captioner live`, and the options that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.cli.work.backend_session import BackendRequest
from captioner.errors import UnknownName, UsageError, reason_of
from captioner.languages import asked_language
from captioner.limited_file import read_limited
from captioner.live.sinks import BUILT_IN, SINKS
from captioner.live.source.live_source import SourceOptions
from captioner.text_checks import ChineseScript

GROWING_FORMATS = ("srt", "vtt", "jsonl")
"""Formats of files that can grow by one caption at a time."""


@dataclass(frozen=True, kw_only=True)
class LiveRequest:
    """The flags of `captioner live`; each field has the name of its flag."""

    source: str
    outputs: tuple[str, ...]
    hls: str | None
    serve: str | None
    allowed_origins: tuple[str, ...]
    hold: float
    record: str | None
    sinks: tuple[tuple[str, str], ...]
    profile: str | None
    backend: str
    backend_options: tuple[tuple[str, Any], ...]
    model: str | None
    language: str | None
    chinese_script: ChineseScript
    keep_suspected: bool
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

    @property
    def language_tag(self) -> str | None:
        """The language as a BCP 47 tag, None if it is unknown. Raises `UsageError`."""
        return None if self.language is None else asked_language(self.language)

    @property
    def backend_request(self) -> BackendRequest:
        """The backend that the flags ask for."""
        return BackendRequest(
            backend=self.backend,
            options=self.backend_options,
            model=self.model,
            concurrency=self.concurrency,
            base_url=self.base_url,
            language=self.language_tag,
        )

    @property
    def source_options(self) -> SourceOptions:
        """How to open the source."""
        return SourceOptions(self.audio_track, self.input_format, dict(self.input_options), self.from_start)

    @property
    def sink_targets(self) -> list[tuple[str, str]]:
        """The name and the target of every sink of -o and --sink. Raises `UsageError`."""
        files = [(Path(name).suffix.removeprefix(".").lower(), name) for name in self.outputs]
        for suffix, name in files:
            if suffix not in GROWING_FORMATS:
                raise UsageError(f"-o {name}: a live caption file must be .srt, .vtt or .jsonl")
        return [*files, *((name, _target(target)) for name, target in self.sinks)]

    def refuse_nonsense(self) -> None:
        """Raise `UsageError` for flags that make no sense, before anything is loaded."""
        if self.hold and not (self.serve and self.hls):
            raise UsageError("--hold needs --serve and --hls: captioner's server holds the playlists back")
        if not (self.sink_targets or self.hls or self.record or self.serve):
            raise UsageError("no output: use -o FILE, --hls DIR, --serve PORT, --record FILE or --sink NAME=TARGET")
        for name, _ in self.sink_targets:
            if name not in BUILT_IN and name not in SINKS.names():
                raise UnknownName("sink", name, SINKS.names())

    @property
    def files(self) -> list[str]:
        """The files that are written, without the HLS rendition."""
        return [*self.outputs, *([self.record] if self.record else [])]

    @property
    def checkpoint_path(self) -> Path | None:
        """The file that holds the position in the stream, beside the first result; None if no file is written."""
        folder = [str(Path(self.hls, "stream"))] if self.hls else []
        results = [*folder, *self.files]
        return Path(f"{results[0]}.state") if results else None


def _target(target: str) -> str:
    """Return a target of --sink; `@FILE` is read from the file."""
    if not target.startswith("@"):
        return target
    try:
        return read_limited(target[1:]).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"cannot read the target in {target[1:]}: {reason}") from error
