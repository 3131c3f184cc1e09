"""`captioner.caption` in Python: its options, its errors, the language, progress and cancelling."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import captioner
from captioner import CaptionOptions, Hints, Progress, SpeechOptions
from captioner.backends.scripted import Scripted
from captioner.errors import UsageError
from captioner.pipeline import CaptionKeywords, main_language
from captioner.values import Segment
from tests.media.media_factory import ffmpeg

LINES = ["The first sentence.", "The second sentence.", "The third sentence."]


def test_the_keywords_are_the_options() -> None:
    assert get_type_hints(CaptionKeywords) == get_type_hints(CaptionOptions)


def test_keywords_go_before_options(speech_file: Path) -> None:
    options = CaptionOptions(backend=Scripted(lines=LINES), align="none", hints=Hints("en"))
    plain = captioner.caption(speech_file, options)
    assert (plain.report.language, plain.report.frame_rate) == ("en", None)
    changed = captioner.caption(speech_file, options, hints=Hints("de"), frame_rate=25)
    assert (changed.report.language, changed.report.frame_rate) == ("de", Fraction(25))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"profile": 3}, "profile must be text or Profile or a function, not 3"),
    ({"backend": 7}, "backend must be text or Backend, not 7"),
    ({"on_progress": "x"}, "on_progress must be a function, not 'x'"),
    ({"hints": "en"}, "hints must be Hints, not 'en'"),
    ({"shot_changes": 1}, "shot_changes must be true or false, not 1"),
    ({"frame_rate": 23.976}, "frame_rate must be Fraction or a whole number or 'media' or 'none', not 23.976"),
    ({"journal": 5}, "journal must be text or a path or JournalLocation, not 5"),
    ({"speed": 5}, "there is no option 'speed'; there is: backend, profile, "),
    ({"language": "en"}, "'language' belongs to hints; write hints=Hints(language=...)"),
    ({"track": "1"}, "'track' belongs to selection; write selection=AudioSelection(track=...)"),
    ({"threshold": 0.4}, "'threshold' belongs to speech; write speech=SpeechOptions(threshold=...)"),
]


@pytest.mark.parametrize(("keywords", "sentence"), WRONG)
def test_an_argument_of_a_wrong_type(keywords: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError) as caught:
        captioner.caption("talk.mp4", **keywords)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_language_by_its_name() -> None:
    assert CaptionOptions(hints=Hints("German")).hints.language == "de"
    with pytest.raises(UsageError, match="'Germn' is not a language tag or name; did you mean German"):
        CaptionOptions(hints=Hints("Germn"))


def test_the_public_names_are_listed() -> None:
    assert {"caption", "Hints", "CaptionOptions"} <= set(dir(captioner))


@pytest.mark.parametrize("source", [None, 3, ["talk.mp4"]])
def test_a_source_of_a_wrong_type(source: Any) -> None:
    with pytest.raises(TypeError, match=r"^source must be text or a path, not "):
        captioner.caption(source)


@pytest.mark.parametrize(
    ("languages", "main"),
    [
        ([], None),
        ([(None, 5.0)], None),
        ([("en", 1.0), (None, 9.0)], "en"),
        ([("en", 1.0), ("zh", 1.0)], "en"),
        ([("zh", 1.0), ("en", 1.0)], "zh"),
        ([("en", 1.0), ("en", 1.0), ("zh", 3.0)], "zh"),
    ],
)
def test_the_main_language_is_spoken_longest_and_the_first_of_equals(
    languages: list[tuple[str | None, float]], main: str | None
) -> None:
    assert main_language([Segment(0.0, seconds, "x", language=tag) for tag, seconds in languages]) == main


def test_the_main_language_does_not_depend_on_the_hash_seed() -> None:
    script = (
        "from captioner.pipeline import main_language\n"
        "from captioner.values import Segment\n"
        "print(main_language([Segment(0.0, 1.0, 'x', language=tag) for tag in ('de', 'zh', 'en', 'fr')]))\n"
    )
    for seed in ("0", "1", "2", "3"):
        command = [sys.executable, "-c", script]
        ran = subprocess.run(command, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        assert ran.stdout == "de\n"


def test_progress_counts_audio_and_results(speech_file: Path) -> None:
    seen: list[Progress] = []
    captioner.caption(speech_file, backend=Scripted(lines=LINES), align="none", on_progress=seen.append)
    assert [step.result.report.text for step in seen if step.result] == LINES
    assert all(step.duration == pytest.approx(10.0, abs=1.0) for step in seen)
    assert max(step.done for step in seen) <= (seen[0].duration or 0.0) + 0.1


class Cancelled(Exception):
    pass


@pytest.mark.parametrize("recognising", [True, False])
def test_an_exception_of_the_callback_ends_the_run(speech_file: Path, tmp_path: Path, recognising: bool) -> None:
    source, closed = speech_file, list[bool]()
    if not recognising:  # without speech, each step only reads on
        source = tmp_path / "silence.wav"
        ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "20", source)

    def cancel(progress: Progress) -> None:
        if (progress.result is not None) == recognising:
            raise Cancelled

    class Watched(Scripted):
        def close(self) -> None:
            closed.append(True)

    with pytest.raises(Cancelled):
        captioner.caption(source, backend=Watched(lines=LINES), align="none", on_progress=cancel)
    assert closed == []  # a backend that the caller has opened, the caller closes


def test_every_option_has_a_default() -> None:
    assert CaptionOptions() == CaptionOptions(speech=SpeechOptions())
    assert len(fields(CaptionOptions)) == 13
