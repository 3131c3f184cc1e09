"""Labels, sounds and headings of a script are found, and spoken text with colons and brackets is not taken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.script import place_script, show_unspoken, unspoken_spans, without_unspoken
from captioner.values import Segment, Word
from tests.script.test_placement import recording_of


def found(text: str) -> list[str]:
    return [text[first:last] for first, last, _ in unspoken_spans(text)]


@pytest.mark.parametrize(
    ("text", "unspoken"),
    [
        ("HOST: We are back.", ["HOST:"]),
        ("HOST (V.O.): We are back.", ["HOST (V.O.):"]),
        ("- ANNA: Well.\n- No.", ["- ANNA:", "-"]),
        (">> Yes.\n>>> HOST: No.", [">>", ">>> HOST:"]),
        ("[ANNA] Yes.", ["[ANNA]"]),
        ("**HOST:** Yes.\n**Dr. Berg:** No.", ["**HOST:**", "**Dr. Berg:**"]),
        ("Anna: Yes.\nIt rains.\nStill.\nYes.\nAnna: No.", ["Anna:", "Anna:"]),
        ("Anna Berg: Yes.\nTom: No.", ["Anna Berg:", "Tom:"]),
        ("spk_0: Yes.\nspk_1: No.", ["spk_0:", "spk_1:"]),
        ("ANNE : oui.", ["ANNE :"]),
        ("主持人：你好。\n嘉宾：你好。", ["主持人：", "嘉宾："]),
        ("المذيع: مرحبا\nالضيف: أهلا", ["المذيع:", "الضيف:"]),
        ("HOST\nGood evening.\n\nANNA\nYes.\n\nHOST\nSo.\n\nANNA\nNo.", ["HOST", "ANNA", "HOST", "ANNA"]),
    ],
)
def test_speaker_labels(text: str, unspoken: list[str]) -> None:
    assert found(text) == unspoken


@pytest.mark.parametrize(
    ("text", "unspoken"),
    [
        ("[DOOR SLAMS]", ["[DOOR SLAMS]"]),
        ("[DOOR\nSLAMS]\nWho is there?", ["[DOOR\nSLAMS]"]),
        ("(laughs) No. (sighs)", ["(laughs)", "(sighs)"]),
        ("Thank you (APPLAUSE) all.", ["(APPLAUSE)"]),
        ("*coughs*\nI *really* mean it.", ["*coughs*"]),
        ("♪♪", ["♪♪"]),
        ("♪ over the sea ♪", ["♪ over the sea ♪"]),
        ("♪ over the sea\nand far ♪\nWell.", ["♪ over the sea", "and far ♪"]),
        ("# over the sea #", ["# over the sea #"]),
        ("【掌声】谢谢。（笑）", ["【掌声】", "（笑）"]),
    ],
)
def test_sounds(text: str, unspoken: list[str]) -> None:
    assert found(text) == unspoken
    assert {kind for _, _, kind in unspoken_spans(text)} == {"sound"}


@pytest.mark.parametrize(
    "line",
    [
        "# The lighthouse",
        "## Part 2: the storm",
        "SCENE 1",
        "Act II: The island",
        "INT. LIGHTHOUSE - DAY",
        "EXT. HARBOUR, NIGHT",
        "FADE IN:",
        "CUT TO:",
        "[00:01:23]",
        "00:01:23",
    ],
)
def test_headings(line: str) -> None:
    text = f"{line}\nThe sea was calm."
    assert [(text[first:last], kind) for first, last, kind in unspoken_spans(text)] == [(line, "heading")]


@pytest.mark.parametrize(
    "text",
    [
        "Chapter 3: The storm\nIt began at 10:30.\n10:30 is early.",
        "Note: nobody saw it.\nNote: nobody said it.\nAnd it rained.",
        "Remember: no.",
        "I know this: it is bad.\nHe said: stop.",
        "There were three: a boat, a net and a lamp.",
        "The council (which met in May) agreed.",
        "It was late (after ten).",
        "It was *really* late.",
        "Scene 1 was hard to film.",
        "Call (555) 123.",
        "We are #1.",
        "See https://example.org: it is there.",
        "注意：今天下雨。",
        "A well-known man - I think - came.",
    ],
)
def test_spoken_text_stays(text: str) -> None:
    assert found(text) == []


def test_capitals_prove_nothing_in_a_text_in_capitals() -> None:
    assert found("I TELL YOU: IT RAINS.\nIT RAINED.\nAND IT WILL.") == []


@given(st.text("aB :：-\n[](（）♪#*>。.1笑", max_size=80))
def test_spans_are_in_order_and_what_remains_keeps_its_place(text: str) -> None:
    spans = unspoken_spans(text)
    positions = [position for first, last, _ in spans for position in (first, last)]
    assert positions == sorted(positions)
    assert all(first < last for first, last, _ in spans)
    rest = without_unspoken(text, spans)
    assert len(rest) == len(text)
    assert all(new in (old, " ") for old, new in zip(text, rest, strict=True))


lines = st.sampled_from(
    ("HOST: Well.", "[DOOR] Who is it? (laughs)", "♪♪", "- No, [sic] I say.", "# One", "", "他（笑）来。")
)


@given(st.lists(lines, max_size=9).map("\n".join))
def test_labels_and_sounds_are_shown_or_missing_and_no_word_is_lost(script: str) -> None:
    regions, recording = recording_of(("Well. Who is it?", "No, I say.", "he comes"), "en-us+f3")
    spans = unspoken_spans(script)
    placement = place_script(without_unspoken(script, spans), recording, regions)
    segments = [
        Segment(region.start, region.end, text, (Word(region.start, region.end, text),))
        for region, text in zip(regions, (recognition.text for recognition in placement.recognitions), strict=True)
        if text
    ]
    shown, missing = show_unspoken(script, spans, placement, regions, segments)
    lost = [*((part.first, part.last) for part in (*placement.missing, *missing))]
    expected = [
        character
        for position, character in enumerate(script)
        if not character.isspace()
        and not any(first <= position < last for first, last in lost)
        and not any(first <= position < last and kind == "heading" for first, last, kind in spans)
    ]
    assert sorted(expected) == sorted("".join("".join(segment.text for segment in shown).split()))
