"""What side by side is worth: while a recogniser takes its time, the sound of what comes next is decoded and searched,
and the words of what came before are timed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from captioner import caption, load_backend
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import in_turns, seconds, talk


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        film = talk(lengths.short, Path(folder))
        rest, speech = captioned(film, 0.0)
        delay = rest / speech  # so that the recogniser takes as long as all else, where overlapping saves most
        (together,) = in_turns(lambda: captioned(film, delay)[0])
    what = f"{lengths.short:g} min with a recogniser as slow as all else"
    return [
        Row(f"{what} / the slower of the two alone", together, rest, "s", "→ 1"),
        Row(f"{what} / one after the other", together, 2 * rest, "s", "→ 0.5"),
    ]


def captioned(film: Path, delay: float) -> tuple[float, float]:
    """How long it took with a recogniser of so many seconds for each second of speech, and the seconds of speech."""
    backend = load_backend("scripted", delay=delay)
    speech = 0.0

    def run() -> None:
        nonlocal speech
        regions = caption(film, backend=backend, align="pauses").report.regions
        speech = sum(region.duration for region in regions)

    return seconds(partial(run)), speech
