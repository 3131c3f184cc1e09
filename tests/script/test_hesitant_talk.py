"""A hesitant talk and its script: fillers, repetitions, pauses, text that is not spoken, speech not in the script."""

from __future__ import annotations

import numpy as np
import pytest

from captioner.align import SpokenText, align_recording, load_aligner
from captioner.script import FrameCollector
from captioner.script.script_units import script_units
from captioner.script.sound_placement import UnitTimes, unit_times
from captioner.speech import speech_clips
from captioner.values import Audio
from tests.align.flite_voices import flite_installed
from tests.align.hesitant_talk import Talk, hesitant_talk, said
from tests.align.script_texts import SCRIPTS
from tests.align.voices import RATE, noisy, silence, spoken


def times_of(audio: Audio, script: str, language: str) -> tuple[dict[int, int], UnitTimes]:
    """The numbers of the units of a script by their positions, and where they are said."""
    collector = FrameCollector()
    for clip in speech_clips([audio]):
        collector.add(clip)
    recording = collector.recording()
    assert recording is not None
    units = script_units(script)
    numbers = {unit.last - len(script[unit.first : unit.last].lstrip()): index for index, unit in enumerate(units)}
    return numbers, unit_times(script, units, language, recording)


def errors_of(talk: Talk) -> np.ndarray:
    """Errors in seconds of the starts of words by the search alone; 60 for a word that was not found."""
    numbers, times = times_of(talk.audio, talk.script, "en")
    found = [times.said.get(numbers[word.position]) for word in talk.words]
    return np.array([abs(one.start - word.start) if one else 60.0 for one, word in zip(found, talk.words, strict=True)])


@pytest.mark.skipif(not flite_installed(), reason="needs flite")
def test_the_words_of_a_hesitant_talk_are_found() -> None:
    errors = errors_of(hesitant_talk(1, 75.0))
    assert errors.mean() < 0.06
    assert errors.max() < 1.0


@pytest.mark.skipif(not flite_installed(), reason="needs flite")
def test_words_are_found_among_text_that_is_not_spoken() -> None:
    talk = hesitant_talk(2, 60.0, unspoken=0.2)
    errors = errors_of(talk)
    assert np.median(errors) < 0.06
    assert (errors > 1).mean() < 0.02


@pytest.mark.skipif(not flite_installed(), reason="needs flite")
def test_words_are_found_among_speech_that_is_not_in_the_script() -> None:
    errors = errors_of(hesitant_talk(4, 60.0, foreign=0.2))
    assert np.median(errors) < 0.06
    assert (errors > 1).mean() < 0.02


@pytest.mark.parametrize("language", SCRIPTS)
def test_scripts_in_many_languages_are_found(language: str) -> None:
    voice = f"{'cmn' if language == 'zh' else language}+f3"
    parts, known = [silence(0.5)], []
    for sentence in SCRIPTS[language]:
        known.append(sum(map(len, parts)) / RATE)
        parts += [spoken(sentence, voice, pace=150), silence(0.8)]
    script = "\n".join(SCRIPTS[language])
    numbers, times = times_of(Audio(noisy(np.concatenate(parts), 35), RATE), script, language)
    firsts = np.cumsum([0, *(len(sentence) + 1 for sentence in SCRIPTS[language][:-1])]).tolist()
    assert [times.said[numbers[first]].start for first in firsts] == pytest.approx(known, abs=0.2)


def test_an_aligner_passes_over_hesitation_in_a_clip() -> None:
    """The text of a clip leaves out its fillers and a repetition; the words keep their places."""
    text = "the museum counted seven hundred apples, until the music stopped."
    first, second = "the museum counted seven hundred apples,", "until the music stopped."
    parts = ["um, well, uh", first, "you know, er", second]
    sounds = [said(part, "en-us+f2")[0] for part in parts]
    pieces = [piece for sound in sounds for piece in (silence(0.3), sound)]
    starts = np.cumsum([len(piece) for piece in pieces]) / RATE
    clip = Audio(noisy(np.concatenate([*pieces, silence(0.3)]), 35), RATE)
    (alignment,) = align_recording(load_aligner("espeak"), [SpokenText(clip, text, "en")])
    for number, part in ((1, 1), (2, 1), (7, 3), (9, 3)):  # not "the": it sounds as "uh"
        word = alignment.words[number].text.strip()
        offset = dict(said(parts[part], "en-us+f2")[1])[parts[part].index(word)]
        assert alignment.words[number].start == pytest.approx(starts[2 * part] + offset, abs=0.1)
