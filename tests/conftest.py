"""Fixtures for all tests."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import imageio_ffmpeg
import numpy as np
import pytest

from captioner.errors import FontMissing
from captioner.media import open_media, read_audio
from captioner.render.fonts import font_for
from captioner.values import Audio
from tests.paths import DATA, GOLDEN

KEPT = (
    "CAPTIONER_NO_SKIPS",
    "CAPTIONER_TESTDATA",
    "CAPTIONER_FFMPEG",
    "CAPTIONER_SDK_PYTHONS",
    "CAPTIONER_NODE_MODULES",
)
"""Variables that tell the tests where things are. They change nothing that captioner does."""

# A shell that starts a program in the background lets it ignore SIGINT, and its children would inherit that. Tests
# interrupt programs of their own.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):  # which nohup lets it ignore
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# No test fails because a machine is slow.
hypothesis.settings.register_profile("everyday", deadline=None)
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True)  # the same examples for every change
hypothesis.settings.register_profile("release", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the goldens; then read the diff")
    parser.addoption("--backend", help="run the conformance suite for this installed backend only")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a test was skipped although CAPTIONER_NO_SKIPS says that all it may need is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CAPTIONER_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def no_error_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logged an error, whatever it asserted."""
    yield
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, [record.getMessage() for record in errors]


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's settings, keys, journal and records out of the tests."""
    for name in list(os.environ):
        if name.startswith(("CAPTIONER_", "ZAI_", "ZHIPUAI_", "OPENAI_")) and name not in KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("CAPTIONER_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # --offline sets it, which must not outlast the test
    journal = tmp_path_factory.mktemp("journal")
    monkeypatch.setenv("CAPTIONER_JOURNAL", str(journal / "journal.sqlite"))
    monkeypatch.setenv("CAPTIONER_STATE", str(journal / "results.sqlite"))


@pytest.fixture(params=["found", "bundled"])
def either_ffmpeg(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test twice: with this machine's ffmpeg, and with the newer one that imageio-ffmpeg brings."""
    if request.param == "bundled":
        monkeypatch.setenv("CAPTIONER_FFMPEG", imageio_ffmpeg.get_ffmpeg_exe())


@pytest.fixture(scope="session")
def cjk_fonts() -> None:
    """Skip a test where fonts for Chinese and Japanese are missing."""
    try:
        for language in ("zh-Hans", "zh-Hant", "ja"):
            font_for(["字"], language)
    except FontMissing:
        pytest.skip("apt install fonts-noto-cjk")


@pytest.fixture(scope="session")
def testdata() -> Path:
    """Return the folder of real recordings, which are not ours to ship, or skip: `CAPTIONER_TESTDATA` names it."""
    folder = os.environ.get("CAPTIONER_TESTDATA")
    if not folder:
        pytest.skip("set CAPTIONER_TESTDATA to a folder of real speech")
    return Path(folder)


@pytest.fixture(scope="session")
def speech_file() -> Path:
    """Return the path of three sentences spoken by flite, a second apart; their times lie beside it."""
    return DATA / "three_sentences.flac"


@pytest.fixture(scope="session")
def speech(speech_file: Path) -> Audio:
    """Return `speech_file`, decoded."""
    with open_media(str(speech_file)) as media:
        blocks = list(read_audio(media))
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return `golden(name, text)`: it compares text with tests/golden/name, or writes it under --update-golden."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode("utf-8")

    return check
