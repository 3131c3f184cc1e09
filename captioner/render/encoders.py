"""The encoder of a burned video, its quality and its colors. Each encoder is tried before it is used."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from captioner.errors import UsageError
from captioner.media import Picture, find_ffmpeg, trial_failure
from captioner.render.containers import Container

HARDWARE = "hardware"
"""In place of an encoder's name: the first hardware encoder that works on this machine, else a software encoder."""


@dataclass(frozen=True)
class Encoding:
    """The user's options for encoding; None is the default."""

    encoder: str | None = None
    """ffmpeg's name of an encoder, or `hardware`."""

    quality: int | None = None
    """The quality on the encoder's own scale."""

    preset: str | None = None
    """The encoder's preset of its speed."""


@dataclass(frozen=True)
class Encoder:
    """An encoder of ffmpeg."""

    name: str
    """ffmpeg's name of the encoder."""

    quality_options: tuple[str, ...] = ("crf",)
    """The options that set its quality."""

    default_quality: int | None = None
    """The quality that captioner uses by default, None for the encoder's own."""

    options: tuple[tuple[str, str], ...] = ()
    """Other options that it needs."""

    upload: str = ""
    """The filters that upload frames to the hardware, with `{pixels}` for their format."""

    device: tuple[str, ...] = ()
    """ffmpeg's arguments that open the hardware."""


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
_HARDWARE_APIS = ("videotoolbox", "nvenc", "qsv", "amf", "vaapi")
_SOFTWARE = {"h264": ("libx264", "libopenh264", "mpeg4"), "hevc": ("libx265",), "vp9": ("libvpx-vp9",)}


def choose_encoder(asked: str | None, picture: Picture, container: Container) -> Encoder:
    """Return the encoder asked for, else the first that works. Raises `UsageError` if none works.

    Video of more than 8 bits becomes HEVC, which players show with 10 bits; WebM becomes VP9, everything else H.264.
    """
    codec = "vp9" if container.muxer == "webm" else "hevc" if picture.is_deep else "h264"
    if asked not in (None, HARDWARE):
        candidates = [_KNOWN.get(asked, Encoder(asked, ("q",)))]
    else:
        hardware = [f"{codec}_{api}" for api in _HARDWARE_APIS] if asked == HARDWARE else []
        candidates = [_KNOWN[name] for name in (*hardware, *_SOFTWARE[codec]) if name in _KNOWN]
    failures = []
    for encoder in candidates:
        failure = _failure(find_ffmpeg(), encoder, output_pixel_format(picture))
        if failure is None:
            return encoder
        failures.append(f"{encoder.name}: {failure}")
    raise UsageError(f"no encoder works here ({'; '.join(failures)}); name another with --encoder")


def fallback_warnings(asked: str | None, encoder: Encoder) -> Iterator[str]:
    """Yield a warning if the encoder replaces a better one that does not work here."""
    if asked == HARDWARE and not encoder.name.endswith(_HARDWARE_APIS):
        yield f"no hardware encoder works here; using {encoder.name}"
    elif asked is None and any(encoder.name in names[1:] for names in _SOFTWARE.values()):
        yield f"this ffmpeg has no better encoder than {encoder.name}"


@lru_cache
def _failure(program: str, encoder: Encoder, pixel_format: str) -> str | None:
    """Return why an encoder does not work with this ffmpeg, or None: ffmpeg also lists encoders without hardware.

    The trial encodes a fifth of a second, in a size that all hardware accepts.
    """
    source = ["-f", "lavfi", "-i", "testsrc2=s=320x256:r=25:d=0.2"]
    chain = f"format={pixel_format}{upload(encoder, pixel_format)}"
    return trial_failure([*encoder.device, *source, "-vf", chain, "-c:v", encoder.name, "-f", "null", "-"])


def output_pixel_format(picture: Picture) -> str:
    """Return the pixel format that every player shows, with 10 bits if the source has more than 8."""
    return "yuv420p10le" if picture.is_deep else "yuv420p"


def upload(encoder: Encoder, pixel_format: str) -> str:
    """Return the filters that upload a frame to the hardware."""
    return encoder.upload.format(pixels="p010" if "10" in pixel_format else "nv12")


def filter_arguments(picture: Picture, burn_filter: str, encoder: Encoder, place: int) -> Iterator[str]:
    """Yield ffmpeg's arguments for the filters of the video stream at `place`, with `burn_filter` as the first one."""
    # With 4:2:0 sampling, width and height must be even.
    even = ["pad=ceil(iw/2)*2:ceil(ih/2)*2"] if picture.width % 2 or picture.height % 2 else []
    pixel_format = output_pixel_format(picture)
    chain = ",".join((burn_filter, *even, f"format={pixel_format}")) + upload(encoder, pixel_format)
    yield from (f"-filter:v:{place}", chain)


def encoder_arguments(
    encoder: Encoder, encoding: Encoding, picture: Picture, container: Container, place: int
) -> Iterator[str]:
    """Yield ffmpeg's arguments for the encoder of the video stream at `place`."""
    # Each frame keeps its own time. Otherwise ffmpeg counts in frames of the average rate, wrong for a phone's video.
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
    if container.is_mp4_or_mov and ("265" in encoder.name or "hevc" in encoder.name):
        yield from (f"-tag:v:{place}", "hvc1")  # the only tag that QuickTime plays
    if picture.interlaced:
        yield from (f"-flags:v:{place}", "+ildct+ilme")


def _hdr(picture: Picture) -> Iterator[str]:
    """Yield x265 parameters for the HDR10 metadata, which ffmpeg 5 does not copy."""
    if picture.transfer != "sdr":
        yield "hdr-opt=1:repeat-headers=1"
    if picture.mastering_display:
        yield from _mastering_display(picture.mastering_display)
    if picture.content_light:
        most, average = struct.unpack_from("2I", picture.content_light)
        yield f"max-cll={most},{average}"


def _mastering_display(metadata: bytes) -> Iterator[str]:
    """Yield the x265 parameter for libav's `AVMasteringDisplayMetadata`.

    It holds x and y of red, green, blue and white, the minimum and the maximum luminance, all as ratios, and whether
    primaries and luminance are present.
    """
    *values, has_primaries, has_luminance = struct.unpack("22i", metadata)
    ratios = [number / (below or 1) for number, below in zip(values[::2], values[1::2], strict=True)]
    if has_primaries and has_luminance:
        pairs = zip(ratios[:8:2], ratios[1:8:2], strict=True)
        red, green, blue, white = (f"({round(x * 50_000)},{round(y * 50_000)})" for x, y in pairs)
        least, most = (round(value * 10_000) for value in ratios[8:])
        yield f"master-display=G{green}B{blue}R{red}WP{white}L({most},{least})"
