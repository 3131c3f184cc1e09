"""Dispatcher, concurrency limiter, retry policy and server pool, without a network."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from heapq import heappop, heappush

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.backends import Recognition
from captioner.backends.clip_transcription import ClipRejected
from captioner.backends.cloud.dispatcher import IN_PROGRESS, PULLED, Dispatcher
from captioner.backends.cloud.limiter import ConcurrencyLimiter
from captioner.backends.cloud.retry import Cancelled, ClipRequest, NoResponse, RetryableError, RetryPolicy
from captioner.backends.cloud.server_pool import PAUSE, ServerPool
from captioner.errors import BackendError, MediaNotReadable
from captioner.values import Audio
from tests.backends.cloud_parts import clips, quick_policy


def clip_request(index: int = 0) -> ClipRequest:
    return ClipRequest(index, threading.Event())


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 0.01), max_size=25), st.integers(1, 5))
def test_results_keep_their_order_and_the_limit_holds(delays: list[float], concurrency: int) -> None:
    dispatcher = Dispatcher("test", concurrency, RetryPolicy())
    lock, in_flight, peak = threading.Lock(), 0, 0

    def post(index: int) -> Recognition:
        nonlocal in_flight, peak
        with lock:
            in_flight += 1
            peak = max(peak, in_flight)
        time.sleep(delays[index])
        with lock:
            in_flight -= 1
        return Recognition("ok", str(index))

    def transcribe_clip(clip: Audio, request: ClipRequest) -> Recognition:
        return dispatcher.send(lambda: post(request.index), request)

    results = list(dispatcher.run(clips(len(delays), seconds=0.01), transcribe_clip))
    assert [result.text for result in results] == [str(index) for index in range(len(delays))]
    assert peak <= concurrency


@pytest.mark.parametrize(("slow", "most"), [({0}, 2 * PULLED), (set(range(100)), 2 * IN_PROGRESS)])
def test_clips_are_pulled_lazily(slow: set[int], most: int) -> None:
    """Behind one slow clip the others run on, up to a limit; if all are slow, few are held in memory."""
    dispatcher, release, pulled = Dispatcher("test", 2, RetryPolicy()), threading.Event(), 0

    def source() -> Iterator[Audio]:
        nonlocal pulled
        for clip in clips(100, seconds=0.01):
            pulled += 1
            yield clip

    def transcribe_clip(clip: Audio, request: ClipRequest) -> Recognition:
        if request.index in slow:
            release.wait(30)
        return Recognition("empty")

    results = dispatcher.run(source(), transcribe_clip)
    first = threading.Thread(target=next, args=(results,))
    first.start()
    while pulled < most:
        time.sleep(0.001)
    time.sleep(0.05)
    assert pulled == most
    release.set()
    first.join()
    assert len(list(results)) == 99


def test_the_limit_halves_once_for_requests_that_are_limited_together_and_rises_slowly() -> None:
    limiter = ConcurrencyLimiter(8)
    generations = [limiter.acquire(clip_request()) for _ in range(8)]
    for generation in generations:
        limiter.rate_limited(generation)  # all eight began before the limit changed
        limiter.release()
    assert limiter.limit == 4
    responses = 0
    while limiter.limit < 8:
        limiter.succeeded()
        responses += 1
    assert responses == 4 + 5 + 6 + 7
    for _ in range(100):
        limiter.succeeded()
    assert limiter.limit == 8


def test_the_limit_never_falls_below_one() -> None:
    limiter = ConcurrencyLimiter(5)
    for _ in range(10):
        limiter.rate_limited(limiter.acquire(clip_request()))
        limiter.release()
    assert limiter.limit == 1


def test_the_earliest_clip_goes_first() -> None:
    limiter = ConcurrencyLimiter(1)
    limiter.acquire(clip_request())
    order: list[int] = []

    def wait(index: int) -> None:
        limiter.acquire(clip_request(index))
        order.append(index)
        limiter.release()

    threads = [threading.Thread(target=wait, args=(index,)) for index in (3, 1, 2)]
    for thread in threads:
        thread.start()
    while len(limiter._waiting) < 3:
        time.sleep(0.001)
    limiter.release()
    for thread in threads:
        thread.join()
    assert order == [1, 2, 3]


def test_a_stopped_request_does_not_wait() -> None:
    limiter, request = ConcurrencyLimiter(1), clip_request()
    limiter.acquire(clip_request())
    request.stop.set()
    with pytest.raises(Cancelled):
        limiter.acquire(request)


def test_jitter_is_full_and_growth_is_limited() -> None:
    error = RetryableError("overloaded")
    policy = RetryPolicy()
    for attempt, ceiling in enumerate([0.5, 1, 2, 4, 8, 16, 30, 30], start=1):
        pauses = [policy.pause_after(error, attempt) for _ in range(200)]
        assert 0 <= min(pauses) < 0.2 * ceiling
        assert 0.8 * ceiling < max(pauses) <= ceiling


def failing(error: Exception) -> Iterator[Audio]:
    yield from clips(3)
    raise error


def test_results_are_kept_when_the_source_fails() -> None:
    dispatcher = Dispatcher("test", 2, RetryPolicy())

    def transcribe_clip(clip: Audio, request: ClipRequest) -> Recognition:
        time.sleep(0.02)
        return Recognition("ok", str(request.index))

    results: list[Recognition] = []
    with pytest.raises(MediaNotReadable):
        results.extend(dispatcher.run(failing(MediaNotReadable("talk.mp4", "it ends early")), transcribe_clip))
    assert [result.text for result in results] == ["0", "1", "2"]


def test_ctrl_c_keeps_results_and_does_not_wait_for_others() -> None:
    dispatcher, responded = Dispatcher("test", 4, RetryPolicy()), threading.Event()
    release, ended = threading.Event(), threading.Event()
    stops: list[threading.Event] = []

    def transcribe_clip(clip: Audio, request: ClipRequest) -> Recognition:
        if request.index == 0:
            stops.append(request.stop)
            release.wait(30)
            ended.set()
        else:
            responded.set()
        return Recognition("ok", str(request.index))

    def source() -> Iterator[Audio]:
        yield from clips(2)
        responded.wait()
        time.sleep(0.05)
        raise KeyboardInterrupt

    results: list[Recognition] = []
    with pytest.raises(KeyboardInterrupt):
        results.extend(dispatcher.run(source(), transcribe_clip))
    assert [(result.status, result.text) for result in results] == [("failed", ""), ("ok", "1")]
    assert not ended.is_set()
    assert stops[0].is_set()
    release.set()


def test_closing_ends_a_run() -> None:
    dispatcher = Dispatcher("test", 1, RetryPolicy())
    threading.Timer(0.05, dispatcher.close).start()
    release = threading.Event()

    def transcribe_clip(clip: Audio, request: ClipRequest) -> Recognition:
        release.wait(30)
        return Recognition("empty")

    with pytest.raises(BackendError, match="closed before it was done"):
        list(dispatcher.run(clips(3), transcribe_clip))
    release.set()


def test_an_unexpected_error_is_raised() -> None:
    def transcribe_clip(clip: Audio, request: ClipRequest) -> Recognition:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(Dispatcher("test", 2, RetryPolicy()).run(clips(3), transcribe_clip))


def test_one_clip_without_a_response_does_not_stop_the_run() -> None:
    dispatcher = Dispatcher("test", 3, quick_policy(max_attempts=2))

    def no_response() -> Recognition:
        raise NoResponse("no response in time")

    dispatcher.send(lambda: Recognition("empty"), clip_request())
    for _ in range(2):
        with pytest.raises(ClipRejected, match="gave up after 2 attempts: no response in time"):
            dispatcher.send(no_response, clip_request())
    with pytest.raises(BackendError):
        dispatcher.send(no_response, clip_request())
    dispatcher.send(lambda: Recognition("empty"), clip_request())
    with pytest.raises(ClipRejected):
        dispatcher.send(no_response, clip_request())


def served(pool: ServerPool) -> str:
    """Send a request that ends at once, and return its server."""
    with pool.request() as base_url:
        return base_url


def test_servers_take_turns_and_a_failed_one_pauses() -> None:
    now = 0.0
    pool = ServerPool(["a", "b", "c"], lambda: now)
    assert [served(pool) for _ in range(6)] == list("abcabc")
    pool.failed("b")
    assert [served(pool) for _ in range(4)] == list("acac")
    now = PAUSE
    assert sorted(served(pool) for _ in range(3)) == list("abc")


def test_if_all_servers_failed_the_first_to_be_back_is_used() -> None:
    now = 0.0
    pool = ServerPool(["a", "b"], lambda: now)
    pool.failed("b")
    now = 1.0
    pool.failed("a")
    assert served(pool) == "b"


def test_a_server_that_is_slower_gets_fewer_requests() -> None:
    """Eight requests are in flight; "fast" answers three in the time that "slow" needs for one."""
    pool = ServerPool(["slow", "fast"], lambda: 0.0)
    sent: Counter[str] = Counter()
    in_flight: list[tuple[float, int, AbstractContextManager[str]]] = []
    now = 0.0
    for number in range(400):
        if len(in_flight) == 8:
            now, _, ended = heappop(in_flight)
            ended.__exit__(None, None, None)
        request = pool.request()
        server = request.__enter__()
        sent[server] += 1
        heappush(in_flight, (now + {"slow": 3.0, "fast": 1.0}[server], number, request))
    assert 2.8 < sent["fast"] / sent["slow"] < 3.2
