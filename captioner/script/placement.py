"""Places a script over the speech regions by its sound; words that a backend recognised are anchors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from captioner.align.text_units import TextUnit, text_units
from captioner.backends import Hints, Recognition, Traits
from captioner.script.character_times import CharacterTimes
from captioner.script.recording_frames import RecordingFrames
from captioner.script.script_units import script_units
from captioner.script.sound_placement import SaidUnit, UnitAnchor, UnitTimes, unit_times
from captioner.script.word_anchors import Pair, word_anchors, word_key
from captioner.values import Audio, RegionReport, Segment, Word

SLIP = 3
"""Up to this many words in a row that no sound matches are placed with the word before them: it may be slurred."""

FOREIGN_SECONDS = 3.0
"""Seconds of speech in a region that are not in the script, from which the report says so; fewer are hesitation."""

FOREIGN_WORDS = 4
"""Recognised words from which speech that is not in the script is kept; fewer may be a backend's mistake."""


class MissingText(NamedTuple):
    """A part of the script that is not spoken."""

    first: int
    """Position of its first character in the script."""
    last: int
    """Position after its last character."""
    after: float
    """Seconds after which it would have been said."""


class PlacedUnit(NamedTuple):
    """A unit of the script in the text of a region, without the spaces around it."""

    position: int
    """Position of its first character in the script."""
    region: int
    """Index of the region."""
    first: int
    """Position of its first character in the text of the region."""
    last: int
    """Position after its last character in the text of the region."""


@dataclass(frozen=True)
class ScriptPlacement:
    """A script over the speech regions of a source."""

    recognitions: tuple[Recognition, ...]
    """The text of each region, in order, as a backend would return it."""
    missing: tuple[MissingText, ...]
    """The parts of the script that are not spoken."""
    units: tuple[PlacedUnit, ...]
    """All other units of the script."""


class ScriptBackend:
    """A backend that returns the given recognitions, one for each clip."""

    def __init__(self, recognitions: Sequence[Recognition], longest_clip: float) -> None:
        self.traits = Traits("script", shortest_clip=0.0, longest_clip=longest_clip)
        self._recognitions = recognitions

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        """Return the recognitions in order. Raises `ValueError` if there is not one for each clip."""
        return (recognition for _, recognition in zip(clips, self._recognitions, strict=True))

    def close(self) -> None:
        """Do nothing: this backend holds no resources."""


def place_script(
    script: str,
    recording: RecordingFrames | None,
    regions: Sequence[RegionReport],
    segments: Sequence[Segment] = (),
    language: str | None = None,
) -> ScriptPlacement:
    """Return `script` over the speech `regions` of a source, which `recording` holds.

    `segments` are those of the regions with recognised text. Its words are anchors: they make it more likely that the
    script is said there. `language` is a BCP 47 tag, or None if it is unknown.
    """
    units = script_units(script)
    words = list(_recognised_words(regions, segments))
    anchors = word_anchors([word_key(script[unit.first : unit.last]) for unit in units], [word.key for word in words])
    if recording is None or not any(character.isalnum() for character in script):
        return _placement(script, units, {}, regions, Counter(), {})
    unit_anchors = [UnitAnchor(unit, words[word].start, words[word].end) for unit, word in anchors]
    times = unit_times(script, units, language, recording, unit_anchors)
    said = _with_slips(times, len(units))
    return _placement(script, units, said, regions, _foreign_words(words, anchors), times.filler_seconds)


def joined_missing(script: str, parts: Iterable[MissingText]) -> list[MissingText]:
    """Return the missing parts in order, as one where they overlap or have only spaces between them."""
    joined: list[MissingText] = []
    for part in sorted(parts):
        if joined and not script[joined[-1].last : part.first].strip():
            last, after = max(joined[-1].last, part.last), max(joined[-1].after, part.after)
            joined[-1] = joined[-1]._replace(last=last, after=after)
        else:
            joined.append(part)
    return joined


def _with_slips(times: UnitTimes, count: int) -> dict[int, SaidUnit]:
    """Return where each unit is said, including those that the path jumped over or skipped for a slip."""
    said = dict(times.said)
    missing = {unit for first, last in times.skipped if last - first > SLIP or not first for unit in range(first, last)}
    for unit in range(1, count):
        if unit not in missing and unit not in said and unit - 1 in said:
            before = said[unit - 1]
            said[unit] = before._replace(start=before.end)
    return said


@dataclass(frozen=True)
class _RecognisedWord:
    key: str
    region: int
    start: float
    end: float


def _recognised_words(regions: Sequence[RegionReport], segments: Sequence[Segment]) -> Iterator[_RecognisedWord]:
    """Yield the recognised text as words with times, split in the same way as a script."""
    numbers = {region.start: region.index for region in regions}
    for segment in segments:
        times = CharacterTimes(segment)
        for unit in text_units(segment.text):
            start, end = times.span(unit.first, unit.last)
            key = word_key(segment.text[unit.first : unit.last])
            yield _RecognisedWord(key, numbers[segment.start], start, end)


def _foreign_words(words: Sequence[_RecognisedWord], anchors: Sequence[Pair]) -> Counter[int]:
    """By region: the number of words recognised between two words that are neighbours in the script."""
    return Counter(
        word.region
        for (one, here), (other, there) in pairwise(anchors)
        if other == one + 1 and there - here > FOREIGN_WORDS
        for word in words[here + 1 : there]
    )


def _placement(
    script: str,
    units: Sequence[TextUnit],
    said: Mapping[int, SaidUnit],
    regions: Sequence[RegionReport],
    foreign_words: Counter[int],
    filler_seconds: Mapping[int, float],
) -> ScriptPlacement:
    words: list[list[Word]] = [[] for _ in regions]
    lengths = [0] * len(regions)
    placed: list[PlacedUnit] = []
    missing: list[MissingText] = []
    previous: int | None = None
    for index, unit in enumerate(units):
        place = said.get(index)
        if place is None:
            _add_missing(missing, script, unit, regions[previous].end if previous is not None else 0.0)
            continue
        text = script[unit.first : unit.last]
        visible = text.lstrip()
        spaces = text[: len(text) - len(visible)]  # many where an unspoken part was
        region = place.region
        word = ((spaces.replace(" ", "") or spaces[:1]) if words[region] else "") + visible
        lengths[region] += len(word)
        first = lengths[region] - len(visible)
        words[region].append(_word_in(regions[region], place, word, words[region]))
        placed.append(PlacedUnit(unit.last - len(visible), region, first, first + len(visible.rstrip())))
        previous = region
    recognitions = tuple(
        _recognition(said_words, region, foreign_words[region.index], filler_seconds.get(region.index, 0.0))
        for said_words, region in zip(words, regions, strict=True)
    )
    return ScriptPlacement(recognitions, tuple(missing), tuple(placed))


def _word_in(region: RegionReport, place: SaidUnit, text: str, before: Sequence[Word]) -> Word:
    """Return a word of a region, after those before it."""
    start = min(max(place.start, before[-1].end if before else region.start), region.end)
    return Word(start, min(max(place.end, start), region.end), text)


def _add_missing(missing: list[MissingText], script: str, unit: TextUnit, after: float) -> None:
    """Add a unit to the last part of `missing` if it follows it, and as a part of its own otherwise.

    A part begins with its first word: the space before it may hold something that is shown.
    """
    if missing and missing[-1].last == unit.first:
        missing[-1] = missing[-1]._replace(last=unit.last)
    else:
        first = unit.last - len(script[unit.first : unit.last].lstrip())
        missing.append(MissingText(first, unit.last, after))


def _recognition(words: Sequence[Word], region: RegionReport, foreign_words: int, filler_seconds: float) -> Recognition:
    """Return the text of a region: that of the script, or the recognised text if the region says none of the script.

    `words` are those of the script, at rough times.
    """
    text = "".join(word.text for word in words)
    if text.strip():
        reason = f"{filler_seconds:.1f} s of it are not in the script" if filler_seconds >= FOREIGN_SECONDS else None
        if foreign_words:
            reason = f"{foreign_words} recognised words are not in the script"
        return Recognition("ok", text, tuple(words), reason=reason)
    if len(text_units(region.text)) >= FOREIGN_WORDS:
        return Recognition("ok", region.text, reason="not in the script; the recognised text is kept")
    return Recognition("empty", reason="not in the script")
