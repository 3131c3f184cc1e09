"""Captions in a video: burned into its picture, or as tracks that the viewer switches on. ffmpeg does the work."""

from __future__ import annotations

from captioner.render.burn import burn
from captioner.render.encoders import Encoding
from captioner.render.mux import mux
from captioner.render.overlay import overlay
from captioner.render.preview import preview
from captioner.render.style_options import StyleOptions
from captioner.render.subtitles import FLAGS, Flag, Subtitles

__all__ = ["FLAGS", "Encoding", "Flag", "StyleOptions", "Subtitles", "burn", "mux", "overlay", "preview"]
