"""The film in samples/ and the speech in tests/data are as their READMEs describe them."""

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

SPEECH_RMS, BACKGROUND_RMS = 0.02, 0.005
"""The least RMS of a sentence (-34 dBFS) and the greatest of room and music (-46 dBFS), of a full scale of 1."""


def facts(path: Path) -> dict[str, Any]:
    """Return the known content of a sample from its JSON file."""
    return dict(json.loads(path.read_text("utf-8")))


def audio_of(path: Path) -> tuple[np.ndarray[Any, np.dtype[np.float32]], int]:
    """Return the samples that a player plays from second 0, shape (channels, n), and their rate in Hz."""
    with av.open(path) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("fltp", stream.layout, stream.rate)
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        samples = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    # The container's edit list removes the encoder's first frame, which is before second 0.
    assert frames[0].time == 0
    return samples, stream.rate


def rms(samples: np.ndarray[Any, np.dtype[np.float32]]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def assert_in_order(spans: list[dict[str, Any]], duration: float) -> None:
    times = [time for span in spans for time in (span["start"], span["end"])]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= duration


def test_the_film_has_common_codecs_and_a_picture() -> None:
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


def test_the_captions_are_in_order_inside_the_film_and_fit_the_screen() -> None:
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


def test_captions_text_and_times_agree() -> None:
    cues = pysrt.open(TRUTH.with_suffix(".srt"), encoding="utf-8", error_handling=pysrt.SubRipFile.ERROR_RAISE)
    sentences = facts(TRUTH.with_suffix(".json"))["sentences"]
    texts = [sentence["text"] for sentence in sentences]
    assert [cue.text.replace("\n", " ") for cue in cues] == texts
    assert TRUTH.with_suffix(".txt").read_text("utf-8") == "".join(f"{text}\n" for text in texts)
    assert [cue.start.ordinal for cue in cues] == [round(sentence["start"] * 1000) for sentence in sentences]
    assert [cue.end.ordinal for cue in cues] == [round(sentence["end"] * 1000) for sentence in sentences]


def test_the_film_has_speech_in_its_sentences_and_nowhere_else() -> None:
    truth = facts(TRUTH.with_suffix(".json"))
    samples, rate = audio_of(FILM)
    sentences = truth["sentences"]
    for sentence in sentences:
        assert rms(samples[:, round(sentence["start"] * rate) : round(sentence["end"] * rate)]) > SPEECH_RMS
    for before, after in itertools.pairwise([{"end": 0.0}, *sentences, {"start": truth["duration"]}]):
        # A voice fades for a moment, and AAC spreads audio over a frame of 21 ms.
        pause = samples[:, round((before["end"] + 0.05) * rate) : round((after["start"] - 0.05) * rate)]
        assert rms(pause) < BACKGROUND_RMS


def test_the_shots_cover_the_film_and_the_picture_cuts_between_them() -> None:
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
def test_a_fixture_has_speech_in_its_sentences_and_silence_elsewhere(name: str) -> None:
    truth = facts(DATA / f"{name}.json")
    samples, rate = audio_of(DATA / f"{name}.flac")
    assert rate == 16_000
    assert samples.shape[1] / rate == truth["duration"] < 15
    assert_in_order(truth["sentences"], truth["duration"])
    channel = {"rms": 0, "slt": len(samples) - 1}
    for sentence in truth["sentences"]:
        part = slice(round(sentence["start"] * rate), round(sentence["end"] * rate))
        assert rms(samples[channel[sentence["voice"]], part]) == pytest.approx(0.1, rel=0.01)
        samples[channel[sentence["voice"]], part] = 0
    assert not samples.any()
