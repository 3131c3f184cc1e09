"""Any media into captions that are ready to publish.

    captions = captioner.caption("talk.mp4")
    captions.cues, captions.transcript, captions.report

What is named in `__all__` is loaded when it is first used, so `import captioner` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from captioner.backends import Backend, Heard, Hints, Traits, load_backend
    from captioner.errors import CaptionerError
    from captioner.media import Listen
    from captioner.pipeline import Captions, Progress, caption
    from captioner.profiles import Profile
    from captioner.speech import SpeechOptions
    from captioner.values import Audio, Cue, Report, Segment, Span, Transcript, Word

__version__ = "0.1.0"

_HOMES = {
    "backends": "Backend Heard Hints Traits load_backend",
    "errors": "CaptionerError",
    "media": "Listen",
    "pipeline": "Captions Progress caption",
    "profiles": "Profile",
    "speech": "SpeechOptions",
    "values": "Audio Cue Report Segment Span Transcript Word",
}

__all__ = [
    "Audio",
    "Backend",
    "CaptionerError",
    "Captions",
    "Cue",
    "Heard",
    "Hints",
    "Listen",
    "Profile",
    "Progress",
    "Report",
    "Segment",
    "Span",
    "SpeechOptions",
    "Traits",
    "Transcript",
    "Word",
    "caption",
    "load_backend",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"captioner.{home}"), name)
    raise AttributeError(f"module 'captioner' has no attribute {name!r}")
