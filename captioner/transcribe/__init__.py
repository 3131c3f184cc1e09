"""Transcribes speech by a backend, with a report on each region.

audio_history.py        the last seconds of the recording, with the sound around the regions
recognition_windows.py  neighbouring regions joined into the clips that a backend gets
window_recognition.py   windows to recognitions; a window that fails is recognised region by region
region_results.py       the text of a window divided among its regions, with a report on each
region_limit.py         how long a region may be for a backend
"""

from __future__ import annotations

from captioner.transcribe.audio_history import AudioHistory
from captioner.transcribe.recognition_windows import KEPT_SILENCE, METERED_SILENCE, Window, windows_of
from captioner.transcribe.region_limit import limit_regions
from captioner.transcribe.region_results import RegionResult, WordTimes, region_results
from captioner.transcribe.window_recognition import ContextMode, StoredResult, WindowResult, nothing_stored, transcribe

__all__ = [
    "KEPT_SILENCE",
    "METERED_SILENCE",
    "AudioHistory",
    "ContextMode",
    "RegionResult",
    "StoredResult",
    "Window",
    "WindowResult",
    "WordTimes",
    "limit_regions",
    "nothing_stored",
    "region_results",
    "transcribe",
    "windows_of",
]
