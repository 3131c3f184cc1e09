"""What a browser reads of the WebVTT that we write: times, text, voices, styles and places, cue for cue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from captioner.formats import vtt
from captioner.formats.vtt.cue_settings import settings_of
from captioner.values import Cue, Position, StyleSpan, Word
from tests.cues.cue_strategies import ODD_LINES
from tests.formats.test_text_formats import CUES
from tests.oracles.browser import read_in_chromium

PLACES = [
    Position(anchor, x, y, vertical)
    for vertical in ("", "rl", "lr")
    for anchor in range(1, 10)
    for x, y in ((None, None), (12.5, None), (None, 80.0), (33.33, 66.67))
]

WRITTEN = {
    "everything.vtt": CUES,
    "none.vtt": [],
    "one.vtt": [Cue(0, 1, "One.")],
    "many.vtt": [Cue(index, index + 0.5, f"Cue {index}") for index in range(10_000)],
    "odd.vtt": [Cue(index, index + 1, line, line) for index, line in enumerate(ODD_LINES)],
    "escapes.vtt": [Cue(0, 1, "a & b < c > d --> e &amp; &lt;i&gt; \\ { } \" ' 👩‍👩‍👧 שלום مرحبا")],
    "places.vtt": [Cue(index, index + 1, "x", position=place) for index, place in enumerate(PLACES)],
    "late.vtt": [Cue(359_999.999, 400_000.5, "After a hundred hours.")],
    "styles.vtt": [
        Cue(0, 1, "one two three", styles=(StyleSpan(0, 5, italic=True, bold=True), StyleSpan(8, 13, underline=True))),
        Cue(1, 2, "in time", "A & <B>", (Word(1.2, 1.4, "in"), Word(1.5, 1.9, " time"))),
    ],
}


def test_chromium_reads_the_cues_that_were_written(tmp_path: Path) -> None:
    seen = read_in_chromium({name: vtt.write(vtt.representable(cues)) for name, cues in WRITTEN.items()}, tmp_path)
    for name, cues in WRITTEN.items():
        found = seen[name]
        assert found is not None, name
        assert [_seen(cue) for cue in found] == [_meant(cue) for cue in vtt.representable(cues)], name


def _meant(cue: Cue) -> tuple[Any, ...]:
    parts = {
        look: [cue.text[style.first : style.last] for style in cue.styles if getattr(style, look)]
        for look in ("italic", "bold", "underline")
    }
    settings = settings_of(cue.position) if cue.position else {}
    if "line" in settings:  # Chromium does not tell which side stands there
        settings["line"] = settings["line"].partition(",")[0]
    return cue.start, cue.end, cue.text, cue.speaker, parts, settings


def _seen(cue: dict[str, Any]) -> tuple[Any, ...]:
    settings = {
        "vertical": cue["vertical"],
        "line": "" if cue["line"] == "auto" else f"{cue['line']}" + ("" if cue["snap"] else "%"),
        "position": "" if cue["position"] == "auto" else f"{cue['position']}%",
        "align": "" if cue["align"] == "center" else cue["align"],
    }
    parts = {look: cue[look] for look in ("italic", "bold", "underline")}
    given = {name: value for name, value in settings.items() if value}
    return cue["start"], cue["end"], cue["text"], cue["voice"], parts, given
