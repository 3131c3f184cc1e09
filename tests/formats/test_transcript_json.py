from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.errors import FormatError
from captioner.formats import render_report
from captioner.formats.transcript import json as transcript_json
from captioner.values import STATUSES, RegionReport, Report, Segment, Span, Transcript, Word

TRANSCRIPT = Transcript(
    (
        Segment(
            0.51,
            2.032,
            "Hello, wörld.",
            (Word(0.51, 1.0, "Hello,", 0.98), Word(1.0, 2.032, " wörld.")),
            speaker="Anna",
            language="en",
        ),
        Segment(4.0, 6.5, '再见 🎬 "\\\u2028'),
    ),
    language="en",
)
REPORT = Report(
    source="talks/今日.mp4",
    duration=12.345,
    backend="scripted",
    model="rev-2",
    language="en",
    align="espeak",
    regions=(
        RegionReport(0.5, 2.04, 0, "ok", "Hello, wörld.", cached=True, timing="espeak"),
        RegionReport(4.0, 6.5, 1, "truncated", '再见 🎬 "\\\u2028', "the recogniser stopped", attempts=3),
        RegionReport(8.0, 8.1, 2, "failed", reason="no answer in 60 s", attempts=2),
    ),
    warnings=("the file ends in the middle of a frame",),
)


def parse(text: str) -> tuple[Transcript, Report]:
    contents = transcript_json.parse(text)
    assert contents.transcript is not None
    assert contents.report is not None
    return contents.transcript, contents.report


def test_a_transcript(golden: Callable[[str, str], None]) -> None:
    golden("transcript.json", transcript_json.write(TRANSCRIPT, REPORT))


def test_a_report(golden: Callable[[str, str], None]) -> None:
    golden("report.json", render_report(REPORT))


def test_a_report_of_nothing_has_all_its_totals() -> None:
    totals = json.loads(render_report(Report("silence.wav", 10.0, "scripted")))["totals"]
    others = ("speech_seconds", "lost_seconds", "cached", "attempts", "suspected")
    assert totals == dict.fromkeys(("regions", *STATUSES, *others), 0)


def test_what_only_concerns_the_run_is_not_in_the_transcript() -> None:
    assert parse(transcript_json.write(TRANSCRIPT, REPORT)) == (TRANSCRIPT, replace(REPORT, align=None, warnings=()))


spans = st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)).map(lambda times: Span(min(times), max(times)))
texts = st.text(st.characters(codec="utf-8"))
words = st.builds(
    lambda span, text, sure: Word(span.start, span.end, text, sure), spans, texts, st.none() | st.floats(0, 1)
)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    spoken = tuple(draw(st.lists(words, max_size=3)))
    text = "".join(word.text for word in spoken) if spoken else draw(texts)
    span, speaker, language = draw(st.tuples(spans, st.none() | texts, st.none() | texts))
    return Segment(span.start, span.end, text, spoken, speaker, language)


regions = st.builds(
    lambda span, *rest: RegionReport(span.start, span.end, *rest),
    spans,
    st.integers(0, 10**6),
    st.sampled_from(STATUSES),
    texts,
    st.none() | texts,
    st.booleans(),
    st.integers(0, 9),
)


@given(st.lists(segments(), max_size=3), st.lists(regions, max_size=3), texts, st.none() | texts, st.floats(0, 1e9))
def test_what_is_written_is_read_exactly(
    said: list[Segment], regions: list[RegionReport], name: str, tag: str | None, duration: float
) -> None:
    transcript = Transcript(tuple(said), tag)
    report = Report(name, duration, name, tag, tag, regions=tuple(regions))
    assert parse(transcript_json.write(transcript, report)) == (transcript, report)


def test_half_a_surrogate_pair_is_escaped() -> None:
    transcript = Transcript((Segment(0, 1, "half \ud83d, \udc80"),))
    text = transcript_json.write(transcript, REPORT)
    assert r"half \ud83d, \udc80" in text
    assert parse(text)[0] == transcript


def test_the_shortest_transcript() -> None:
    text = '{"version": 1, "source": "a.mp4", "duration": 3, "backend": "by hand", "note": "mine"}'
    assert parse(text) == (Transcript(), Report("a.mp4", 3.0, "by hand"))
    text = text.replace('"note": "mine"', '"segments": [{"start": 0, "end": 1.5, "text": "Hi.", "mood": "good"}]')
    assert parse(text)[0] == Transcript((Segment(0, 1.5, "Hi."),))


def damaged(path: str, value: Any) -> str:
    """The document above with one of its values replaced; `...` takes it away."""
    document = json.loads(transcript_json.write(TRANSCRIPT, REPORT))
    place: Any = document
    *keys, last = (int(key) if key.isdecimal() else key for key in path.split("."))
    for key in keys:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("version", 2, "version: is 2, and this captioner reads version 1"),
        ("version", "1", "version: is not a whole number"),
        ("version", True, "version: is not a whole number"),
        ("version", ..., "version: is missing; it is a whole number"),
        ("source", ..., "source: is missing; it is a text"),
        ("source", 7, "source: is not a text"),
        ("duration", "3", "duration: is not a number"),
        ("duration", True, "duration: is not a number"),
        ("duration", 10**400, "duration: is too large a number"),
        ("language", 7, "language: is not a text"),
        ("segments", {}, "segments: is not a list"),
        ("segments.1", [], "segments[1]: is not an object"),
        ("segments.1.start", ..., "segments[1].start: is missing; it is a number"),
        ("segments.1.start", None, "segments[1].start: is missing; it is a number"),
        ("segments.1.end", 3.0, "segments[1]: not a span of time: start=4.0, end=3.0"),
        ("segments.1.start", -1, "segments[1]: not a span of time: start=-1.0, end=6.5"),
        ("segments.0.text", "Bye.", "segments[0]: the words do not spell the text 'Bye.'"),
        ("segments.0.words.1.end", 0, "segments[0].words[1]: not a span of time: start=1.0, end=0.0"),
        ("segments.0.words.1.confidence", "high", "segments[0].words[1].confidence: is not a number"),
        ("regions.2.status", "lost", "regions[2].status: is not one of ok, empty, failed, blocked, truncated"),
        ("regions.2.cached", 0, "regions[2].cached: is not true or false"),
        ("regions.2.attempts", 1.5, "regions[2].attempts: is not a whole number"),
        ("regions.2", None, "regions[2]: is not an object"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(damaged(path, value))
    assert str(caught.value) == f"json: {sentence}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "json line 1: is not JSON: Expecting value"),
        ('{"version": 1,\n', "json line 2: is not JSON: Expecting property name enclosed in double quotes"),
        ("[]", "json: is not an object"),
        (damaged("duration", nan), "json: NaN is not a number in JSON"),
        (damaged("duration", inf), "json: Infinity is not a number in JSON"),
        (damaged("duration", 7).replace("7", "1e999", 1), "json: duration: is too large a number"),
    ],
)
def test_what_is_no_transcript_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("text", ["[" * 100_000, '{"version": ' + "1" * 5000 + "}"])
def test_what_python_cannot_read_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="json: cannot be read"):
        parse(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(("segments", "segments.0.words", "segments.1", "regions.0", "regions.1.end")), json_values)
def test_wrong_values_are_refused(path: str, value: Any) -> None:
    try:
        transcript, report = parse(damaged(path, value))
    except FormatError:
        return
    assert parse(transcript_json.write(transcript, report)) == (transcript, report)
