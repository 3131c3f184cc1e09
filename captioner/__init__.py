"""Captions for any media, ready to publish.

    captions = captioner.caption("talk.mp4")
    captions.save("talk.srt")

docs/api.md describes all of it. A name of `__all__` is loaded when it is first used, so `import captioner` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from captioner.backends import Backend as Backend
    from captioner.backends import Hints as Hints
    from captioner.backends import Recognition as Recognition
    from captioner.backends import Traits as Traits
    from captioner.backends import load_backend as load_backend
    from captioner.errors import CaptionerError as CaptionerError
    from captioner.media import AudioSelection as AudioSelection
    from captioner.output import Captions as Captions
    from captioner.output import WritingOptions as WritingOptions
    from captioner.pipeline import CaptionOptions as CaptionOptions
    from captioner.pipeline import Progress as Progress
    from captioner.pipeline import caption as caption
    from captioner.pipeline import caption_script as caption_script
    from captioner.pipeline import cues_of_transcript as cues_of_transcript
    from captioner.profiles import Profile as Profile
    from captioner.speech import SpeechOptions as SpeechOptions
    from captioner.values import Audio as Audio
    from captioner.values import Cue as Cue
    from captioner.values import Position as Position
    from captioner.values import Report as Report
    from captioner.values import Segment as Segment
    from captioner.values import Span as Span
    from captioner.values import StyleSpan as StyleSpan
    from captioner.values import Transcript as Transcript
    from captioner.values import Word as Word

__version__ = "0.1.0"

_MODULES = {
    "Backend": "backends",
    "Recognition": "backends",
    "Hints": "backends",
    "Traits": "backends",
    "load_backend": "backends",
    "CaptionerError": "errors",
    "AudioSelection": "media",
    "Captions": "output",
    "WritingOptions": "output",
    "CaptionOptions": "pipeline",
    "Progress": "pipeline",
    "caption": "pipeline",
    "caption_script": "pipeline",
    "cues_of_transcript": "pipeline",
    "Profile": "profiles",
    "SpeechOptions": "speech",
    "Audio": "values",
    "Cue": "values",
    "Position": "values",
    "Report": "values",
    "Segment": "values",
    "Span": "values",
    "StyleSpan": "values",
    "Transcript": "values",
    "Word": "values",
}

__all__ = sorted(_MODULES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'captioner' has no attribute {name!r}")
    return getattr(import_module(f"captioner.{_MODULES[name]}"), name)
