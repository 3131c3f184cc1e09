"""Captions alone, as a transparent video that an editor puts over the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from captioner.errors import UsageError
from captioner.media import Media, find_ffmpeg, picture_of, run_job, trial_failure
from captioner.render.burn_filter import make_burn_filter
from captioner.render.hdr_colors import square_root_opacity
from captioner.render.style_options import StyleOptions
from captioner.render.subtitles import Subtitles, check_cues

SUFFIX = ".mov"

_PIXEL_FORMAT = "yuva444p10le"

# ProRes 4444 has 16 bits of transparency, and every editor reads it. Its colors are not multiplied by the opacity.
_PRORES = (
    *("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", _PIXEL_FORMAT),
    *("-vendor", "apl0", "-alpha_bits", "16"),
)
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
    """Write `target`, a .mov with the subtitles alone, of the size, length and frame rate of the picture of `media`.

    Raises `UsageError`, `FormatError`, `NoPicture`, `FontMissing`, and what `run_job` raises.
    """
    if target.suffix.lower() != SUFFIX:
        raise UsageError(f"an overlay is a {SUFFIX} file (ProRes 4444); give {target} that suffix")
    picture = replace(picture_of(media), transfer="sdr")  # an editor converts graphics to the HDR of its timeline
    late = [warning for track in subtitles for warning in check_cues(track, media)]
    drawn = make_burn_filter(subtitles, picture, style, recolor=square_root_opacity)
    for message in (*late, *drawn.warnings):
        warn(message)
    length = picture.duration or max(cue.end for track in subtitles for cue in track.cues)
    size = f"s={picture.width}x{picture.height}:r={picture.frame_rate}:d={length:.6f}"
    shape = f"setsar={picture.pixel_shape.numerator}/{picture.pixel_shape.denominator}"
    chain = f"{drawn.filter}:alpha=1,{_unpremultiply(find_ffmpeg())},{shape}"
    source = ["-f", "lavfi", "-i", f"color=black@0.0:{size},format={_PIXEL_FORMAT}"]
    run_job([*source, "-vf", chain, *_PRORES, *_COLORS, "-f", "mov"], target, files=drawn.files, progress=progress)


@lru_cache
def _unpremultiply(program: str) -> str:
    """Return the filter that divides colors by their opacity: libass draws on a transparent picture multiplied ones.

    Newer versions of ffmpeg take the colors for unmultiplied, unless setparams says otherwise.
    """
    with_setparams = "setparams=alpha_mode=premultiplied,unpremultiply=inplace=1"
    source = ["-f", "lavfi", "-i", f"color=black@0.0:s=64x64:d=0.04,format={_PIXEL_FORMAT}"]
    works = trial_failure([*source, "-vf", with_setparams, "-f", "null", "-"]) is None
    return with_setparams if works else "unpremultiply=inplace=1"
