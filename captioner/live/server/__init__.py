"""The web server of a live stream: a feed of captions, the page for OBS, the HLS rendition, health and metrics."""

from __future__ import annotations
