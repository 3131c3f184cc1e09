"""The conformance suite: what every backend must do. Run it for a plug-in with `pytest --backend=NAME`.

The speech is English; a backend for other languages must still return a result for it.
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
    BackendInfo,
    Hints,
    Recognition,
    Traits,
    backend_class,
    load_backend,
)
from captioner.backends.scripted import Scripted
from captioner.backends.selection import auto_candidates, backend_statuses, choose_backend
from captioner.errors import BackendError, UnknownName, UsageError
from captioner.pipeline import caption
from captioner.values import STATUSES, Audio
from tests.backends.nano_parts import DIGITS, hub_with_digits

RATE = 16_000
OFFLINE = ("glm-nano", "scripted", "sphinx", "transformers", "whisper")
"""Backends that need no network, key or large weights; the tests of the others use fake services."""

OPTIONS: dict[str, dict[str, Any]] = {"transformers": {"model": str(DIGITS)}}
"""Options without which a backend cannot be built."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        only = metafunc.config.getoption("--backend")
        metafunc.parametrize("name", [only] if only else OFFLINE)


@pytest.fixture(autouse=True)
def small_nano(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a small model in place of GLM-ASR-Nano."""
    monkeypatch.setenv("HF_HUB_CACHE", str(hub_with_digits(tmp_path_factory.mktemp("hub"))))


@pytest.fixture
def backend(name: str) -> Iterator[Backend]:
    backend = load_backend(name, **OPTIONS.get(name, {}))
    yield backend
    backend.close()


def noise(seconds: float, start: float = 0.0, seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).normal(0, 0.01, round(seconds * RATE)).astype(np.float32)
    return Audio(samples, RATE, start)


def test_a_backend_has_sane_traits(backend: Backend) -> None:
    traits = backend.traits
    assert isinstance(backend, Backend)
    assert traits.name
    assert traits.sample_rate == RATE
    assert 0 <= traits.shortest_clip < traits.longest_clip
    assert traits.shortest_clip < (traits.preferred_clip or traits.longest_clip) <= traits.longest_clip


def test_each_clip_has_one_result(backend: Backend) -> None:
    clips = [noise(0.5, start=2.0 * number, seed=number) for number in range(5)]
    assert len(list(backend.transcribe(clips, Hints()))) == len(clips)


def test_no_clips_no_results(backend: Backend) -> None:
    assert list(backend.transcribe([], Hints())) == []


def test_results_are_well_formed(backend: Backend, speech: Audio) -> None:
    for result in backend.transcribe([speech, noise(1.0, start=30.0)], Hints(language="en")):
        assert isinstance(result, Recognition)
        assert result.status in STATUSES
        assert bool(result.text) == (result.status != "empty") or result.status in ("failed", "blocked")
        assert result.reason or result.status in ("ok", "empty")
        assert result.confidence is None or 0 <= result.confidence <= 1


def test_words_spell_the_text_inside_the_clip(backend: Backend, speech: Audio) -> None:
    moved = Audio(speech.samples, speech.sample_rate, start=100.0)
    (result,) = backend.transcribe([moved], Hints())
    assert bool(result.words) <= backend.traits.word_times
    if result.words:
        assert "".join(word.text for word in result.words) == result.text
        assert moved.start <= result.words[0].start
        assert result.words[-1].end <= moved.end
        assert list(result.words) == sorted(result.words, key=lambda word: word.start)


def test_clips_are_pulled_lazily(backend: Backend) -> None:
    pulled = 0

    def clips() -> Iterator[Audio]:
        nonlocal pulled
        for number in range(1000):
            pulled += 1
            yield noise(0.3, seed=number)

    results = backend.transcribe(clips(), Hints())
    next(results)
    assert pulled < 100


def test_a_second_call_while_the_first_is_open(backend: Backend) -> None:
    """The regions of a window that failed are recognised while the windows after it wait."""
    results = backend.transcribe((noise(0.3, seed=number) for number in range(3)), Hints())
    next(results)
    assert len(list(backend.transcribe([noise(0.3), noise(0.4)], Hints()))) == 2
    assert len(list(results)) == 2


def test_it_works_again_after_an_abandoned_run(backend: Backend) -> None:
    results = backend.transcribe([noise(0.3), noise(0.3)], Hints())
    next(results)
    del results
    assert len(list(backend.transcribe([noise(0.3)], Hints()))) == 1


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.19])
def test_the_shortest_clips_have_results(backend: Backend, seconds: float) -> None:
    assert len(list(backend.transcribe([noise(seconds)], Hints()))) == 1


def test_a_backend_can_be_closed_twice(name: str) -> None:
    backend = load_backend(name, **OPTIONS.get(name, {}))
    backend.close()
    backend.close()


def test_unknown_options_are_refused(name: str) -> None:
    with pytest.raises(UnknownName, match="no_such_option"):
        load_backend(name, no_such_option=1)


def test_it_states_what_it_needs(name: str) -> None:
    (status,) = [status for status in backend_statuses() if status.name == name]
    assert status.ready
    assert status.info.needs


def test_every_built_in_backend_loads() -> None:
    assert all(callable(backend_class(each)) for each in BUILT_IN)


def test_an_unknown_name_lists_the_backends() -> None:
    with pytest.raises(UnknownName, match=r"'unknown'.*scripted.*sphinx"):
        backend_class("unknown")


def test_auto_selects_the_first_that_is_ready() -> None:
    ready = [candidate for candidate in auto_candidates() if candidate.missing is None]
    assert choose_backend().name == ready[0].step.backend


def test_a_broken_plug_in_is_listed_as_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "broken", "captioner.no_such_module:Broken")
    with pytest.raises(BackendError, match="cannot be loaded"):
        load_backend("broken")
    (broken,) = [status for status in backend_statuses() if status.name == "broken"]
    assert not broken.ready


def no_such_device() -> str | None:
    raise RuntimeError("no such device")


class FailingCheck:
    info = BackendInfo(missing=no_such_device)


class WrongInfo:
    info = "a key"


@pytest.mark.parametrize(
    ("plug_in", "reason"),
    [
        ("FailingCheck", "its check for missing parts failed: RuntimeError: no such device"),
        ("WrongInfo", "the `info` of its plug-in must be a BackendInfo, not str"),
    ],
)
def test_a_plug_in_that_cannot_describe_itself_is_listed_as_not_ready(
    plug_in: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BUILT_IN, "odd", f"{__name__}:{plug_in}")
    (odd,) = [status for status in backend_statuses() if status.name == "odd"]
    assert odd.missing == reason


class WithoutInfo:
    pass


def test_a_plug_in_without_info_has_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "plain", f"{__name__}:WithoutInfo")
    (plain,) = [status for status in backend_statuses() if status.name == "plain"]
    assert (plain.ready, plain.info.remote, plain.info.takes_key) == (True, False, False)


class WithTraits(Scripted):
    def __init__(self, traits: Traits) -> None:
        super().__init__()
        self.traits = traits


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        (Traits("radio", sample_rate=8_000), "^radio: asks for audio of 8000 Hz; captioner gives 16000 Hz$"),
        (Traits("short", longest_clip=1.0), "^short: takes no clip above 1 s, which is too short: .* 1.6 seconds"),
    ],
)
def test_traits_that_captioner_cannot_serve_are_refused(speech_file: Path, traits: Traits, reason: str) -> None:
    with pytest.raises(BackendError, match=reason):
        caption(speech_file, backend=WithTraits(traits))


def test_a_model_that_reads_prompts_as_instructions_gets_no_context(speech_file: Path) -> None:
    backend = WithTraits(Traits("obedient", takes_context=False))
    with pytest.raises(UsageError, match=r"^obedient reads the prompt as an instruction"):
        caption(speech_file, backend=backend, context="previous")


def test_an_unknown_context_lists_the_known_ones(speech_file: Path) -> None:
    with pytest.raises(UnknownName, match="unknown context 'before'; there is: none, previous"):
        caption(speech_file, backend="scripted", context="before")  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"lines": []}, {"delay": -1}, {"delay": float("nan")}])
def test_scripted_refuses_invalid_options(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"option {next(iter(options))} of backend scripted"):
        load_backend("scripted", **options)


def test_scripted_returns_its_lines() -> None:
    blocked = Recognition("blocked", reason="content policy")
    backend = load_backend("scripted", lines=["One.", "", blocked])
    assert list(backend.transcribe([noise(0.3)] * 4, Hints())) == [
        Recognition("ok", "One."),
        Recognition("empty"),
        blocked,
        Recognition("ok", "One."),
    ]


def test_the_captions_of_a_backend_that_translates_are_in_its_language(speech_file: Path) -> None:
    backend = WithTraits(Traits("translator", text_language="en", word_times=True))
    captions = caption(speech_file, backend=backend, hints=Hints("de"))
    assert captions.transcript.language == "en"
    assert {segment.language for segment in captions.transcript.segments} == {"en"}
    assert captions.report.align is None, "a translation cannot be aligned with the sound"
