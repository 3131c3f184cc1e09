"""Small real GLM-ASR models, speech that they recognise, and a Hugging Face cache with one of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from captioner.backends import Backend, Hints
from captioner.backends.nano.weights import NANO
from captioner.values import Audio, Samples
from tests.align.voices import RATE, noisy, silence, spoken
from tests.paths import DATA

DIGITS = DATA / "glmasr-digits"
"""A GLM-ASR of 1.3 million parameters that recognises spoken English digits; its recipe is in the same folder."""


@dataclass(frozen=True)
class Phrase:
    """Spoken digits."""

    text: str
    voice: str
    """Voice of espeak-ng."""
    pace: int = 160
    """Words a minute."""

    def samples(self) -> Samples:
        return spoken(self.text, self.voice, pace=self.pace) * np.float32(0.6)

    def clip(self, start: float = 0.0) -> Audio:
        return Audio(np.concatenate([silence(0.15), self.samples(), silence(0.1)]), RATE, start)


PHRASES = (
    Phrase("seven three six eight", "en-us-nyc+m5", 130),
    Phrase("six nine zero seven", "en-gb-x-gbcwmd+f4", 160),
    Phrase("two five four eight", "en-us-nyc+f4", 130),
    Phrase("three five zero", "en-us-nyc+belinda", 160),
    Phrase("seven nine two", "en-us-nyc+f4", 200),
    Phrase("two seven three eight", "en-us-nyc+belinda", 160),
    Phrase("six two one six eight", "en-us-nyc+f4", 200),
    Phrase("zero eight nine four", "en-us-nyc+belinda", 200),
    Phrase("six four", "en-us-nyc+f4", 200),
    Phrase("four zero", "en-gb-x-gbcwmd+f4", 160),
)
"""Accents and voices that the model was not trained on, at three paces. It recognises four of five such phrases
correctly; these are among them, since the tests are about captioner and not about the model."""


CLIPS = [phrase.clip(start=10.0 * number) for number, phrase in enumerate(PHRASES)]
TEXTS = [phrase.text for phrase in PHRASES]


def texts(backend: Backend, clips: list[Audio], hints: Hints = Hints()) -> list[str]:
    return [result.text for result in backend.transcribe(clips, hints)]


@dataclass(frozen=True)
class PlacedPhrase:
    """A phrase in a talk."""

    phrase: Phrase
    start: float
    """Seconds."""
    end: float
    """Seconds."""


def talk(
    phrases: list[tuple[float, Phrase]], length: float, noise: float | None = None
) -> tuple[Samples, list[PlacedPhrase]]:
    """A track of `length` seconds with each phrase at its second, and the phrases with their audible start and end.

    `noise` is in decibels below the speech; None for no noise.
    """
    track, placed = silence(length), []
    for start, phrase in phrases:
        samples = phrase.samples()
        at = round(start * RATE)
        track[at : at + len(samples)] += samples
        audible = np.flatnonzero(np.abs(samples) > 0.02)
        placed.append(PlacedPhrase(phrase, start + audible[0] / RATE, start + audible[-1] / RATE))
    return (track if noise is None else noisy(track, noise)), placed


def hub_with_digits(folder: Path) -> Path:
    """A Hugging Face cache with the digits model under the name of GLM-ASR-Nano; for HF_HUB_CACHE."""
    repository = folder / f"models--{NANO.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0123abc")
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / "0123abc").symlink_to(DIGITS, target_is_directory=True)
    return folder


def random_model() -> Any:
    """A GLM-ASR with random weights and the heads of the real one; its texts rarely end by themselves."""
    import torch
    from transformers import GlmAsrConfig, GlmAsrForConditionalGeneration

    config = GlmAsrConfig(
        audio_config={
            "model_type": "glmasr_encoder", "hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_mel_bins": 128,
        },
        text_config={
            "model_type": "llama", "vocab_size": 326, "hidden_size": 64, "intermediate_size": 192,
            "num_hidden_layers": 3, "num_attention_heads": 16, "num_key_value_heads": 4, "head_dim": 128,
            "max_position_embeddings": 8192, "initializer_range": 0.3, "eos_token_id": [319, 321], "pad_token_id": 319,
        },
        audio_token_id=324, tie_word_embeddings=True,
    )  # fmt: skip
    torch.manual_seed(0)
    model: Any = GlmAsrForConditionalGeneration(config)
    model.generation_config.eos_token_id = [319, 321]
    model.generation_config.pad_token_id = 319
    return model.eval()
