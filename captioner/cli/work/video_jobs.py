"""Encode jobs, in which a video becomes another video or a picture: inputs, output, progress and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.cli.console import Console
from captioner.cli.work.existing_results import ExistingResults
from captioner.cli.work.jobs import same_file
from captioner.cli.work.subtitle_arguments import parse_subtitle_argument, read_subtitles
from captioner.errors import UsageError, reason_of
from captioner.limited_file import read_limited
from captioner.media import Media, open_media, path_of, picture_of
from captioner.output import STANDARD
from captioner.pipeline import Progress, ProgressCallback
from captioner.render import StyleOptions, Subtitles, burn, mux
from captioner.render.containers import container_of


@dataclass(frozen=True)
class VideoJob:
    """A video that is being written."""

    media: Media
    subtitles: tuple[Subtitles, ...]
    target: Path
    console: Console
    on_progress: ProgressCallback

    def watch(self, seconds: float) -> None:
        """Show how many seconds of the source are done."""
        duration = self.media.duration
        self.on_progress(Progress(min(seconds, duration) if duration else seconds, duration))

    def warn(self, message: str) -> None:
        """Show a warning about the source."""
        self.console.warn(f"{self.media.source}: {message}")


@dataclass(frozen=True, kw_only=True)
class VideoRequest:
    """What the commands ask for that make one file of a video and caption files."""

    media: str
    subtitles: Sequence[str]

    output: str
    """The file to make."""

    overwrite: bool
    skip_existing: bool
    quiet: bool


def run_video_job(request: VideoRequest, make: Callable[[VideoJob], None]) -> int:
    """Open the source and the caption files, and make the file with `make` unless it exists; returns the exit code.

    Raises `UsageError` where a source would be overwritten, and the errors of reading the sources and of `make`.
    """
    source, target, console = request.media, Path(request.output), Console(quiet=request.quiet)
    refuse_over(target, path_of(source), *(Path(parse_subtitle_argument(word).path) for word in request.subtitles))
    existing = ExistingResults(console, overwrite=request.overwrite, skip_existing=request.skip_existing)
    if target.is_file() and existing.keeps_file(source, target):
        return existing.code
    captions = tuple(map(read_subtitles, request.subtitles))
    for track in captions:
        if track.losses:
            console.warn(f"{track.name}: left out: {', '.join(track.losses)}")
    with _opened(source, captions, target, console) as job:
        make(job)
    return 0


@contextmanager
def _opened(source: str, captions: tuple[Subtitles, ...], target: Path, console: Console) -> Iterator[VideoJob]:
    with open_media(source) as media, console.progress(source) as callback:
        yield VideoJob(media, captions, target, console, callback)
    console.say(f"{source} -> {target}")


def style_options(font_file: str | None, **flags: Any) -> StyleOptions:
    """Return the style that the style flags ask for. Raises `UsageError` for a font file that cannot be read."""
    try:
        font = None if font_file is None else read_limited(font_file)
    except OSError as error:
        raise UsageError(f"cannot read the font {font_file}: {reason_of(error)}") from error
    return StyleOptions(font_file=font, **flags)


def refuse_over(target: Path, *sources: Path | None) -> None:
    """Raise `UsageError` if `target` is one of the sources."""
    for source in sources:
        if source and same_file(target, source):
            raise UsageError(f"{source} would be overwritten; name another file")


@dataclass(frozen=True)
class VideoOutputs:
    """The videos that a captioning run also writes."""

    burn: str | None = None
    """The video with the captions burned in."""

    mux: str | None = None
    """The video with the captions as a track."""

    @property
    def targets(self) -> list[tuple[Callable[..., None], Path]]:
        """The files to write, each with the function that writes it."""
        asked = ((burn, self.burn), (mux, self.mux))
        return [(make, Path(target)) for make, target in asked if target is not None]

    @property
    def missing(self) -> bool:
        """Whether one of them does not exist yet."""
        return any(not target.is_file() for _, target in self.targets)

    def check_for(self, sources: Sequence[str]) -> None:
        """Raise `UsageError` or `MediaError`, before any work is done, if these sources do not allow them."""
        if self.targets and (len(sources) > 1 or sources[0] == STANDARD):
            raise UsageError("--burn and --mux take one input, a file or a URL")
        for _, target in self.targets:
            container_of(target)
            refuse_over(target, path_of(sources[0]))
        if len(self.targets) == 2 and same_file(self.targets[0][1], self.targets[1][1]):
            raise UsageError(f"--burn and --mux would both be written to {self.burn}; name two files")
        if self.burn is not None:
            with open_media(sources[0]) as media:
                picture_of(media)

    def make(self, source: str, track: Subtitles, existing: ExistingResults, console: Console) -> None:
        """Write those that do not exist yet. Raises the errors of `burn` and `mux`."""
        for make, target in self.targets:
            if not (target.is_file() and existing.keeps_file(source, target)):
                with _opened(source, (track,), target, console) as job:
                    make(job.media, job.subtitles, target, progress=job.watch, warn=job.warn)
