"""Captions in a video: burned into the picture, or as tracks that the viewer switches on. ffmpeg does the work.

burn.py, overlay.py, preview.py -> burn_filter.py      one ASS file and the filter that draws it
                                   fonts.py            the font, and what libass would take in its place
                                   style_options.py    the style in a picture of this size
                                   layout.py           line breaks, and two languages at once
                                   hdr_colors.py       colors in HDR and in a transparent video
burn.py, mux.py                 -> stream_mapping.py   which streams of the source the new file gets
                                   containers.py       what each container can store
burn.py                         -> encoders.py         the encoder and its quality
"""

from __future__ import annotations

from captioner.render.burn import burn
from captioner.render.encoders import Encoding
from captioner.render.mux import mux
from captioner.render.overlay import overlay
from captioner.render.preview import preview
from captioner.render.style_options import StyleOptions
from captioner.render.subtitles import FLAGS, Flag, Subtitles

__all__ = ["FLAGS", "Encoding", "Flag", "StyleOptions", "Subtitles", "burn", "mux", "overlay", "preview"]
