"""Speech at known seconds, in every container, beginning late, before or behind the picture, with a hole in the middle.

The regions must lie where a player lets the speech be heard, and be the same whatever the container. What a player
shows is established in `media_factory`.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from captioner.media import open_media, read_audio
from captioner.speech import FRAME, SAMPLE_RATE, SpeechOptions, speech_clips
from tests.media.media_factory import CODECS, CONSTANT_FRAME_RATE, OWN_CLOCK, Film, Sound, make_film
from tests.paths import DATA

SPEECH = DATA / "three_sentences.flac"
SENTENCES = [
    (sentence["start"], sentence["end"])
    for sentence in json.loads(SPEECH.with_suffix(".json").read_text("utf-8"))["sentences"]
]
SOUND = Sound(("-i", str(SPEECH)), length=10.132, gap_at=(SENTENCES[0][1] + SENTENCES[1][0]) / 2)
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
    """Where a player lets each sentence be heard, in seconds, shape (sentences, 2)."""
    first = film.audio_start if film.video_start is None else min(film.audio_start, film.video_start)
    shift = film.audio_start - (0.0 if film.container in OWN_CLOCK else first)
    return np.array([[time + shift + film.gap * (time > SOUND.gap_at) for time in sentence] for sentence in SENTENCES])


@pytest.fixture(scope="module")
def deviations(tmp_path_factory: pytest.TempPathFactory) -> dict[Film, np.ndarray]:
    """How far each edge of each region lies from the true edge, in seconds, by film."""
    folder = tmp_path_factory.mktemp("films")
    found = {}
    for film in matrix():
        with open_media(str(make_film(film, folder, SOUND))) as media:
            regions = list(speech_clips(read_audio(media)))
        assert len(regions) == len(SENTENCES), film.name
        found[film] = np.array([[region.start, region.end] for region in regions]) - truth(film)
    return found


def test_regions_are_the_same_in_every_container(deviations: dict[Film, np.ndarray]) -> None:
    edges = np.array(list(deviations.values()))
    spread = edges.max(axis=0) - edges.min(axis=0)
    assert spread.max() <= SAME, {film.name: edge.round(3).tolist() for film, edge in deviations.items()}


def test_regions_lie_where_a_player_lets_the_speech_be_heard(deviations: dict[Film, np.ndarray]) -> None:
    """Within a frame of the detector beside what is kept around the speech, and never inside the speech."""
    margin = SpeechOptions().trim + FRAME / SAMPLE_RATE
    for film, edges in deviations.items():
        assert (edges[:, 0] >= -margin).all(), (film.name, edges)
        assert (edges[:, 0] <= 0).all(), (film.name, edges)
        assert (edges[:, 1] >= 0).all(), (film.name, edges)
        assert (edges[:, 1] <= margin).all(), (film.name, edges)
