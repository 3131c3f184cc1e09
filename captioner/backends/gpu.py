"""Whether this machine has a GPU that torch can use, without importing torch, which takes seconds."""

from __future__ import annotations

import ctypes
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def has_gpu() -> bool:
    """Return whether torch finds CUDA or, on a Mac, Apple's own GPU."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return _torch_has_cuda() and _cuda_devices() > 0


def _torch_has_cuda() -> bool:
    """Return whether the installed torch may be built for CUDA: a build for the CPU alone says so in its version."""
    try:
        return not version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def _cuda_devices() -> int:
    """Return the number of devices that NVIDIA's driver finds; 0 without a driver."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    ready = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if ready else 0
