"""Extremes of a series of levels in a sliding window."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Float = TypeVar("_Float", np.float32, np.float64)


def sliding_maximum(values: NDArray[_Float], width: int) -> NDArray[_Float]:
    """Return the maximum of each `width` values in a row, in log2(width) passes.

    >>> sliding_maximum(np.array([1.0, 3.0, 2.0, 0.0, 1.0]), 3)
    array([3., 3., 2.])
    """
    span = 1
    while span < width:
        step = min(span, width - span)
        values = np.maximum(values[:-step], values[step:])
        span += step
    return values


def sliding_minimum(values: NDArray[_Float], width: int) -> NDArray[_Float]:
    """Return the minimum of each `width` values in a row, in log2(width) passes."""
    return -sliding_maximum(-values, width)
