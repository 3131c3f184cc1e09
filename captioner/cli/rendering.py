"""What the commands that make a video of a video have in common: inputs, output, progress and messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from captioner.cli.console import Console
from captioner.cli.files import same_file
from captioner.cli.subtitle_files import named, read_subtitles
from captioner.errors import UsageError
from captioner.media import Media, open_media, path_of
from captioner.pipeline import Progress, Watch
from captioner.render import Subtitles


@dataclass(frozen=True)
class Rendering:
    """One video on its way to another. `watch` is told how far it is, in seconds."""

    media: Media
    subtitles: tuple[Subtitles, ...]
    target: Path
    console: Console
    progress: Watch

    def watch(self, seconds: float) -> None:
        duration = self.media.duration
        self.progress(Progress(min(seconds, duration) if duration else seconds, duration))

    def warn(self, message: str) -> None:
        self.console.warn(f"{self.media.source}: {message}")


@contextmanager
def rendering(
    source: str, subtitles: Sequence[str], output: str, *, overwrite: bool, quiet: bool
) -> Iterator[Rendering | None]:
    """Open all that is needed to make `output`; None where it is there already and stays as it is.

    Raises `UsageError` where a source would be overwritten, and what reading the sources raises.
    """
    console, target = Console(quiet=quiet), Path(output)
    for name in (path_of(source), *(Path(named(word).path) for word in subtitles)):
        if name and same_file(target, name):
            raise UsageError(f"{name} would be overwritten; name another file with -o")
    if target.is_file() and not overwrite:
        console.say(f"{target} is there already and is left alone; --overwrite writes it anew")
        yield None
        return
    captions = tuple(map(read_subtitles, subtitles))
    for track in captions:
        if track.losses:
            console.warn(f"{track.name}: left out: {', '.join(track.losses)}")
    with open_media(source) as media, console.watching(source) as progress:
        yield Rendering(media, captions, target, console, progress)
    console.say(f"{source} -> {target}")
