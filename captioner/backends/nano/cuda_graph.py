"""A decoding step as a CUDA graph, if one can be captured.

Launching the thousand kernels of a step one by one takes many times longer than running them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[], None]
"""One step of decoding. It works in place, on tensors that keep their addresses."""

WARM_UP = 2
"""Steps before the capture, in which libraries choose their kernels and allocate memory."""

TOLERANCE = 0.05
"""Allowed difference of a log-probability between graph and step, whose sums of bfloat16 differ in order."""

_warn = logging.getLogger("captioner.glm-nano").warning


def graph_of(step: Step, device: torch.device, trial: Callable[[Step], Tensor]) -> Step | None:
    """Return a graph that does what `step` does, or None without CUDA, or (with a warning) if that is not possible.

    `trial` resets all state, runs the given step and returns its log-probabilities; step and graph must agree. Raises
    `torch.OutOfMemoryError`: a smaller batch may help.
    """
    if device.type != "cuda":
        return None
    try:
        replay = capture(step, device)
        agrees = torch.allclose(trial(replay), trial(step), rtol=0, atol=TOLERANCE)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        _warn("glm-nano is slow: cannot capture a CUDA graph (%s)", str(error).partition("\n")[0])
        return None
    if not agrees:
        _warn("glm-nano is slow: the results of a CUDA graph differ from the model's")
    return replay if agrees else None


@torch.inference_mode()
def capture(step: Step, device: torch.device) -> Step:
    """Return `step` as a CUDA graph. The warm-up runs on a stream of its own and is not captured."""
    # The outer stream is set again at the end, even if the capture fails: other backends may work on the device.
    with torch.cuda.device(device), torch.cuda.stream(torch.cuda.current_stream(device)):
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # Another thread may compute features on the device at the same time; they are not part of the capture.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            step()
    return graph.replay
