"""`captioner doctor`: a look at the whole installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is well, and what was found or how to get it."""

    name: str
    well: bool
    text: str


@click.command()
def doctor() -> int:
    """Show what is here, what is missing, and how to get it. Exits with 1 if media cannot be captioned."""
    checks = list(_checks())
    for check in checks:
        click.echo(f"{'ok     ' if check.well else 'missing'}  {check.name:<10} {check.text}")
    return 0 if all(check.well for check in checks) else 1


def _checks() -> Iterator[Check]:
    from captioner.backends.selection import backend_statuses, choose_backend
    from captioner.cli.options import user_settings

    yield Check("captioner", True, _captioner())
    yield _checked("ffmpeg", _ffmpeg)
    yield _checked("burning", _burning)
    yield _checked("probing", lambda: f"PyAV {_version('av')}")
    yield _checked("detector", lambda: f"silero-vad {_version('silero-vad')}")
    ready = ", ".join(standing.name for standing in backend_statuses() if standing.ready)
    yield _checked("backend", lambda: f"{choose_backend(user_settings().keyed).name}; ready: {ready}")
    yield Check("words", True, _aligner())
    yield Check("cjk", True, _segmenters())
    yield _checked("settings", _settings)


def _checked(name: str, look: Callable[[], str]) -> Check:
    from importlib.metadata import PackageNotFoundError

    from captioner.errors import CaptionerError

    try:
        return Check(name, True, look())
    except PackageNotFoundError as error:
        return Check(name, False, f"run: pip install {error.name}")
    except CaptionerError as error:
        return Check(name, False, str(error))


def _captioner() -> str:
    import platform

    return f"{_version('captioner')} on Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def _ffmpeg() -> str:
    from captioner.media import ffmpeg_version, find_ffmpeg

    program = find_ffmpeg()
    return f"{ffmpeg_version(program)} at {program}"


def _burning() -> str:
    from captioner.errors import FontMissing
    from captioner.render.fonts import FAMILIES, font_for

    missing = []
    for writing in FAMILIES:
        try:
            font_for(["字"], writing)
        except FontMissing as error:
            missing.append(writing)
            cure = error.package
    return f"libass, without a font for {', '.join(missing)}: apt install {cure}" if missing else "libass, and fonts"


def _aligner() -> str:
    from importlib.util import find_spec

    from captioner.align import FALLBACK, open_timer

    timer = open_timer()
    if timer is None or timer.name == FALLBACK:
        return "espeak-ng does not load here, so words are timed by their letters and by pauses"
    if find_spec("pykakasi") is None:
        return "timed by espeak-ng, Japanese by its letters; better with: pip install 'captioner[cjk]'"
    return "timed by espeak-ng"


def _segmenters() -> str:
    from captioner.cues import segmenters

    missing = segmenters.languages_without_segmenter()
    if missing:
        return f"lines of {' and '.join(missing)} break by rules alone; better with: pip install 'captioner[cjk]'"
    return "rjieba for lines of Chinese, BudouX for Japanese"


def _settings() -> str:
    from captioner.cli.options import user_settings

    path = user_settings().path
    return f"{path}{'' if path.exists() else ' (not there, which is fine)'}"


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
