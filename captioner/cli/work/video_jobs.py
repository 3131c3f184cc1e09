"""What the commands that make a video of a video have in common: inputs, output, progress and messages."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from captioner.cli.console import Console
from captioner.cli.work.jobs import STANDARD, same_file
from captioner.cli.work.subtitle_arguments import named, read_subtitles
from captioner.errors import UsageError
from captioner.media import Media, open_media, path_of, picture_of
from captioner.pipeline import Progress, ProgressCallback
from captioner.render import Subtitles, burn, mux
from captioner.render.containers import container_of


@dataclass(frozen=True)
class VideoJob:
    """One video on its way to another. `watch` is told how far it is, in seconds."""

    media: Media
    subtitles: tuple[Subtitles, ...]
    target: Path
    console: Console
    progress: ProgressCallback

    def watch(self, seconds: float) -> None:
        duration = self.media.duration
        self.progress(Progress(min(seconds, duration) if duration else seconds, duration))

    def warn(self, message: str) -> None:
        self.console.warn(f"{self.media.source}: {message}")


@contextmanager
def rendering(
    source: str, subtitles: Sequence[str], output: str, *, overwrite: bool, quiet: bool
) -> Iterator[VideoJob | None]:
    """Open all that is needed to make `output`; None where it is there already and stays as it is.

    Raises `UsageError` where a source would be overwritten, and what reading the sources raises.
    """
    console, target = Console(quiet=quiet), Path(output)
    refuse_over(target, path_of(source), *(Path(named(word).path) for word in subtitles))
    if left_alone(target, overwrite=overwrite, console=console):
        yield None
        return
    captions = tuple(map(read_subtitles, subtitles))
    for track in captions:
        if track.losses:
            console.warn(f"{track.name}: left out: {', '.join(track.losses)}")
    with _opened(source, captions, target, console) as work:
        yield work


@contextmanager
def _opened(source: str, captions: tuple[Subtitles, ...], target: Path, console: Console) -> Iterator[VideoJob]:
    with _ended_in_order(), open_media(source) as media, console.watching(source) as progress:
        yield VideoJob(media, captions, target, console, progress)
    console.say(f"{source} -> {target}")


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """SIGTERM ends the run as Ctrl-C does: no ffmpeg goes on, and nothing half-made is left."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def refuse_over(target: Path, *sources: Path | None) -> None:
    """Raises `UsageError` where `target` is one of the sources."""
    for source in sources:
        if source and same_file(target, source):
            raise UsageError(f"{source} would be overwritten; name another file")


def left_alone(target: Path, *, overwrite: bool, console: Console) -> bool:
    """Whether there is a result already that stays, which is said."""
    if overwrite or not target.is_file():
        return False
    console.say(f"{target} is there already and is left alone; --overwrite writes it anew")
    return True


@dataclass(frozen=True)
class Videos:
    """The videos that captioning is to make besides: one with captions in its picture, one with them as a track."""

    burn: str | None = None
    mux: str | None = None

    @property
    def targets(self) -> list[tuple[Callable[..., None], Path]]:
        """Each with what makes it."""
        asked = ((burn, self.burn), (mux, self.mux))
        return [(make, Path(target)) for make, target in asked if target is not None]

    @property
    def missing(self) -> bool:
        """Whether one is not there yet."""
        return any(not target.is_file() for _, target in self.targets)

    def refuse_for(self, sources: Sequence[str]) -> None:
        """Raises `UsageError`, `MediaError` where none can be made of these sources, before any work is done."""
        if self.targets and (len(sources) > 1 or sources[0] == STANDARD):
            raise UsageError("--burn and --mux take one input, which is a file or an address")
        for _, target in self.targets:
            container_of(target)
            refuse_over(target, path_of(sources[0]))
        if len(self.targets) == 2 and same_file(self.targets[0][1], self.targets[1][1]):
            raise UsageError(f"--burn and --mux would both become {self.burn}; name two files")
        if self.burn is not None:
            with open_media(sources[0]) as media:
                picture_of(media)

    def make(self, source: str, track: Subtitles, *, overwrite: bool, console: Console) -> None:
        """Make those that are not there. Raises what `burn` and `mux` raise."""
        for make, target in self.targets:
            if not left_alone(target, overwrite=overwrite, console=console):
                with _opened(source, (track,), target, console) as work:
                    make(work.media, work.subtitles, target, progress=work.watch, warn=work.warn)
