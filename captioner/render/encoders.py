"""How a picture is encoded: which encoder, how well, and in which colors. An encoder is tried before it is trusted."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from captioner.errors import UsageError
from captioner.media import Picture, find_ffmpeg, trial_failure
from captioner.render.containers import Container

HARDWARE = "hardware"
"""In the place of an encoder's name: whichever chip of this machine encodes, else the processor."""


@dataclass(frozen=True)
class Encoding:
    """What is asked for. `quality` is on the encoder's own scale, None for its usual one; `preset` is its speed."""

    encoder: str | None = None
    quality: int | None = None
    preset: str | None = None


@dataclass(frozen=True)
class Encoder:
    """An encoder of ffmpeg: how it is told the quality, its usual one, and what else it needs."""

    name: str
    quality_options: tuple[str, ...] = ("crf",)
    default_quality: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    upload: str = ""
    device: tuple[str, ...] = ()


_VAAPI = ("-vaapi_device", "/dev/dri/renderD128")
_NVENC, _AMF = (("rc", "vbr"), ("b", "0")), (("rc", "cqp"),)
_KNOWN = {
    encoder.name: encoder
    for encoder in (
        Encoder("libx264", default_quality=18),
        Encoder("libx265", default_quality=20),
        Encoder("libvpx-vp9", default_quality=24, options=(("b", "0"), ("row-mt", "1"), ("cpu-used", "4"))),
        Encoder("libsvtav1", default_quality=26),
        Encoder("libopenh264", ("qmax",), 24),
        Encoder("mpeg4", ("q",), 2),
        Encoder("h264_videotoolbox", ("q",), 70),
        Encoder("hevc_videotoolbox", ("q",), 70),
        Encoder("h264_nvenc", ("cq",), 19, _NVENC),
        Encoder("hevc_nvenc", ("cq",), 21, _NVENC),
        Encoder("h264_qsv", ("global_quality",), 19),
        Encoder("hevc_qsv", ("global_quality",), 21),
        Encoder("h264_amf", ("qp_i", "qp_p"), 19, _AMF),
        Encoder("hevc_amf", ("qp_i", "qp_p"), 21, _AMF),
        Encoder("h264_vaapi", ("qp",), 20, upload=",format={pixels},hwupload", device=_VAAPI),
        Encoder("hevc_vaapi", ("qp",), 22, upload=",format={pixels},hwupload", device=_VAAPI),
        Encoder("prores_ks", ("q",)),
    )
}
_CHIPS = ("videotoolbox", "nvenc", "qsv", "amf", "vaapi")
_SOFTWARE = {"h264": ("libx264", "libopenh264", "mpeg4"), "hevc": ("libx265",), "vp9": ("libvpx-vp9",)}


def choose_encoder(asked: str | None, picture: Picture, container: Container) -> Encoder:
    """The encoder to use: the one asked for, else the first that works. Raises `UsageError` where none does.

    A picture of more than 8 bits is HEVC, which players show with 10 bits; a WebM is VP9; all else H.264.
    """
    codec = "vp9" if container.muxer == "webm" else "hevc" if picture.is_deep else "h264"
    if asked not in (None, HARDWARE):
        candidates = [_KNOWN.get(asked, Encoder(asked, ("q",)))]
    else:
        chips = [f"{codec}_{chip}" for chip in _CHIPS] if asked == HARDWARE else []
        candidates = [_KNOWN[name] for name in (*chips, *_SOFTWARE[codec]) if name in _KNOWN]
    faults = []
    for encoder in candidates:
        fault = _fault(find_ffmpeg(), encoder, output_pixel_format(picture))
        if fault is None:
            return encoder
        faults.append(f"{encoder.name}: {fault}")
    raise UsageError(f"no encoder works here ({'; '.join(faults)}); name another with --encoder")


def fallback_warnings(asked: str | None, encoder: Encoder) -> Iterator[str]:
    """That an encoder stands in for a better one, in words; nothing where it does not."""
    if asked == HARDWARE and not encoder.name.endswith(_CHIPS):
        yield f"no chip of this machine encodes; {encoder.name} is taken"
    elif asked is None and any(encoder.name in names[1:] for names in _SOFTWARE.values()):
        yield f"this ffmpeg has no better encoder than {encoder.name}"


@lru_cache
def _fault(program: str, encoder: Encoder, pixel_format: str) -> str | None:
    """Why an encoder does not work with this ffmpeg: many are listed whose chip or library is not here.

    A fifth of a second is encoded, large enough for every chip.
    """
    source = ["-f", "lavfi", "-i", "testsrc2=s=320x256:r=25:d=0.2"]
    chain = f"format={pixel_format}{upload(encoder, pixel_format)}"
    return trial_failure([*encoder.device, *source, "-vf", chain, "-c:v", encoder.name, "-f", "null", "-"])


def output_pixel_format(picture: Picture) -> str:
    """The format of the pixels: what every player shows, with 10 bits where the source has more than 8."""
    return "yuv420p10le" if picture.is_deep else "yuv420p"


def upload(encoder: Encoder, pixel_format: str) -> str:
    """The filters that bring a picture to the chip."""
    return encoder.upload.format(pixels="p010" if "10" in pixel_format else "nv12")


def filter_arguments(picture: Picture, draw: str, encoder: Encoder, place: int) -> Iterator[str]:
    """ffmpeg's arguments for the filters of the stream at `place` among those of video, `draw` the first of them."""
    # Color is coded for two lines at once, so there is an even number of them.
    even = ["pad=ceil(iw/2)*2:ceil(ih/2)*2"] if picture.width % 2 or picture.height % 2 else []
    pixel_format = output_pixel_format(picture)
    yield from (f"-filter:v:{place}", ",".join((draw, *even, f"format={pixel_format}")) + upload(encoder, pixel_format))


def encoder_arguments(
    encoder: Encoder, encoding: Encoding, picture: Picture, container: Container, place: int
) -> Iterator[str]:
    """ffmpeg's arguments for the stream at `place` among those of video."""
    # Each frame at its own time: else ffmpeg counts in frames of the average rate, and a phone has no other.
    yield from (f"-c:v:{place}", encoder.name, f"-fps_mode:v:{place}", "vfr", f"-enc_time_base:v:{place}", "1/60000")
    quality = encoder.default_quality if encoding.quality is None else encoding.quality
    if quality is not None:
        for option in encoder.quality_options:
            yield from (f"-{option}:v:{place}", str(quality))
    if encoding.preset:
        yield from (f"-preset:v:{place}", encoding.preset)
    for name, value in encoder.options:
        yield from (f"-{name}:v:{place}", value)
    if encoder.name == "libx265":
        yield from (f"-x265-params:v:{place}", ":".join(("log-level=error", *_hdr(picture))))
    if container.is_movie and ("265" in encoder.name or "hevc" in encoder.name):
        yield from (f"-tag:v:{place}", "hvc1")  # QuickTime plays no other
    if picture.interlaced:
        yield from (f"-flags:v:{place}", "+ildct+ilme")


def _hdr(picture: Picture) -> Iterator[str]:
    """What HDR10 tells of the screen that the picture was made on: ffmpeg 5 does not hand it on."""
    if picture.transfer != "sdr":
        yield "hdr-opt=1:repeat-headers=1"
    if picture.mastering_display:
        yield from _screen(picture.mastering_display)
    if picture.content_light:
        most, average = struct.unpack_from("2I", picture.content_light)
        yield f"max-cll={most},{average}"


def _screen(mastering: bytes) -> Iterator[str]:
    """libav's `AVMasteringDisplayMetadata`: x and y of red, green, blue and white, the least light and the most, all as
    ratios, and whether the two kinds of them count."""
    *values, has_primaries, has_luminance = struct.unpack("22i", mastering)
    ratios = [number / (below or 1) for number, below in zip(values[::2], values[1::2], strict=True)]
    if has_primaries and has_luminance:
        pairs = zip(ratios[:8:2], ratios[1:8:2], strict=True)
        red, green, blue, white = (f"({round(x * 50_000)},{round(y * 50_000)})" for x, y in pairs)
        least, most = (round(value * 10_000) for value in ratios[8:])
        yield f"master-display=G{green}B{blue}R{red}WP{white}L({most},{least})"
