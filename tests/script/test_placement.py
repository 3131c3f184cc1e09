"""A script over speech: every spoken part gets its region, missing text and speech not in the script are reported."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.script import FrameCollector, ScriptPlacement, place_script
from captioner.script.recording_frames import RecordingFrames
from captioner.script.script_units import script_units
from captioner.values import Audio, RegionReport, Segment
from tests.align.voices import RATE, noisy, silence, spoken

RECOGNISED = (
    "we had a small house near the harbour",
    "and every mourning the fisher men came in",
    "my mother sold bread two them",
    "in winter the see was grey and nobody came",
)
WRITTEN = (
    "We had a small house near the harbour,",
    " and every morning the fishermen came in.",
    " My mother sold bread to them.",
    " In winter the sea was grey, and nobody came.",
)
NOT_SAID = " Once there had been a lighthouse keeper who wrote long letters to his sister in the mountains."


@cache
def recording_of(said: tuple[str, ...], voice: str) -> tuple[list[RegionReport], RecordingFrames | None]:
    """The regions in which a voice says some texts, half a second apart, and their frames."""
    collector, regions, start = FrameCollector(), [], 1.0
    for index, text in enumerate(said):
        sound = spoken(text, voice, pace=150) if text else silence(1.0)
        clip = Audio(noisy(np.concatenate((silence(0.1), sound, silence(0.1))), 30, index), RATE, start)
        collector.add(clip)
        regions.append(RegionReport(clip.start, clip.end, index, "empty"))
        start = clip.end + 0.5
    return regions, collector.recording()


def placement_of(
    script: str, said: Sequence[str], recognised: Sequence[str] = (), voice: str = "en-us+f3", language: str = "en"
) -> ScriptPlacement:
    regions, recording = recording_of(tuple(said), voice)
    if recognised:
        pairs = zip(regions, recognised, strict=True)
        regions = [RegionReport(region.start, region.end, region.index, "ok", text) for region, text in pairs]
    segments = [Segment(region.start, region.end, region.text) for region in regions if region.text]
    return place_script(script, recording, regions, segments, language)


def placed(
    script: str, said: Sequence[str], recognised: Sequence[str] = (), voice: str = "en-us+f3", language: str = "en"
) -> tuple[list[str], list[str]]:
    """The text that each region gets, and the missing parts of the script."""
    placement = placement_of(script, said, recognised, voice, language)
    missing = [script[part.first : part.last].strip() for part in placement.missing]
    return [recognition.text for recognition in placement.recognitions], missing


@pytest.mark.parametrize("recognised", [(), RECOGNISED, tuple("x y z w v u t s" for _ in WRITTEN)])
def test_each_region_gets_its_part_of_the_script(recognised: tuple[str, ...]) -> None:
    """Whatever a backend recognises: its words are anchors, and what it misrecognises is replaced."""
    texts, missing = placed("".join(WRITTEN), WRITTEN, recognised)
    assert texts == [text.strip() for text in WRITTEN]
    assert missing == []


@pytest.mark.parametrize("recognised", [(), RECOGNISED])
def test_missing_text_is_reported_and_the_rest_keeps_its_place(recognised: tuple[str, ...]) -> None:
    texts, missing = placed("".join((*WRITTEN[:2], NOT_SAID, *WRITTEN[2:])), WRITTEN, recognised)
    assert texts == [text.strip() for text in WRITTEN]
    assert missing == [NOT_SAID.strip()]


def test_speech_that_is_not_in_the_script_keeps_its_recognised_text() -> None:
    texts, missing = placed("".join((WRITTEN[0], *WRITTEN[2:])), WRITTEN, RECOGNISED)
    assert texts == [WRITTEN[0].strip(), RECOGNISED[1], WRITTEN[2].strip(), WRITTEN[3].strip()]
    assert missing == []


def test_speech_that_is_not_in_the_script_has_no_text_without_a_backend() -> None:
    placement = placement_of("".join((*WRITTEN[:2], WRITTEN[3])), WRITTEN)
    assert [recognition.text for recognition in placement.recognitions] == [
        WRITTEN[0].strip(),
        WRITTEN[1].strip(),
        "",
        WRITTEN[3].strip(),
    ]
    assert placement.recognitions[2].reason == "not in the script"


def test_hesitation_is_not_in_the_script() -> None:
    """Fillers, a repetition and a false start, in the first region and between two sentences."""
    said = ("Um, well, uh, we had, we had a small house near the harbour,", *WRITTEN[1:3], "I mean, uh", WRITTEN[3])
    texts, missing = placed("".join(WRITTEN), said)
    assert texts == [*(text.strip() for text in WRITTEN[:3]), "", WRITTEN[3].strip()]
    assert missing == []


def test_a_recognised_word_outweighs_its_sound() -> None:
    """The same sentence twice in the speech and once in the script: the anchors decide which of them it is."""
    said = (WRITTEN[0], WRITTEN[2], WRITTEN[2], WRITTEN[3])
    script = "".join((WRITTEN[0], WRITTEN[2], WRITTEN[3]))
    own = WRITTEN[2].strip()
    for recognised in ((RECOGNISED[0], own, "", RECOGNISED[3]), (RECOGNISED[0], "", own, RECOGNISED[3])):
        texts, missing = placed(script, said, recognised)
        assert texts == [WRITTEN[0].strip(), recognised[1], recognised[2], WRITTEN[3].strip()]
        assert missing == []


def test_chinese_is_placed_by_characters() -> None:
    said = ("我们住在海边", "每天早上渔船回来", "妈妈卖面包给他们")
    texts, missing = placed("我们住在海边。每天早上渔船回来。妈妈卖面包给他们。", said, voice="cmn+f2", language="zh")
    assert texts == [f"{text}。" for text in said]
    assert missing == []


def test_a_language_that_espeak_ng_cannot_read_is_placed_by_its_letters() -> None:
    """Not a language at all; its tag has no voice, so that the letters alone decide."""
    said = ("Soso lamima potako nisusa.", "Kipato mamela, rosi.", "Lalu nefoka tisapa nomi sasu.")
    texts, missing = placed(" ".join(said), said, voice="it+f2", language="km")
    assert texts == list(said)
    assert missing == []


def test_no_speech_means_that_all_of_the_script_is_missing() -> None:
    texts, missing = placed("".join(WRITTEN), ("", ""))
    assert texts == ["", ""]
    assert missing == ["".join(WRITTEN)]


words = st.sampled_from(("the", "sea", "and", "grey", "house.", "we,", "had", "我", "们", "5", "—", "\n"))
texts = st.lists(words, max_size=30).map(" ".join)
speeches = st.lists(st.sampled_from((*WRITTEN, "", "the sea and the house", "grey")), max_size=4)


@settings(max_examples=50)
@given(texts, speeches, texts)
def test_every_word_is_placed_in_order_or_missing(script: str, said: list[str], recognised: str) -> None:
    placement = placement_of(script, said, [recognised] * len(said))
    assert placement == placement_of(script, said, [recognised] * len(said))
    assert [recognition.status for recognition in placement.recognitions].count("failed") == 0
    assert [unit.region for unit in placement.units] == sorted(unit.region for unit in placement.units)
    positions = {unit.first: unit.last - len(script[unit.first : unit.last].lstrip()) for unit in script_units(script)}
    placed_units = {unit.position for unit in placement.units}
    parts = placement.missing
    missing = {place for place in positions.values() for part in parts if part.first <= place < part.last}
    assert placed_units | missing == set(positions.values())
    assert not placed_units & missing
    for unit in placement.units:
        text = placement.recognitions[unit.region].text[unit.first : unit.last]
        assert text == text.strip()
        assert script.startswith(text, unit.position)
