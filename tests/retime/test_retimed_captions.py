"""`captioner align` with captions in another language: by the pauses of a film, of captions in time, or refused."""

from __future__ import annotations

import json
import os
import random
import wave
from collections.abc import Iterable
from pathlib import Path

import pytest

from captioner.cli import main
from captioner.formats import format_named
from captioner.values import Cue
from tests.paths import SAMPLES
from tests.retime.films import captions_of, film_speech

FILM = SAMPLES / "lighthouse.mp4"

SPOKEN = format_named("srt").read((SAMPLES / "truth/lighthouse.srt").read_bytes()).cues or ()
"""The captions of the film, in English and in time."""

FOREIGN = [Cue(cue.start, cue.end, f"Das ist der Satz mit der Nummer {number}.") for number, cue in enumerate(SPOKEN)]


def write(path: Path, cues: Iterable[Cue]) -> Path:
    """Write cues to a SubRip file."""
    clock = "{:02d}:{:02d}:{:06.3f}"
    blocks = []
    for number, cue in enumerate(cues, 1):
        times = (clock.format(int(time // 3600), int(time // 60) % 60, time % 60) for time in (cue.start, cue.end))
        blocks.append(f"{number}\n{' --> '.join(times).replace('.', ',')}\n{cue.text}\n")
    path.write_text("\n".join(blocks), "utf-8")
    return path


def moved(cues: Iterable[Cue], offset: float) -> list[Cue]:
    return [Cue(cue.start + offset, cue.end + offset, cue.text) for cue in cues]


def read(path: Path) -> list[Cue]:
    return list(format_named("srt").read(path.read_bytes()).cues or ())


def align(*words: object) -> int:
    return main(["align", *map(str, words)])


def offsets(result: list[Cue], old: list[Cue]) -> set[float]:
    assert [cue.text for cue in result] == [cue.text for cue in old]
    return {round(new.start - cue.start, 3) for new, cue in zip(result, old, strict=True)}


def test_captions_in_another_language_get_one_offset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = moved(FOREIGN, 3.0)
    text, result = write(tmp_path / "late.de.srt", old), tmp_path / "o.srt"
    assert align(FILM, text, "-o", result, "--language", "en") == 0
    (offset,) = offsets(read(result), old)
    assert offset == pytest.approx(-3.0, abs=0.05)
    messages = capsys.readouterr().err
    assert "the captions are in de, not in en; the new times come from the pauses" in messages
    assert "moved by -3.0" in messages


@pytest.mark.parametrize("flags", [("--language", "de"), ()])
def test_captions_that_do_not_match_the_sound_get_one_offset(flags: tuple[str, ...], tmp_path: Path) -> None:
    old = moved(FOREIGN, 12.0)
    text, result = write(tmp_path / "late.srt", old), tmp_path / "o.srt"
    assert align(FILM, text, "-o", result, "--backend", "none", *flags) == 0
    (offset,) = offsets(read(result), old)
    assert offset == pytest.approx(-12.0, abs=0.05)


def test_captions_of_other_speech_are_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(3)
    cues = [Cue(cue.start, cue.end, "Hier spricht man.") for cue in captions_of(chance, film_speech(chance, 90))]
    result = tmp_path / "o.srt"
    assert align(FILM, write(tmp_path / "other.de.srt", cues), "-o", result, "--language", "en") == 1
    assert not result.exists()
    assert "the pauses between the captions do not match" in capsys.readouterr().err


def test_a_break_moves_the_captions_after_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    middle = len(FOREIGN) // 2
    old = [*FOREIGN[:middle], *moved(FOREIGN[middle:], 30.0)]
    text, result = write(tmp_path / "film.de.srt", old), tmp_path / "o.srt"
    assert align(FILM, text, "-o", result, "--language", "en") == 0
    starts = [cue.start for cue in read(result)]
    assert starts == pytest.approx([cue.start for cue in FOREIGN], abs=0.06)
    assert "moved in 2 parts" in capsys.readouterr().err


def test_captions_in_time_take_the_place_of_media(tmp_path: Path) -> None:
    good = write(tmp_path / "film.en.srt", [*SPOKEN, Cue(88.0, 90.0, "♪")])
    old = moved(FOREIGN, 100.0)
    assert align(good, write(tmp_path / "late.de.srt", old)) == 0
    assert offsets(read(tmp_path / "film.de.srt"), old) == {-100.0}
    assert align(good, write(tmp_path / "late.srt", old)) == 2
    assert align(good, tmp_path / "late.srt", "-o", good, "--overwrite") == 2
    assert align(good, tmp_path / "late.srt", "-o", tmp_path / "o.srt") == 0
    assert align(good, tmp_path / "late.srt", "-o", tmp_path / "p.srt", "--report", tmp_path / "r.json") == 2


def test_a_text_cannot_be_retimed_by_captions(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("No times here.", "utf-8")
    assert align(write(tmp_path / "film.en.srt", SPOKEN), text, "-o", tmp_path / "o.srt") == 5


TESTDATA = Path(os.environ.get("CAPTIONER_TESTDATA", "."))


@pytest.mark.skipif(not (TESTDATA / "subs/sintel").exists(), reason="needs CAPTIONER_TESTDATA")
@pytest.mark.parametrize(("reference", "late"), [("en", "de"), ("de", "es"), ("es", "en")])
def test_published_captions_of_a_film_fit_each_other(reference: str, late: str, tmp_path: Path) -> None:
    folder = TESTDATA / "subs/sintel"
    right = list(format_named("vtt").read((folder / f"sintel-{late}.vtt").read_bytes()).cues or ())
    old = moved(right, 77.7)
    good, text, result = folder / f"sintel-{reference}.vtt", tmp_path / f"late.{late}.srt", tmp_path / "o.srt"
    assert align(good, write(text, old), "-o", result) == 0
    (offset,) = offsets(read(result), old)
    assert offset == pytest.approx(-77.7, abs=0.1)


def test_an_advertisement_in_captions_of_the_same_words_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    middle = len(SPOKEN) // 2
    start = SPOKEN[middle].start
    spot = [Cue(start + 4 * index, start + 4 * index + 3, f"Buy {index} blue tractors today.") for index in range(1, 6)]
    text = write(tmp_path / "old.srt", [*SPOKEN[:middle], *spot, *moved(SPOKEN[middle:], 30.0)])
    assert align(FILM, text, "-o", tmp_path / "o.srt", "--language", "en", "--backend", "none") == 0
    found = {cue.text: cue.start for cue in read(tmp_path / "o.srt")}
    assert found == pytest.approx({cue.text: cue.start for cue in SPOKEN}, abs=0.1)
    assert "Buy 1 blue tractors today." in capsys.readouterr().err


@pytest.mark.skipif(not (TESTDATA / "audio/composed").exists(), reason="needs CAPTIONER_TESTDATA")
@pytest.mark.parametrize("name", ["en/sonnet_1.mp3", "en/sonnet_2.mp3", "en/sonnet_3.mp3", "composed/lj_timeline.flac"])
def test_lines_over_real_speech_are_moved_back(name: str, tmp_path: Path) -> None:
    media = TESTDATA / "audio" / name
    reference = json.loads(media.with_suffix(".ref.json").read_text("utf-8"))
    old = [Cue(line["start"] + 40, line["end"] + 40, "Eine Zeile.") for line in reference["segments"]]
    assert align(media, write(tmp_path / "late.de.srt", old), "-o", tmp_path / "o.srt", "--language", "en") == 0
    (offset,) = offsets(read(tmp_path / "o.srt"), read(tmp_path / "late.de.srt"))
    assert offset == pytest.approx(-40, abs=0.1)


@pytest.mark.parametrize("text", ["♪", "[WIND]", "..."])
def test_captions_without_spoken_words_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    cues = write(tmp_path / "sounds.srt", [Cue(cue.start, cue.end, text) for cue in SPOKEN])
    for reference in (FILM, SAMPLES / "truth/lighthouse.srt"):
        assert align(reference, cues, "-o", tmp_path / "o.srt", "--language", "en") == 1
    assert not (tmp_path / "o.srt").exists()


def test_captions_of_media_without_speech_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with wave.open(str(tmp_path / "silence.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(64000))
    assert align(tmp_path / "silence.wav", write(tmp_path / "c.srt", SPOKEN), "-o", tmp_path / "o.srt") == 1
    assert capsys.readouterr().err == "captioner: the captions get no new times: there is no speech\n"
    assert not (tmp_path / "o.srt").exists()


def test_captions_that_all_start_together_have_no_pattern(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As signs on a picture do: they must not count as evidence as often as there are cues."""
    cues = write(tmp_path / "signs.de.srt", [Cue(5.0, 6.0, cue.text) for cue in FOREIGN])
    assert align(SAMPLES / "truth/lighthouse.srt", cues, "-o", tmp_path / "o.srt") == 1
    assert "captions are too few to compare their pauses" in capsys.readouterr().err


def test_captions_in_two_languages_move_as_those_in_one(tmp_path: Path) -> None:
    both = [cue for one, other in zip(moved(FOREIGN, 3), moved(SPOKEN, 3), strict=True) for cue in (one, other)]
    assert align(SAMPLES / "truth/lighthouse.srt", write(tmp_path / "b.de.srt", both), "-o", tmp_path / "o.srt") == 0
    (offset,) = offsets(read(tmp_path / "o.srt"), both)
    assert offset == pytest.approx(-3.0, abs=0.01)


def test_a_transcript_is_retimed_and_empty_files_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(write(tmp_path / "in.srt", moved(SPOKEN, 3))), str(tmp_path / "late.json")]) == 0
    result = tmp_path / "o.srt"
    assert align(FILM, tmp_path / "late.json", "-o", result, "--language", "en") == 0
    assert [cue.start for cue in read(result)] == pytest.approx([cue.start for cue in SPOKEN], abs=0.1)
    (tmp_path / "empty.srt").write_bytes(b"")
    capsys.readouterr()
    assert align(FILM, tmp_path / "empty.srt", "-o", tmp_path / "p.srt") == 5
    assert align(tmp_path / "missing.srt", tmp_path / "in.srt", "-o", tmp_path / "p.srt") == 5
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("empty.srt: there are no captions in it")
    assert second.endswith("missing.srt: no such file or directory")
