"""The options of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypedDict

from captioner.align import Aligner
from captioner.backends import Backend, Hints
from captioner.journal.location import JournalLocation
from captioner.languages import asked_language
from captioner.media import AudioSelection
from captioner.pipeline.run_progress import ProgressCallback, ignore_progress
from captioner.profiles import Profile, profile_for, profile_named
from captioner.speech import SpeechOptions
from captioner.text_checks import ChineseScript
from captioner.transcribe import ContextMode
from captioner.validation import types_of, wrong_type

ProfileChoice = str | Profile | Callable[[str | None], Profile] | None
"""A profile, its name, a function from the language to a profile, or None for the profile of the language."""

FrameRateChoice = Fraction | int | Literal["media", "none"]
"""Frames a second, exact; "media" for the frame rate of the video, "none" to time cues to milliseconds."""


@dataclass(frozen=True, kw_only=True)
class CaptionOptions:
    """The options of `caption`."""

    backend: str | Backend = "auto"
    """A name, for a backend that is loaded and closed with the run, or a backend, which the caller closes."""

    profile: ProfileChoice = None
    """The caption style: a profile or its name; None for the one of the language."""

    frame_rate: FrameRateChoice = "media"
    """The frames to which cues are timed."""

    shot_changes: bool = False
    """Whether cues snap to shot changes. This decodes the whole video."""

    hints: Hints = Hints()
    """The language, prompt and hotwords that the backend gets with each clip."""

    selection: AudioSelection = AudioSelection()
    """The audio track, the channel and the part of the source to caption."""

    context: ContextMode = "none"
    """The earlier text that the backend gets: "none", or "previous" for that of the window before."""

    align: str | Aligner | None = "auto"
    """The aligner for word times, by name; "auto" for the best one, "backend" for those of the backend, as far as it
    has some. None or "none" for no aligner."""

    speech: SpeechOptions = SpeechOptions()
    """The options of speech detection."""

    chinese_script: ChineseScript = "auto"
    """The script of Chinese captions: "hans" (simplified), "hant" (traditional), "keep" for the characters that the
    backend returned; "auto" for the script of the language tag, or else the one of most of the text."""

    keep_suspected: bool = False
    """Whether text that the backend probably invented is shown; it is in the report either way."""

    journal: str | Path | JournalLocation | None = None
    """The journal file, or where else its results are; None to run without a journal."""

    on_progress: ProgressCallback = ignore_progress
    """Called from time to time with the progress. An exception that it raises ends the run."""

    def __post_init__(self) -> None:
        for name, kind in types_of(type(self)).items():
            if reason := wrong_type(name, getattr(self, name), kind):
                raise TypeError(reason)
        if self.hints.language is not None:
            tag = asked_language(self.hints.language)
            object.__setattr__(self, "hints", replace(self.hints, language=tag))


class CaptionKeywords(TypedDict, total=False):
    """The options of `CaptionOptions` as keywords of `caption`, for type checkers."""

    backend: str | Backend
    profile: ProfileChoice
    frame_rate: FrameRateChoice
    shot_changes: bool
    hints: Hints
    selection: AudioSelection
    context: ContextMode
    align: str | Aligner | None
    speech: SpeechOptions
    chinese_script: ChineseScript
    keep_suspected: bool
    journal: str | Path | JournalLocation | None
    on_progress: ProgressCallback


def changed_options(options: CaptionOptions, changes: CaptionKeywords) -> CaptionOptions:
    """Return the options with some changed. Raises `TypeError`, for the field of an option with how to write it."""
    known = types_of(CaptionOptions)
    for name in (name for name in changes if name not in known):
        for option, kind in (("hints", Hints), ("selection", AudioSelection), ("speech", SpeechOptions)):
            if name in types_of(kind):
                raise TypeError(f"{name!r} belongs to {option}; write {option}={kind.__name__}({name}=...)")
        raise TypeError(f"there is no option {name!r}; there is: {', '.join(known)}")
    return replace(options, **changes)


def chosen_profile(choice: ProfileChoice, language: str | None) -> Profile:
    """Return the profile that a choice names for a language."""
    if isinstance(choice, str):
        return profile_named(choice)
    return choice if isinstance(choice, Profile) else (choice or profile_for)(language)
