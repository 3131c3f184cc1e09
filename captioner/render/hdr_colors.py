"""Colors in the light of a picture: white text in HDR must be as bright as paper, not as bright as the sun."""

from __future__ import annotations

import math

import numpy as np

from captioner.media import TransferFunction

GRAPHICS_WHITE = 203.0
"""cd/m2: how bright graphics are in HDR, by ITU-R BT.2408; 58 % of the signal in PQ, 75 % in HLG."""

_HLG_WHITE = 0.75

# From the primaries of BT.709 to those of BT.2020, by ITU-R BT.2087.
_TO_WIDE = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def coded_color(color: str, transfer: TransferFunction) -> str:
    """`#rrggbb` or `#rrggbbaa` as a picture of that transfer function codes it, so that it looks the same there."""
    red, green, blue = bytes.fromhex(color[1:7])
    return f"#{bytes(coded((red, green, blue), transfer)).hex()}{color[7:]}"


def square_root_opacity(color: str) -> str:
    """A color for a transparent picture, in which ffmpeg counts the opacity of a color twice."""
    opacity = int(color[7:] or "ff", 16)
    if opacity in (0, 255):
        return color
    root = math.sqrt(opacity / 255)
    return f"#{bytes(round(value * root) for value in bytes.fromhex(color[1:7])).hex()}{round(255 * root):02x}"


def coded(color: tuple[int, int, int], light: TransferFunction) -> tuple[int, int, int]:
    """Red, green and blue of sRGB, 0 to 255, as a picture of another light codes them.

    >>> coded((255, 255, 255), "pq"), coded((255, 255, 255), "hlg"), coded((0, 0, 0), "pq")
    ((148, 148, 148), (191, 191, 191), (0, 0, 0))
    """
    if light == "sdr":
        return color
    wide = _TO_WIDE @ np.array([_linear(value / 255) for value in color])
    curve = _pq if light == "pq" else _hlg
    red, green, blue = (round(255 * curve(min(1.0, max(0.0, float(value))))) for value in wide)
    return red, green, blue


def _linear(signal: float) -> float:
    """IEC 61966-2-1."""
    return signal / 12.92 if signal <= 0.04045 else math.pow((signal + 0.055) / 1.055, 2.4)


def _pq(share: float) -> float:
    """SMPTE ST 2084 for a share of graphics white."""
    if share <= 0:
        return 0.0
    power = math.pow(share * GRAPHICS_WHITE / 10_000, 2610 / 16384)
    return math.pow((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power), 2523 / 32)


def _hlg(share: float) -> float:
    """The curve of ITU-R BT.2100 for a share of graphics white."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    light = share * (math.exp((_HLG_WHITE - c) / a) + b) / 12
    return math.sqrt(3 * light) if light <= 1 / 12 else a * math.log(12 * light - b) + c
