"""Colors in HDR and in transparent video: white captions in HDR must be as bright as paper, not as the sun."""

from __future__ import annotations

import math

import numpy as np

from captioner.media import TransferFunction

GRAPHICS_WHITE = 203.0
"""cd/m2: the brightness of graphics in HDR by ITU-R BT.2408; 58 % of the signal in PQ, 75 % in HLG."""

_HLG_WHITE = 0.75

# From the primaries of BT.709 to those of BT.2020, by ITU-R BT.2087.
_TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def coded_color(color: str, transfer: TransferFunction) -> str:
    """Return `#rrggbb` or `#rrggbbaa` coded for a picture of that transfer function, in which it looks the same."""
    red, green, blue = bytes.fromhex(color[1:7])
    return f"#{bytes(encode_color((red, green, blue), transfer)).hex()}{color[7:]}"


def square_root_opacity(color: str) -> str:
    """Return a color for transparent video, in which ffmpeg applies the opacity of a color twice."""
    opacity = int(color[7:] or "ff", 16)
    if opacity in (0, 255):
        return color
    root = math.sqrt(opacity / 255)
    return f"#{bytes(round(value * root) for value in bytes.fromhex(color[1:7])).hex()}{round(255 * root):02x}"


def encode_color(color: tuple[int, int, int], transfer: TransferFunction) -> tuple[int, int, int]:
    """Return red, green and blue of sRGB, 0 to 255, as a picture with that transfer function codes them.

    >>> encode_color((255, 255, 255), "pq"), encode_color((255, 255, 255), "hlg"), encode_color((0, 0, 0), "pq")
    ((148, 148, 148), (191, 191, 191), (0, 0, 0))
    """
    if transfer == "sdr":
        return color
    linear = _TO_BT2020 @ np.array([_linear(value / 255) for value in color])
    curve = _pq if transfer == "pq" else _hlg
    red, green, blue = (round(255 * curve(min(1.0, max(0.0, float(value))))) for value in linear)
    return red, green, blue


def _linear(signal: float) -> float:
    """Return the linear value of an sRGB signal (IEC 61966-2-1)."""
    return signal / 12.92 if signal <= 0.04045 else math.pow((signal + 0.055) / 1.055, 2.4)


def _pq(share: float) -> float:
    """Return the PQ signal (SMPTE ST 2084) for a share of graphics white."""
    if share <= 0:
        return 0.0
    power = math.pow(share * GRAPHICS_WHITE / 10_000, 2610 / 16384)
    return math.pow((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power), 2523 / 32)


def _hlg(share: float) -> float:
    """Return the HLG signal (ITU-R BT.2100) for a share of graphics white."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    linear = share * (math.exp((_HLG_WHITE - c) / a) + b) / 12
    return math.sqrt(3 * linear) if linear <= 1 / 12 else a * math.log(12 * linear - b) + c
