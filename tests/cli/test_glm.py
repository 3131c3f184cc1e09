"""The backend glm by the command line, against a fake service: costs, limits, errors and the journal."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from captioner.backends.cloud.retry import RetryPolicy
from captioner.cli import main
from captioner.media import open_media, read_audio
from captioner.speech import SpeechOptions, speech_clips
from captioner.testing import Fault, GlmService, audio_key, echo_key, error, looped
from captioner.transcribe import METERED_SILENCE, recognition_windows
from tests.media.media_factory import ffmpeg

SENTENCES = ["The first train leaves at seven.", "We will meet you at the station.", "Please bring the old map."]


@dataclass
class Ran:
    code: int
    out: str
    err: str
    sent: int
    """Requests that reached the service."""

    @property
    def error(self) -> str:
        """The one sentence that begins with `captioner:`."""
        (sentence,) = [line for line in self.err.split("\n") if line.startswith("captioner: ")]
        return sentence


@dataclass
class Cloud:
    """A service that knows the three sentences, and a command line that uses it."""

    service: GlmService
    keys: list[str]
    faults: dict[Any, Fault | list[Fault | None]]
    run: Callable[..., Ran]


@pytest.fixture(scope="module")
def keys(speech_file: Path) -> list[str]:
    """The keys by which the service recognises the three regions, and all of them in a window."""
    with open_media(str(speech_file)) as media:
        clips = list(speech_clips(read_audio(media), SpeechOptions()))
    return [audio_key(clip) for clip in [*clips, recognition_windows.join(clips, METERED_SILENCE).clip]]


@pytest.fixture
def cloud(
    keys: list[str],
    speech_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Cloud]:
    """In an empty folder with talk.flac. No run may show the key. Each region is a window."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(recognition_windows, "LONGEST_SILENCE", 0.0)
    shutil.copyfile(speech_file, "talk.flac")
    faults: dict[Any, Fault | list[Fault | None]] = {}
    texts = dict(zip(keys, [*SENTENCES, " ".join(SENTENCES)], strict=True))
    with GlmService(texts, faults=faults) as service:
        monkeypatch.setenv("ZAI_API_KEY", service.key)

        def run(*words: str, base_url: str = service.base_url) -> Ran:
            before = len(service.requests)
            code = main([*words, "--backend", "glm", "--base-url", base_url, "--concurrency", "1"])
            captured = capfd.readouterr()
            assert service.key not in captured.out + captured.err
            return Ran(code, captured.out, captured.err, len(service.requests) - before)

        yield Cloud(service, keys, faults, run)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        journal = Path(os.environ["CAPTIONER_JOURNAL"])
        assert not any(service.key.encode() in path.read_bytes() for path in (*files, *journal.parent.iterdir()))


@pytest.fixture
def journal(capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """`journal(*words)`: what `captioner journal` prints."""

    def run(*words: str) -> str:
        assert main(["journal", *words]) == 0
        return capfd.readouterr().out

    return run


@pytest.fixture
def prices() -> Callable[[str], None]:
    """`prices(toml)`: the user's own price of glm-asr-2512."""

    def write(toml: str) -> None:
        path = Path(os.environ["CAPTIONER_CONFIG_DIR"], "config.toml")
        path.write_text(f'[prices."glm-asr-2512"]\n{toml}\n', "utf-8")

    return write


def text_of(name: str = "talk.srt") -> str:
    """The captions as running text."""
    lines = Path(name).read_text("utf-8").split("\n")
    return " ".join(line for line in lines if line and "-->" not in line and not line.isdigit())


def regions(ran: str = "report.json") -> list[dict[str, Any]]:
    return list(json.loads(Path(ran).read_text("utf-8"))["regions"])


def test_a_second_run_with_other_formats_sends_nothing(cloud: Cloud) -> None:
    assert cloud.run("talk.flac").sent == 3
    assert text_of() == " ".join(SENTENCES)
    ran = cloud.run("talk.flac", "-f", "vtt,json,txt", "--profile", "ted", "--report", "report.json")
    assert (ran.code, ran.sent) == (0, 0)
    assert all(region["cached"] for region in regions())
    assert cloud.run("talk.flac", "--overwrite", "--no-journal").sent == 3
    assert cloud.run("talk.flac", "--overwrite", "--hotword", "Zhipu").sent == 3


class TestBackendErrors:
    def test_no_key(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ZAI_API_KEY")
        ran = cloud.run("talk.flac")
        assert (ran.code, ran.sent) == (4, 0)
        assert "no key; set CAPTIONER_API_KEY, ZAI_API_KEY or ZHIPUAI_API_KEY" in ran.error

    def test_a_key_that_is_refused(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ZAI_API_KEY", "another.key")
        ran = cloud.run("talk.flac")
        assert ran.code == 4
        assert "127.0.0.1 refused the key from ZAI_API_KEY" in ran.error
        assert "another.key" not in ran.err
        assert not Path("talk.srt").exists()

    def test_a_service_that_repeats_the_key(self, cloud: Cloud) -> None:
        cloud.faults[0] = echo_key()
        ran = cloud.run("talk.flac", "-v")
        assert ran.code == 4
        assert "***" in ran.error

    def test_an_empty_account_can_be_topped_up(self, cloud: Cloud) -> None:
        cloud.faults[cloud.keys[1]] = [error("1113")]
        ran = cloud.run("talk.flac")
        assert ran.code == 4
        assert "top it up and run again" in ran.error
        assert not Path("talk.srt").exists()
        done = {request.audio_file.key for request in cloud.service.requests} - {cloud.keys[1]}
        again = cloud.run("talk.flac")
        assert (again.code, again.sent) == (0, 3 - len(done))
        assert done.isdisjoint(request.audio_file.key for request in cloud.service.requests[-again.sent :])
        assert text_of() == " ".join(SENTENCES)

    def test_no_server_there(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(RetryPolicy, "pause_after", lambda *error: 0.0)  # else they take half a minute together
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/v4"
        ran = cloud.run("talk.flac", base_url=url)
        assert ran.code == 4
        assert "check the network and the base URL, then run again" in ran.error

    def test_too_many_hotwords(self, cloud: Cloud) -> None:
        Path("names.txt").write_text("\n".join(f"Name {number}" for number in range(101)))
        ran = cloud.run("talk.flac", "--hotwords-file", "names.txt")
        assert (ran.code, ran.sent) == (2, 0)
        assert "at most 100 hotwords, not 101" in ran.error

    @pytest.mark.parametrize(
        ("content", "part"), [(None, "no such file"), (b"\xff\xfe\x00", "not UTF-8"), ("a folder", "is a directory")]
    )
    def test_hotwords_that_cannot_be_read(self, cloud: Cloud, content: bytes | str | None, part: str) -> None:
        if isinstance(content, bytes):
            Path("names.txt").write_bytes(content)
        elif content:
            Path("names.txt").mkdir()
        ran = cloud.run("talk.flac", "--hotwords-file", "names.txt")
        assert (ran.code, ran.sent) == (2, 0)
        assert "hotwords of names.txt" in ran.error
        assert part in ran.error


def test_hotwords_of_a_file_reach_the_service(cloud: Cloud) -> None:
    Path("names.txt").write_text("\ufeff# names\n\n  Zhipu \n  # more\n词\r\n", "utf-8")
    assert cloud.run("talk.flac", "--hotwords-file", "names.txt", "--hotword", "GLM").code == 0
    assert {tuple(request.hotwords) for request in cloud.service.requests} == {("GLM", "Zhipu", "词")}


@pytest.mark.parametrize("content", ["", "# nobody\n\n   # here\n"])
def test_a_file_without_hotwords(cloud: Cloud, content: str) -> None:
    Path("names.txt").write_text(content)
    assert cloud.run("talk.flac", "--hotwords-file", "names.txt").code == 0
    assert not any(request.hotwords for request in cloud.service.requests)


def test_a_refused_region_is_reported_and_retried(cloud: Cloud) -> None:
    cloud.faults[cloud.keys[1]] = [error("1301")]
    ran = cloud.run("talk.flac", "--report", "report.json")
    assert ran.code == 7
    assert "s of speech lost in 1 region; blocked at 00:00:04.170" in ran.err
    assert "blocked by the content policy" in ran.err
    assert [region["status"] for region in regions()] == ["ok", "blocked", "ok"]
    assert text_of() == f"{SENTENCES[0]} {SENTENCES[2]}"
    kept = cloud.run("talk.flac")  # the result is there
    assert (kept.code, kept.sent) == (7, 0)
    assert "1 region of speech is lost in it (use --retry-failed)" in kept.err
    refused = cloud.run("talk.flac", "--retry-failed", "--no-journal")
    assert (refused.code, refused.sent) == (2, 0)
    assert "--retry-failed needs the journal" in refused.error
    again = cloud.run("talk.flac", "--retry-failed")
    assert (again.code, again.sent) == (0, 1)
    assert text_of() == " ".join(SENTENCES)


def test_a_text_that_may_be_wrong_is_kept_and_its_reason_cached(cloud: Cloud) -> None:
    cloud.faults[cloud.keys[1]] = looped("The lamp is lit again.")
    ran = cloud.run("talk.flac", "--report", "report.json")
    assert ran.code == 0
    assert "1 region may be wrong, first at 00:00:04.170" in ran.err
    assert "The lamp is lit again." in text_of()
    reasons = [region["reason"] for region in regions()]
    assert [bool(reason) for reason in reasons] == [False, True, False]
    again = cloud.run("talk.flac", "--overwrite", "--report", "report.json")
    assert (again.code, again.sent) == (0, 0)
    assert [region["reason"] for region in regions()] == reasons
    assert "1 region may be wrong, first at 00:00:04.170" in again.err


class TestDryRun:
    def test_it_prints_the_cost_of_a_run(self, cloud: Cloud) -> None:
        ran = cloud.run("talk.flac", "--dry-run")
        assert (ran.code, ran.sent) == (0, 0)
        assert ran.out == ("talk.flac: 3 regions, 7.0 s of speech, 3 requests; about 0.0003 USD (price from 2026-02)\n")
        assert not Path("talk.srt").exists()

    def test_cached_regions_cost_nothing(self, cloud: Cloud) -> None:
        cloud.faults[cloud.keys[1]] = [error("1301")]
        cloud.run("talk.flac")
        ran = cloud.run("talk.flac", "--dry-run")
        assert "1 request (2 regions in the journal); about 0.0001 USD" in ran.out
        cloud.run("talk.flac", "--retry-failed")
        ran = cloud.run("talk.flac", "--dry-run")
        assert (ran.code, ran.sent) == (0, 0)
        assert "0 requests (3 regions in the journal); about 0.0000 USD" in ran.out

    def test_the_price_needs_no_key(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ZAI_API_KEY")
        ran = cloud.run("talk.flac", "--dry-run")
        assert (ran.code, ran.sent) == (0, 0)
        assert "3 requests; about" in ran.out

    def test_the_users_own_price_wins(self, cloud: Cloud, prices: Callable[[str], None]) -> None:
        prices('per_minute = 6\ncurrency = "EUR"\ndate = 2026-11-20')
        assert "about 0.6950 EUR (price from 2026-11-20)" in cloud.run("talk.flac", "--dry-run").out
        prices("per_minute = 0")
        assert "about 0.0000 USD (price from your settings)" in cloud.run("talk.flac", "--dry-run").out

    @pytest.mark.parametrize(
        ("price", "demand"),
        [
            ('"cheap"', "a number, not 'cheap'"),
            ("true", "a number, not True"),
            ("-1", "a number, 0 or more, not -1"),
            ("nan", "a number, 0 or more, not nan"),
            ("inf", "a number, 0 or more, not inf"),
        ],
    )
    def test_a_price_that_makes_no_sense(
        self, cloud: Cloud, prices: Callable[[str], None], price: str, demand: str
    ) -> None:
        prices(f"per_minute = {price}")
        ran = cloud.run("talk.flac", "--dry-run")
        assert ran.code == 2
        assert f"[prices.glm-asr-2512]: per_minute must be {demand}" in ran.error


def test_regions_are_sent_in_one_window(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition_windows, "LONGEST_SILENCE", 3.0)
    assert "3 regions, 7.0 s of speech, 1 request; about" in cloud.run("talk.flac", "--dry-run").out
    assert cloud.run("talk.flac", "--report", "report.json").sent == 1
    assert text_of() == " ".join(SENTENCES)
    assert [(region["text"], region["attempts"]) for region in regions()] == [
        (SENTENCES[0], 1),
        (SENTENCES[1], 0),
        (SENTENCES[2], 0),
    ]
    assert "0 requests (3 regions in the journal)" in cloud.run("talk.flac", "--dry-run").out


class TestLimits:
    @pytest.mark.parametrize(
        ("limit", "price", "sentence"),
        [
            (("--max-minutes", "0.09"), 0.0024, "glm: stopped after 4.8 s of speech, before the limit of 0.09 minutes"),
            (("--max-cost", "5.40"), 60, "glm: stopped after 4.8 s of speech, before the limit of 5.4 USD"),
        ],
    )
    def test_a_run_stops_before_its_limit(
        self, cloud: Cloud, prices: Callable[[str], None], limit: tuple[str, ...], price: float, sentence: str
    ) -> None:
        prices(f"per_minute = {price}")
        ran = cloud.run("talk.flac", *limit)
        assert (ran.code, ran.sent) == (4, 2)
        assert sentence in ran.error
        assert not Path("talk.srt").exists()
        again = cloud.run("talk.flac", *limit)
        assert (again.code, again.sent) == (0, 1)  # cached regions do not count
        assert text_of() == " ".join(SENTENCES)

    def test_a_free_model_never_reaches_the_limit(self, cloud: Cloud, prices: Callable[[str], None]) -> None:
        prices("per_minute = 0")
        assert cloud.run("talk.flac", "--max-cost", "0").code == 0

    def test_a_limit_of_zero(self, cloud: Cloud) -> None:
        assert cloud.run("talk.flac", "--max-minutes", "0").sent == 0
        assert cloud.run("talk.flac", "--max-minutes", "nan").sent == 0

    def test_several_sources_share_one_limit(self, cloud: Cloud) -> None:
        ffmpeg("-i", "talk.flac", "-af", "volume=0.5", "quieter.flac")
        ran = cloud.run("talk.flac", "quieter.flac", "--max-minutes", "0.12")
        assert (ran.code, ran.sent) == (4, 3)
        assert Path("talk.srt").exists()
        assert not Path("quieter.srt").exists()


def test_the_context_is_the_text_of_the_region_before(cloud: Cloud) -> None:
    flags = ("--context", "previous", "--prompt", "Travel.")
    assert cloud.run("talk.flac", *flags).sent == 3
    prompts = [request.fields["prompt"] for request in cloud.service.requests]
    assert prompts == ["Travel.", f"Travel.\n{SENTENCES[0]}", f"Travel.\n{SENTENCES[1]}"]
    assert "0 requests" in cloud.run("talk.flac", *flags, "--dry-run").out
    assert cloud.run("talk.flac", *flags, "--overwrite").sent == 0
    assert cloud.run("talk.flac", "--overwrite").sent == 3


def test_the_journal_can_be_shown_and_cleared(cloud: Cloud, journal: Callable[..., str]) -> None:
    ffmpeg("-i", "talk.flac", "-af", "volume=0.5", "quieter.flac")
    assert "0 clips" in journal()
    cloud.run("talk.flac", "quieter.flac")
    shown = journal()
    assert "6 clips" in shown
    assert [line.split() for line in shown.split("\n")[1:3]] == [["3", "quieter.flac"], ["3", "talk.flac"]]
    assert "quieter" not in journal("--source", "talk.flac")
    assert journal("--clear", "--source", "talk.flac") == "3 clips deleted\n"
    assert cloud.run("talk.flac", "quieter.flac", "--overwrite").sent == 3
    assert journal("--clear") == "6 clips deleted\n"
    assert "0 clips" in journal()


@pytest.mark.parametrize(
    "option",
    ["user_id=1234567", "concurrency=many", "concurrency=2.5", "concurrency=true", "stream=no", "temperature=warm",
     "timeout=long", "key=5", "base_url=5", "policy=3", "model=[1]", "user_id={a=1}"],
)  # fmt: skip
def test_an_option_of_another_type(cloud: Cloud, option: str) -> None:
    ran = cloud.run("talk.flac", "--backend-option", option)
    assert (ran.code, ran.sent) == (2, 0)
    assert f"option {option.partition('=')[0]} of backend glm takes" in ran.error


def test_options_of_the_right_type(cloud: Cloud) -> None:
    options = ['user_id="1234567"', "concurrency=2", "stream=true", "timeout=30"]
    ran = cloud.run("talk.flac", *[word for option in options for word in ("--backend-option", option)])
    assert (ran.code, ran.sent) == (0, 3)
    assert {request.fields["user_id"] for request in cloud.service.requests} == {"1234567"}
    assert all(request.stream for request in cloud.service.requests)
