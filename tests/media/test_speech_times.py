"""Speech at known seconds in every container, with a late start, before or after the video, or with a gap.

Speech regions must have the times at which a player plays the speech, the same in every container. `media_factory`
says what a player does.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from captioner.media import open_media, read_audio
from captioner.speech import FRAME, SAMPLE_RATE, SpeechOptions, speech_clips
from tests.media.media_factory import CODECS, CONSTANT_FRAME_RATE, OWN_CLOCK, Film, FilmAudio, make_film
from tests.paths import DATA

SPEECH = DATA / "three_sentences.flac"
SENTENCES = [
    (sentence["start"], sentence["end"])
    for sentence in json.loads(SPEECH.with_suffix(".json").read_text("utf-8"))["sentences"]
]
SPEECH_AUDIO = FilmAudio(("-i", str(SPEECH)), length=10.132, gap_at=(SENTENCES[0][1] + SENTENCES[1][0]) / 2)
GAP = 5.0

SAME = 0.040
"""Seconds by which regions may differ over the whole matrix."""

OFFSETS = (0.0, 1.4, 10.0)


def matrix() -> list[Film]:
    films = []
    for container, (_, video_codec) in CODECS.items():
        for start in OFFSETS if container in OWN_CLOCK else OFFSETS[:1]:
            films.append(Film(container, start))
        if video_codec and container not in CONSTANT_FRAME_RATE:
            films += [Film(container, 1.4, 0.0), Film(container, 10.0, 0.0), Film(container, 0.0, 1.4)]
        if container in ("ts", "mkv"):
            films.append(Film(container, 0.0, 0.0, gap=GAP))
    return films


def truth(film: Film) -> np.ndarray:
    """When a player plays each sentence, in seconds, shape (sentences, 2)."""
    first = film.audio_start if film.video_start is None else min(film.audio_start, film.video_start)
    shift = film.audio_start - (0.0 if film.container in OWN_CLOCK else first)
    return np.array(
        [[time + shift + film.gap * (time > SPEECH_AUDIO.gap_at) for time in sentence] for sentence in SENTENCES]
    )


@pytest.fixture(scope="module")
def deviations(tmp_path_factory: pytest.TempPathFactory) -> dict[Film, np.ndarray]:
    """The deviation of the start and end of each region from the truth, in seconds, by film."""
    folder = tmp_path_factory.mktemp("films")
    deviations = {}
    for film in matrix():
        with open_media(str(make_film(film, folder, SPEECH_AUDIO))) as media:
            regions = list(speech_clips(read_audio(media)))
        assert len(regions) == len(SENTENCES), film.name
        deviations[film] = np.array([[region.start, region.end] for region in regions]) - truth(film)
    return deviations


def test_regions_are_the_same_in_every_container(deviations: dict[Film, np.ndarray]) -> None:
    offsets = np.array(list(deviations.values()))
    spread = offsets.max(axis=0) - offsets.min(axis=0)
    assert spread.max() <= SAME, {film.name: offset.round(3).tolist() for film, offset in deviations.items()}


def test_regions_have_the_times_at_which_a_player_plays_the_speech(deviations: dict[Film, np.ndarray]) -> None:
    """Regions exceed the speech by the trim margin and at most a frame, and never cut it."""
    margin = SpeechOptions().trim + FRAME / SAMPLE_RATE
    for film, offsets in deviations.items():
        assert (offsets[:, 0] >= -margin).all(), (film.name, offsets)
        assert (offsets[:, 0] <= 0).all(), (film.name, offsets)
        assert (offsets[:, 1] >= 0).all(), (film.name, offsets)
        assert (offsets[:, 1] <= margin).all(), (film.name, offsets)
