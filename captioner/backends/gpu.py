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


@cache
def gpu_memories() -> tuple[int, ...]:
    """Return the bytes of memory of each GPU that torch can use by CUDA; none on a Mac, whose GPU has the machine's."""
    driver = _cuda_driver() if _torch_has_cuda() else None
    return () if driver is None else tuple(_memory(driver, number) for number in range(_cuda_devices()))


def _memory(driver: ctypes.CDLL, number: int) -> int:
    device, size = ctypes.c_int(0), ctypes.c_size_t(0)
    found = driver.cuDeviceGet(ctypes.byref(device), number) == 0
    return size.value if found and driver.cuDeviceTotalMem_v2(ctypes.byref(size), device) == 0 else 0


def _torch_has_cuda() -> bool:
    """Return whether the installed torch may be built for CUDA: a build for the CPU alone says so in its version."""
    try:
        return not version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def _cuda_devices() -> int:
    """Return the number of devices that NVIDIA's driver finds; 0 without a driver."""
    driver, count = _cuda_driver(), ctypes.c_int(0)
    found = driver is not None and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if found else 0


def _cuda_driver() -> ctypes.CDLL | None:
    """Return NVIDIA's driver, ready; None without one."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return None
    return driver if driver.cuInit(0) == 0 else None
