"""The model in numpy gives the probabilities of the silero-vad package."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from captioner.errors import CaptionerError
from captioner.speech import FRAME, Silero, load_speech_model, loading
from captioner.speech.silero_torch import TorchSilero
from captioner.values import Samples
from tests.speech.speech_parts import amplified, noises, three_sentences

TOLERANCE = 1e-4


def whole_frames(samples: Samples) -> Samples:
    return samples[: len(samples) // FRAME * FRAME]


def mixture() -> Samples:
    """Speech, noise, music, digital silence, and speech that is too loud or too quiet."""
    speech, _ = three_sentences()
    silence = np.zeros(FRAME * 40, np.float32)
    parts = [speech, *noises(1).values(), silence, amplified(speech, 30), amplified(speech, -50)]
    return whole_frames(np.concatenate(parts))


def in_blocks(samples: Samples, frames: int) -> NDArray[np.float32]:
    model = load_speech_model()
    size = frames * FRAME
    return np.concatenate([model.probabilities(samples[at : at + size]) for at in range(0, len(samples), size)])


def test_probabilities_equal_those_of_the_package() -> None:
    samples = mixture()
    ours, theirs = load_speech_model(), TorchSilero()
    assert isinstance(ours, Silero)
    expected = theirs.probabilities(samples)
    assert expected.min() < 0.01 < 0.99 < expected.max()
    assert np.abs(ours.probabilities(samples) - expected).max() < TOLERANCE


def test_amplified_frames_equal_the_package() -> None:
    """In both, the amplified copy continues from the state of the original; blocks may cut it anywhere."""
    samples = mixture()
    louder = amplified(samples, 20)
    where = np.arange(len(samples) // FRAME) % 40 < 15
    expected = TorchSilero().highest_probabilities(samples, louder, where)
    ours = load_speech_model()
    blocks = [
        ours.highest_probabilities(samples[at * FRAME : end * FRAME], louder[at * FRAME : end * FRAME], where[at:end])
        for at, end in ((at, at + 100) for at in range(0, len(where), 100))
    ]
    assert np.median(np.abs(np.concatenate(blocks) - expected)) < TOLERANCE
    assert np.abs(np.concatenate(blocks) - expected).max() < 0.1  # the 64 samples before a run are those of the copy


@pytest.mark.parametrize("frames", [1, 1000])
def test_block_size_changes_nothing(frames: int) -> None:
    samples = mixture()
    assert np.abs(in_blocks(samples, frames) - in_blocks(samples, 128)).max() < TOLERANCE


def test_another_release_runs_through_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    threads = torch.get_num_threads()
    expected = load_speech_model()
    monkeypatch.setattr(loading, "KNOWN_WEIGHTS", {})
    model = load_speech_model()
    assert isinstance(model, TorchSilero)
    assert torch.get_num_threads() == threads
    samples = whole_frames(three_sentences()[0])
    assert np.abs(model.probabilities(samples) - expected.probabilities(samples)).max() < TOLERANCE


def test_a_missing_silero_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    with pytest.raises(CaptionerError, match="pip install silero-vad"):
        load_speech_model()


@pytest.mark.parametrize("model", [load_speech_model, TorchSilero])
def test_an_incomplete_frame_is_refused(model: type[TorchSilero]) -> None:
    with pytest.raises(ValueError, match="whole frames"):
        model().probabilities(np.zeros(FRAME + 1, np.float32))


def test_neither_torch_nor_the_package_is_imported() -> None:
    code = (
        "import sys, numpy, captioner.speech as speech\n"
        "speech.load_speech_model().probabilities(numpy.zeros(512, 'f4'))\n"
        "sys.exit(bool({'torch', 'silero_vad', 'transformers'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_number_of_numpy_threads_is_restored() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        before = threadpool_info()
        load_speech_model().probabilities(np.zeros(FRAME, np.float32))
        assert threadpool_info() == before
