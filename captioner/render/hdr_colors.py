"""Colors in the light of a picture: white text in HDR must be as bright as paper, not as bright as the sun."""

from __future__ import annotations

import math
import re

import numpy as np

from captioner.media import TransferFunction

GRAPHICS_WHITE = 203.0
"""cd/m2: how bright graphics are in HDR, by ITU-R BT.2408; 58 % of the signal in PQ, 75 % in HLG."""

_HLG_WHITE = 0.75

# As ASS writes them: blue, green and red behind the transparency, if that is there.
_COLOR = re.compile(r"(&H)([0-9A-F]{2})?([0-9A-F]{6})(?![0-9A-F])", re.IGNORECASE)

# From the primaries of BT.709 to those of BT.2020, by ITU-R BT.2087.
_TO_WIDE = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def in_light(ass: str, light: TransferFunction) -> str:
    """The text of an ASS file with its colors as they look the same in a picture of that light."""
    if light == "sdr":
        return ass
    return _COLOR.sub(lambda match: f"{match[1]}{match[2] or ''}{_inverted(match[3], light)}", ass)


def _inverted(color: str, light: TransferFunction) -> str:
    blue, green, red = bytes.fromhex(color)
    return bytes(reversed(encode_color((red, green, blue), light))).hex().upper()


def thinned(ass: str) -> str:
    """The text of an ASS file for a transparent picture, in which ffmpeg counts the opacity of a color twice."""
    return _COLOR.sub(_thinned, ass)


def _thinned(match: re.Match[str]) -> str:
    transparency = int(match[2] or "00", 16)
    if transparency in (0, 255):
        return match[0]
    root = math.sqrt(1 - transparency / 255)
    color = bytes(round(value * root) for value in bytes.fromhex(match[3]))
    return f"{match[1]}{255 - round(255 * root):02X}{color.hex().upper()}"


def encode_color(color: tuple[int, int, int], transfer: TransferFunction) -> tuple[int, int, int]:
    """Red, green and blue of sRGB, 0 to 255, as a picture of another light codes them.

    >>> coded((255, 255, 255), "pq"), coded((255, 255, 255), "hlg"), coded((0, 0, 0), "pq")
    ((148, 148, 148), (191, 191, 191), (0, 0, 0))
    """
    if transfer == "sdr":
        return color
    wide = _TO_WIDE @ np.array([_linear(value / 255) for value in color])
    curve = _pq if transfer == "pq" else _hlg
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
