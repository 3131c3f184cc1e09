"""The door of a live stream: a feed of captions, the page for OBS, the HLS rendition, and how things stand."""

from __future__ import annotations
