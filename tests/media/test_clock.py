"""Audio has the times at which a player plays it, in every container, with the old and the new ffmpeg."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from captioner.media import AudioSelection, open_media, read_audio
from captioner.values import Audio
from tests.media.media_factory import (
    BURSTS,
    CODECS,
    CONSTANT_FRAME_RATE,
    GAP_AT,
    TONE_LENGTH,
    Film,
    ffmpeg,
    make_film,
    onsets,
    tone_source,
)

TOLERANCE = 0.025
"""Seconds. MP3 in AVI and AAC without an edit list keep their encoder's delay of up to 23 ms, and players play it."""

AUDIO_FROM_ZERO = ("mp3", "flac", "wav", "avi")
"""Containers that cannot store a late start of their audio."""


def matrix() -> list[Film]:
    films = [Film(container) for container in CODECS]
    for container, (_, video_codec) in CODECS.items():
        late = () if container in AUDIO_FROM_ZERO else (1.4, 10.0)
        films += [Film(container, start) for start in late]
        if video_codec:
            pictures = (0.0,) if container in CONSTANT_FRAME_RATE else (0.0, 2.0)
            films += [Film(container, start, picture) for start in (0.0, *late) for picture in pictures]
    gaps = [Film(container, start, 0.0, gap=5.0) for container in ("ts", "mkv") for start in (0.0, 1.4)]
    return films + gaps + [Film("ts", gap=30.0), Film("mkv", 1.4, gap=30.0)]


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[Film, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {film: make_film(film, folder) for film in matrix()}


def decode(path: Path, selection: AudioSelection = AudioSelection()) -> Audio:
    """All blocks as one; each must begin at the end of the block before it."""
    with open_media(str(path)) as media:
        blocks = list(read_audio(media, selection))
    count = round(blocks[0].start * 16_000)
    for block in blocks:
        assert block.start == count / 16_000
        count += len(block.samples)
    return Audio(np.concatenate([block.samples for block in blocks]), 16_000, blocks[0].start)


def bursts_in(audio: Audio) -> list[tuple[float, float]]:
    return [(start + audio.start, end + audio.start) for start, end in onsets(audio.samples, 16_000)]


def assert_same_times(bursts: list[tuple[float, float]], expected: tuple[tuple[float, float], ...]) -> None:
    assert len(bursts) == len(expected), bursts
    assert np.abs(np.array(bursts) - np.array(expected)).max() <= TOLERANCE, (bursts, expected)


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize("film", matrix(), ids=lambda film: film.name)
def test_tones_have_the_times_of_a_player(film: Film, films: dict[Film, Path]) -> None:
    assert_same_times(bursts_in(decode(films[film])), film.bursts)


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize("film", matrix(), ids=lambda film: film.name)
def test_a_start_in_the_middle_uses_the_same_clock(film: Film, films: dict[Film, Path]) -> None:
    start = film.bursts[2][0] - 0.2
    audio = decode(films[film], AudioSelection(start=start, end=film.bursts[3][0] - 0.1))
    assert audio.start == round(start * 16_000) / 16_000
    assert_same_times(bursts_in(audio), film.bursts[2:3])
    assert len(audio.samples) == round((film.bursts[3][0] - 0.1) * 16_000) - round(start * 16_000)


@pytest.mark.usefixtures("either_ffmpeg")
def test_an_edit_list_that_cuts_the_beginning_is_honoured(tmp_path: Path) -> None:
    """Stream copies that begin between two key frames keep the audio before the cut; an edit list hides it."""
    film = Film("mp4", 0.0, 0.0)
    make_film(film, tmp_path)
    ffmpeg("-ss", "1.5", "-i", tmp_path / film.name, "-c", "copy", tmp_path / "cut.mp4")
    bursts = bursts_in(decode(tmp_path / "cut.mp4"))
    with open_media(str(tmp_path / "cut.mp4")) as media:
        shown = media.start_time
    assert shown == 0
    assert_same_times(bursts, tuple((start - 1.5, end - 1.5) for start, end in film.bursts[1:]))


@pytest.mark.usefixtures("either_ffmpeg")
def test_a_joined_stream_continues_where_the_first_one_ended(tmp_path: Path) -> None:
    film = Film("ts")
    once = make_film(film, tmp_path).read_bytes()
    (tmp_path / "twice.ts").write_bytes(once + once)
    bursts = bursts_in(decode(tmp_path / "twice.ts"))
    again = tuple((start + TONE_LENGTH, end + TONE_LENGTH) for start, end in film.bursts)
    assert len(bursts) == 8
    assert np.abs(np.array(bursts) - np.array(film.bursts + again)).max() < 0.06  # a last frame is padded


@pytest.mark.usefixtures("either_ffmpeg")
def test_jitter_in_timestamps_cuts_nothing(tmp_path: Path) -> None:
    """Every timestamp is wrong by up to 15 ms, as with a real clock: no sample is lost, none is added."""
    jitter = "asetpts=PTS+(mod(N*7\\,31)-15)/1000/TB"
    source = f"sine=frequency=1000:duration=20:sample_rate=48000,{jitter}"
    ffmpeg("-f", "lavfi", "-i", source, "-c:a", "pcm_s16le", tmp_path / "jitter.mkv")
    audio = decode(tmp_path / "jitter.mkv")
    assert abs(audio.duration - 20.0) < TOLERANCE
    inside = audio.samples[1600 : 19 * 16_000]
    windows = np.abs(inside[: len(inside) // 32 * 32].reshape(-1, 32)).max(axis=1)
    assert windows.min() > 0.1


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize("joined", [False, True])
def test_audio_that_changes_its_format_keeps_its_time(joined: bool, tmp_path: Path) -> None:
    """Broadcasts change from stereo to 5.1, and ffmpeg restarts its filters. With `joined`, the clock restarts too."""
    parts = []
    for number, channels in enumerate(["1", "2", "1"]):
        parts.append(tmp_path / f"part{number}.ts")
        later = ["-output_ts_offset", "0" if joined else str(number * TONE_LENGTH)]
        ffmpeg("-f", "lavfi", "-i", tone_source(), "-ac", channels, "-c:a", "mp2", *later, parts[-1])
    (tmp_path / "whole.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    bursts = bursts_in(decode(tmp_path / "whole.ts"))
    expected = [(start + n * TONE_LENGTH, end + n * TONE_LENGTH) for n in range(3) for start, end in BURSTS]
    assert len(bursts) == len(expected)
    assert np.abs(np.array(bursts) - np.array(expected)).max() < (0.2 if joined else 0.06)


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize(("channels", "early"), [("11", 0.08), ("12", 0.25)])
def test_audio_right_before_and_after_a_gap_is_kept(channels: str, early: float, tmp_path: Path) -> None:
    """The first audio after the gap may come before it: a frame, or a packet where the format changes too."""
    parts = []
    for number, each in enumerate(channels):
        parts.append(tmp_path / f"part{number}.ts")
        tone = ["-f", "lavfi", "-i", "sine=frequency=1000:duration=10:sample_rate=48000", "-af", "volume=4"]
        ffmpeg(*tone, "-ac", each, "-c:a", "mp2", "-output_ts_offset", str(15 * number), parts[-1])
    (tmp_path / "whole.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    bursts = bursts_in(decode(tmp_path / "whole.ts"))
    assert abs(sum(end - start for start, end in bursts) - 20.0) < 0.08
    assert abs(bursts[-1][1] - 25.0) < TOLERANCE
    before = [end for _, end in bursts if end < 12.5]
    assert 10.0 - TOLERANCE < before[-1] < 10.0 + early + TOLERANCE


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize("rate", [8_000, 11_025, 20_000, 44_100, 96_000])
def test_every_sample_rate_keeps_the_time(rate: int, tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", tone_source(sample_rate=rate), tmp_path / "tone.wav")
    audio = decode(tmp_path / "tone.wav")
    assert abs(audio.duration - TONE_LENGTH) < 0.001
    assert_same_times(bursts_in(audio), Film("wav").bursts)


def test_the_gap_lies_between_two_tones() -> None:
    assert [end < GAP_AT for _, end in BURSTS] == [True, True, False, False]
    assert [start > GAP_AT for start, _ in BURSTS] == [False, False, True, True]
