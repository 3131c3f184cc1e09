"""A decoding step of glm-nano as a CUDA graph, as far as it can be tested without a GPU."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch

from captioner.backends.nano import cuda_graph
from captioner.backends.nano.cuda_graph import Step, graph_of
from captioner.backends.nano.decoding import BatchDecoder, Prompt
from captioner.backends.nano.kv_cache import RingKvCache
from tests.backends.nano_parts import random_model

CUDA = torch.device("cuda")


@pytest.fixture(scope="module")
def model() -> Any:
    return random_model()


def static(decoder: BatchDecoder) -> list[torch.Tensor]:
    """The tensors that a captured step reads and writes."""
    cache = decoder.cache
    return [decoder._tokens, decoder._log_probabilities, cache.lengths, cache._column, *cache.keys, *cache.values]


def test_a_step_works_in_place(model: Any) -> None:
    decoder = BatchDecoder(model, 3, 64)
    before = [tensor.data_ptr() for tensor in static(decoder)]
    texts = list(decoder.decode(Prompt(number, torch.randn(5 + number, 64), 9) for number in range(5)))
    assert len(texts) == 5
    assert [tensor.data_ptr() for tensor in static(decoder)] == before


def test_a_step_reads_no_values(model: Any) -> None:
    """The meta device has no values: a step that read one, which no graph can capture, would fail."""
    decoder = BatchDecoder(random_model().to("meta"), 3, 64)
    with torch.inference_mode():
        decoder._decode_step()
    with pytest.raises(RuntimeError):
        decoder._tokens.tolist()


def replace_capture(monkeypatch: pytest.MonkeyPatch, capture: Callable[[Step, torch.device], Step]) -> None:
    monkeypatch.setattr(cuda_graph, "capture", capture)


def test_a_graph_that_agrees_with_the_step_is_used(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, replays = BatchDecoder(model, 3, 64), 0

    def capture(step: Step, device: torch.device) -> Step:
        def replay() -> None:
            nonlocal replays
            replays += 1
            step()

        return replay

    replace_capture(monkeypatch, capture)
    decoder._replay = graph_of(decoder._decode_step, CUDA, decoder._trial)
    assert decoder._replay is not None
    assert tokens_of(decoder) == tokens_of(BatchDecoder(model, 3, 64))
    assert replays > 9


def broken(step: Step, device: torch.device) -> Step:
    raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nand much more")


def idle(step: Step, device: torch.device) -> Step:
    return lambda: None


def overwriting(step: Step, device: torch.device) -> Step:
    """As if the graph had captured scratch memory of a kernel that was since used for something else."""

    def replay() -> None:
        cache = step.__self__.cache  # type: ignore[attr-defined]
        for keys in cache.keys:
            keys.zero_()
        step()

    return replay


@pytest.mark.parametrize("capture", [broken, idle, overwriting])
def test_a_graph_that_fails_or_differs_is_not_used(
    model: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capture: Any
) -> None:
    decoder = BatchDecoder(model, 3, 64)
    replace_capture(monkeypatch, capture)
    with caplog.at_level(logging.WARNING):
        decoder._replay = graph_of(decoder._decode_step, CUDA, decoder._trial)
    (message,) = caplog.messages
    assert message.startswith("glm-nano is slow")
    assert "\n" not in message
    assert tokens_of(decoder) == tokens_of(BatchDecoder(model, 3, 64))


def test_no_memory_for_the_capture_is_raised(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(step: Step, device: torch.device) -> Step:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    decoder = BatchDecoder(model, 3, 64)
    replace_capture(monkeypatch, full)
    with pytest.raises(torch.OutOfMemoryError):
        graph_of(decoder._decode_step, CUDA, decoder._trial)


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_nothing_is_captured_on_other_devices(device: str) -> None:
    assert graph_of(lambda: None, torch.device(device), lambda step: torch.zeros(1)) is None


def test_the_cache_is_freed_with_its_decoder(model: Any) -> None:
    """It is the largest object in memory: the next batch cannot wait for the garbage collector."""
    import gc
    import weakref

    gc.disable()
    try:
        decoder = BatchDecoder(model, 3, 64)
        cache: weakref.ref[RingKvCache] = weakref.ref(decoder.cache)
        del decoder
        assert cache() is None
    finally:
        gc.enable()


def tokens_of(decoder: BatchDecoder) -> list[tuple[int, list[int]]]:
    """The tokens of five random prompts, by number."""
    generator = torch.Generator().manual_seed(0)
    prompts = (Prompt(number, torch.randn(5 + number, 64, generator=generator), 9) for number in range(5))
    return sorted((text.number, text.tokens) for text in decoder.decode(prompts))
