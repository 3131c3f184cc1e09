"""Side by side and in order: the lane, the gate and the patience, without a network."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.backends import Recognition
from captioner.backends.cloud.dispatcher import AHEAD, AT_WORK, Dispatcher
from captioner.backends.cloud.limiter import ConcurrencyLimiter
from captioner.backends.cloud.retry import Cancelled, ClipRejected, ClipRequest, NoResponse, RetryableError, RetryPolicy
from captioner.backends.cloud.server_pool import ASIDE, ServerPool
from captioner.errors import BackendError, MediaNotReadable
from captioner.values import Audio
from tests.backends.cloud_parts import clips, quick


def errand(place: int = 0) -> ClipRequest:
    return ClipRequest(place, threading.Event())


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 0.01), max_size=25), st.integers(1, 5))
def test_whatever_the_delays_the_order_stays_and_the_gate_holds(delays: list[float], concurrency: int) -> None:
    lane = Dispatcher("test", concurrency, RetryPolicy())
    lock, inside, most = threading.Lock(), 0, 0

    def send(place: int) -> Recognition:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(delays[place])
        with lock:
            inside -= 1
        return Recognition("ok", str(place))

    def hear(clip: Audio, errand: ClipRequest) -> Recognition:
        return lane.ask(lambda: send(errand.place), errand)

    heard = list(lane.run(clips(len(delays), seconds=0.01), hear))
    assert [one.text for one in heard] == [str(place) for place in range(len(delays))]
    assert most <= concurrency


@pytest.mark.parametrize(("slow", "most"), [({0}, 2 * AHEAD), (set(range(100)), 2 * AT_WORK)])
def test_clips_are_pulled_as_they_are_worked_on(slow: set[int], most: int) -> None:
    """Where one alone is slow the others run on, but not for ever; where all are, few are held in memory."""
    lane, release, pulled = Dispatcher("test", 2, RetryPolicy()), threading.Event(), 0

    def source() -> Iterator[Audio]:
        nonlocal pulled
        for clip in clips(100, seconds=0.01):
            pulled += 1
            yield clip

    def hear(clip: Audio, errand: ClipRequest) -> Recognition:
        if errand.place in slow:
            release.wait(30)
        return Recognition("empty")

    answers = lane.run(source(), hear)
    first = threading.Thread(target=next, args=(answers,))
    first.start()
    while pulled < most:
        time.sleep(0.001)
    time.sleep(0.05)
    assert pulled == most
    release.set()
    first.join()
    assert len(list(answers)) == 99


def test_the_limit_halves_once_a_crowd_and_comes_back_slowly() -> None:
    gate = ConcurrencyLimiter(8)
    eras = [gate.enter(errand()) for _ in range(8)]
    for era in eras:
        gate.crowded(era)  # eight requests were in the same crowd
        gate.leave()
    assert gate.limit == 4
    answers = 0
    while gate.limit < 8:
        gate.went_well()
        answers += 1
    assert answers == 4 + 5 + 6 + 7
    for _ in range(100):
        gate.went_well()
    assert gate.limit == 8


def test_the_limit_never_falls_below_one() -> None:
    gate = ConcurrencyLimiter(5)
    for _ in range(10):
        gate.crowded(gate.enter(errand()))
        gate.leave()
    assert gate.limit == 1


def test_the_earliest_clip_goes_first() -> None:
    gate = ConcurrencyLimiter(1)
    gate.enter(errand())
    went: list[int] = []

    def wait(place: int) -> None:
        gate.enter(errand(place))
        went.append(place)
        gate.leave()

    threads = [threading.Thread(target=wait, args=(place,)) for place in (3, 1, 2)]
    for thread in threads:
        thread.start()
    while len(gate._queue) < 3:
        time.sleep(0.001)
    gate.leave()
    for thread in threads:
        thread.join()
    assert went == [1, 2, 3]


def test_whoever_is_stopped_does_not_wait_for_a_turn() -> None:
    gate, mine = ConcurrencyLimiter(1), errand()
    gate.enter(errand())
    mine.stop.set()
    with pytest.raises(Cancelled):
        gate.enter(mine)


def test_jitter_is_full_and_growth_has_an_end() -> None:
    trouble = RetryableError("busy")
    policy = RetryPolicy()
    for attempt, ceiling in enumerate([0.5, 1, 2, 4, 8, 16, 30, 30], start=1):
        pauses = [policy.pause(trouble, attempt) for _ in range(200)]
        assert 0 <= min(pauses) < 0.2 * ceiling
        assert 0.8 * ceiling < max(pauses) <= ceiling


def failing(error: Exception) -> Iterator[Audio]:
    yield from clips(3)
    raise error


def test_a_source_that_breaks_does_not_cost_what_was_sent() -> None:
    lane = Dispatcher("test", 2, RetryPolicy())

    def hear(clip: Audio, errand: ClipRequest) -> Recognition:
        time.sleep(0.02)
        return Recognition("ok", str(errand.place))

    heard: list[Recognition] = []
    with pytest.raises(MediaNotReadable):
        heard.extend(lane.run(failing(MediaNotReadable("talk.mp4", "it ends early")), hear))
    assert [one.text for one in heard] == ["0", "1", "2"]


def test_ctrl_c_keeps_what_was_answered_and_waits_for_nothing() -> None:
    lane, answered = Dispatcher("test", 4, RetryPolicy()), threading.Event()
    release, ended = threading.Event(), threading.Event()
    stops: list[threading.Event] = []

    def hear(clip: Audio, errand: ClipRequest) -> Recognition:
        if errand.place == 0:
            stops.append(errand.stop)
            release.wait(30)
            ended.set()
        else:
            answered.set()
        return Recognition("ok", str(errand.place))

    def source() -> Iterator[Audio]:
        yield from clips(2)
        answered.wait()
        time.sleep(0.05)
        raise KeyboardInterrupt

    heard: list[Recognition] = []
    with pytest.raises(KeyboardInterrupt):
        heard.extend(lane.run(source(), hear))
    assert [(one.status, one.text) for one in heard] == [("failed", ""), ("ok", "1")]
    assert not ended.is_set()
    assert stops[0].is_set()
    release.set()


def test_closing_ends_whoever_hears() -> None:
    lane = Dispatcher("test", 1, RetryPolicy())
    threading.Timer(0.05, lane.close).start()
    release = threading.Event()

    def hear(clip: Audio, errand: ClipRequest) -> Recognition:
        release.wait(30)
        return Recognition("empty")

    with pytest.raises(BackendError, match="closed while it was hearing"):
        list(lane.run(clips(3), hear))
    release.set()


def test_an_error_of_our_own_is_not_swallowed() -> None:
    def hear(clip: Audio, errand: ClipRequest) -> Recognition:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(Dispatcher("test", 2, RetryPolicy()).run(clips(3), hear))


def test_one_unlucky_clip_is_not_the_end_of_a_service_that_answers() -> None:
    lane = Dispatcher("test", 3, quick(attempts=2))

    def silent() -> Recognition:
        raise NoResponse("no answer in time")

    lane.ask(lambda: Recognition("empty"), errand())
    for _ in range(2):
        with pytest.raises(ClipRejected, match="given up after 2 attempts: no answer in time"):
            lane.ask(silent, errand())
    with pytest.raises(BackendError):
        lane.ask(silent, errand())
    lane.ask(lambda: Recognition("empty"), errand())
    with pytest.raises(ClipRejected):
        lane.ask(silent, errand())


def test_a_fleet_goes_round_and_sets_the_failing_aside() -> None:
    now = 0.0
    fleet = ServerPool(["a", "b", "c"], lambda: now)
    assert [fleet.next() for _ in range(6)] == list("abcabc")
    fleet.failed("b")
    assert [fleet.next() for _ in range(4)] == list("acac")
    now = ASIDE
    assert sorted(fleet.next() for _ in range(3)) == list("abc")


def test_a_fleet_that_failed_whole_offers_the_one_that_is_back_first() -> None:
    now = 0.0
    fleet = ServerPool(["a", "b"], lambda: now)
    fleet.failed("b")
    now = 1.0
    fleet.failed("a")
    assert fleet.next() == "b"
