"""Sends clips to a service over the network: several at a time, results in order, with retries.

The path of one clip, here for `Glm`; `OpenAI` has the same:

    Glm.transcribe                  the caller's thread: pulls clips, yields results in order
    └─ Dispatcher.run               starts a thread for each clip
       └─ Glm._transcribe_clip      in that thread: one clip to one Recognition
          └─ transcribe_clip        splits the clip if it is too long or its text is doubtful
             └─ Glm._request_text   one part of it: WAV and form fields; shortens a prompt that is too long
                └─ Dispatcher.send  waits for the concurrency limiter; repeats after a RetryableError
                   └─ Glm._post     one attempt: chooses the address, parses the response, maps its errors
                      └─ HttpTransport.post   one HTTP request
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from typing import TypeVar

from captioner.backends.clip_transcription import ClipRejected
from captioner.backends.cloud.limiter import ConcurrencyLimiter
from captioner.backends.cloud.retry import Cancelled, ClipRequest, NoResponse, RetryableError, RetryPolicy
from captioner.backends.contract import Recognition
from captioner.errors import BackendError
from captioner.values import Audio

IN_PROGRESS = 4
"""Clips that are requested or pause between two attempts, and so are held in memory, per request in flight."""

PULLED = 16
"""Clips pulled and not yet yielded, per request in flight.

A clip that needs many attempts holds up the results after it. This is how far other clips may run ahead meanwhile:
when three requests in ten fail, 4 would cost a third of the speed.
"""

T = TypeVar("T")

TranscribeClip = Callable[[Audio, ClipRequest], Recognition]


class Dispatcher:
    """The requests of one backend to its service, over all its calls of `transcribe`."""

    def __init__(self, name: str, concurrency: int, policy: RetryPolicy) -> None:
        self.name, self.policy, self.limiter = name, policy, ConcurrencyLimiter(concurrency)
        self._runs: set[_DispatchRun] = set()
        self._lock = threading.Lock()
        self._ever_responded = False
        self._given_up = 0  # clips given up since the last response of any kind

    def run(self, clips: Iterable[Audio], transcribe_clip: TranscribeClip) -> Iterator[Recognition]:
        """Call `transcribe_clip` in a thread for each clip; yield the results in the order of the clips.

        Clips are pulled in the caller's thread. When the service fails, when `clips` raises and at Ctrl-C, the results
        that have arrived are still yielded, since they are paid for, and then the error is raised. A clip between them
        without a result is yielded as `failed`, so the next run requests it.
        """
        run = _DispatchRun(self, transcribe_clip, IN_PROGRESS * self.limiter.maximum, PULLED * self.limiter.maximum)
        with self._lock:
            self._runs.add(run)
        try:
            yield from run.results(clips)
        finally:
            run.stop()
            with self._lock:
                self._runs.discard(run)

    def send(self, post: Callable[[], T], request: ClipRequest) -> T:
        """Return the result of `post`, called within the concurrency limit and repeated as the retry policy allows.

        Raises `ClipRejected` when the last attempt failed too, `BackendError` when the service cannot be reached.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._attempt(post, request)
            except RetryableError as error:
                self._pause_or_give_up(error, attempt, request)

    def close(self) -> None:
        """End every run at once; a caller that waits for a result gets a `BackendError`."""
        with self._lock:
            runs = list(self._runs)
        for run in runs:
            run.abandon()

    def _attempt(self, post: Callable[[], T], request: ClipRequest) -> T:
        generation = self.limiter.acquire(request)
        try:
            if request.attempts == 0:
                request.started = self.policy.clock()
            request.attempts += 1
            result = post()
        except NoResponse:
            raise
        except RetryableError as error:
            self._responded()
            if error.rate_limited:
                self.limiter.rate_limited(generation)
            raise
        finally:
            self.limiter.release()
        self._responded()
        self.limiter.succeeded()
        return result

    def _pause_or_give_up(self, error: RetryableError, attempt: int, request: ClipRequest) -> None:
        policy = self.policy
        pause = policy.pause_after(error, attempt)
        if attempt >= policy.max_attempts or policy.clock() + pause - request.started > policy.max_elapsed:
            reason = f"gave up after {request.attempts} attempts: {error}"
            if isinstance(error, NoResponse) and self._is_unreachable():
                advice = "check the network and the base URL, then run again; the results so far are kept"
                raise BackendError(self.name, f"{reason}; {advice}") from error
            raise ClipRejected(reason) from error
        policy.sleep(request.stop, pause)

    def _responded(self) -> None:
        with self._lock:
            self._ever_responded, self._given_up = True, 0

    def _is_unreachable(self) -> bool:
        """Return whether the service never responded, or gave no response to as many clips in a row as run at a time.

        A single clip without a response is no sign of that.
        """
        with self._lock:
            self._given_up += 1
            return not self._ever_responded or self._given_up >= self.limiter.maximum


class _DispatchRun:
    """One call of `Dispatcher.run`: at most `in_progress` clips without a result, `pulled` with those not yielded."""

    def __init__(self, dispatcher: Dispatcher, transcribe_clip: TranscribeClip, in_progress: int, pulled: int) -> None:
        self._dispatcher, self._transcribe_clip = dispatcher, transcribe_clip
        self._in_progress, self._pulled = in_progress, pulled
        self._stop = threading.Event()
        self._pending: deque[Future[Recognition]] = deque()
        self._failure: BaseException | None = None

    def results(self, clips: Iterable[Audio]) -> Iterator[Recognition]:
        try:
            for index, clip in enumerate(clips):
                self._pending.append(self._start(index, clip))
                yield from self._ready()
                if self._failure is not None:
                    break
            while self._pending:
                yield self._next()
        except (Exception, KeyboardInterrupt) as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            yield from self._remaining(self._failure or error, wait_for_results=not interrupted)
            if isinstance(error, Cancelled):
                raise self._failure or BackendError(self._dispatcher.name, "closed before it was done") from None
            raise

    def stop(self) -> None:
        """Send no further request; those in flight go on."""
        self._stop.set()
        self._dispatcher.limiter.wake()

    def abandon(self) -> None:
        """Stop, and wait no longer for the requests in flight."""
        self.stop()
        for future in tuple(self._pending):
            _settle(future, Cancelled())

    def _ready(self) -> Iterator[Recognition]:
        """Yield results until there is room for another clip."""
        while self._pending:
            unsettled = [future for future in self._pending if not future.done()]
            if self._pending[0].done() or len(self._pending) >= self._pulled:
                yield self._next()
            elif len(unsettled) >= self._in_progress:
                wait(unsettled, return_when=FIRST_COMPLETED)
            else:
                return

    def _next(self) -> Recognition:
        recognition = self._pending[0].result()
        self._pending.popleft()
        return recognition

    def _start(self, index: int, clip: Audio) -> Future[Recognition]:
        future: Future[Recognition] = Future()
        request = ClipRequest(index, self._stop)
        # A daemon, so that the process can exit after Ctrl-C while a request is still in flight.
        threading.Thread(target=self._work, args=(clip, request, future), daemon=True).start()
        return future

    def _work(self, clip: Audio, request: ClipRequest, future: Future[Recognition]) -> None:
        try:
            _settle(future, self._transcribe_clip(clip, request))
        except Cancelled as cancelled:
            _settle(future, cancelled)
        except BaseException as error:  # raised again in the thread that waits for this clip
            self._failure = self._failure or error
            self.stop()
            _settle(future, error)

    def _remaining(self, error: BaseException, *, wait_for_results: bool) -> Iterator[Recognition]:
        """Yield the results after the first clip without one, in order; clips between them become `failed`."""
        if not wait_for_results:
            self.stop()
        results = [_result(future) if wait_for_results or future.done() else None for future in self._pending]
        while results and results[-1] is None:
            results.pop()
        for result in results:
            yield result or Recognition("failed", reason=str(error) or "interrupted", attempts=0)


def _settle(future: Future[Recognition], result: Recognition | BaseException) -> None:
    try:
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
    except InvalidStateError:
        pass  # the run was abandoned meanwhile


def _result(future: Future[Recognition]) -> Recognition | None:
    return None if future.exception() else future.result()
