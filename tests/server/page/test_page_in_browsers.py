"""The page in Chromium and Firefox, with a real film: what a person does, and what may go wrong meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from captioner.formats import srt
from tests.oracles.npm import npm_package
from tests.server.page.page_server import (
    BROWSERS,
    FILM,
    PageServer,
    browser_named,
    open_job,
    page_server,
    until,
    wait_saved,
)

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    with page_server(tmp_path_factory.mktemp("state")) as server:
        yield server


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with browser_named(getattr(request, "param", "chromium")) as browser:
        yield browser


in_both = pytest.mark.parametrize("browser", BROWSERS, indirect=True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def job(server: PageServer) -> str:
    return server.make_job()


@in_both
def test_a_film_becomes_corrected_captions(server: PageServer, page: Page, tmp_path: Path) -> None:
    page.goto(server.url)
    page.set_input_files("#media-file", FILM)
    page.wait_for_selector(".job progress")
    page.click(".job-list:not(.uploads) a.job-main")
    page.wait_for_selector(".row.current")
    job = page.url.rpartition("/")[2]
    before = server.document(job)["cues"]
    assert page.get_attribute(".list", "aria-rowcount") == str(len(before)) == "26"

    page.keyboard.press("Space")
    until(page, "document.querySelector('video').currentTime > 0.3")
    page.keyboard.press("Space")

    page.keyboard.press("Enter")  # edit the first cue
    page.keyboard.press("End")
    page.keyboard.type(" Really!")
    page.keyboard.press("Enter")  # and the second one
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+Home")
    for _ in range(len("Tonight we")):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Enter")
    wait_saved(page)
    cues = server.document(job)["cues"]
    assert cues[0]["text"] == "Good evening, and welcome to our program. Really!"
    assert cues[1]["text"] == "Tonight we"
    assert cues[1]["end"] <= cues[2]["start"] == pytest.approx(before[1]["words"][2]["start"], abs=0.03)

    page.keyboard.press("Control+z")
    wait_saved(page)
    assert server.document(job)["cues"][1] == before[1]
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Escape")
    wait_saved(page)

    drag_edge(page, server, job, 0, "end", 0.35)
    after = server.document(job)["cues"]
    assert after[0]["end"] > cues[0]["end"] + 0.2

    server.kill()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type(" Kept.")
    page.wait_for_selector(".banner:not([hidden])")
    server.start()
    wait_saved(page)
    page.reload()
    page.wait_for_selector(".row.current")
    texts = {cue["text"] for cue in server.document(job)["cues"]}
    assert any(text.endswith(" Kept.") for text in texts)

    page.click("text=Download")
    written = srt.parse(downloaded(page, server, job, tmp_path / "got.srt")).cues or ()
    edited: list[Any] = [
        (cue["text"], pytest.approx(cue["start"], abs=0.001), pytest.approx(cue["end"], abs=0.001))
        for cue in server.document(job)["cues"]
    ]
    assert [(cue.text, cue.start, cue.end) for cue in written] == edited
    page.click("text=Add as a track")
    page.wait_for_selector(".encode-status a")
    video = server.client.get(str(page.get_attribute(".encode-status a", "href")))
    assert video.headers["Content-Type"].startswith("video/")
    assert len(video.content) > 1_000_000


def downloaded(page: Page, server: PageServer, job: str, path: Path) -> str:
    """Return the SRT that the page's button downloads; in Firefox, which reports no downloads, that of its address."""
    if page.context.browser and page.context.browser.browser_type.name == "firefox":
        return server.client.get(f"/v1/jobs/{job}/results/srt").text
    with page.expect_download() as download:
        page.click(".format-grid button >> nth=0")
    download.value.save_as(path)
    return path.read_text("utf-8")


def drag_edge(page: Page, server: PageServer, job: str, index: int, edge: str, seconds: float) -> None:
    """Drag an edge of a cue in the waveform, at its first zoom of 80 pixels a second."""
    page.click(f".row[aria-rowindex='{index + 1}'] .cell-times")
    page.wait_for_timeout(200)
    time = server.document(job)["cues"][index][edge]
    box = page.locator(".wave-surface").bounding_box()
    assert box
    x, y = box["x"] + time * 80, box["y"] + box["height"] * 0.6
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + seconds * 40, y, steps=3)
    page.mouse.move(x + seconds * 80, y, steps=3)
    page.mouse.up()
    page.wait_for_timeout(50)
    wait_saved(page)


def test_two_windows_never_overwrite_each_other(server: PageServer, browser: Browser, job: str) -> None:
    pages = [browser.new_context().new_page() for _ in range(2)]
    for page in pages:
        page.set_default_timeout(20_000)
        open_job(page, server, job)
    first, second = pages
    second.route("**/document/events*", lambda route: route.abort())  # it learns nothing of the other window
    second.reload()
    second.wait_for_selector(".row.current")
    edit_row(first, 3, " From one.")
    wait_saved(first)
    edit_row(second, 5, " Elsewhere.")
    wait_saved(second)  # another cue: both stay
    edit_row(second, 3, " From two.")
    second.wait_for_selector("dialog .conflicts")
    assert "From one." in second.inner_text(".conflicts")
    assert "From two." in second.inner_text(".conflicts")
    assert server.document(job)["cues"][2]["text"].endswith(" From one.")
    second.click("dialog input[value=theirs]")
    second.click("dialog .primary")
    wait_saved(second)
    cues = server.document(job)["cues"]
    assert cues[2]["text"].endswith(" From one.")
    assert " Elsewhere." in cues[4]["text"]
    until(first, "document.querySelector(\"[aria-rowindex='5']\").innerText.includes('Elsewhere.')")
    for page in pages:
        page.context.close()


def edit_row(page: Page, number: int, text: str) -> None:
    """Add text at the end of a cue."""
    page.click(f".row[aria-rowindex='{number}'] .row-text")
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    page.keyboard.press("Escape")


def test_a_lost_connection_and_a_closed_window_lose_no_edit(server: PageServer, page: Page, job: str) -> None:
    open_job(page, server, job)
    page.route("**/operations", lambda route: route.abort())
    edit_row(page, 8, " Offline.")
    page.wait_for_selector(".banner:not([hidden])")
    assert " Offline." not in json.dumps(server.document(job)["cues"])
    page.wait_for_timeout(300)
    other = page.context.new_page()
    page.close(run_before_unload=False)
    open_job(other, server, job)
    assert server.document(job)["cues"][7]["text"].endswith(" Offline.")
    assert other.inner_text(".row[aria-rowindex='8'] .row-text").endswith(" Offline.")


def test_a_full_disk_is_said_and_loses_nothing(server: PageServer, page: Page, job: str) -> None:
    open_job(page, server, job)
    body = json.dumps({"error": {"message": "no space", "code": "full"}})
    page.route("**/operations", lambda route: route.fulfill(status=507, body=body))
    edit_row(page, 9, " Full.")
    page.wait_for_selector(".banner:has-text('disk of the server is full')")
    page.unroute("**/operations")
    wait_saved(page)
    assert server.document(job)["cues"][8]["text"].endswith(" Full.")


def test_keyboard_does_everything(server: PageServer, page: Page, job: str) -> None:
    open_job(page, server, job)
    count = len(server.document(job)["cues"])
    keys = ("End", "ArrowUp", "Shift+ArrowDown", "m", "Control+z", "q", "e", "l", "Delete", "Control+z")
    for key in keys:
        page.keyboard.press(key)
    wait_saved(page)
    cues = server.document(job)["cues"]
    assert len(cues) == count
    assert cues[-2]["locked"]
    page.keyboard.press("?")
    page.wait_for_selector("dialog .shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    page.keyboard.type("lamp")
    until(page, "/1 of [1-9]/.test(document.querySelector('.find-count').textContent)")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('row')")


@in_both
def test_no_serious_fault_of_access(server: PageServer, page: Page, job: str) -> None:
    axe = (npm_package("axe-core") / "axe.min.js").read_text("utf-8")
    open_job(page, server, job)
    page.wait_for_timeout(300)
    faults = serious_faults(page, axe, "editor")
    page.keyboard.press("?")
    faults += serious_faults(page, axe, "keyboard")
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme="dark")
    faults += serious_faults(page, axe, "dark")
    page.click("text=Download")
    faults += serious_faults(page, axe, "downloads")
    page.goto(server.url)
    page.wait_for_selector(".job")
    faults += serious_faults(page, axe, "jobs")
    page.emulate_media(color_scheme="light")
    faults += serious_faults(page, axe, "jobs, light")
    assert faults == []


def serious_faults(page: Page, axe: str, where: str) -> list[str]:
    """Return what axe finds, with its place."""
    page.evaluate(axe)  # a policy forbids script elements
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{where}: {fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@in_both
def test_phone_shows_all_in_its_width(server: PageServer, browser: Browser, job: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    for address, width in ((server.url, 360), (f"{server.url}/#/job/{job}", 390), (f"{server.url}/#/job/{job}", 360)):
        page.set_viewport_size({"width": width, "height": 780})
        page.goto(address)
        page.wait_for_selector(".job, .row")
        page.wait_for_timeout(200)
        page.keyboard.press("Control+h")  # in the editor: the widest rows of buttons
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == "zh-Hans"
        wide = page.evaluate(
            "[...document.querySelectorAll('button, a, input, select, .speed')].filter(e => e.offsetParent"
            " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
        )
        assert wide == []
    page.context.close()


def test_input_methods_and_right_to_left(server: PageServer, page: Page, job: str) -> None:
    open_job(page, server, job)
    page.click(".row[aria-rowindex='12'] .row-text")
    page.keyboard.press("Control+a")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "zao", "selectionStart": 3, "selectionEnd": 3})
    page.wait_for_timeout(600)
    assert "zao" not in server.document(job)["cues"][11]["text"]  # nothing is stored before it is composed
    devtools.send("Input.insertText", {"text": "早上好"})
    page.keyboard.press("Escape")
    wait_saved(page)
    assert server.document(job)["cues"][11]["text"] == "早上好"
    page.click(".row[aria-rowindex='12'] .row-text")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("שלום לכולם 12")
    assert page.evaluate("getComputedStyle(document.querySelector('textarea.text-area')).direction") == "rtl"
    page.keyboard.press("Escape")
    wait_saved(page)
    assert re.search("שלום לכולם 12", server.document(job)["cues"][11]["text"])
