"""The work of `captioner doctor`."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import click

from captioner.align import FALLBACK, open_aligner
from captioner.backends.selection import backend_statuses, choose_backend
from captioner.cli.user_settings import user_settings
from captioner.cli.work.backend_session import backend_settings
from captioner.cli.work.profile_choice import asked_profile
from captioner.cues import segmenters
from captioner.errors import CaptionerError, FontMissing
from captioner.media import ffmpeg_version, find_ffmpeg
from captioner.render.fonts import FAMILIES, font_for


@dataclass(frozen=True)
class Check:
    """The result of one check."""

    name: str

    ready: bool

    text: str
    """The version that is installed, or the command that installs it."""


def check_installation() -> int:
    """Print all checks; returns the exit code."""
    checks = list(_checks())
    for check in checks:
        click.echo(f"{'ok     ' if check.ready else 'missing'}  {check.name:<10} {check.text}")
    return 0 if all(check.ready for check in checks) else 1


def _checks() -> Iterator[Check]:
    yield Check("captioner", True, _captioner())
    yield _checked("ffmpeg", _ffmpeg)
    yield _checked("burning", _fonts)
    yield _checked("probing", lambda: f"PyAV {version('av')}")
    yield _checked("detector", lambda: f"silero-vad {version('silero-vad')}")
    yield _checked("backend", _backend)
    yield Check("words", True, _aligner())
    yield Check("cjk", True, _segmenters())
    yield _checked("settings", _settings)


def _checked(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except PackageNotFoundError as error:
        return Check(name, False, f"run: pip install {error.name}")
    except CaptionerError as error:
        return Check(name, False, str(error))


def _captioner() -> str:
    python = f"Python {platform.python_version()}"
    return f"{version('captioner')} on {python}, {platform.system()} {platform.machine()}"


def _ffmpeg() -> str:
    program = find_ffmpeg()
    return f"{ffmpeg_version(program)} at {program}"


def _fonts() -> str:
    missing = []
    for language in FAMILIES:
        try:
            font_for(["字"], language)
        except FontMissing as error:
            missing.append(language)
            package = error.package
    if missing:
        return f"libass, but no font for {', '.join(missing)}; run: apt install {package}"
    return "libass and fonts are ready"


def _backend() -> str:
    ready = ", ".join(status.name for status in backend_statuses() if status.ready)
    return f"{choose_backend(user_settings().with_key).name}; ready: {ready}"


def _aligner() -> str:
    aligner = open_aligner()
    if aligner is None or aligner.name == FALLBACK:
        return "espeak-ng cannot be loaded, so word times come from letters and pauses"
    if find_spec("pykakasi") is None:
        return "timed by espeak-ng, Japanese by letters; for better times run: pip install 'captioner[cjk]'"
    return "timed by espeak-ng"


def _segmenters() -> str:
    if missing := segmenters.languages_without_segmenter():
        languages = " and ".join(missing)
        return f"lines of {languages} break by rules alone; for better breaks run: pip install 'captioner[cjk]'"
    return "rjieba breaks lines of Chinese, BudouX lines of Japanese"


def _settings() -> str:
    settings = user_settings()
    for name in settings.backends:  # a run checks only those that it uses
        backend_settings(name, settings)
    for name in settings.profiles:
        asked_profile(name, settings)
    path = settings.path
    return f"{path}{'' if path.exists() else ' (no such file, which is fine)'}"
