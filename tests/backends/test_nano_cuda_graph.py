"""A step of glm-nano as a CUDA graph: what can be known about that without a GPU."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch

from captioner.backends.nano import cuda_graph
from captioner.backends.nano.cuda_graph import Step, faster
from captioner.backends.nano.decoding import BatchDecoder, Prompt
from captioner.backends.nano.kv_cache import RingKvCache
from tests.backends.nano_parts import random_model

CUDA = torch.device("cuda")


@pytest.fixture(scope="module")
def model() -> Any:
    return random_model()


def static(writer: BatchDecoder) -> list[torch.Tensor]:
    """The tensors that a recorded step reads and writes."""
    ring = writer.ring
    return [writer._tokens, writer._chances, ring.lengths, ring._column, *ring.keys, *ring.values]


def test_a_step_works_in_place(model: Any) -> None:
    writer = BatchDecoder(model, 3, 64)
    before = [tensor.data_ptr() for tensor in static(writer)]
    writes = list(writer.write(Prompt(number, torch.randn(5 + number, 64), 9) for number in range(5)))
    assert len(writes) == 5
    assert [tensor.data_ptr() for tensor in static(writer)] == before


def test_a_step_asks_nothing_of_the_host(model: Any) -> None:
    """On the meta device there are no values: a step that looked at one, which no graph can record, would fail."""
    writer = BatchDecoder(random_model().to("meta"), 3, 64)
    with torch.inference_mode():
        writer._write_one()
    with pytest.raises(RuntimeError):
        writer._tokens.tolist()


def stand_in(monkeypatch: pytest.MonkeyPatch, record: Callable[[Step, torch.device], Step]) -> None:
    monkeypatch.setattr(cuda_graph, "recorded", record)


def test_a_graph_that_does_the_same_is_taken(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, replays = BatchDecoder(model, 3, 64), 0

    def record(step: Step, device: torch.device) -> Step:
        def replay() -> None:
            nonlocal replays
            replays += 1
            step()

        return replay

    stand_in(monkeypatch, record)
    writer._replay = faster(writer._write_one, CUDA, writer._trial)
    assert writer._replay is not None
    assert writes(writer) == writes(BatchDecoder(model, 3, 64))
    assert replays > 9


def broken(step: Step, device: torch.device) -> Step:
    raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nand much more")


def idle(step: Step, device: torch.device) -> Step:
    return lambda: None


def forgetful(step: Step, device: torch.device) -> Step:
    """As if a kernel's scratch memory, of which others have made use since, had been recorded."""

    def replay() -> None:
        ring = step.__self__.ring  # type: ignore[attr-defined]
        for keys in ring.keys:
            keys.zero_()
        step()

    return replay


@pytest.mark.parametrize("record", [broken, idle, forgetful])
def test_a_graph_that_fails_or_does_something_else_is_not_taken(
    model: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, record: Any
) -> None:
    writer = BatchDecoder(model, 3, 64)
    stand_in(monkeypatch, record)
    with caplog.at_level(logging.WARNING):
        writer._replay = faster(writer._write_one, CUDA, writer._trial)
    (message,) = caplog.messages
    assert message.startswith("glm-nano writes slowly")
    assert "\n" not in message
    assert writes(writer) == writes(BatchDecoder(model, 3, 64))


def test_no_room_to_record_asks_for_a_smaller_batch(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(step: Step, device: torch.device) -> Step:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    writer = BatchDecoder(model, 3, 64)
    stand_in(monkeypatch, full)
    with pytest.raises(torch.OutOfMemoryError):
        faster(writer._write_one, CUDA, writer._trial)


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_elsewhere_nothing_is_recorded(device: str) -> None:
    assert faster(lambda: None, torch.device(device), lambda step: torch.zeros(1)) is None


def test_a_ring_is_freed_with_its_writer(model: Any) -> None:
    """It is the largest thing there is: the next batch cannot wait until Python looks for what hangs together."""
    import gc
    import weakref

    gc.disable()
    try:
        writer = BatchDecoder(model, 3, 64)
        ring: weakref.ref[RingKvCache] = weakref.ref(writer.ring)
        del writer
        assert ring() is None
    finally:
        gc.enable()


def writes(writer: BatchDecoder) -> list[tuple[int, list[int]]]:
    """What a writer writes for some prompts."""
    generator = torch.Generator().manual_seed(0)
    prompts = (Prompt(number, torch.randn(5 + number, 64, generator=generator), 9) for number in range(5))
    return sorted((written.number, written.tokens) for written in writer.write(prompts))
