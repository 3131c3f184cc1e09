"""Clips to a service over the network: side by side, answered in order, asked again when that may help."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from typing import TypeVar

from captioner.backends import Recognition
from captioner.backends.cloud.limiter import ConcurrencyLimiter
from captioner.backends.cloud.retry import (
    Cancelled,
    ClipRejected,
    ClipRequest,
    NoResponse,
    RetryableError,
    RetryPolicy,
    lost_service,
)
from captioner.errors import BackendError
from captioner.values import Audio

AT_WORK = 4
"""Clips that are asked for or pause between two attempts, and so are held in memory, per request in flight."""

AHEAD = 16
"""Clips pulled and not yet yielded, per request in flight. One that needs many attempts holds up the order, and this is
how far the others run on meanwhile: with three requests in ten failing, 4 would cost a third of the speed."""

T = TypeVar("T")

Hear = Callable[[Audio, ClipRequest], Recognition]


class Dispatcher:
    """The way to one service, shared by all who use a backend: its gate, its patience and its end."""

    def __init__(self, name: str, concurrency: int, policy: RetryPolicy) -> None:
        self.name, self.policy, self.gate = name, policy, ConcurrencyLimiter(concurrency)
        self._runs: set[_Dispatch] = set()
        self._lock = threading.Lock()
        self._ever_answered = False
        self._given_up = 0  # clips given up since anything at all was answered

    def run(self, clips: Iterable[Audio], hear: Hear) -> Iterator[Recognition]:
        """`hear` the clips in threads and yield in the order of the clips.

        Clips are pulled in the caller's thread. When the whole service fails, when `clips` itself does and at Ctrl-C,
        what was answered until then is still yielded, since it is paid for: a clip before it that has no answer yet
        is `failed`, to be asked again in the next run. Then the error goes its way.
        """
        run = _Dispatch(self, hear, AT_WORK * self.gate.most, AHEAD * self.gate.most)
        with self._lock:
            self._runs.add(run)
        try:
            yield from run.answers(clips)
        finally:
            run.end()
            with self._lock:
                self._runs.discard(run)

    def ask(self, send: Callable[[], T], errand: ClipRequest) -> T:
        """What `send` returns, at the latest after the last attempt that the policy allows.

        Raises `Refused` when that ended in trouble too, `BackendError` when the service is not there at all.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._once(send, errand)
            except RetryableError as trouble:
                self._wait(trouble, attempt, errand)

    def close(self) -> None:
        """End every run at once; whoever waits for an answer is told that there will be none."""
        with self._lock:
            runs = list(self._runs)
        for run in runs:
            run.abandon()

    def _once(self, send: Callable[[], T], errand: ClipRequest) -> T:
        era = self.gate.enter(errand)
        try:
            if errand.attempts == 0:
                errand.started = self.policy.clock()
            errand.attempts += 1
            answer = send()
        except NoResponse:
            raise
        except RetryableError as trouble:
            self._was_answered()
            if trouble.crowded:
                self.gate.crowded(era)
            raise
        finally:
            self.gate.leave()
        self._was_answered()
        self.gate.went_well()
        return answer

    def _wait(self, trouble: RetryableError, attempt: int, errand: ClipRequest) -> None:
        policy = self.policy
        pause = policy.pause(trouble, attempt)
        if attempt >= policy.attempts or policy.clock() + pause - errand.started > policy.patience:
            reason = f"given up after {errand.attempts} attempts: {trouble}"
            if isinstance(trouble, NoResponse) and self._service_is_gone():
                raise lost_service(self.name, reason) from trouble
            raise ClipRejected(reason) from trouble
        policy.sleep(errand.stop, pause)

    def _was_answered(self) -> None:
        with self._lock:
            self._ever_answered, self._given_up = True, 0

    def _service_is_gone(self) -> bool:
        """Never heard of, or silent for as many clips in a row as go side by side: one clip alone may be unlucky."""
        with self._lock:
            self._given_up += 1
            return not self._ever_answered or self._given_up >= self.gate.most


class _Dispatch:
    """One call of `Dispatcher.run`: at most `at_work` clips in flight, `ahead` with those that wait their turn."""

    def __init__(self, lane: Dispatcher, hear: Hear, at_work: int, ahead: int) -> None:
        self._lane, self._hear, self._at_work, self._ahead = lane, hear, at_work, ahead
        self._stop = threading.Event()
        self._pending: deque[Future[Recognition]] = deque()
        self._failure: BaseException | None = None

    def answers(self, clips: Iterable[Audio]) -> Iterator[Recognition]:
        try:
            for place, clip in enumerate(clips):
                self._pending.append(self._start(place, clip))
                yield from self._ready()
                if self._failure is not None:
                    break
            while self._pending:
                yield self._next()
        except (Exception, KeyboardInterrupt) as error:
            yield from self._remains(self._failure or error, patient=not isinstance(error, KeyboardInterrupt))
            if isinstance(error, Cancelled):
                raise self._failure or BackendError(self._lane.name, "closed while it was hearing") from None
            raise

    def end(self) -> None:
        """Nobody waits any more: what is not in flight yet is not sent."""
        self._stop.set()
        self._lane.gate.wake()

    def abandon(self) -> None:
        """End, and let go of what is in flight."""
        self.end()
        for future in tuple(self._pending):
            _settle(future, Cancelled())

    def _ready(self) -> Iterator[Recognition]:
        """What can be yielded, until there is room for another clip."""
        while self._pending:
            unanswered = [future for future in self._pending if not future.done()]
            if self._pending[0].done() or len(self._pending) >= self._ahead:
                yield self._next()
            elif len(unanswered) >= self._at_work:
                wait(unanswered, return_when=FIRST_COMPLETED)
            else:
                return

    def _next(self) -> Recognition:
        heard = self._pending[0].result()
        self._pending.popleft()
        return heard

    def _start(self, place: int, clip: Audio) -> Future[Recognition]:
        future: Future[Recognition] = Future()
        errand = ClipRequest(place, self._stop)
        # A daemon: after Ctrl-C nobody should wait for an answer that nobody wants.
        threading.Thread(target=self._work, args=(clip, errand, future), daemon=True).start()
        return future

    def _work(self, clip: Audio, errand: ClipRequest, future: Future[Recognition]) -> None:
        try:
            _settle(future, self._hear(clip, errand))
        except Cancelled as cancelled:
            _settle(future, cancelled)
        except BaseException as error:  # handed on to the thread that waits for this clip
            self._failure = self._failure or error
            self.end()
            _settle(future, error)

    def _remains(self, error: BaseException, *, patient: bool) -> Iterator[Recognition]:
        """What was answered beyond the first clip that was not, in order and without gaps."""
        if not patient:
            self.end()
        outcomes = [_outcome(future) if patient or future.done() else None for future in self._pending]
        while outcomes and outcomes[-1] is None:
            outcomes.pop()
        for outcome in outcomes:
            yield outcome or Recognition("failed", reason=str(error) or "interrupted", attempts=0)


def _settle(future: Future[Recognition], outcome: Recognition | BaseException) -> None:
    try:
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
    except InvalidStateError:
        pass  # abandoned meanwhile


def _outcome(future: Future[Recognition]) -> Recognition | None:
    return None if future.exception() else future.result()
