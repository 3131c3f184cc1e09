"""The `espeak` aligner: espeak-ng speaks the text, and a hidden Markov model matches the clip with that speech.

espeak-ng reports when each word and each phone of its own speech begins. Its frames are matched with those of the clip
(voice_match.py). Phone models then learn how the recording sounds (recording_models.py): from its first minute, before
the first word is timed, and from each clip after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from captioner.align import Alignment, SpokenText
from captioner.align.clip_features import clip_features, without_text
from captioner.align.espeak_library import load_library, synthesize
from captioner.align.espeak_voices import voice_for
from captioner.align.pause_aligner import align_by_pauses
from captioner.align.pause_anchors import sections
from captioner.align.readings import reading_of
from captioner.align.recording_models import RecordingModels
from captioner.align.text_guide import TextGuide, text_guide
from captioner.align.text_units import TextUnit, text_units
from captioner.align.timed_words import words_from_path, words_outside
from captioner.align.viterbi import ViterbiPath
from captioner.align.voice_features import voice_features
from captioner.align.voice_match import VoiceMatch, match_voice
from captioner.values import Audio, Span

LONGEST = 40.0
"""Seconds of a clip that is compared at once; memory grows with the square of the length."""

FASTEST = 25.0
"""Syllables a second, more than any speaker says: a longer text cannot be the clip's and is not synthesized."""

FIRST_SECONDS = 60.0
"""Seconds of clips that are read before the first one is aligned. More speech makes the phone models no better."""


class Espeak:
    """Times words by espeak-ng's speech in every language that espeak-ng reads, and by pauses in the others.

    It doubts a clip that does not match its text, and one longer than `LONGEST` without a pause. Raises `ImportError`
    or `OSError` if espeak-ng cannot be loaded.
    """

    name = "espeak"

    def __init__(self) -> None:
        load_library()

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        """Return the words of `text`, each at the time at which it is said in `clip`."""
        (alignment,) = self.align_recording([SpokenText(clip, text, language)])
        return alignment

    def align_recording(self, texts: Iterable[SpokenText]) -> Iterator[Alignment]:
        """Yield the alignments of the texts of one recording, which tell how its speakers sound."""
        models = RecordingModels()
        for some in _first_then_each(texts):
            yield from _alignments(some, models)

    def incremental(self) -> IncrementalEspeak:
        """Return an aligner for one stream, which learns how it sounds clip by clip."""
        return IncrementalEspeak()


class IncrementalEspeak:
    """Times the words of one stream, and learns its sound, clip by clip. For one thread at a time."""

    name = Espeak.name

    def __init__(self) -> None:
        self._models = RecordingModels()

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        """Return the words of `text`, each at the time at which it is said in `clip`."""
        (alignment,) = _alignments([SpokenText(clip, text, language)], self._models)
        return alignment


def _alignments(texts: Sequence[SpokenText], models: RecordingModels) -> list[Alignment]:
    """Return the alignments of some texts, and let the models learn from those that match their clips."""
    split = [_sections_of(spoken) for spoken in texts]
    matches = [section.match for parts in split for section in parts if section.match]
    adapted = models.adapted_to([match for match in matches if match.matches()])
    learned: list[tuple[VoiceMatch, ViterbiPath]] = []
    alignments = [_joined([section.alignment(adapted, learned) for section in parts]) for parts in split]
    models.learn(learned)
    return alignments


def _first_then_each(texts: Iterable[SpokenText]) -> Iterator[list[SpokenText]]:
    """Yield the texts of the first `FIRST_SECONDS` together, then each text by itself."""
    first: list[SpokenText] | None = []
    seconds = 0.0
    for spoken in texts:
        if first is None:
            yield [spoken]
            continue
        first.append(spoken)
        seconds += spoken.clip.duration
        if seconds >= FIRST_SECONDS:
            yield first
            first = None
    if first:
        yield first


@dataclass(frozen=True)
class _Section:
    """A part of a clip and its text."""

    clip: Audio
    text: str
    units: Sequence[TextUnit]
    match: VoiceMatch | None = None
    """None if no voice can say the text, or if it cannot be the clip's."""
    doubt: str | None = None
    matches: bool | None = None
    silences: tuple[Span, ...] = ()

    def alignment(self, models: RecordingModels, learned: list[tuple[VoiceMatch, ViterbiPath]]) -> Alignment:
        """Return the words of the text; the match and its path are added to `learned` if text and clip match."""
        match = self.match
        if match is None:
            return align_by_pauses(self.clip, self.text, self.doubt, self.matches)
        path, cost = models.path(match)
        if not match.matches(cost):
            return align_by_pauses(self.clip, self.text, "the text does not match the audio", matches=False)
        learned.append((match, path))
        words = words_from_path(self.clip, self.text, self.units, path, match.voice.unit_frames)
        return Alignment(words_outside(self.silences, words), matches=True)


def _sections_of(spoken: SpokenText) -> list[_Section]:
    """Return the text of a clip with its voice, in sections of at most `LONGEST` seconds."""
    clip, text = spoken.clip, spoken.text
    units = text_units(text)
    guide = text_guide(spoken.anchors, text, clip.start)
    if clip.duration <= LONGEST:
        return [_matched(spoken, units, guide)]
    parts = sections(clip, units, LONGEST) if units else []
    if not parts or any(part.duration > LONGEST for part, _ in parts):
        return [_Section(clip, text, units, doubt=f"the audio is longer than {LONGEST:g} s without a pause")]
    return [
        _matched(
            replace(spoken, clip=part, text=text[characters]),
            text_units(text[characters]),
            guide.part(characters, part.start - clip.start) if guide else None,
        )
        for part, characters in parts
    ]


def _matched(spoken: SpokenText, units: Sequence[TextUnit], guide: TextGuide | None) -> _Section:
    clip, text = spoken.clip, spoken.text
    voice = voice_for(spoken.language, text)
    reading = reading_of(text, voice) if voice else None
    if voice is None or reading is None or not any(character.isalnum() for character in reading.text):
        return _Section(clip, text, units)
    if sum(unit.weight for unit in units) > FASTEST * (clip.duration + 0.2):
        return _Section(clip, text, units, doubt="the text is too long for the audio", matches=False)
    features = clip_features(clip, spoken.silences)
    speech = synthesize(reading.text, voice)
    if speech is None or features is None:
        return _Section(clip, text, units)
    if guide:
        features = without_text(features, guide.is_near(len(features.features)))
    model = voice_features(reading.with_text_positions(speech), units, features.voiced_seconds, features.noise)
    match = match_voice(features, model, text, units, guide)
    return _Section(clip, text, units, match, silences=spoken.silences)


def _joined(alignments: Sequence[Alignment]) -> Alignment:
    """Return the alignment of a text from those of its sections."""
    doubts = dict.fromkeys(alignment.doubt for alignment in alignments if alignment.doubt)
    words = tuple(word for alignment in alignments for word in alignment.words)
    verdicts = [alignment.matches for alignment in alignments]
    matches = False if False in verdicts else None if None in verdicts else True
    timed_by = next((alignment.timed_by for alignment in alignments if alignment.timed_by), None)
    return Alignment(words, "; ".join(doubts) or None, matches, timed_by)
