"""glm-nano against the documentation's batched usage of its model: apply_transcription_request and generate().

The weights are random, the shapes those of GLM-ASR-Nano-2512, and every text is forced to four tokens a second of
sound. On a processor the model has an eighth of its layers, which spares both sides as much; an accelerator gets all.
Before anything is timed, both sides must write the same tokens in float32.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from transformers import AutoProcessor, GlmAsrConfig, GlmAsrForConditionalGeneration

from captioner.backends.nano import loaded_model
from captioner.backends.nano.backend import WINDOW
from captioner.backends.nano.decoding import BatchDecoder, Prompt
from captioner.backends.nano.loaded_model import ENCODED_AT_ONCE, LoadedModel
from captioner.values import Audio
from tests.benchmarks import Lengths, Row
from tests.paths import DATA

DIGITS = DATA / "glmasr-digits"
RATE = 16_000
TOKENS_A_SECOND = 4
SHORTEST, LONGEST = 2.0, 28.0
"""Seconds of the clips, evenly spread."""

ROUNDS = 3


@dataclass(frozen=True)
class Size:
    """How much is measured: the share of the layers, how many clips in batches of how many, and how many of them, the
    shortest, are compared token for token."""

    depth: float
    clips: int
    batch: int
    compared: int
    goal: str


ON_CPU = Size(1 / 8, 6, 3, 2, "≥ 1")
ON_ACCELERATOR = Size(1, 512, 64, 48, "≥ 8")


def measure(lengths: Lengths) -> Sequence[Row | str]:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    size = ON_CPU if device.type == "cpu" else ON_ACCELERATOR
    processor: Any = AutoProcessor.from_pretrained(DIGITS)  # type: ignore[no-untyped-call]
    model = random_model(device, size.depth)
    clips = random_clips(size.clips)
    loaded_model.SPARE_TOKENS, loaded_model.TOKENS_A_SECOND = 0, TOKENS_A_SECOND
    with ThreadPoolExecutor(1) as worker:
        engine = LoadedModel(processor, model, worker)
        ours, documented = ours_on(engine, size.batch), documented_on(processor, model, size.batch)
        agree(engine, ours, documented, sorted(clips, key=lambda clip: clip.duration)[: size.compared])
        rows = side_by_side(ours, documented, clips, device, size.goal)
        return rows + against_floors(engine, clips, size.batch)


def random_model(device: torch.device, depth: float) -> Any:
    """GLM-ASR-Nano-2512 as its config.json has it, or with a share of its layers."""
    config = GlmAsrConfig(
        audio_config={
            "model_type": "glmasr_encoder", "hidden_size": 1280, "intermediate_size": 5120,
            "num_hidden_layers": round(32 * depth), "num_attention_heads": 20, "num_mel_bins": 128,
        },
        text_config={
            "model_type": "llama", "vocab_size": 59264, "hidden_size": 2048, "intermediate_size": 6144,
            "num_hidden_layers": round(28 * depth), "num_attention_heads": 16, "num_key_value_heads": 4,
            "head_dim": 128, "max_position_embeddings": 8192, "pad_token_id": 319,
        },
        audio_token_id=324, tie_word_embeddings=True,
    )  # fmt: skip
    torch.manual_seed(0)
    torch.set_default_dtype(loaded_model._dtype("auto", device))
    with device:
        model: Any = GlmAsrForConditionalGeneration(config)
    torch.set_default_dtype(torch.float32)
    model.generation_config.eos_token_id, model.generation_config.pad_token_id = None, 319
    return model.eval()


def random_clips(count: int) -> list[Audio]:
    """Noise from 2 to 28 s long, the lengths in no order."""
    generator = np.random.default_rng(0)
    lengths = generator.permutation(np.linspace(SHORTEST, LONGEST, count))
    return [Audio(generator.normal(0, 0.05, int(s * RATE)).astype(np.float32), RATE) for s in lengths]


Tokens = list[list[int]]
Recognise = Callable[[list[Audio]], Tokens]


def ours_on(engine: LoadedModel, batch: int) -> Recognise:
    """As the backend does it, without its second looks: noise has no text that could be looked at."""

    def recognise(clips: list[Audio]) -> Tokens:
        tokens: dict[int, list[int]] = {}
        numbered = list(enumerate(clips))
        for start in range(0, len(clips), WINDOW * batch):
            window = sorted(numbered[start : start + WINDOW * batch], key=lambda item: -len(item[1].samples))
            for written in engine.decode(window, None, batch):
                engine.text(written.tokens)
                tokens[written.number] = written.tokens
        return [tokens[number] for number, _ in numbered]

    return recognise


def documented_on(processor: Any, model: Any, batch: int) -> Recognise:
    def recognise(clips: list[Audio]) -> Tokens:
        tokens: Tokens = []
        for start in range(0, len(clips), batch):
            part = clips[start : start + batch]
            inputs = processor.apply_transcription_request([clip.samples for clip in part])
            inputs = inputs.to(model.device, dtype=model.dtype)
            limits = [loaded_model.token_limit(clip.duration) for clip in part]
            written = model.generate(**inputs, do_sample=False, max_new_tokens=max(limits))
            written = written[:, inputs.input_ids.shape[1] :]
            processor.batch_decode(written, skip_special_tokens=True)
            tokens += [row[:limit] for row, limit in zip(written.tolist(), limits, strict=True)]
        return tokens

    return recognise


def agree(engine: LoadedModel, ours: Recognise, documented: Recognise, clips: list[Audio]) -> None:
    """Raises `RuntimeError` unless both write the same in float32, and a device that can record steps does."""
    dtype = engine._model.dtype
    engine._model.float()
    if ours(clips) != documented(clips):
        raise RuntimeError("glm-nano writes other tokens than generate()")
    if engine.device.type == "cuda" and engine._idle_decoder is not None and engine._idle_decoder._replay is None:
        raise RuntimeError("no CUDA graph was recorded")
    engine._model.to(dtype)
    engine.free_memory()


def side_by_side(
    ours: Recognise, documented: Recognise, clips: list[Audio], device: torch.device, goal: str
) -> list[Row]:
    """Speed in seconds of sound a second, and the peak of memory: medians of runs that take turns."""
    sound = sum(clip.duration for clip in clips)
    seconds: dict[Recognise, list[float]] = {documented: [], ours: []}
    peaks: dict[Recognise, list[float]] = {documented: [], ours: []}
    for recognise in (documented, ours):
        recognise(clips[:1])
    for recognise in (documented, ours) * ROUNDS:
        with peak_memory(device) as peak:
            seconds[recognise].append(timed(partial(recognise, clips), device))
        peaks[recognise] += peak
    our_speed, their_speed = (sound / median(seconds[recognise]) for recognise in (ours, documented))
    our_peak, their_peak = (median(peaks[recognise]) for recognise in (ours, documented))
    return [
        Row(f"glm-nano / generate() on {device.type}, times real time", our_speed, their_speed, "x", goal),
        Row(f"glm-nano / generate() on {device.type}, peak memory", our_peak, their_peak, "MiB", "≤ 1.1"),
    ]


def against_floors(engine: LoadedModel, clips: list[Audio], batch: int) -> list[Row]:
    """Where the time goes, each part against what the machine could do at best: its arithmetic, its memory."""
    device, model = engine.device, engine._model
    group = sorted(enumerate(clips), key=lambda item: -len(item[1].samples))[: ENCODED_AT_ONCE[device.type]]
    features = timed(lambda: engine._features(group, None), device)
    inputs = engine._features(group, None)
    embedded = engine._embeddings(inputs)
    encoding = timed(lambda: engine._embeddings(inputs), device)
    prompts = [Prompt(0, embedded[0], 448) for _ in range(batch)]
    writer = BatchDecoder(model, batch, BatchDecoder.columns_for(prompts[0]))
    reading = timed(lambda: writer._prefill(prompts, list(range(batch))), device)
    with torch.inference_mode():
        step = timed(partial(stepped, writer, 8), device) / 8
    rate, bandwidth = arithmetic(model), memory(model)
    cache = 2 * sum(tensor.nbytes for tensor in writer.cache.keys)
    language = sum(weight.nbytes for weight in model.model.language_model.parameters())
    heard, count = encoder_flops(model) * len(group), len(group)
    read = 2 * sum(p.numel() for p in model.model.language_model.layers.parameters()) * len(embedded[0]) * batch
    return [
        Row(f"features of {count} clips / their encoding, beside which they are made", features, encoding, "s", "≤ 1"),
        Row(f"encoding {count} clips / its arithmetic", encoding, heard / rate, "s", "→ 1"),
        Row(f"reading {batch} prompts / its arithmetic", reading, read / rate, "s", "→ 1"),
        Row(f"a step of {batch} slots / its weights and cache", step, (language + cache) / bandwidth, "s", "→ 1"),
    ]


def stepped(writer: BatchDecoder, count: int) -> None:
    for _ in range(count):
        writer._run_step()


def encoder_flops(model: Any) -> float:
    """Of one window of 30 s: 1500 frames through the layers, and their attention to each other."""
    tower, frames = model.model.audio_tower, 1500
    weights = sum(parameter.numel() for parameter in tower.layers.parameters())
    return float(2 * weights * frames + 4 * frames**2 * tower.config.hidden_size * len(tower.layers))


def arithmetic(model: Any) -> float:
    """Operations a second in one large product."""
    side = 1024 if model.device.type == "cpu" else 8192
    matrix = torch.randn(side, side, device=model.device, dtype=model.dtype)
    return 2 * side**3 / min(timed(lambda: matrix @ matrix, model.device) for _ in range(5))


def memory(model: Any) -> float:
    """Bytes a second, read by a sum over much more than any cache holds."""
    block = torch.ones(2**28 if model.device.type == "cpu" else 2**31, device=model.device, dtype=torch.int8).view(
        torch.int64
    )
    return block.nbytes / min(timed(lambda: block.sum(), model.device) for _ in range(5))


def timed(work: Callable[[], object], device: torch.device) -> float:
    """Seconds, until the device is done as well."""
    wait: Callable[[], object] = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    wait()
    started = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - started


@contextmanager
def peak_memory(device: torch.device) -> Iterator[list[float]]:
    """The peak in MiB: of the device's memory, or of the process's, which Linux counts anew when told to."""
    peak: list[float] = []
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        yield peak
        peak.append(torch.cuda.max_memory_allocated() / 2**20)
    else:
        Path("/proc/self/clear_refs").write_text("5")
        yield peak
        status = Path("/proc/self/status").read_text()
        peak.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
