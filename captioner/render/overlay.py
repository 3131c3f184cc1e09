"""Captions alone, on nothing: a transparent video that an editor lays over the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from captioner.errors import UsageError
from captioner.media import Media, find_ffmpeg, picture_of, run_job, trial_failure
from captioner.render.burn_filter import ASS_FILE, make_burn_filter
from captioner.render.hdr_colors import thinned
from captioner.render.style_options import StyleOptions
from captioner.render.subtitles import Subtitles

SUFFIX = ".mov"

# ProRes 4444 has 16 bits of transparency, and is what every editor takes. Its colors are not multiplied by it.
_PRORES = (
    "-c:v",
    "prores_ks",
    "-profile:v",
    "4444",
    "-pix_fmt",
    "yuva444p10le",
    "-vendor",
    "apl0",
    "-alpha_bits",
    "16",
)
_PIXELS = "format=yuva444p10le"
_COLORS = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709")


def overlay(
    media: Media,
    subtitles: Sequence[Subtitles],
    target: Path,
    *,
    style: StyleOptions = StyleOptions(),
    progress: Callable[[float], object] = lambda seconds: None,
    warn: Callable[[str], object] = lambda message: None,
) -> None:
    """Write `target`, a .mov as large, long and fast as the picture of `media`, with the subtitles and nothing else.

    Raises `UsageError`, `FormatError`, `NoPicture`, `FontMissing`, and what `media.make` raises.
    """
    if target.suffix.lower() != SUFFIX:
        raise UsageError(f"an overlay is a {SUFFIX} (ProRes 4444), so {target} needs that ending")
    picture = replace(picture_of(media), transfer="sdr")  # an editor gives graphics the light of its timeline
    drawn = make_burn_filter(subtitles, picture, style)
    for doubt in drawn.warnings:
        warn(doubt)
    length = picture.duration or max(cue.end for track in subtitles for cue in track.cues)
    size = f"s={picture.width}x{picture.height}:r={picture.frame_rate}:d={length:.6f}"
    shape = f"setsar={picture.pixel_shape.numerator}/{picture.pixel_shape.denominator}"
    chain = f"{drawn.filter}:alpha=1,{_straight(find_ffmpeg())},{shape}"
    arguments = [
        "-f",
        "lavfi",
        "-i",
        f"color=black@0.0:{size},{_PIXELS}",
        "-vf",
        chain,
        *_PRORES,
        *_COLORS,
        "-f",
        "mov",
    ]
    files = {**drawn.files, ASS_FILE: thinned(drawn.files[ASS_FILE].decode()).encode()}
    run_job(arguments, target, files=files, progress=progress)


@lru_cache
def _straight(program: str) -> str:
    """The filter that takes the opacity out of the colors: what is drawn on nothing has it in them.

    Newer versions of ffmpeg believe that it is not, until they are told.
    """
    told = "setparams=alpha_mode=premultiplied,unpremultiply=inplace=1"
    nothing = ["-f", "lavfi", "-i", f"color=black@0.0:s=64x64:d=0.04,{_PIXELS}"]
    works = trial_failure([*nothing, "-vf", told, "-f", "null", "-"]) is None
    return told if works else "unpremultiply=inplace=1"
