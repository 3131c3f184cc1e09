"""GLM-ASR in the cloud, against the service on this machine."""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import numpy as np
import pytest

from captioner.backends import Hints, Recognition, load_backend
from captioner.backends.cloud.retry import RetryPolicy
from captioner.backends.glm.account import BIGMODEL, Z_AI, account_for
from captioner.backends.glm.backend import Glm
from captioner.errors import BackendError, UsageError
from captioner.testing import Fault, Faults, GlmService, ServiceRequest, audio_key, error, looped, reset, silence
from captioner.transcribe import transcribe
from captioner.values import Audio
from tests.backends.cloud_parts import RATE, Nap, clips, quick, tone

TROUBLES = (error("500"), error("1120"), error("1302"), error("1303"), error("1305"), error(status=502), reset())


@contextmanager
def glm_at(service: GlmService, **options: Any) -> Iterator[Glm]:
    options = {"policy": quick()} | options
    glm = Glm(key=service.key, base_url=service.base_url, **options)
    yield glm
    glm.close()


def said(sounds: Sequence[Audio]) -> dict[str, str]:
    return {audio_key(clip): f"Sentence number {number}." for number, clip in enumerate(sounds)}


def spoken(*stretches: tuple[float, float]) -> Audio:
    """Stretches of sound: seconds and loudness."""
    noise = np.random.default_rng(7)
    parts = [loud * noise.normal(0, 0.1, round(seconds * RATE)) for seconds, loud in stretches]
    return Audio(np.concatenate(parts).astype(np.float32), RATE)


def test_four_hundred_clips_with_trouble_are_whole_and_in_order() -> None:
    draw = random.Random(1)
    sounds = clips(400, seconds=0.25)
    troubles: dict[int | str, Sequence[Fault | None]] = {}
    for clip in sounds:
        while draw.random() < 0.3:
            key = audio_key(clip)
            troubles[key] = [*troubles.get(key, ()), draw.choice(TROUBLES)]
    delays = {audio_key(clip): draw.uniform(0.005, 0.1) for clip in sounds}
    policy = RetryPolicy(first_pause=0.01, random=random.Random(2).random)
    service = GlmService(said(sounds), faults=troubles, latency=lambda request: delays[request.sound.key])
    with service, glm_at(service, concurrency=10, policy=policy) as glm:
        heard = list(glm.transcribe(sounds, Hints()))
    assert [one.text for one in heard] == [f"Sentence number {number}." for number in range(400)]
    assert all(one.status == "ok" for one in heard)
    assert service.peak <= 10
    expected = [1 + len(troubles.get(audio_key(clip), ())) for clip in sounds]
    assert [one.attempts for one in heard] == expected
    assert len(service.requests) == sum(expected)


def test_a_smaller_account_is_found_out_and_nothing_is_lost() -> None:
    sounds = clips(60, seconds=0.25)
    service = GlmService(said(sounds), concurrency=4, latency=0.005)
    with service, glm_at(service, concurrency=16, policy=RetryPolicy(first_pause=0.01)) as glm:
        heard = list(glm.transcribe(sounds, Hints()))
    assert [one.text for one in heard] == list(said(sounds).values())


def test_what_was_answered_before_the_end_is_not_lost() -> None:
    sounds = clips(12)
    slow, _, poor = (audio_key(clip) for clip in sounds[:3])

    def latency(request: ServiceRequest) -> float:
        return 0.3 if request.sound.key == poor else 0.0

    service = GlmService(said(sounds), faults={slow: error("500"), poor: error("1113")}, latency=latency)
    # The first clip sleeps for 30 s after its first request, unless the end of the run wakes it.
    policy = RetryPolicy(first_pause=30.0, random=lambda: 1.0)
    heard: list[Recognition] = []
    with service, glm_at(service, concurrency=3, policy=policy) as glm:
        answers = glm.transcribe(sounds, Hints())
        with pytest.raises(BackendError, match="no balance left; top it up and run again") as stopped:
            heard.extend(answers)
    assert [one.status for one in heard[:3]] == ["failed", "ok", "failed"]
    assert heard[0].reason == str(stopped.value)
    assert all(one.status == "ok" for one in heard[3:])
    assert len(heard) < len(sounds) or heard[-1].status == "ok"


def test_an_abandoned_run_is_no_burden_to_the_next() -> None:
    with GlmService(lambda request: "Yes.") as service, glm_at(service, concurrency=2) as glm:
        abandoned = glm.transcribe(clips(200, seconds=0.25), Hints())
        next(abandoned)
        del abandoned
        assert [one.text for one in glm.transcribe(clips(3), Hints())] == ["Yes."] * 3
    assert len(service.requests) < 100


@pytest.mark.parametrize(("code", "factor"), [("1303", 1.0), ("1305", 4.0)])
def test_pauses_grow_and_overload_is_given_longer(code: str, factor: float) -> None:
    nap = Nap()
    (clip,) = clips(1)
    with GlmService({}, faults={audio_key(clip): error(code)}) as service, glm_at(service, policy=quick(nap)) as glm:
        (heard,) = glm.transcribe([clip], Hints())
    assert heard.attempts == 8
    assert nap.naps == [min(30.0, factor * 0.5 * 2**attempt) for attempt in range(7)]


def test_retry_after_is_obeyed_in_seconds_and_as_a_date() -> None:
    nap = Nap()
    (clip,) = clips(1)
    at = datetime.now(UTC) + timedelta(seconds=40)
    waits = (
        error("1302", retry_after="7"),
        error("1302", retry_after=format_datetime(at, usegmt=True)),
        error("1302", retry_after="86400"),
        error("1302", retry_after="soon"),
    )
    policy = quick(nap)
    with GlmService(said([clip]), faults={audio_key(clip): waits}) as service, glm_at(service, policy=policy) as glm:
        (heard,) = glm.transcribe([clip], Hints())
    assert heard.status == "ok"
    jitter = policy.first_pause
    assert nap.naps[0] == 7 + jitter
    assert 30 < nap.naps[1] <= 40 + jitter
    assert nap.naps[2:] == [policy.longest_wait + jitter, jitter * 2**3]


def test_a_clip_is_given_up_when_its_time_is_over() -> None:
    now = 0.0

    def sleep(stop: object, seconds: float) -> None:
        nonlocal now
        now += seconds

    (clip,) = clips(1)
    policy = RetryPolicy(attempts=100, patience=100.0, clock=lambda: now, random=lambda: 1.0, sleep=sleep)
    with GlmService({}, faults={audio_key(clip): error("500")}) as service, glm_at(service, policy=policy) as glm:
        (heard,) = glm.transcribe([clip], Hints())
    assert heard.status == "failed"
    assert now <= 100


def test_a_service_that_comes_back_is_found_again() -> None:
    sounds = clips(3)
    with GlmService({}) as before:
        pass
    # Bound by nobody who listens, so that no other program is given the port meanwhile.
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", before.port))
    after = GlmService(said(sounds), port=before.port)
    naps, one_at_a_time = 0, threading.Lock()

    def sleep(stop: object, seconds: float) -> None:
        nonlocal naps
        with one_at_a_time:  # else the next clip gives up while this one opens the service
            naps += 1
            if naps == 3:
                after.__enter__()

    policy = RetryPolicy(sleep=sleep, random=lambda: 1.0)
    with held, glm_at(before, concurrency=1, policy=policy) as glm:
        assert [one.status for one in glm.transcribe(sounds, Hints())] == ["ok"] * 3
    after.__exit__(None, None, None)


def test_a_service_that_falls_silent_ends_the_run() -> None:
    sounds = clips(6)
    faults = {audio_key(clip): silence(30) for clip in sounds[2:]}
    service = GlmService(said(sounds), faults=faults)
    heard: list[Recognition] = []
    with (
        service,
        glm_at(service, concurrency=2, timeout=0.5, policy=quick(attempts=2)) as glm,
        pytest.raises(BackendError, match="no answer in time; check the network"),
    ):
        heard.extend(glm.transcribe(sounds, Hints()))
    assert [one.status for one in heard[:2]] == ["ok", "ok"]


def test_attempts_share_an_id_and_a_taken_one_is_changed() -> None:
    (clip,) = clips(1)
    faults = {audio_key(clip): (error("500"), error("1231"))}
    with GlmService(said([clip]), faults=faults) as service, glm_at(service) as glm:
        list(glm.transcribe([clip], Hints()))
    first, second, third = (request.fields["request_id"] for request in service.requests)
    assert first == second != third


def test_what_the_policy_refuses_is_asked_for_once_without_hints() -> None:
    kind, hard = clips(2)
    faults: Faults = {audio_key(kind): (error("1301"),), audio_key(hard): error("1301")}
    hints = Hints(prompt="Before.", hotwords=("GLM",))
    with GlmService(said([kind, hard]), faults=faults) as service, glm_at(service, concurrency=1) as glm:
        heard = list(glm.transcribe([kind, hard], hints))
    assert [one.status for one in heard] == ["ok", "blocked"]
    for clip in (kind, hard):
        asked = [request for request in service.requests if request.sound.key == audio_key(clip)]
        assert [sorted(request.fields) for request in asked] == [
            ["hotwords", "model", "prompt", "request_id"],
            ["model", "request_id"],
        ]


def test_a_prompt_that_is_too_long_is_shortened_from_its_beginning() -> None:
    (clip,) = clips(1)
    prompt = " ".join(str(number) for number in range(3000))
    faults = {audio_key(clip): (error("1261"),) * 5}
    with GlmService(said([clip]), faults=faults) as service, glm_at(service) as glm:
        (heard,) = glm.transcribe([clip], Hints(prompt=prompt))
    prompts = [request.fields.get("prompt", "") for request in service.requests]
    assert [len(one) for one in prompts] == [7999, 1999, 499, 124, 31, 0]
    assert all(prompt.endswith(one) for one in prompts)
    assert heard.text == "Sentence number 0."


def test_the_context_is_what_was_heard_before() -> None:
    sounds = clips(4)
    faults = {audio_key(sounds[1]): error("1214"), audio_key(sounds[2]): looped()}
    with GlmService(said(sounds), faults=faults) as service, glm_at(service) as glm:
        outcomes = list(transcribe(sounds, glm, Hints(prompt="A talk."), context="previous"))
    assert [outcome.report.status for outcome in outcomes] == ["ok", "failed", "ok", "ok"]
    prompts = [request.fields["prompt"] for request in service.requests]
    # Neither what failed nor what is in doubt misleads the next.
    assert prompts == ["A talk.", "A talk.\nSentence number 0.", "A talk.", "A talk."]
    assert service.peak == 1


@pytest.mark.parametrize(("model", "limit"), [("glm-asr-2512", 30), ("glm-asr", 60)])
def test_nothing_longer_than_the_limit_is_sent(model: str, limit: int) -> None:
    long = spoken((14, 1), (0.4, 0), (16, 1), (31, 1))
    service = GlmService(lambda request: f"{request.sound.duration:.1f} s.")
    with service, glm_at(service, model=model) as glm:
        (heard,) = glm.transcribe([long], Hints())
    assert all(request.sound.duration <= limit - 0.5 for request in service.requests)
    assert sum(request.sound.duration for request in service.requests) == pytest.approx(long.duration)
    assert heard.status == "ok"
    assert heard.text == " ".join(f"{request.sound.duration:.1f} s." for request in service.requests)


def test_what_the_service_finds_too_long_is_cut_at_the_pause() -> None:
    clip = spoken((4, 1), (0.4, 0), (5, 1))
    too_long = error("1214", message="transcriptions文件时长限制为0-5秒")
    service = GlmService(lambda request: "你好。" if request.index == 1 else "Bye.", faults={audio_key(clip): too_long})
    with service, glm_at(service) as glm:
        (heard,) = glm.transcribe([clip], Hints())
    _, first, second = (request.sound.duration for request in service.requests)
    assert 4 < first < 4.4
    assert first + second == pytest.approx(clip.duration)
    assert (heard.status, heard.text, heard.attempts) == ("ok", "你好。Bye.", 3)


def test_a_service_that_finds_everything_too_long_is_not_asked_for_ever() -> None:
    service = GlmService({}, faults=dict.fromkeys(range(100), error(status=413)))
    with service, glm_at(service) as glm:
        (heard,) = glm.transcribe([spoken((29, 1))], Hints())
    assert heard.status == "failed"
    assert len(service.requests) < 20


def test_a_loop_is_asked_again_in_two_halves() -> None:
    clip = spoken((3, 1), (0.4, 0), (3, 1))
    texts = iter(["Thank you. " * 20, "Good", "evening."])
    with GlmService(lambda request: next(texts)) as service, glm_at(service, concurrency=1) as glm:
        (heard,) = glm.transcribe([clip], Hints(prompt="Before.", hotwords=("GLM",)))
    assert heard == Recognition("ok", "Good evening.", attempts=3)
    assert [request.fields.get("prompt") for request in service.requests] == ["Before.", None, None]


def test_a_loop_that_stays_is_kept_and_flagged() -> None:
    clip = spoken((3, 1), (0.4, 0), (3, 1))
    texts = iter(["Thank you. " * 20, "Good evening.", "Thank you. " * 10])
    with GlmService(lambda request: next(texts)) as service, glm_at(service, concurrency=1) as glm:
        (heard,) = glm.transcribe([clip], Hints())
    assert heard.text.startswith("Good evening. Thank you. Thank you.")
    assert (heard.status, heard.reason) == ("ok", "the text repeats 'thank you' over and over")


def test_a_loop_whose_halves_fail_keeps_its_text() -> None:
    clip = spoken((3, 1), (0.4, 0), (3, 1))
    loop = "Thank you. " * 20
    service = GlmService(lambda request: loop, faults={2: error("1214")})
    with service, glm_at(service, concurrency=1) as glm:
        (heard,) = glm.transcribe([clip], Hints())
    assert (heard.status, heard.text) == ("ok", loop.strip())
    assert "over and over" in (heard.reason or "")


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.199])
def test_a_short_clip_is_padded(seconds: float) -> None:
    with GlmService(lambda request: "Yes.") as service, glm_at(service) as glm:
        (heard,) = glm.transcribe([tone(seconds)], Hints())
    assert heard.text == "Yes."
    assert service.requests[0].sound.duration == 0.2


def test_the_sound_arrives_as_it_was() -> None:
    clip = spoken((1, 3))  # beyond full scale in places
    with GlmService({}) as service, glm_at(service) as glm:
        (heard,) = glm.transcribe([clip], Hints())
    assert heard.status == "empty"
    np.testing.assert_allclose(service.requests[0].sound.audio.samples, np.clip(clip.samples, -1, 1), atol=1e-4)


def test_hotwords_that_make_no_request_are_refused_at_once() -> None:
    with GlmService({}) as service, glm_at(service) as glm:
        with pytest.raises(UsageError, match="at most 100 hotwords, and got 101"):
            glm.transcribe(clips(1), Hints(hotwords=tuple(str(number) for number in range(101))))
        with pytest.raises(UsageError, match="hotword 2 is empty"):
            glm.transcribe(clips(1), Hints(hotwords=("GLM", " ")))
    assert service.requests == []


def test_half_a_character_does_not_stop_a_request() -> None:
    with GlmService(lambda request: "half \ud83d") as service, glm_at(service) as glm:
        heard = list(glm.transcribe(clips(2), Hints(prompt="\udcff", hotwords=("\ud800",))))
    assert [one.text for one in heard] == ["half \ufffd"] * 2
    assert [request.fields["prompt"] for request in service.requests] == ["\ufffd"] * 2


def test_any_other_hotword_arrives_as_it_is() -> None:
    odd = ('a "quoted" one', "two\nlines", "智谱", "[]", "a,b", *(f"word {number}" for number in range(95)))
    with GlmService({}) as service, glm_at(service) as glm:
        list(glm.transcribe(clips(1), Hints(hotwords=odd)))
    assert tuple(service.requests[0].hotwords) == odd


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "whisper-1"}, "no model 'whisper-1'; there is: glm-asr-2512, glm-asr"),
        ({"concurrency": 0}, "a concurrency of 1 or more"),
        ({"user_id": "me"}, "6 to 128 characters, not 2"),
        ({"temperature": 0.5}, "only for glm-asr"),
        ({"temperature": 2.0, "model": "glm-asr"}, "from 0 to 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Glm(key="a-key", **options)


def test_the_old_model_takes_a_temperature() -> None:
    with GlmService({}) as service, glm_at(service, model="glm-asr", temperature=0.25, user_id="user-1") as glm:
        list(glm.transcribe(clips(1), Hints()))
    assert service.requests[0].fields["temperature"] == "0.25"
    assert service.requests[0].fields["user_id"] == "user-1"


@pytest.mark.parametrize(
    ("environment", "source", "base_url"),
    [
        ({"CAPTIONER_API_KEY": "c", "ZAI_API_KEY": "z"}, "CAPTIONER_API_KEY", Z_AI),
        ({"CAPTIONER_API_KEY": "c", "CAPTIONER_BASE_URL": "http://h/v4/"}, "CAPTIONER_API_KEY", "http://h/v4"),
        ({"ZAI_API_KEY": "z", "ZHIPUAI_API_KEY": "y"}, "ZAI_API_KEY", Z_AI),
        ({"ZAI_API_KEY": "z", "ZAI_BASE_URL": "http://h"}, "ZAI_API_KEY", "http://h"),
        ({"ZAI_API_KEY": "z", "CAPTIONER_BASE_URL": "http://not-its-own"}, "ZAI_API_KEY", Z_AI),
        ({"ZHIPUAI_API_KEY": "y", "ZAI_API_KEY": " "}, "ZHIPUAI_API_KEY", BIGMODEL),
        ({"ZHIPUAI_API_KEY": "y", "ZHIPUAI_BASE_URL": "http://h"}, "ZHIPUAI_API_KEY", "http://h"),
    ],
)
def test_the_key_decides_the_cloud(
    environment: dict[str, str], source: str, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    account = account_for(None, None)
    assert (account.key.source, account.base_url) == (source, base_url)
    assert account.key.secret == environment[source]
    assert Glm.missing() is None


def test_without_a_key_it_says_where_one_belongs() -> None:
    assert Glm.missing() == "a key in CAPTIONER_API_KEY, ZAI_API_KEY or ZHIPUAI_API_KEY"
    with pytest.raises(BackendError, match="it needs a key in CAPTIONER_API_KEY, ZAI_API_KEY or ZHIPUAI_API_KEY"):
        load_backend("glm")


@pytest.mark.parametrize("secret", ["se\ncret", "schlüssel", "two words", " "])
def test_a_key_that_no_header_can_carry_is_refused_unseen(secret: str) -> None:
    with pytest.raises(BackendError, match=r"the key in the options .*; copy it again") as refused:
        Glm(key=secret)
    assert not secret.strip() or secret not in str(refused.value)


def test_a_base_that_is_no_address_is_refused() -> None:
    with pytest.raises(BackendError, match="'localhost:80' is no address"):
        Glm(key="a-key", base_url="localhost:80")


def test_the_key_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sounds = clips(4)
    faults = {0: reset(), 1: error("1214", message="bad key")}
    with GlmService(said(sounds), faults=faults) as service, glm_at(service) as glm:
        heard = list(glm.transcribe(sounds, Hints()))
        shown = [repr(glm), repr(vars(glm)), repr(heard), repr(service.requests), glm.fingerprint]
    assert len(caplog.records) > 10
    assert not any(service.key in text for text in (*shown, caplog.text))


def test_a_wrong_key_is_not_shown_either() -> None:
    with GlmService({}) as service:
        glm = Glm(key="a-wrong-key", base_url=service.base_url)
        with pytest.raises(BackendError, match="the key from the options was refused") as refused:
            list(glm.transcribe(clips(1), Hints()))
        glm.close()
    links: list[BaseException | None] = [refused.value]
    while (link := links[-1]) is not None:
        assert "a-wrong-key" not in f"{link!r} {link}"
        links.append(link.__cause__ or link.__context__)


def test_a_backend_can_stand_behind_the_service() -> None:
    behind = load_backend("scripted", lines=["From behind."])
    with GlmService(behind) as service, glm_at(service, stream=True) as glm:
        (heard,) = glm.transcribe(clips(1), Hints())
    assert heard.text == "From behind."
