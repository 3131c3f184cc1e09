"""What parallel stages save: while a backend works on one clip, the next audio is decoded and searched for speech, and
the words of the previous clips get their times."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from captioner import caption, load_backend
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import alternate, talk, wall_seconds


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        film = talk(lengths.short, Path(folder))
        others, speech = captioned(film, 0.0)
        delay = others / speech  # recognition takes as long as all other stages: parallel work saves most then
        (together,) = alternate(lambda: captioned(film, delay)[0])
    label = f"{lengths.short:g} min, recognition as slow as all other stages"
    return [
        Row(f"{label} / one of the two alone", together, others, "s", "→ 1"),
        Row(f"{label} / one after the other", together, 2 * others, "s", "→ 0.5"),
    ]


def captioned(film: Path, delay: float) -> tuple[float, float]:
    """Return the wall time of a run, and the seconds of speech.

    The backend takes `delay` seconds for each second of speech.
    """
    backend = load_backend("scripted", delay=delay)
    speech = 0.0

    def run() -> None:
        nonlocal speech
        regions = caption(film, backend=backend, align="pauses").report.regions
        speech = sum(region.duration for region in regions)

    return wall_seconds(run), speech
