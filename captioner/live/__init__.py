"""Captions for a stream while it runs, with the stages that a file goes through.

source        -> session                                                          -> sinks, server
audio packets    stream clock, speech regions, recognition, partials, final cues     files, HLS, services, viewers
"""

from __future__ import annotations
