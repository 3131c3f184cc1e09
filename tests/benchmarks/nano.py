"""glm-nano against the documentation's batched usage of its model: apply_transcription_request and generate().

The weights are random, the shapes are those of GLM-ASR-Nano-2512, and every text is forced to four tokens for each
second of audio. On a CPU the model has an eighth of its layers, which saves both sides the same share; an accelerator
runs all. Before the measurement, both sides must give the same tokens in float32.

Runs on Linux: on a CPU it reads the peak memory from /proc.
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
"""Seconds of the clips; their lengths are evenly distributed between these."""

ROUNDS = 3


@dataclass(frozen=True)
class Size:
    """The size of the measurement."""

    depth: float
    """Share of the model's layers."""

    clips: int
    batch: int

    compared: int
    """Number of clips, the shortest ones, whose tokens are compared."""

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
        nano = LoadedModel(processor, model, worker)
        ours, documented = ours_on(nano, size.batch), documented_on(processor, model, size.batch)
        agree(nano, ours, documented, sorted(clips, key=lambda clip: clip.duration)[: size.compared])
        rows = side_by_side(ours, documented, clips, device, size.goal)
        return rows + against_floors(nano, clips, size.batch)


def random_model(device: torch.device, depth: float) -> Any:
    """Return GLM-ASR-Nano-2512 with random weights, in the shapes of its config.json, with a share of its layers."""
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
    """Return noise in clips of 2 to 28 s, in random order of length."""
    generator = np.random.default_rng(0)
    lengths = generator.permutation(np.linspace(SHORTEST, LONGEST, count))
    return [Audio(generator.normal(0, 0.05, int(s * RATE)).astype(np.float32), RATE) for s in lengths]


Tokens = list[list[int]]
Recognise = Callable[[list[Audio]], Tokens]


def ours_on(nano: LoadedModel, batch: int) -> Recognise:
    """Return recognition as the backend does it, without hallucination checks: noise has no text to check."""

    def recognise(clips: list[Audio]) -> Tokens:
        tokens: dict[int, list[int]] = {}
        numbered = list(enumerate(clips))
        for start in range(0, len(clips), WINDOW * batch):
            window = sorted(numbered[start : start + WINDOW * batch], key=lambda item: -len(item[1].samples))
            for decoded in nano.decode(window, None, batch):
                nano.text(decoded.tokens)
                tokens[decoded.number] = decoded.tokens
        return [tokens[number] for number, _ in numbered]

    return recognise


def documented_on(processor: Any, model: Any, batch: int) -> Recognise:
    """Return recognition as the documentation of the model does it."""

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


def agree(nano: LoadedModel, ours: Recognise, documented: Recognise, clips: list[Audio]) -> None:
    """Raise `RuntimeError` if the tokens differ in float32, or if CUDA captured no graph of a step."""
    dtype = nano._model.dtype
    nano._model.float()
    if ours(clips) != documented(clips):
        raise RuntimeError("glm-nano gives other tokens than generate()")
    if nano.device.type == "cuda" and nano._idle_decoder is not None and nano._idle_decoder._replay is None:
        raise RuntimeError("no CUDA graph was captured")
    nano._model.to(dtype)
    nano.free_memory()


def side_by_side(
    ours: Recognise, documented: Recognise, clips: list[Audio], device: torch.device, goal: str
) -> list[Row]:
    """Return rows for speed in seconds of audio a second, and for peak memory: medians of alternating runs."""
    audio = sum(clip.duration for clip in clips)
    seconds: dict[Recognise, list[float]] = {documented: [], ours: []}
    peaks: dict[Recognise, list[float]] = {documented: [], ours: []}
    for recognise in (documented, ours):
        recognise(clips[:1])
    for recognise in (documented, ours) * ROUNDS:
        with peak_memory(device) as peak:
            seconds[recognise].append(timed(partial(recognise, clips), device))
        peaks[recognise] += peak
    our_speed, their_speed = (audio / median(seconds[recognise]) for recognise in (ours, documented))
    our_peak, their_peak = (median(peaks[recognise]) for recognise in (ours, documented))
    return [
        Row(f"glm-nano / generate() on {device.type}, times real time", our_speed, their_speed, "x", goal),
        Row(f"glm-nano / generate() on {device.type}, peak memory", our_peak, their_peak, "MiB", "≤ 1.1"),
    ]


def against_floors(nano: LoadedModel, clips: list[Audio], batch: int) -> list[Row]:
    """Return rows for the parts of the work, each against the best that the machine can do."""
    device, model = nano.device, nano._model
    group = sorted(enumerate(clips), key=lambda item: -len(item[1].samples))[: ENCODED_AT_ONCE[device.type]]
    features = timed(lambda: nano._features(group, None), device)
    inputs = nano._features(group, None)
    embeddings = nano._embeddings(inputs)
    encoding = timed(lambda: nano._embeddings(inputs), device)
    prompts = [Prompt(0, embeddings[0], 448) for _ in range(batch)]
    decoder = BatchDecoder(model, batch, BatchDecoder.columns_for(prompts[0]))
    reading = timed(lambda: decoder._prefill(prompts, list(range(batch))), device)
    with torch.inference_mode():
        step = timed(partial(stepped, decoder, 8), device) / 8
    rate, bandwidth = multiplication_rate(model), read_rate(model)
    cache = 2 * sum(tensor.nbytes for tensor in decoder.cache.keys)
    language = sum(weight.nbytes for weight in model.model.language_model.parameters())
    encoder, count = encoder_flops(model) * len(group), len(group)
    prefill = 2 * sum(p.numel() for p in model.model.language_model.layers.parameters()) * len(embeddings[0]) * batch
    return [
        Row(f"features of {count} clips / encoding, which runs at the same time", features, encoding, "s", "≤ 1"),
        Row(f"encoding {count} clips / its arithmetic", encoding, encoder / rate, "s", "→ 1"),
        Row(f"reading {batch} prompts / its arithmetic", reading, prefill / rate, "s", "→ 1"),
        Row(f"step of {batch} slots / reading weights and cache", step, (language + cache) / bandwidth, "s", "→ 1"),
    ]


def stepped(decoder: BatchDecoder, count: int) -> None:
    for _ in range(count):
        decoder._run_step()


def encoder_flops(model: Any) -> float:
    """Return the operations for one window of 30 s: 1500 frames through all layers, with their attention."""
    tower, frames = model.model.audio_tower, 1500
    weights = sum(parameter.numel() for parameter in tower.layers.parameters())
    return float(2 * weights * frames + 4 * frames**2 * tower.config.hidden_size * len(tower.layers))


def multiplication_rate(model: Any) -> float:
    """Return the operations a second in one large matrix product."""
    side = 1024 if model.device.type == "cpu" else 8192
    matrix = torch.randn(side, side, device=model.device, dtype=model.dtype)
    return 2 * side**3 / min(timed(lambda: matrix @ matrix, model.device) for _ in range(5))


def read_rate(model: Any) -> float:
    """Return the bytes read a second, in a sum over a tensor much larger than any cache."""
    block = torch.ones(2**28 if model.device.type == "cpu" else 2**31, device=model.device, dtype=torch.int8).view(
        torch.int64
    )
    return block.nbytes / min(timed(lambda: block.sum(), model.device) for _ in range(5))


def timed(work: Callable[[], object], device: torch.device) -> float:
    """Return the seconds that a function takes, until the device has finished as well."""
    wait: Callable[[], object] = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    wait()
    started = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - started


@contextmanager
def peak_memory(device: torch.device) -> Iterator[list[float]]:
    """Give a list that holds the peak in MiB after the context: of the device's memory, or on a CPU of the process."""
    peak: list[float] = []
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        yield peak
        peak.append(torch.cuda.max_memory_allocated() / 2**20)
    else:
        Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM
        yield peak
        status = Path("/proc/self/status").read_text()
        peak.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
