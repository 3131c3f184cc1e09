"""Captions in a video: burned into its picture, or as tracks that the viewer switches on. ffmpeg does the work."""

from __future__ import annotations

from captioner.render.mux import mux
from captioner.render.subtitles import FLAGS, Flag, Subtitles

__all__ = ["FLAGS", "Flag", "Subtitles", "mux"]
