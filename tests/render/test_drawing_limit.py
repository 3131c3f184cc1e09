"""ASS files that would fill the memory of the machine are refused before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from captioner.cli import main
from captioner.formats.ass import drawn_size
from captioner.render.burn_filter import MOST_DRAWN
from tests.media.media_factory import ffmpeg, picture_source

HEAD = """[Script Info]
PlayResX: 640
PlayResY: 360
[V4+ Styles]
Format: Name, Fontname, Fontsize, ScaleX, ScaleY, Outline
Style: Default,Arial,20,100,100,2
Style: Huge,Arial,9000,100,100,2
[Events]
Format: Start, End, Style, Text
"""

TEXT = "Nothing to see here"

BOMBS = {
    "size, shadow and blur": [r"{\shad3000\blur100\fs3000}" + TEXT] * 9,
    "animated": [r"{\t(\fscx90000\fscy90000)}" + TEXT],
    "border": [r"{\bord9000}" + TEXT],
    "border of one side": [r"{\xbord9000}" + TEXT],
    "drawing": [r"{\p1}m 0 0 l 90000 0 90000 90000 0 90000"],
    "small drawing": [r"{\p1\fscx5000\fscy5000}m 0 0 l 999 0 999 999 0 999"],
    "another style": [r"{\rHuge}" + TEXT],
    "relative size": [r"{\fs+9999}" + TEXT],
    "number with an exponent": [r"{\fs1e5}" + TEXT],
    "many clips": [r"{\clip(m 0 0 l 640 0 640 360)}a"] * 999,
    "many full pictures": [r"{\p1}m 0 0 l 640 0 640 360 0 360"] * 999,
}

ORDINARY = {
    "glow": [r"{\blur4\bord6}" + TEXT] * 20,
    "long lines": [TEXT * 20] * 20,
    "a drawing of the whole picture": [r"{\p1}m 0 0 l 640 0 640 360 0 360"] * 20,
    "fine drawing": [r"{\p5}m 0 0 l 10240 0 10240 5760 0 5760"],
    "tags in the text": [r"fs3000 \fs3000 bord9000" + TEXT],
}


def script(texts: Sequence[str], seconds: int = 0) -> str:
    """A script whose events begin `seconds` after one another."""
    times = (f"0:{at * seconds // 60:02}:{at * seconds % 60:02}.00" for at in range(len(texts) + 1))
    starts = list(times)
    ends = [starts[at + 1] if seconds else "0:00:02.00" for at in range(len(texts))]
    events = zip(starts, ends, texts, strict=False)
    return HEAD + "".join(f"Dialogue: {start},{end},Default,{text}\n" for start, end, text in events)


@pytest.mark.parametrize("name", BOMBS)
def test_a_script_that_draws_too_much_is_found(name: str) -> None:
    drawn = drawn_size(script(BOMBS[name]), 640, 360)
    assert drawn.pixels > MOST_DRAWN
    assert drawn.line == 10


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_script_is_drawn(name: str) -> None:
    assert drawn_size(script(ORDINARY[name]), 640, 360).pixels < MOST_DRAWN / 10


def test_only_what_is_shown_at_once_counts() -> None:
    layers = [r"{\p1}m 0 0 l 640 0 640 360 0 360"] * 999
    assert drawn_size(script(layers, seconds=1), 640, 360).pixels < MOST_DRAWN / 100


def test_sizes_grow_with_the_picture() -> None:
    small, large = (drawn_size(script([TEXT]), width, width * 9 // 16).pixels for width in (640, 1280))
    assert large == pytest.approx(4 * small)


@pytest.mark.parametrize("command", ["burn", "preview"])
def test_a_bomb_is_refused_in_a_sentence(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ffmpeg("-f", "lavfi", "-i", picture_source(2), "-c:v", "mpeg4", "film.mp4")
    Path("bomb.ass").write_text(script(BOMBS["border"] * 99), "utf-8")
    output = "out.mp4" if command == "burn" else "out.png"
    assert main([command, "film.mp4", "bomb.ass", "-o", output]) == 5
    error = capsys.readouterr().err.strip()
    assert "captioner: bomb.ass line " in error
    assert error.endswith("more than 200; make its letters, borders, blurs or drawings smaller")
    assert not Path(output).exists()
