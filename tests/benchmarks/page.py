"""Frame times of the page at 4 hours and 5,000 cues while one types and drags, beside an empty page.

`python -m tests.benchmarks.page` prints a table. Frames are the times between calls of requestAnimationFrame, as the
browser gives them; both pages run in the same browser, one after the other. It takes two minutes.
"""

from __future__ import annotations

import statistics
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from tests.server.page.page_server import BROWSERS, browser_named, open_job, page_server, wait_saved

HOURS = 4

CUES = 5000

KEYS = 40
"""Keys that are pressed, and steps of a drag."""

EMPTY = "<!doctype html><textarea autofocus></textarea>"

COUNT_FRAMES = """() => { window.frames_ = []; let last = performance.now(); window.counting = true;
const tick = now => { window.frames_.push(now - last); last = now; if (window.counting) requestAnimationFrame(tick); };
requestAnimationFrame(tick); }"""


def main() -> None:
    """Print the table."""
    print("| browser | page | typing p50, p95 ms | dragging p50, p95 ms | rows | heap MB |\n|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder, page_server(Path(folder, "state")) as server:
        media, captions = _media(Path(folder)), _captions(Path(folder))
        with media.open("rb") as sound, captions.open("rb") as text:
            files = {"file": ("long.wav", sound), "captions": ("long.srt", text)}
            job = server.client.post("/v1/jobs", files=files, timeout=600).json()["id"]
        while server.client.get(f"/v1/jobs/{job}").json()["state"] in ("waiting", "running"):
            pass
        for name in BROWSERS:
            with browser_named(name) as browser:
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.set_default_timeout(120_000)
                page.set_content(EMPTY)
                print(f"| {name} | empty | {_frames(page, _type(page))} | {_frames(page, _move(page))} | | |")
                open_job(page, server, job)
                page.wait_for_timeout(3000)
                page.keyboard.press("End")
                page.keyboard.press("ArrowUp")
                page.keyboard.press("Enter")
                typing = _frames(page, _type(page))
                page.keyboard.press("Escape")
                page.wait_for_timeout(500)
                dragging = _frames(page, _drag(page))
                wait_saved(page)
                rows = page.locator(".row").count()
                print(f"| {name} | editor | {typing} | {dragging} | {rows} | {_heap(page)} |")


def _media(folder: Path) -> Path:
    """Return four hours of noise, made quickly."""
    path = folder / "long.wav"
    source = f"anoisesrc=r=8000:a=0.2:d={HOURS * 3600}:seed=1"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:a", "pcm_u8", str(path)], check=True)
    return path


def _captions(folder: Path) -> Path:
    path, step = folder / "long.srt", HOURS * 3600 / CUES
    cues = [
        f"{number + 1}\n{_time(number * step)} --> {_time((number + 1) * step - 0.084)}\n"
        f"This is cue {number + 1}, and it has words\nin two lines as cues have.\n"
        for number in range(CUES)
    ]
    path.write_text("\n".join(cues), "utf-8")
    return path


def _time(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"


def _frames(page: Page, work: Callable[[], None]) -> str:
    """Return the median and the 95th percentile of the frames while something is done."""
    page.evaluate(COUNT_FRAMES)
    work()
    page.evaluate("() => { window.counting = false; }")
    frames = sorted(page.evaluate("() => window.frames_")[2:])
    return f"{statistics.median(frames):.0f}, {frames[int(len(frames) * 0.95)]:.0f}"


def _type(page: Page) -> Callable[[], None]:
    return lambda: page.keyboard.type("words and more words in a cue of a film "[:KEYS], delay=50)


def _move(page: Page) -> Callable[[], None]:
    def move() -> None:
        for step in range(KEYS):
            page.mouse.move(300 + step * 4, 500)
            page.wait_for_timeout(16)

    return move


def _drag(page: Page) -> Callable[[], None]:
    """Drag the border in the middle of the timeline."""
    box = page.locator(".wave-surface").bounding_box()
    assert box
    slider = page.locator("[role=slider][aria-label=End]").bounding_box()
    x, y = (slider["x"] + 7 if slider else box["x"] + 300), box["y"] + 90
    page.mouse.move(x, y)
    page.mouse.down()

    def drag() -> None:
        for step in range(KEYS):
            page.mouse.move(x - step * 2, y)
            page.wait_for_timeout(16)
        page.mouse.up()

    return drag


def _heap(page: Page) -> str:
    """Return the memory of the page's objects; empty in a browser that does not say it."""
    used = page.evaluate("() => performance.memory?.usedJSHeapSize ?? 0")
    return f"{used / 1e6:.0f}" if used else ""


if __name__ == "__main__":
    main()
