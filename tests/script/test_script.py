"""A script laid over speech: everything said finds its region, and what is not said, or not written, is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.align.text_units import text_units
from captioner.backends import Hints, Recognition
from captioner.backends.scripted import Scripted
from captioner.cli import main
from captioner.formats import format_named
from captioner.pipeline import Captions, caption_script
from captioner.profiles import profile_for
from captioner.script import mismatches, place_script, script_of_cues
from captioner.values import Cue, RegionReport, Segment, Span
from tests.paths import DATA, SAMPLES

TRUTH = json.loads((DATA / "three_sentences.json").read_text("utf-8"))["sentences"]
SCRIPT = "\n".join(sentence["text"] for sentence in TRUTH)
NOBODY = Scripted(lines="")

HEARD = (
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


def laid_over(script: str, heard: Sequence[str], length: float = 3.0) -> tuple[list[str], list[str]]:
    """What each region is told to say, regions of `length` seconds each, and what nobody says."""
    regions = [RegionReport(4.0 * index, 4.0 * index + length, index, "ok", text) for index, text in enumerate(heard)]
    segments = [Segment(region.start, region.end, region.text) for region in regions if region.text]
    laid = place_script(script, regions, segments)
    return [told.text for told in laid.told], [script[part.first : part.last].strip() for part in laid.missing]


def test_what_was_misheard_stands_as_it_was_written() -> None:
    said, missing = laid_over("".join(WRITTEN), HEARD)
    assert said == [text.strip() for text in WRITTEN]
    assert missing == []


def test_what_nobody_says_is_named_and_the_rest_keeps_its_place() -> None:
    unsaid = " Once there had been a lighthouse keeper who wrote long letters to his sister in the mountains."
    said, missing = laid_over("".join((*WRITTEN[:2], unsaid, *WRITTEN[2:])), HEARD)
    assert said == [text.strip() for text in WRITTEN]
    assert missing == [unsaid.strip()]


def test_what_is_said_and_not_written_stands_as_it_was_heard() -> None:
    said, missing = laid_over("".join((WRITTEN[0], *WRITTEN[2:])), HEARD)
    assert said == [WRITTEN[0].strip(), HEARD[1], WRITTEN[2].strip(), WRITTEN[3].strip()]
    assert missing == []


def test_a_region_in_which_nothing_was_heard_gets_the_words_between() -> None:
    said, missing = laid_over("".join(WRITTEN), (HEARD[0], "", *HEARD[2:]))
    assert said == [text.strip() for text in WRITTEN]
    assert missing == []


def test_words_that_were_passed_over_follow_the_one_before_them() -> None:
    laugh = f" Yes. H{'aha' * 20}!"  # no region of half a second says all of it
    said, missing = laid_over("".join((WRITTEN[0], laugh, WRITTEN[2])), (HEARD[0], "", HEARD[2]), 0.5)
    assert said == [WRITTEN[0].strip(), laugh.strip(), WRITTEN[2].strip()]
    assert missing == []


def test_chinese_is_laid_by_its_characters() -> None:
    said, missing = laid_over(
        "我们住在海边。每天早上渔船回来。妈妈卖面包给他们。", ("我们住在孩边", "每天早上鱼船回来", "")
    )
    assert said == ["我们住在海边。", "每天早上渔船回来。", "妈妈卖面包给他们。"]
    assert missing == []


@pytest.mark.parametrize("first", [1.6, 1.8, 2.0, 2.2, 2.4, 2.6])
@pytest.mark.parametrize(
    ("script", "ends"),
    [
        ("今天我们来讨论人工智能在医院里面的应用", ("今天我们来讨论", "今天我们来讨论人工智能")),
        ("二〇二四年の調査によるとおよそ六十五パーセントの病院が", ("二〇二四年の調査に", "二〇二四年の調査によると")),
    ],
)
def test_no_word_is_torn_between_two_regions_where_no_spaces_are_written(
    script: str, ends: tuple[str, ...], first: float
) -> None:
    regions = [RegionReport(0.0, first, 0, "empty"), RegionReport(first + 1, 6.0, 1, "empty")]
    said = [told.text for told in place_script(script, regions, []).told]
    assert "".join(said) == script
    assert said[0] in ends


words = st.sampled_from(("the", "sea", "and", "grey", "house.", "we,", "had", "我", "们", "5", "—", "\n"))
texts = st.lists(words, max_size=30).map(" ".join)


@given(texts, st.lists(texts, max_size=6))
def test_every_word_is_said_somewhere_in_order_or_named_as_missing(script: str, heard: list[str]) -> None:
    regions = [RegionReport(4.0 * index, 4.0 * index + 3, index, "ok", text) for index, text in enumerate(heard)]
    laid = place_script(
        script, regions, [Segment(region.start, region.end, region.text) for region in regions if region.text]
    )
    assert [told.status for told in laid.told].count("failed") == 0
    assert [place.region for place in laid.places] == sorted(place.region for place in laid.places)
    seen = {part.first: part.last - len(script[part.first : part.last].lstrip()) for part in text_units(script)}
    said = {place.script for place in laid.places}
    unsaid = {seen[first] for first in seen for gap in laid.missing if gap.first <= first < gap.last}
    assert said | unsaid == set(seen.values())
    assert not said & unsaid
    for place in laid.places:
        text = laid.told[place.region].text[place.first : place.last]
        assert text == text.strip()
        assert script.startswith(text, place.script)


def captions(source: Path, script: str | Sequence[Cue]) -> Captions:
    return caption_script(source, script, backend=NOBODY, hints=Hints("en"))


def test_a_text_is_timed_where_it_is_said_though_nothing_was_heard(speech_file: Path) -> None:
    made = captions(speech_file, SCRIPT)
    assert [cue.text for cue in made.cues] == [sentence["text"] for sentence in TRUTH]
    for cue, sentence in zip(made.cues, TRUTH, strict=True):
        assert cue.start == pytest.approx(sentence["start"], abs=0.08)
    assert made.report.warnings == ()


def test_a_script_that_lies_wrong_is_said_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (SAMPLES / "truth" / "lighthouse.txt").read_text("utf-8").splitlines(keepends=True)
    for name, script in {"whole": lines, "part": lines[:8] + lines[13:]}.items():
        (tmp_path / f"{name}.txt").write_text("".join(script), "utf-8")
        words = (SAMPLES / "lighthouse.mp4", tmp_path / f"{name}.txt", "-q", "-o", tmp_path / f"{name}.srt")
        assert align(*words, "--language", "en") == 0
        said = capsys.readouterr().err
        assert ("the speech does not match the script" in said) == (name == "part")


@pytest.mark.parametrize(
    ("doubted", "stretches"),
    [
        ("......", []),
        ("..xx..", []),
        (".xxx..", [(4, 15)]),
        ("xxx....xxx...", [(0, 11), (28, 39)]),
        ("x..xxx.....", [(12, 23)]),
        ("xxx.xxx", [(0, 27)]),
        ("x.xx", [(0, 15)]),
        ("x", [(0, 3)]),
        ("x.", []),
        (".x_xx_", [(4, 19)]),
        (".xx+x.", [(4, 19)]),
    ],
)
def test_three_doubts_in_a_row_are_no_chance(doubted: str, stretches: list[tuple[float, float]]) -> None:
    """`x` is a region that does not sound like its words, `_` one without words, `+` one that is not in the script."""
    told = [
        Recognition("ok", "" if mark == "_" else "words", reason="heard" if mark == "+" else None) for mark in doubted
    ]
    regions = [
        RegionReport(4.0 * index, 4.0 * index + 3, index, "ok", heard.text, "unlike" if mark == "x" else heard.reason)
        for index, (mark, heard) in enumerate(zip(doubted, told, strict=True))
    ]
    assert list(mismatches(told, regions)) == [Span(*stretch) for stretch in stretches]


def test_old_cues_stay_as_they_are_at_the_times_of_their_words(speech_file: Path) -> None:
    old = [
        Cue(60.0, 61.0, "The first train\nleaves at seven."),
        Cue(61.0, 62.0, "We will meet you"),
        Cue(62.0, 63.0, "at the station."),
        Cue(63.0, 64.0, "Please"),
        Cue(63.0, 64.0, "bring the old map with you."),
    ]
    made = captions(speech_file, old)
    assert [cue.text for cue in made.cues] == [cue.text for cue in old]
    for cue, sentence in zip((made.cues[0], made.cues[1], made.cues[3]), TRUTH, strict=True):
        assert cue.start == pytest.approx(sentence["start"], abs=0.08)
    assert TRUTH[1]["start"] < made.cues[1].end <= made.cues[2].start < TRUTH[1]["end"]
    assert made.cues[4].end >= TRUTH[2]["end"] - 0.08
    shortest = profile_for("en").minimum_duration
    assert all(cue.duration >= shortest - 0.001 for cue in (made.cues[2], made.cues[4]))


def test_a_long_part_that_nobody_says_is_named_in_short_and_reported_whole(
    speech_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, report = tmp_path / "long.txt", tmp_path / "report.json"
    text.write_text(f"{SCRIPT}\n" + "And all the while the lanterns swing. " * 99, "utf-8")
    assert align(speech_file, text, "-o", tmp_path / "o.srt", "--language", "en", "--report", report) == 0
    (said,) = [line for line in capsys.readouterr().err.splitlines() if "is not spoken" in line]
    assert said.endswith(" ... (complete in --report)")
    assert len(said) < 500
    (warning,) = [line for line in json.loads(report.read_text())["warnings"] if "is not spoken" in line]
    assert len(warning) > 3000


def test_a_short_gap_between_old_cues_is_closed(speech_file: Path) -> None:
    profile = replace(profile_for("en"), chain=1.5)
    old = [Cue(60.0 + index, 61.0 + index, sentence["text"]) for index, sentence in enumerate(TRUTH)]
    cues = caption_script(speech_file, old, backend=NOBODY, hints=Hints("en"), profile=profile).cues
    gap = ceil(1000 * profile.gap) / 1000  # times are whole milliseconds
    assert [after.start - before.end for before, after in pairwise(cues)] == pytest.approx([gap] * 2)
    assert cues[2].end < TRUTH[2]["end"] + profile.tail + 0.1


def test_old_cues_come_and_go_with_frames(speech_file: Path) -> None:
    old = [Cue(60.0 + index, 61.0 + index, sentence["text"]) for index, sentence in enumerate(TRUTH)]
    made = caption_script(speech_file, old, backend=NOBODY, hints=Hints("en"), frame_rate=Fraction(25))
    frames = [25 * edge for cue in made.cues for edge in (cue.start, cue.end)]
    assert frames == pytest.approx([round(frame) for frame in frames])


def test_a_cue_that_nobody_says_is_left_out_and_named(speech_file: Path) -> None:
    never = Cue(0.0, 1.0, "Subtitles by the good people of the subtitling society of the northern islands of the sea.")
    old = [replace(never, start=5.0, end=6.0), *(Cue(9.0, 10.0, sentence["text"]) for sentence in TRUTH)]
    made = caption_script(
        speech_file, old, backend=Scripted(lines=[s["text"].lower() for s in TRUTH]), hints=Hints("en")
    )
    assert [cue.text for cue in made.cues] == [sentence["text"] for sentence in TRUTH]
    assert made.report.warnings == (f"this part of the script is not spoken, after 0.0 s: {never.text}",)


def test_a_cue_without_a_word_is_left_out_and_named(speech_file: Path) -> None:
    said = [Cue(9.0, 10.0, sentence["text"]) for sentence in TRUTH]
    made = captions(speech_file, [said[0], Cue(9.0, 10.0, "♪"), *said[1:]])
    assert [cue.text for cue in made.cues] == [sentence["text"] for sentence in TRUTH]
    (warning,) = made.report.warnings
    assert warning.startswith("this part of the script is not spoken, after ")
    assert warning.endswith(" s: ♪")


def test_joined_cues_are_their_script() -> None:
    assert script_of_cues([Cue(0.0, 1.0, "one\ntwo"), Cue(1.0, 2.0, "three")]) == "one\ntwo\nthree"


def align(*words: str | Path) -> int:
    return main(["align", *map(str, words), "--backend", "none"])


def test_the_command_takes_a_text_or_an_old_file(
    speech_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, old, out = tmp_path / "talk.txt", tmp_path / "old.srt", tmp_path / "talk.vtt"
    text.write_text(SCRIPT, "utf-8")
    assert align(speech_file, text, "-o", old, "--language", "en") == 0
    assert align(speech_file, old, "-o", out, "--language", "en") == 0
    read = format_named("vtt").read(out.read_text("utf-8"))
    assert [cue.text for cue in read.cues or ()] == [sentence["text"] for sentence in TRUTH]
    assert "3 cues" in capsys.readouterr().err
    markers = tmp_path / "talk.edl"
    assert align(speech_file, old, "-o", markers, "--language", "en", "--fps", "25", "--shot-changes") == 0
    assert markers.read_text("utf-8").count("|M:") == 3


@pytest.mark.parametrize(
    ("media", "script", "code", "said"),
    [
        ("-", "talk.txt", 2, "reads MEDIA twice"),
        ("talk.flac", "nowhere.txt", 2, "cannot read the script"),
        ("talk.flac", "empty.txt", 5, "there is no text in it"),
        ("talk.flac", "talk.flac", 5, "talk.flac: is not a text, or its encoding is unknown"),
        ("talk.flac", "broken.srt", 5, "no times in it"),
        ("nowhere.mp4", "talk.txt", 3, "No such file"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    media: str, script: str, code: int, said: str, speech_file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("talk.flac").symlink_to(speech_file)
    for name, content in {"talk.txt": SCRIPT, "empty.txt": " \n", "broken.srt": "not a caption file"}.items():
        Path(name).write_text(content, "utf-8")
    assert align(media, script, "-o", "out.srt") == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("out.srt").exists()
