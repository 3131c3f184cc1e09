"""The conformance suite: what every backend must do. A plug-in runs it as `pytest --backend=NAME`.

The clip of speech is English; a backend that hears other languages only must still answer it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from captioner.backends import (
    BUILT_IN,
    Backend,
    Hints,
    Recognition,
    Traits,
    backend_class,
    load_backend,
)
from captioner.backends.scripted import Scripted
from captioner.backends.selection import AUTO, backend_statuses, choose_backend
from captioner.errors import BackendError, UnknownName, UsageError
from captioner.pipeline import caption
from captioner.values import STATUSES, Audio
from tests.backends.nano_parts import hub_with_digits

RATE = 16_000
OFFLINE = ("glm-nano", "scripted", "sphinx")
"""Those that run with no network, key or large weights; the others run the suite against their own fakes."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        only = metafunc.config.getoption("--backend")
        metafunc.parametrize("name", [only] if only else OFFLINE)


@pytest.fixture(autouse=True)
def small_nano(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of GLM-ASR-Nano stands a small model of its kind."""
    monkeypatch.setenv("HF_HUB_CACHE", str(hub_with_digits(tmp_path_factory.mktemp("hub"))))


@pytest.fixture
def backend(name: str) -> Iterator[Backend]:
    backend = load_backend(name)
    yield backend
    backend.close()


def noise(seconds: float, start: float = 0.0, seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).normal(0, 0.01, round(seconds * RATE)).astype(np.float32)
    return Audio(samples, RATE, start)


def test_it_is_a_backend_with_sane_traits(backend: Backend) -> None:
    traits = backend.traits
    assert isinstance(backend, Backend)
    assert traits.name
    assert traits.sample_rate == RATE
    assert 0 <= traits.shortest_clip < traits.longest_clip


def test_one_answer_for_each_clip_in_order(backend: Backend) -> None:
    clips = [noise(0.5, start=2.0 * number, seed=number) for number in range(5)]
    assert len(list(backend.transcribe(clips, Hints()))) == len(clips)


def test_no_clip_no_answer(backend: Backend) -> None:
    assert list(backend.transcribe([], Hints())) == []


def test_answers_are_well_formed(backend: Backend, speech: Audio) -> None:
    for heard in backend.transcribe([speech, noise(1.0, start=30.0)], Hints(language="en")):
        assert isinstance(heard, Recognition)
        assert heard.status in STATUSES
        assert bool(heard.text) == (heard.status != "empty") or heard.status in ("failed", "blocked")
        assert heard.reason or heard.status in ("ok", "empty")
        assert heard.confidence is None or 0 <= heard.confidence <= 1


def test_words_spell_the_text_inside_the_clip(backend: Backend, speech: Audio) -> None:
    moved = Audio(speech.samples, speech.sample_rate, start=100.0)
    (heard,) = backend.transcribe([moved], Hints())
    assert bool(heard.words) <= backend.traits.word_times
    if heard.words:
        assert "".join(word.text for word in heard.words) == heard.text
        assert moved.start <= heard.words[0].start
        assert heard.words[-1].end <= moved.end
        assert list(heard.words) == sorted(heard.words, key=lambda word: word.start)


def test_clips_are_pulled_lazily(backend: Backend) -> None:
    pulled = 0

    def clips() -> Iterator[Audio]:
        nonlocal pulled
        for number in range(1000):
            pulled += 1
            yield noise(0.3, seed=number)

    answers = backend.transcribe(clips(), Hints())
    next(answers)
    assert pulled < 100


def test_it_hears_again_after_it_was_left_alone(backend: Backend) -> None:
    answers = backend.transcribe([noise(0.3), noise(0.3)], Hints())
    next(answers)
    del answers
    assert len(list(backend.transcribe([noise(0.3)], Hints()))) == 1


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.19])
def test_the_shortest_clips_are_answered(backend: Backend, seconds: float) -> None:
    assert len(list(backend.transcribe([noise(seconds)], Hints()))) == 1


def test_closing_twice_is_fine(name: str) -> None:
    backend = load_backend(name)
    backend.close()
    backend.close()


def test_options_it_lacks_are_refused(name: str) -> None:
    with pytest.raises(UnknownName, match="no_such_option"):
        load_backend(name, no_such_option=1)


def test_it_says_what_it_needs(name: str) -> None:
    (mine,) = [standing for standing in backend_statuses() if standing.name == name]
    assert mine.ready
    assert mine.needs


def test_every_built_in_backend_loads() -> None:
    assert all(callable(backend_class(each)) for each in BUILT_IN)


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UnknownName, match=r"'nobody'.*scripted.*sphinx"):
        backend_class("nobody")


def test_auto_takes_the_first_that_is_ready() -> None:
    ready = [standing.name for standing in backend_statuses() if standing.ready and standing.name in AUTO]
    assert choose_backend().name == ready[0]


def test_a_broken_plug_in_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "broken", "captioner.no_such_module:Broken")
    with pytest.raises(BackendError, match="cannot be loaded"):
        load_backend("broken")
    (broken,) = [standing for standing in backend_statuses() if standing.name == "broken"]
    assert not broken.ready


class Unsure:
    @staticmethod
    def missing() -> str | None:
        raise RuntimeError("no such device")


def test_a_plug_in_that_fails_when_asked_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "unsure", f"{__name__}:Unsure")
    (unsure,) = [standing for standing in backend_statuses() if standing.name == "unsure"]
    assert unsure.missing == "unsure: asked what is missing, it failed: RuntimeError: no such device"


class Particular(Scripted):
    def __init__(self, traits: Traits) -> None:
        super().__init__()
        self.traits = traits


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        (Traits("radio", sample_rate=8_000), "^radio: asks for audio of 8000 Hz; captioner gives 16000 Hz$"),
        (Traits("hasty", longest_clip=1.0), "^hasty: takes no clip above 1 s, which is too short: .* 1.6 seconds"),
    ],
)
def test_what_captioner_cannot_give_is_told(speech_file: Path, traits: Traits, reason: str) -> None:
    with pytest.raises(BackendError, match=reason):
        caption(speech_file, backend=Particular(traits))


def test_an_instruction_is_no_context(speech_file: Path) -> None:
    obedient = Particular(Traits("obedient", takes_context=False))
    with pytest.raises(UsageError, match=r"^obedient takes a prompt for an instruction"):
        caption(speech_file, backend=obedient, context="previous")


def test_an_unknown_context_lists_what_there_is(speech_file: Path) -> None:
    with pytest.raises(UnknownName, match="unknown context 'before'; there is: none, previous"):
        caption(speech_file, backend="scripted", context="before")  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"lines": []}, {"delay": -1}, {"delay": float("nan")}])
def test_scripted_refuses_what_it_cannot_do(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"option {next(iter(options))} of backend scripted"):
        load_backend("scripted", **options)


def test_scripted_says_what_it_is_told() -> None:
    fate = Recognition("blocked", reason="content policy")
    backend = load_backend("scripted", lines=["One.", "", fate])
    assert list(backend.transcribe([noise(0.3)] * 4, Hints())) == [
        Recognition("ok", "One."),
        Recognition("empty"),
        fate,
        Recognition("ok", "One."),
    ]
