"""The film in samples/ and the speech in tests/data are what their READMEs say."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pysrt
import pytest

from tests.paths import DATA, SAMPLES

FILM = SAMPLES / "lighthouse.mp4"
TRUTH = SAMPLES / "truth" / "lighthouse"
FIXTURES = ["three_sentences", "two_voices_stereo"]

HEARD, QUIET = 0.02, 0.005
"""The RMS, of a full scale of 1, that each sentence is above (-34 dBFS), and room and music below (-46 dBFS)."""


def facts(path: Path) -> dict[str, Any]:
    """The truth about a sample, from the JSON file at `path`."""
    return dict(json.loads(path.read_text("utf-8")))


def sound(path: Path) -> tuple[np.ndarray[Any, np.dtype[np.float32]], int]:
    """The samples of shape (channels, n) as a player hears them from second 0, and their rate in Hz."""
    with av.open(path) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("fltp", stream.layout, stream.rate)
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        samples = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    # The encoder's first frame, before second 0, is cut off by the container's edit list.
    assert frames[0].time == 0
    return samples, stream.rate


def rms(samples: np.ndarray[Any, np.dtype[np.float32]]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def assert_in_order(spans: list[dict[str, Any]], duration: float) -> None:
    times = [time for span in spans for time in (span["start"], span["end"])]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= duration


def test_the_film_is_an_ordinary_one() -> None:
    with av.open(FILM) as container:
        assert container.duration is not None
        assert 60 <= container.duration / av.time_base <= 90
        assert container.duration / av.time_base == pytest.approx(
            facts(TRUTH.with_suffix(".json"))["duration"], abs=0.1
        )
        (video,), (audio,) = container.streams.video, container.streams.audio
        assert (video.codec_context.name, video.format.name) == ("h264", "yuv420p")
        assert (video.width, video.height) == (640, 360)
        assert video.average_rate == 25
        assert video.codec_context.has_b_frames
        assert (audio.codec_context.name, audio.rate, audio.channels, audio.language) == ("aac", 48_000, 2, "eng")
    assert FILM.stat().st_size < 2_000_000


def test_the_true_captions_lie_inside_the_film_in_order_and_fit_the_screen() -> None:
    cues = pysrt.open(TRUTH.with_suffix(".srt"), encoding="utf-8", error_handling=pysrt.SubRipFile.ERROR_RAISE)
    truth = facts(TRUTH.with_suffix(".json"))
    assert_in_order(
        [{"start": cue.start.ordinal / 1000, "end": cue.end.ordinal / 1000} for cue in cues], truth["duration"]
    )
    assert [cue.index for cue in cues] == list(range(1, len(cues) + 1))
    lines = [cue.text.split("\n") for cue in cues]
    assert all(len(cue) <= 2 for cue in lines)
    assert all(0 < len(line) <= 42 for cue in lines for line in cue)
    assert max(len(cue.text) * 1000 / cue.duration.ordinal for cue in cues) <= 20


def test_captions_words_and_times_tell_the_same() -> None:
    cues = pysrt.open(TRUTH.with_suffix(".srt"), encoding="utf-8", error_handling=pysrt.SubRipFile.ERROR_RAISE)
    sentences = facts(TRUTH.with_suffix(".json"))["sentences"]
    texts = [sentence["text"] for sentence in sentences]
    assert [cue.text.replace("\n", " ") for cue in cues] == texts
    assert TRUTH.with_suffix(".txt").read_text("utf-8") == "".join(f"{text}\n" for text in texts)
    assert [cue.start.ordinal for cue in cues] == [round(sentence["start"] * 1000) for sentence in sentences]
    assert [cue.end.ordinal for cue in cues] == [round(sentence["end"] * 1000) for sentence in sentences]


def test_the_film_speaks_where_its_truth_says_and_only_there() -> None:
    truth = facts(TRUTH.with_suffix(".json"))
    samples, rate = sound(FILM)
    sentences = truth["sentences"]
    for sentence in sentences:
        assert rms(samples[:, round(sentence["start"] * rate) : round(sentence["end"] * rate)]) > HEARD
    for before, after in itertools.pairwise([{"end": 0.0}, *sentences, {"start": truth["duration"]}]):
        # Voices die away for a moment, and AAC smears what it codes over a frame of 21 ms.
        pause = samples[:, round((before["end"] + 0.05) * rate) : round((after["start"] - 0.05) * rate)]
        assert rms(pause) < QUIET


def test_the_shots_fill_the_film_and_the_picture_cuts_there() -> None:
    truth = facts(TRUTH.with_suffix(".json"))
    shots = truth["shots"]
    assert [shot["start"] for shot in shots] == [0.0, *(shot["end"] for shot in shots[:-1])]
    assert shots[-1]["end"] == truth["duration"]
    with av.open(FILM) as container:
        frames = [frame.to_ndarray(format="gray")[::8, ::8].astype(int) for frame in container.decode(video=0)]
    assert len(frames) == round(truth["duration"] * 25)
    change = [float(np.abs(after - before).mean()) for before, after in itertools.pairwise(frames)]
    for shot in shots[1:]:
        cut = round(shot["start"] * 25) - 1
        assert change[cut] > 3 * max(change[cut - 2], change[cut + 2])


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_speaks_where_its_truth_says_and_is_silent_elsewhere(name: str) -> None:
    truth = facts(DATA / f"{name}.json")
    samples, rate = sound(DATA / f"{name}.flac")
    assert rate == 16_000
    assert samples.shape[1] / rate == truth["duration"] < 15
    assert_in_order(truth["sentences"], truth["duration"])
    channel = {"rms": 0, "slt": len(samples) - 1}
    for sentence in truth["sentences"]:
        part = slice(round(sentence["start"] * rate), round(sentence["end"] * rate))
        assert rms(samples[channel[sentence["voice"]], part]) == pytest.approx(0.1, rel=0.01)
        samples[channel[sentence["voice"]], part] = 0
    assert not samples.any()
