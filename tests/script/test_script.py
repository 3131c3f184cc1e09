"""Script alignment: every spoken part gets its region; missing text, and speech not in the script, is reported."""

from __future__ import annotations

import json
import wave
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
import pytest

from captioner.backends import Hints, Recognition
from captioner.backends.scripted import Scripted
from captioner.cli import main
from captioner.formats import format_named
from captioner.pipeline import Captions, caption_script
from captioner.profiles import profile_for
from captioner.script import mismatches, script_of_cues
from captioner.values import Cue, RegionReport, Span
from tests.align.voices import RATE, noisy, silence, spoken
from tests.paths import DATA, SAMPLES

TRUTH = json.loads((DATA / "three_sentences.json").read_text("utf-8"))["sentences"]
SCRIPT = "\n".join(sentence["text"] for sentence in TRUTH)
NOTHING_RECOGNISED = Scripted(lines="")


def captions(source: Path, script: str | Sequence[Cue]) -> Captions:
    return caption_script(source, script, backend=NOTHING_RECOGNISED, hints=Hints("en"))


def test_a_text_is_timed_without_recognised_text(speech_file: Path) -> None:
    made = captions(speech_file, SCRIPT)
    assert [cue.text for cue in made.cues] == [sentence["text"] for sentence in TRUTH]
    for cue, sentence in zip(made.cues, TRUTH, strict=True):
        assert cue.start == pytest.approx(sentence["start"], abs=0.08)
    assert made.report.warnings == ()


def test_speech_that_is_not_in_the_script_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (SAMPLES / "truth" / "lighthouse.txt").read_text("utf-8").splitlines(keepends=True)
    truth = format_named("srt").read((SAMPLES / "truth" / "lighthouse.srt").read_text("utf-8")).cues or ()
    (tmp_path / "part.txt").write_text("".join(lines[:8] + lines[13:]), "utf-8")
    out = tmp_path / "part.srt"
    assert align(SAMPLES / "lighthouse.mp4", tmp_path / "part.txt", "-q", "-o", out, "--language", "en") == 0
    assert "s of speech are not in the script and have no captions, the first at" in capsys.readouterr().err
    cues = format_named("srt").read(out.read_text("utf-8")).cues or ()
    for cue, known in zip(cues, (*truth[:8], *truth[13:]), strict=True):
        assert cue.start == pytest.approx(known.start, abs=0.3)


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
def test_three_doubts_in_a_row_are_reported(doubted: str, stretches: list[tuple[float, float]]) -> None:
    """`x` is a region that the aligner doubts, `_` one without words, `+` one that is not in the script."""
    recognitions = [
        Recognition("ok", "" if mark == "_" else "words", reason="not in the script" if mark == "+" else None)
        for mark in doubted
    ]
    regions = [
        RegionReport(start, start + 3, index, "ok", recognition.text, "doubt" if mark == "x" else recognition.reason)
        for index, (start, mark, recognition) in enumerate(zip(range(0, 99, 4), doubted, recognitions, strict=False))
    ]
    assert list(mismatches(recognitions, regions)) == [Span(*stretch) for stretch in stretches]


def test_old_cues_get_the_times_of_their_words(speech_file: Path) -> None:
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


def test_a_long_missing_part_is_shortened_on_screen_and_complete_in_the_report(
    speech_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, report = tmp_path / "long.txt", tmp_path / "report.json"
    text.write_text(f"{SCRIPT}\n" + "And all the while the lanterns swing. " * 99, "utf-8")
    assert align(speech_file, text, "-o", tmp_path / "o.srt", "--language", "en", "--report", report) == 0
    (message,) = [line for line in capsys.readouterr().err.splitlines() if "is not spoken" in line]
    assert message.endswith(" ... (complete in --report)")
    assert len(message) < 500
    (warning,) = [line for line in json.loads(report.read_text())["warnings"] if "is not spoken" in line]
    assert len(warning) > 3000


def test_no_recogniser_is_needed_whatever_the_language(tmp_path: Path) -> None:
    """Without --backend the script is placed by its sound: a recogniser that lacks the language is no obstacle."""
    said = ("El primer tren sale a las siete.", "Nos vemos en la estación.", "Trae el mapa viejo, por favor.")
    parts, starts, position = [silence(0.5)], [], 0.5
    for sentence in said:
        sound = spoken(sentence, "es-419+f3", pace=150)
        parts += [sound, silence(0.8)]
        starts.append(position)
        position += len(sound) / RATE + 0.8
    media, text = tmp_path / "charla.wav", tmp_path / "charla.txt"
    with wave.open(str(media), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((noisy(np.concatenate(parts), 35) * 32767).clip(-32768, 32767).astype("<i2").tobytes())
    text.write_text("\n".join(said), "utf-8")
    assert main(["align", str(media), str(text), "--language", "es", "-q"]) == 0
    cues = format_named("srt").read((tmp_path / "charla.srt").read_text("utf-8")).cues or ()
    assert [cue.text for cue in cues] == list(said)
    assert [cue.start for cue in cues] == pytest.approx(starts, abs=0.12)


def test_a_short_gap_between_old_cues_is_closed(speech_file: Path) -> None:
    profile = replace(profile_for("en"), chain=1.5)
    old = [Cue(60.0 + index, 61.0 + index, sentence["text"]) for index, sentence in enumerate(TRUTH)]
    cues = caption_script(speech_file, old, backend=NOTHING_RECOGNISED, hints=Hints("en"), profile=profile).cues
    gap = ceil(1000 * profile.gap) / 1000  # times are whole milliseconds
    assert [after.start - before.end for before, after in pairwise(cues)] == pytest.approx([gap] * 2)
    assert cues[2].end < TRUTH[2]["end"] + profile.tail + 0.1


def test_old_cues_start_and_end_on_frames(speech_file: Path) -> None:
    old = [Cue(60.0 + index, 61.0 + index, sentence["text"]) for index, sentence in enumerate(TRUTH)]
    made = caption_script(speech_file, old, backend=NOTHING_RECOGNISED, hints=Hints("en"), frame_rate=Fraction(25))
    frames = [25 * edge for cue in made.cues for edge in (cue.start, cue.end)]
    assert frames == pytest.approx([round(frame) for frame in frames])


def test_a_cue_that_is_not_spoken_is_left_out_and_reported(speech_file: Path) -> None:
    unspoken = Cue(
        0.0, 1.0, "Subtitles by the good people of the subtitling society of the northern islands of the sea."
    )
    old = [replace(unspoken, start=5.0, end=6.0), *(Cue(9.0, 10.0, sentence["text"]) for sentence in TRUTH)]
    made = caption_script(
        speech_file, old, backend=Scripted(lines=[s["text"].lower() for s in TRUTH]), hints=Hints("en")
    )
    assert [cue.text for cue in made.cues] == [sentence["text"] for sentence in TRUTH]
    assert made.report.warnings == (f"this part of the script is not spoken, after 0.0 s: {unspoken.text}",)


def old_cues(shift: float = 0.0) -> list[Cue]:
    """Return the sentences of the speech as cues that come `shift` seconds late."""
    return [Cue(shift + sentence["start"], shift + sentence["end"], sentence["text"]) for sentence in TRUTH]


def test_labels_of_cues_are_shown_and_do_not_move_the_words(speech_file: Path) -> None:
    old = [
        replace(cue, text=f"{name} {cue.text}") for name, cue in zip(("ANNA:", "[TOM]", "- "), old_cues(), strict=True)
    ]
    made = captions(speech_file, old)
    assert [cue.text for cue in made.cues] == [cue.text for cue in old]
    assert [cue.start for cue in made.cues] == pytest.approx([cue.start for cue in old], abs=0.08)
    assert made.report.warnings == ()


def test_a_cue_without_words_moves_as_its_neighbours(speech_file: Path) -> None:
    shift = 5.0
    spoken = old_cues(shift)
    room = Span(spoken[0].end, spoken[1].start)
    sounds = [
        Cue(shift, spoken[0].start - 0.05, "[WIND]"),
        Cue(room.start + 0.1, room.end - 0.1, "[DOOR\nSLAMS]"),
        Cue(spoken[2].start, spoken[2].end, "♪ music ♪"),
    ]
    made = captions(speech_file, [sounds[0], spoken[0], sounds[1], spoken[1], sounds[2], spoken[2]])
    by_text = {cue.text: cue for cue in made.cues}
    assert made.report.warnings == ()
    assert len(by_text) == 6
    for cue in (*spoken, *sounds):
        assert by_text[cue.text].start == pytest.approx(cue.start - shift, abs=0.1)
    assert by_text[sounds[1].text].end < by_text[spoken[1].text].start


def test_labels_and_sounds_of_a_text_are_shown_and_its_headings_are_reported(speech_file: Path) -> None:
    lines = [f"ANNA: {TRUTH[0]['text']} (laughs)", f"[DOOR SLAMS] {TRUTH[1]['text']}", f"TOM: {TRUTH[2]['text']}"]
    made = captions(speech_file, "# Act one\n" + "\n".join(lines))
    assert " ".join(" ".join(cue.text.split()) for cue in made.cues) == " ".join(lines)
    words = [word for segment in made.transcript.segments for word in segment.words]
    (first,) = [word for word in words if word.text.startswith("ANNA:")]
    assert first.start == pytest.approx(TRUTH[0]["start"], abs=0.08)
    assert made.report.warnings == ("headings of the script are not shown (1): # Act one",)


def test_the_script_of_cues_is_their_text_line_by_line() -> None:
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
    ("media", "script", "code", "message"),
    [
        ("-", "talk.txt", 2, "reads MEDIA twice"),
        ("talk.flac", "nowhere.txt", 5, "nowhere.txt: no such file or directory"),
        ("talk.flac", "empty.txt", 5, "there is no text in it"),
        ("talk.flac", "talk.flac", 5, "talk.flac: is not a text, or its encoding is unknown"),
        ("talk.flac", "broken.srt", 5, "no times in it"),
        ("nowhere.mp4", "talk.txt", 3, "No such file"),
    ],
)
def test_each_usage_error_is_one_line(
    media: str, script: str, code: int, message: str, speech_file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("talk.flac").symlink_to(speech_file)
    for name, content in {"talk.txt": SCRIPT, "empty.txt": " \n", "broken.srt": "not a caption file"}.items():
        Path(name).write_text(content, "utf-8")
    assert align(media, script, "-o", "out.srt") == code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not Path("out.srt").exists()


@pytest.mark.parametrize("script", ["😀 👍", "\u200b\u200d\ufeff", "... !?\n—", "[DOOR SLAMS]\n♪♪", "HOST:\nGUEST:"])
def test_a_script_that_says_nothing_is_reported_once(speech_file: Path, script: str) -> None:
    made = captions(speech_file, script)
    assert made.cues == ()
    missing = [warning for warning in made.report.warnings if "not spoken" in warning]
    assert missing == [f"this part of the script is not spoken, after 0.0 s: {' '.join(script.split())}"]


def test_a_script_of_one_letter_is_placed(speech_file: Path) -> None:
    assert [cue.text for cue in captions(speech_file, "a").cues] == ["a"]


def test_labels_of_a_missing_part_are_reported_with_it(speech_file: Path) -> None:
    lines = [f"HOST: {line} [SIGHS]" for line in SCRIPT.split("\n")]
    made = captions(speech_file, "\n".join([*lines, *(["GUEST: Nobody has ever told me about it. [SIGHS]"] * 9)]))
    (missing,) = made.report.warnings
    assert missing.startswith("this part of the script is not spoken, after ")
    assert missing.count("GUEST: Nobody") == 9


def test_a_script_in_other_letters_than_the_language_does_not_match(speech_file: Path) -> None:
    made = captions(speech_file, "晚上好，欢迎收听。\n我很高兴来到这里。\n大海很安静。")
    doubted = [region for region in made.report.regions if region.timing == "placement"]
    assert doubted
    for region in doubted:
        assert region.reason == "the text does not match the audio; the words are timed by the placement"
