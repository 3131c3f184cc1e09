"""A step as a CUDA graph, where one can be recorded: launching its thousand kernels one by one takes many times longer
than they run."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[], None]
"""Works in place, on tensors that stay where they are."""

WARM_UP = 2
"""Runs before the recording, in which libraries choose their kernels and allocate what they need."""

TOLERANCE = 0.05
"""How far a log-probability may lie from that of the step itself: sums of bfloat16 taken in another order."""

_warn = logging.getLogger("captioner.glm-nano").warning


def faster(step: Step, device: torch.device, trial: Callable[[Step], Tensor]) -> Step | None:
    """`step` as a graph; None where there are none, and with a warning where it does not give what the step gives.

    `trial` begins anew, runs a step and gives what it wrote. Raises `torch.OutOfMemoryError`: a smaller batch may help.
    """
    if device.type != "cuda":
        return None
    try:
        replay = recorded(step, device)
        right = torch.allclose(trial(replay), trial(step), rtol=0, atol=TOLERANCE)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        _warn("glm-nano writes slowly: no CUDA graph can be recorded (%s)", str(error).partition("\n")[0])
        return None
    if not right:
        _warn("glm-nano writes slowly: a CUDA graph does not give what the model gives")
    return replay if right else None


@torch.inference_mode()
def recorded(step: Step, device: torch.device) -> Step:
    """`step` as a CUDA graph. The first runs, on a stream of their own, are not recorded."""
    # The outer stream is set again at the end, even where the recording breaks off: others work on it side by side.
    with torch.cuda.device(device), torch.cuda.stream(torch.cuda.current_stream(device)):
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # Another thread may prepare features on the device meanwhile, which is no business of this recording.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            step()
    return graph.replay
