"""The GLM-ASR cloud backend, against the service for tests."""

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
from captioner.transcribe import transcribe, windows_of
from captioner.values import Audio
from tests.backends.cloud_parts import RATE, RecordedSleep, clips, quick_policy, tone

RETRIED = (error("500"), error("1120"), error("1302"), error("1303"), error("1305"), error(status=502), reset())


@contextmanager
def glm_at(service: GlmService, **options: Any) -> Iterator[Glm]:
    options = {"policy": quick_policy()} | options
    glm = Glm(key=service.key, base_url=service.base_url, **options)
    yield glm
    glm.close()


def texts_of(audio: Sequence[Audio]) -> dict[str, str]:
    return {audio_key(clip): f"Sentence number {number}." for number, clip in enumerate(audio)}


def noise(*stretches: tuple[float, float]) -> Audio:
    """Stretches of noise, each as (seconds, loudness)."""
    generator = np.random.default_rng(7)
    parts = [loudness * generator.normal(0, 0.1, round(seconds * RATE)) for seconds, loudness in stretches]
    return Audio(np.concatenate(parts).astype(np.float32), RATE)


def test_four_hundred_clips_with_faults_are_complete_and_in_order() -> None:
    draw = random.Random(1)
    audio = clips(400, seconds=0.25)
    faults: dict[int | str, Sequence[Fault | None]] = {}
    for clip in audio:
        while draw.random() < 0.3:
            key = audio_key(clip)
            faults[key] = [*faults.get(key, ()), draw.choice(RETRIED)]
    delays = {audio_key(clip): draw.uniform(0.005, 0.1) for clip in audio}
    policy = RetryPolicy(first_pause=0.01, random=random.Random(2).random)
    service = GlmService(texts_of(audio), faults=faults, latency=lambda request: delays[request.audio_file.key])
    with service, glm_at(service, concurrency=10, policy=policy) as glm:
        results = list(glm.transcribe(audio, Hints()))
    assert [result.text for result in results] == [f"Sentence number {number}." for number in range(400)]
    assert all(result.status == "ok" for result in results)
    assert service.peak <= 10
    expected = [1 + len(faults.get(audio_key(clip), ())) for clip in audio]
    assert [result.attempts for result in results] == expected
    assert len(service.requests) == sum(expected)


def test_the_concurrency_adapts_to_a_smaller_account_and_nothing_is_lost() -> None:
    audio = clips(60, seconds=0.25)
    service = GlmService(texts_of(audio), concurrency=4, latency=0.005)
    with service, glm_at(service, concurrency=16, policy=RetryPolicy(first_pause=0.01)) as glm:
        results = list(glm.transcribe(audio, Hints()))
    assert [result.text for result in results] == list(texts_of(audio).values())


def test_results_before_a_stop_are_kept() -> None:
    audio = clips(12)
    slow, _, unpaid = (audio_key(clip) for clip in audio[:3])

    def latency(request: ServiceRequest) -> float:
        return 0.3 if request.audio_file.key == unpaid else 0.0

    service = GlmService(texts_of(audio), faults={slow: error("500"), unpaid: error("1113")}, latency=latency)
    # The first clip sleeps for 30 s after its first request, unless the end of the run wakes it.
    policy = RetryPolicy(first_pause=30.0, random=lambda: 1.0)
    results: list[Recognition] = []
    with service, glm_at(service, concurrency=3, policy=policy) as glm:
        recognitions = glm.transcribe(audio, Hints())
        with pytest.raises(BackendError, match="no balance left; top it up and run again") as stopped:
            results.extend(recognitions)
    assert [result.status for result in results[:3]] == ["failed", "ok", "failed"]
    assert results[0].reason == str(stopped.value)
    assert all(result.status == "ok" for result in results[3:])
    assert len(results) < len(audio) or results[-1].status == "ok"


def test_an_abandoned_run_does_not_slow_down_the_next() -> None:
    with GlmService(lambda request: "Yes.") as service, glm_at(service, concurrency=2) as glm:
        abandoned = glm.transcribe(clips(200, seconds=0.25), Hints())
        next(abandoned)
        del abandoned
        assert [result.text for result in glm.transcribe(clips(3), Hints())] == ["Yes."] * 3
    assert len(service.requests) < 100


@pytest.mark.parametrize(("code", "factor"), [("1303", 1.0), ("1305", 4.0)])
def test_pauses_grow_and_are_longer_for_an_overloaded_service(code: str, factor: float) -> None:
    sleep = RecordedSleep()
    (clip,) = clips(1)
    with (
        GlmService({}, faults={audio_key(clip): error(code)}) as service,
        glm_at(service, policy=quick_policy(sleep)) as glm,
    ):
        (result,) = glm.transcribe([clip], Hints())
    assert result.attempts == 8
    assert sleep.pauses == [min(30.0, factor * 0.5 * 2**attempt) for attempt in range(7)]


def test_retry_after_is_obeyed_in_seconds_and_as_a_date() -> None:
    sleep = RecordedSleep()
    (clip,) = clips(1)
    retry_at = datetime.now(UTC) + timedelta(seconds=40)
    waits = (
        error("1302", retry_after="7"),
        error("1302", retry_after=format_datetime(retry_at, usegmt=True)),
        error("1302", retry_after="86400"),
        error("1302", retry_after="soon"),
    )
    policy = quick_policy(sleep)
    with (
        GlmService(texts_of([clip]), faults={audio_key(clip): waits}) as service,
        glm_at(service, policy=policy) as glm,
    ):
        (result,) = glm.transcribe([clip], Hints())
    assert result.status == "ok"
    jitter = policy.first_pause
    assert sleep.pauses[0] == 7 + jitter
    assert 30 < sleep.pauses[1] <= 40 + jitter
    assert sleep.pauses[2:] == [policy.longest_retry_after + jitter, jitter * 2**3]


def test_a_clip_is_given_up_after_its_longest_time() -> None:
    now = 0.0

    def sleep(stop: object, seconds: float) -> None:
        nonlocal now
        now += seconds

    (clip,) = clips(1)
    policy = RetryPolicy(max_attempts=100, max_elapsed=100.0, clock=lambda: now, random=lambda: 1.0, sleep=sleep)
    with GlmService({}, faults={audio_key(clip): error("500")}) as service, glm_at(service, policy=policy) as glm:
        (result,) = glm.transcribe([clip], Hints())
    assert result.status == "failed"
    assert now <= 100


def test_a_service_that_comes_back_is_used_again() -> None:
    audio = clips(3)
    with GlmService({}) as before:
        pass
    # Bound but not listening, so that no other program gets the port meanwhile.
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", before.port))
    after = GlmService(texts_of(audio), port=before.port)
    pauses, one_at_a_time = 0, threading.Lock()

    def sleep(stop: object, seconds: float) -> None:
        nonlocal pauses
        with one_at_a_time:  # or the next clip would give up while this one starts the service
            pauses += 1
            if pauses == 3:
                after.__enter__()

    policy = RetryPolicy(sleep=sleep, random=lambda: 1.0)
    with reserved, glm_at(before, concurrency=1, policy=policy) as glm:
        assert [result.status for result in glm.transcribe(audio, Hints())] == ["ok"] * 3
    after.__exit__(None, None, None)


def test_a_service_that_stops_responding_ends_the_run() -> None:
    audio = clips(6)
    faults = {audio_key(clip): silence(30) for clip in audio[2:]}
    service = GlmService(texts_of(audio), faults=faults)
    results: list[Recognition] = []
    with (
        service,
        glm_at(service, concurrency=2, timeout=0.5, policy=quick_policy(max_attempts=2)) as glm,
        pytest.raises(BackendError, match="no response in time; check the network"),
    ):
        results.extend(glm.transcribe(audio, Hints()))
    assert [result.status for result in results[:2]] == ["ok", "ok"]


def test_attempts_share_a_request_id_unless_it_is_taken() -> None:
    (clip,) = clips(1)
    faults = {audio_key(clip): (error("500"), error("1231"))}
    with GlmService(texts_of([clip]), faults=faults) as service, glm_at(service) as glm:
        list(glm.transcribe([clip], Hints()))
    first, second, third = (request.fields["request_id"] for request in service.requests)
    assert first == second != third


def test_a_blocked_clip_is_requested_once_more_without_hints() -> None:
    once, always = clips(2)
    faults: Faults = {audio_key(once): (error("1301"),), audio_key(always): error("1301")}
    hints = Hints(prompt="Before.", hotwords=("GLM",))
    with GlmService(texts_of([once, always]), faults=faults) as service, glm_at(service, concurrency=1) as glm:
        results = list(glm.transcribe([once, always], hints))
    assert [result.status for result in results] == ["ok", "blocked"]
    for clip in (once, always):
        sent = [request for request in service.requests if request.audio_file.key == audio_key(clip)]
        assert [sorted(request.fields) for request in sent] == [
            ["hotwords", "model", "prompt", "request_id"],
            ["model", "request_id"],
        ]


def test_a_prompt_that_is_too_long_keeps_its_end() -> None:
    (clip,) = clips(1)
    prompt = " ".join(str(number) for number in range(3000))
    faults = {audio_key(clip): (error("1261"),) * 5}
    with GlmService(texts_of([clip]), faults=faults) as service, glm_at(service) as glm:
        (result,) = glm.transcribe([clip], Hints(prompt=prompt))
    prompts = [request.fields.get("prompt", "") for request in service.requests]
    assert [len(each) for each in prompts] == [7999, 1999, 499, 124, 31, 0]
    assert all(prompt.endswith(each) for each in prompts)
    assert result.text == "Sentence number 0."


def test_the_context_is_the_text_before() -> None:
    audio = clips(4)
    faults = {audio_key(audio[1]): error("1214"), audio_key(audio[2]): looped()}
    with GlmService(texts_of(audio), faults=faults) as service, glm_at(service) as glm:
        results = list(transcribe(windows_of(audio, None), glm, Hints(prompt="A talk."), context="previous"))
    assert [result.recognition.status for result in results] == ["ok", "failed", "ok", "ok"]
    prompts = [request.fields["prompt"] for request in service.requests]
    # Neither failed nor doubtful text is passed on.
    assert prompts == ["A talk.", "A talk.\nSentence number 0.", "A talk.", "A talk."]
    assert service.peak == 1


@pytest.mark.parametrize(("model", "limit"), [("glm-asr-2512", 30), ("glm-asr", 60)])
def test_nothing_longer_than_the_limit_is_sent(model: str, limit: int) -> None:
    long = noise((14, 1), (0.4, 0), (16, 1), (31, 1))
    service = GlmService(lambda request: f"{request.audio_file.duration:.1f} s.")
    with service, glm_at(service, model=model) as glm:
        (result,) = glm.transcribe([long], Hints())
    assert all(request.audio_file.duration <= limit - 0.5 for request in service.requests)
    assert sum(request.audio_file.duration for request in service.requests) == pytest.approx(long.duration)
    assert result.status == "ok"
    assert result.text == " ".join(f"{request.audio_file.duration:.1f} s." for request in service.requests)


def test_a_clip_that_is_too_long_for_the_service_is_split_in_its_pause() -> None:
    clip = noise((4, 1), (0.4, 0), (5, 1))
    too_long = error("1214", message="transcriptions文件时长限制为0-5秒")
    service = GlmService(lambda request: "你好。" if request.index == 1 else "Bye.", faults={audio_key(clip): too_long})
    with service, glm_at(service) as glm:
        (result,) = glm.transcribe([clip], Hints())
    _, first, second = (request.audio_file.duration for request in service.requests)
    assert 4 < first < 4.4
    assert first + second == pytest.approx(clip.duration)
    assert (result.status, result.text, result.attempts) == ("ok", "你好。Bye.", 3)


def test_splitting_ends_if_every_part_is_too_long() -> None:
    service = GlmService({}, faults=dict.fromkeys(range(100), error(status=413)))
    with service, glm_at(service) as glm:
        (result,) = glm.transcribe([noise((29, 1))], Hints())
    assert result.status == "failed"
    assert len(service.requests) < 20


def test_looped_text_is_requested_again_in_two_parts() -> None:
    clip = noise((3, 1), (0.4, 0), (3, 1))
    texts = iter(["Thank you. " * 20, "Good", "evening."])
    with GlmService(lambda request: next(texts)) as service, glm_at(service, concurrency=1) as glm:
        (result,) = glm.transcribe([clip], Hints(prompt="Before.", hotwords=("GLM",)))
    assert result == Recognition("ok", "Good evening.", attempts=3)
    assert [request.fields.get("prompt") for request in service.requests] == ["Before.", None, None]


def test_looped_text_that_remains_is_kept_and_flagged() -> None:
    clip = noise((3, 1), (0.4, 0), (3, 1))
    texts = iter(["Thank you. " * 20, "Good evening.", "Thank you. " * 10])
    with GlmService(lambda request: next(texts)) as service, glm_at(service, concurrency=1) as glm:
        (result,) = glm.transcribe([clip], Hints())
    assert result.text.startswith("Good evening. Thank you. Thank you.")
    assert (result.status, result.reason) == ("ok", "the text repeats 'thank you' over and over")


def test_looped_text_is_kept_if_its_parts_fail() -> None:
    clip = noise((3, 1), (0.4, 0), (3, 1))
    loop = "Thank you. " * 20
    service = GlmService(lambda request: loop, faults={2: error("1214")})
    with service, glm_at(service, concurrency=1) as glm:
        (result,) = glm.transcribe([clip], Hints())
    assert (result.status, result.text) == ("ok", loop.strip())
    assert "over and over" in (result.reason or "")


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.199])
def test_a_short_clip_is_padded(seconds: float) -> None:
    with GlmService(lambda request: "Yes.") as service, glm_at(service) as glm:
        (result,) = glm.transcribe([tone(seconds)], Hints())
    assert result.text == "Yes."
    assert service.requests[0].audio_file.duration == 0.2


def test_the_audio_arrives_unchanged() -> None:
    clip = noise((1, 3))  # beyond full scale in places
    with GlmService({}) as service, glm_at(service) as glm:
        (result,) = glm.transcribe([clip], Hints())
    assert result.status == "empty"
    np.testing.assert_allclose(service.requests[0].audio_file.audio.samples, np.clip(clip.samples, -1, 1), atol=1e-4)


def test_invalid_hotwords_are_refused_at_once() -> None:
    with GlmService({}) as service, glm_at(service) as glm:
        with pytest.raises(UsageError, match="at most 100 hotwords, not 101"):
            glm.transcribe(clips(1), Hints(hotwords=tuple(str(number) for number in range(101))))
        with pytest.raises(UsageError, match="hotword 2 is empty"):
            glm.transcribe(clips(1), Hints(hotwords=("GLM", " ")))
    assert service.requests == []


def test_a_lone_surrogate_does_not_stop_a_request() -> None:
    with GlmService(lambda request: "half \ud83d") as service, glm_at(service) as glm:
        results = list(glm.transcribe(clips(2), Hints(prompt="\udcff", hotwords=("\ud800",))))
    assert [result.text for result in results] == ["half \ufffd"] * 2
    assert [request.fields["prompt"] for request in service.requests] == ["\ufffd"] * 2


def test_all_other_hotwords_arrive_unchanged() -> None:
    odd = ('a "quoted" one', "two\nlines", "智谱", "[]", "a,b", *(f"word {number}" for number in range(95)))
    with GlmService({}) as service, glm_at(service) as glm:
        list(glm.transcribe(clips(1), Hints(hotwords=odd)))
    assert tuple(service.requests[0].hotwords) == odd


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "whisper-1"}, "no model 'whisper-1'; choose from: glm-asr-2512, glm-asr"),
        ({"concurrency": 0}, "concurrency of backend glm must be 1 or more"),
        ({"user_id": "me"}, "6 to 128 characters, not 2"),
        ({"temperature": 0.5}, "is for model glm-asr only, not for glm-asr-2512"),
        ({"temperature": 2.0, "model": "glm-asr"}, "from 0 to 1"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Glm(key="a-key", **options)


def test_the_older_model_takes_a_temperature() -> None:
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
    assert Glm.info.missing() is None


def test_without_a_key_the_variables_are_named() -> None:
    assert Glm.info.missing() == "no key; set CAPTIONER_API_KEY, ZAI_API_KEY or ZHIPUAI_API_KEY"
    with pytest.raises(BackendError, match="no key; set CAPTIONER_API_KEY, ZAI_API_KEY or ZHIPUAI_API_KEY"):
        load_backend("glm")


@pytest.mark.parametrize("secret", ["se\ncret", "schlüssel", "two words", " "])
def test_a_malformed_key_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(BackendError, match=r"the key from the options .*; copy it again") as refused:
        Glm(key=secret)
    assert not secret.strip() or secret not in str(refused.value)


def test_a_malformed_base_url_is_refused() -> None:
    with pytest.raises(UsageError, match="'localhost:80' is not a URL"):
        Glm(key="a-key", base_url="localhost:80")


def test_the_key_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    audio = clips(4)
    faults = {0: reset(), 1: error("1214", message="bad key")}
    with GlmService(texts_of(audio), faults=faults) as service, glm_at(service) as glm:
        results = list(glm.transcribe(audio, Hints()))
        texts = [repr(glm), repr(vars(glm)), repr(results), repr(service.requests), glm.traits.fingerprint]
    assert len(caplog.records) > 10
    assert not any(service.key in text for text in (*texts, caplog.text))


def test_a_wrong_key_is_not_shown_either() -> None:
    with GlmService({}) as service:
        glm = Glm(key="a-wrong-key", base_url=service.base_url)
        with pytest.raises(BackendError, match="refused the key from the options") as refused:
            list(glm.transcribe(clips(1), Hints()))
        glm.close()
    links: list[BaseException | None] = [refused.value]
    while (link := links[-1]) is not None:
        assert "a-wrong-key" not in f"{link!r} {link}"
        links.append(link.__cause__ or link.__context__)


def test_the_service_can_use_a_backend() -> None:
    scripted = load_backend("scripted", lines=["From a backend."])
    with GlmService(scripted) as service, glm_at(service, stream=True) as glm:
        (result,) = glm.transcribe(clips(1), Hints())
    assert result.text == "From a backend."
