"""Small test media made by ffmpeg: tone bursts at known seconds in every container, with deliberate faults."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from captioner.media import find_ffmpeg
from captioner.values import Samples

BURSTS = ((0.5, 1.1), (2.0, 2.35), (3.7, 4.6), (6.05, 6.5))
"""Start and end of each tone in seconds. All distances differ, so that a shift cannot go unnoticed."""

TONE_LENGTH = 7.0
"""Seconds of tone bursts with the silence between them."""

CODECS = {
    "mp4": ("aac", "mpeg4"),
    "mov": ("pcm_s16le", "mpeg4"),
    "mkv": ("libvorbis", "mpeg4"),
    "webm": ("libopus", "libvpx"),
    "ts": ("mp2", "mpeg2video"),
    "avi": ("libmp3lame", "mpeg4"),
    "m4a": ("aac", None),
    "mp3": ("libmp3lame", None),
    "ogg": ("libopus", "libtheora"),
    "flac": ("flac", None),
    "wav": ("pcm_s16le", None),
}
"""The audio codec and the video codec, if any, of each container."""

CONSTANT_FRAME_RATE = ("avi", "ogg")
"""Containers that count their frames, so that their video cannot begin late."""

OWN_CLOCK = ("mp4", "mov", "m4a")
"""Containers whose clock begins at 0 even if nothing plays yet. In all others a player shows 0 at the first audio or
video. Checked with mpv 0.35: 7 s of audio from second 10 on end at second 17 in .m4a, but at second 7 in .mkv, .ts,
.ogg, .flv, .wmv and .mpg."""


@dataclass(frozen=True)
class Film:
    """A test film: its container, and the seconds at which its audio and its video (None: no video) begin."""

    container: str
    audio_start: float = 0.0
    video_start: float | None = None
    gap: float = 0.0

    @property
    def name(self) -> str:
        picture = "sound-only" if self.video_start is None else f"picture-at-{self.video_start}"
        return f"sound-at-{self.audio_start}-{picture}-gap-{self.gap}.{self.container}"

    @property
    def bursts(self) -> tuple[tuple[float, float], ...]:
        """Start and end of each tone in a player."""
        first = self.audio_start if self.video_start is None else min(self.audio_start, self.video_start)
        shift = self.audio_start - (0.0 if self.container in OWN_CLOCK else first)
        return tuple(
            (start + shift + self.gap * (start > GAP_AT), end + shift + self.gap * (start > GAP_AT))
            for start, end in BURSTS
        )


GAP_AT = 3.0
"""The second of the tone at which a film has its gap: between the second burst and the third."""


def ffmpeg(*arguments: str | Path, cwd: Path | None = None) -> None:
    """Run the ffmpeg under test; raise an error if it fails."""
    subprocess.run([find_ffmpeg(), "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True, cwd=cwd)


def tone_source(length: float = TONE_LENGTH, sample_rate: int = 48_000) -> str:
    """A lavfi input: tone at -10 dBFS inside the bursts, silence elsewhere."""
    inside = "+".join(rf"between(t\,{start}\,{end})" for start, end in BURSTS)
    return f"aevalsrc=0.3*sin(2*PI*1000*t)*({inside}):s={sample_rate}:d={length}"


def picture_source(length: float) -> str:
    """A lavfi input: a small test video with 25 frames per second."""
    return f"testsrc2=s=64x48:r=25:d={length}"


@dataclass(frozen=True)
class FilmAudio:
    """The audio of a film: an input of ffmpeg, its length in seconds, and a second at which a gap cuts nothing."""

    source: tuple[str, ...] = ("-f", "lavfi", "-i", tone_source())
    length: float = TONE_LENGTH
    gap_at: float = GAP_AT


TONE = FilmAudio()


def make_film(film: Film, folder: Path, audio: FilmAudio = TONE) -> Path:
    """Write `film` into `folder`."""
    path = folder / film.name
    audio_codec, video_codec = CODECS[film.container]
    inputs: list[str] = ["-itsoffset", str(film.audio_start), *audio.source]
    outputs = ["-map", "0:a", "-c:a", audio_codec, "-ac", "2", "-ar", "48000"]
    if film.gap:
        outputs += ["-af", f"asetpts=PTS+gt(T\\,{audio.gap_at + film.audio_start})*{film.gap}/TB"]
    if film.video_start is not None:
        assert video_codec, f"{film.container} holds no video"
        inputs += ["-itsoffset", str(film.video_start), "-f", "lavfi", "-i", picture_source(audio.length + film.gap)]
        outputs += ["-map", "1:v", "-c:v", video_codec]
        if film.container not in CONSTANT_FRAME_RATE:
            outputs += ["-fps_mode", "passthrough"]  # or ffmpeg repeats the first frame to fill the time before it
    ffmpeg(*inputs, *outputs, path)
    return path


def onsets(samples: Samples, sample_rate: int) -> list[tuple[float, float]]:
    """Start and end of each tone, in seconds from the first sample, to about 2 ms."""
    step = sample_rate // 500
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    loud = np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1)) > 0.1
    changes = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    return [
        (float(start) * step / sample_rate, float(end) * step / sample_rate) for start, end in changes.reshape(-1, 2)
    ]
