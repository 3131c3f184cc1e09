"""GLM-ASR-Nano on this machine, with transformers and torch. It never touches the network: the weights come by
`captioner models pull`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import numpy as np

from captioner.backends.clip_transcription import SHORTEST_TOO_LONG, TooLong, Transcription, transcribe_clip
from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.backends.nano import weights
from captioner.errors import BackendError, BackendNotInstalled, UsageError
from captioner.values import Audio

if TYPE_CHECKING:
    from captioner.backends.nano.decoding import Written
    from captioner.backends.nano.engine import Engine

Dtype = Literal["auto", "float32", "bfloat16", "float16"]

SHORTEST = 0.2
"""Seconds: what is shorter is no speech. Below 0.06 s the model would be asked about no sound at all, and answer."""

LONGEST = 28.0
"""Seconds: the model hears in windows of 30 s and was trained on one."""

WINDOW = 2
"""Clips pulled for each slot of a batch: sorted by length, the short ones fill what the long ones leave."""

SAMPLE_RATE = 16_000

CUT_SHORT = "the text did not end where speech of this length must"

T = TypeVar("T")


def _engines_missing() -> Iterator[str]:
    return (package for package in ("torch", "transformers") if find_spec(package) is None)


def _missing() -> str | None:
    for engine in _engines_missing():
        return f"{engine} is not installed"
    try:
        weights.checked(weights.NANO)
    except BackendError as error:
        return error.reason
    return None


class GlmNano:
    """GLM-ASR-Nano-2512, or another GLM-ASR by the name of its repository on the hub or its folder.

    `device` is auto, cpu, cuda, cuda:1, mps ...; `dtype` auto for what is fast there. `batch` is how many clips are
    worked on at a time, None for what fits; where it does not fit it is halved, and stays so. The model is loaded in
    the background: what is wrong with it is raised by the first `transcribe`. `Hints.prompt` replaces the instruction
    ("Please transcribe this audio into text"); hotwords have no way into this model and are ignored.
    """

    info = BackendInfo(
        needs=f"the weights of {weights.NANO} ({weights.NANO_SIZE}): captioner models pull",
        missing=_missing,
        notice="using glm-nano: the audio stays on this machine; without a GPU it runs slower than real time",
    )

    def __init__(
        self,
        *,
        model: str = weights.NANO,
        revision: str | None = None,
        device: str = "auto",
        dtype: Dtype = "auto",
        batch: int | None = None,
    ) -> None:
        if dtype not in get_args(Dtype):
            raise UsageError(f"glm-nano has no dtype {dtype!r}; there is: {', '.join(get_args(Dtype))}")
        if batch is not None and batch < 1:
            raise UsageError(f"glm-nano needs a batch of 1 or more, and got {batch}")
        for engine in _engines_missing():
            raise BackendNotInstalled("glm-nano", engine)
        found = weights.checked(model, revision)
        self.traits = Traits(
            "glm-nano",
            model,
            shortest_clip=SHORTEST,
            longest_clip=LONGEST,
            takes_context=False,
            fingerprint=f"weights={found.version} device={device} dtype={dtype}",
        )
        self._batch = batch
        self._worker = ThreadPoolExecutor(1, "glm-nano")
        self._loading = self._load(found.folder, device, dtype)

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        clips = iter(clips)
        while first := list(islice(clips, 1)):
            engine = self._engine()
            window = first + list(islice(clips, WINDOW * self._batch_of(engine) - 1))
            yield from in_order(self._hear_all(engine, window, hints))

    def close(self) -> None:
        # What is being loaded is waited for by the interpreter; what is not yet begun never will.
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._loading = _cancelled()

    def _load(self, folder: Path, device: str, dtype: Dtype) -> Future[Engine]:
        """Import the engine, then load the model: two errands, so that closing in between spares the second."""
        self._worker.submit(import_module, "captioner.backends.nano.engine")

        def load() -> Engine:
            from captioner.backends.nano import engine

            return engine.load(folder, device, dtype, self._worker)

        return self._worker.submit(load)

    def _engine(self) -> Engine:
        try:
            return self._loading.result()
        except CancelledError:
            raise BackendError("glm-nano", "it was closed and hears nothing any more") from None

    def _batch_of(self, engine: Engine) -> int:
        self._batch = self._batch or engine.fitting_batch()
        return self._batch

    def _hear_all(self, engine: Engine, clips: Sequence[Audio], hints: Hints) -> Iterator[tuple[int, Recognition]]:
        """What becomes of each clip, by its number, in any order."""
        sendable = {}
        for number, clip in enumerate(clips):
            if (fate := _fate_unheard(clip)) is not None:
                yield number, fate
            elif clip.duration > LONGEST:
                yield number, self._hear(engine, clip, hints, None)
            else:
                sendable[number] = clip
        for written in self._write(engine, sendable, hints.prompt):
            yield written.number, self._hear(engine, clips[written.number], hints, written)

    def _hear(self, engine: Engine, clip: Audio, hints: Hints, written: Written | None) -> Recognition:
        """What becomes of a clip for which this was written; a suspicious text is looked at twice, see `hearing`."""
        asked, unfinished = 0, []

        def ask(part: Audio, part_hints: Hints) -> Transcription:
            nonlocal asked
            asked += 1
            known = written if part is clip and written else self._write_one(engine, part, part_hints.prompt)
            if known is None:
                return Transcription("")
            text = engine.text(known.tokens)
            if not known.ended:
                if part.duration >= SHORTEST_TOO_LONG:
                    raise TooLong(CUT_SHORT)  # so it is asked for in halves
                unfinished.append(text)
            return Transcription(text, confidence=known.confidence)

        heard = replace(transcribe_clip(clip, hints, ask, longest=LONGEST), language=hints.language, attempts=asked)
        if heard.status == "ok" and any(text in heard.text for text in unfinished):
            return replace(heard, status="truncated", reason=heard.reason or CUT_SHORT)
        return heard

    def _write_one(self, engine: Engine, clip: Audio, prompt: str | None) -> Written | None:
        """What is said in a part of a clip; None if that is too short to hold any."""
        if _fate_unheard(clip) is not None:
            return None
        (written,) = self._write(engine, {0: clip}, prompt)
        return written

    def _write(self, engine: Engine, clips: dict[int, Audio], prompt: str | None) -> Iterator[Written]:
        """What is said in each clip, in any order; with a smaller batch where there is no room for this one."""
        from captioner.backends.nano.engine import out_of_memory

        todo = dict(sorted(clips.items(), key=lambda item: -len(item[1].samples)))
        while todo:
            batch = self._batch_of(engine)
            try:
                for written in engine.write(list(todo.items()), prompt, batch):
                    del todo[written.number]
                    yield written
                return
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                if batch == 1:
                    raise BackendError("glm-nano", _NO_ROOM.format(device=engine.device)) from error
                self._batch = batch // 2
            engine.release()


_NO_ROOM = "{device} has not enough memory even for one clip at a time; close what else uses it, or take device=cpu"


def in_order(numbered: Iterable[tuple[int, T]]) -> Iterator[T]:
    """The values by their numbers from 0, each as soon as all before it are there.

    >>> list(in_order([(1, "b"), (0, "a"), (2, "c")]))
    ['a', 'b', 'c']
    """
    ready: dict[int, T] = {}
    turn = 0
    for number, value in numbered:
        ready[number] = value
        while turn in ready:
            yield ready.pop(turn)
            turn += 1


def _fate_unheard(clip: Audio) -> Recognition | None:
    """What becomes of a clip that the model should not be asked about."""
    if clip.duration < SHORTEST:
        return Recognition("empty")
    if clip.sample_rate != SAMPLE_RATE:
        reason = f"its sound has {clip.sample_rate} samples a second, and glm-nano hears {SAMPLE_RATE}"
        return Recognition("failed", reason=reason, attempts=0)
    if not np.isfinite(clip.samples).all():
        return Recognition("failed", reason="its samples are no numbers", attempts=0)
    return None


def _cancelled() -> Future[Engine]:
    future: Future[Engine] = Future()
    future.cancel()
    return future
