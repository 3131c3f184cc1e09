"""An archive for tests: small recordings of speech in every container, in nested folders, some of them broken."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from random import Random

from tests.media.media_factory import CODECS, ffmpeg, picture_source
from tests.paths import DATA

SPEECH = DATA / "three_sentences.flac"

CONTAINERS: dict[str, tuple[str, str | None]] = {
    **CODECS,
    "opus": ("libopus", None),
    "aac": ("aac", None),
    "aiff": ("pcm_s16be", None),
    "flv": ("libmp3lame", "flv"),
    "wma": ("wmav2", None),
    "mka": ("flac", None),
    "mpg": ("mp2", "mpeg2video"),
    "3gp": ("aac", "mpeg4"),
    "caf": ("pcm_s16le", None),
    "au": ("pcm_s16be", None),
    "oga": ("libvorbis", None),
}
"""The audio codec and the video codec, if any, of each container."""

LONG_EACH = 10
"""Every so many recordings are six times as long, so that a worker has several requests for it."""


def make_archive(folder: Path, count: int, broken: int, seed: int = 0) -> None:
    """Write `count` sources into `folder`, of which `broken` are damaged in turn in each of the ways of `DAMAGES`."""
    random = Random(seed)
    damaged = set(random.sample(range(count), broken))
    names = list(CONTAINERS)
    paths = [folder / _place(number, random) / f"talk{number}.{names[number % len(names)]}" for number in range(count)]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_make, paths, range(count)))
    for damage, number in zip(cycle(DAMAGES), sorted(damaged), strict=False):
        damage(paths[number])


def _place(number: int, random: Random) -> str:
    return "/".join(["year", str(number % 4), *["deep", "deeper"][: random.randrange(3)]])


def _make(path: Path, number: int) -> None:
    """Write a recording that no other one equals: each is spoken at its own speed."""
    audio_codec, video_codec = CONTAINERS[path.suffix[1:]]
    loops = 5 if number % LONG_EACH == 0 else 0
    inputs = ["-stream_loop", str(loops), "-i", str(SPEECH)]
    outputs = ["-af", f"atempo={0.9 + 0.0007 * number:.4f}", "-c:a", audio_codec, "-ac", "1", "-map", "0:a"]
    outputs += ["-ar", "44100" if path.suffix == ".flv" else "48000"]
    if video_codec:
        inputs += ["-f", "lavfi", "-i", picture_source(2)]
        outputs += ["-map", "1:v", "-c:v", video_codec]
    ffmpeg(*inputs, *outputs, path)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("This is no recording.\n" * 40)


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _other_container(path: Path) -> None:
    path.write_bytes(SPEECH.read_bytes())


def _without_audio(path: Path) -> None:
    made = path.with_suffix(".mp4")
    ffmpeg("-f", "lavfi", "-i", picture_source(2), "-c:v", "mpeg4", made)
    made.rename(path)


def _damaged_head(path: Path) -> None:
    path.write_bytes(b"\xff" * 64 + path.read_bytes()[64:])


def _link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


DAMAGES: tuple[Callable[[Path], None], ...] = (
    _truncate, _empty, _text, _zeros, _other_container, _without_audio, _damaged_head, _link_to_nothing,
)  # fmt: skip
