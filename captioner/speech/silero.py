"""silero-vad's 16 kHz model, computed exactly in numpy: the probability of speech of each 32 ms of audio.

The weights come from the model file of the installed package. It is read without importing the package, since that
would load torch. (The package's silero_vad_16k.safetensors holds the weights of another model.) Everything before the
model's recurrent cell depends on one frame and the 64 samples before it. So it is computed for a whole block of frames
at once, in a few large matrix products, and only the cell runs frame by frame.

This graph belongs to the weights in `KNOWN_WEIGHTS` alone. Any other release of silero-vad runs through its own code
(`captioner.speech.silero_torch`), which is slower.
"""

from __future__ import annotations

import io
import zipfile
from copy import copy
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from captioner.speech.speech_model import FRAME, Tensor
from captioner.values import Samples

KNOWN_WEIGHTS = {
    "e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720": "silero-vad 6.2",
}
"""The SHA-256 of each model file whose graph is the one in this module, and its release."""

_CONTEXT = 64  # samples before a frame that the model reads with it
_HOP = 128  # samples between two spectra, of which a frame has four
_WINDOW = 256  # samples in one spectrum
_CELL = 128  # width of the recurrent cell
_STRIDES = (1, 2, 2, 1)  # of the four convolutions
_ONES, _HALVES = np.ones(3 * _CELL, np.float32), np.full(_CELL, 0.5, np.float32)
_BLOCK = 256  # frames computed at once: their intermediate results (2 MB) stay in the processor's cache


@cache
def _libraries() -> ThreadpoolController:
    """Return the control of the libraries with which numpy multiplies matrices."""
    return ThreadpoolController()


@dataclass(frozen=True, eq=False)
class SileroWeights:
    """The model's weights, float32, each of shape (outputs, inputs[, taps])."""

    window: Tensor
    """The window of the spectra, shape (256,)."""

    convolutions: tuple[tuple[Tensor, Tensor], ...]
    """Weight and bias of each of the four convolutions."""

    cell_from_features: Tensor
    """The recurrent cell's weights for its input, gates in the order input, forget, cell, output."""

    cell_from_output: Tensor
    """The recurrent cell's weights for its last output, gates in the same order."""

    cell_bias: Tensor
    """The recurrent cell's bias, gates in the same order."""

    output: Tensor
    """The weights from the cell's output to the logit of speech."""

    output_bias: Tensor
    """The bias of that logit."""


def read_weights(model: bytes) -> SileroWeights:
    """Return the weights in a model file of `KNOWN_WEIGHTS`, a zip archive with tensor n of the graph in `data/n`."""
    with zipfile.ZipFile(io.BytesIO(model)) as archive:
        folder = archive.namelist()[0].split("/")[0]

        def tensor(number: int, *shape: int) -> Tensor:
            return np.frombuffer(archive.read(f"{folder}/data/{number}"), "<f4").reshape(shape)

        # The first row of the transform is the window times a constant wave, so it is the window itself.
        return SileroWeights(
            window=tensor(2, 258, _WINDOW)[0],
            convolutions=(
                (tensor(3, 128, 129, 3), tensor(4, 128)),
                (tensor(5, 64, 128, 3), tensor(6, 64)),
                (tensor(7, 64, 64, 3), tensor(8, 64)),
                (tensor(9, _CELL, 64, 3), tensor(10, _CELL)),
            ),
            cell_from_features=tensor(11, 4 * _CELL, _CELL),
            cell_from_output=tensor(12, 4 * _CELL, _CELL),
            cell_bias=tensor(13, 4 * _CELL) + tensor(14, 4 * _CELL),
            output=tensor(15, _CELL),
            output_bias=tensor(16, 1),
        )


class Silero:
    """The model in numpy, at the beginning of a stream."""

    def __init__(self, weights: SileroWeights) -> None:
        # This factor cancels the transform's `norm="forward"`, which divides by the window's length.
        self._window = weights.window * np.float32(_WINDOW)
        self._convolutions = [
            _Convolution(weight, bias, stride)
            for (weight, bias), stride in zip(weights.convolutions, _STRIDES, strict=True)
        ]
        self._cell = _Cell(weights)
        self._amplified_cell: _Cell | None = None  # while frames in a row are amplified
        self._output, self._output_bias = weights.output, weights.output_bias
        self._context = self._amplified_context = np.zeros(_CONTEXT, np.float32)

    def probabilities(self, samples: Samples) -> Tensor:
        """See `SpeechModel.probabilities`. Blocks may be of any size; 256 frames and more go fastest."""
        return self.highest_probabilities(samples, samples, np.zeros(len(samples) // FRAME, np.bool_))

    def highest_probabilities(self, samples: Samples, amplified: Samples, where: NDArray[np.bool_]) -> Tensor:
        """See `SpeechModel.highest_probabilities`."""
        if len(samples) % FRAME:
            raise ValueError(f"{len(samples)} samples are not whole frames of {FRAME}")
        # Products of a millisecond are too short to share among cores, even more so on a busy machine.
        with _libraries().limit(limits=1, user_api="blas"):
            blocks = [
                self._block(samples[at * FRAME : end * FRAME], amplified[at * FRAME : end * FRAME], where[at:end])
                for at, end in ((at, at + _BLOCK) for at in range(0, len(where), _BLOCK))
            ]
        return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)

    def _block(self, samples: Samples, amplified: Samples, where: NDArray[np.bool_]) -> Tensor:
        """Return the highest probabilities of at most `_BLOCK` whole frames."""
        frames, self._context = _with_context(self._context, samples)
        if not where.any():
            self._amplified_cell, self._amplified_context = None, self._context
            return self._probabilities(self._cell(self._features(frames)))
        louder, self._amplified_context = _with_context(self._amplified_context, amplified)
        # One product for both costs less than two, since the amplified frames are few.
        features, louder_features = np.split(self._features(np.concatenate((frames, louder[where]))), [len(where)])
        outputs, louder_outputs = self._run_cells(features, louder_features, where)
        probabilities = self._probabilities(outputs)
        probabilities[where] = np.maximum(probabilities[where], self._probabilities(louder_outputs))
        return probabilities

    def _run_cells(self, features: Tensor, louder: Tensor, where: NDArray[np.bool_]) -> tuple[Tensor, Tensor]:
        """Return the cell's outputs for a block, and those of its copies for the amplified frames, `where`."""
        outputs, louder_outputs = np.empty_like(features), np.empty_like(louder)
        done = louder_done = 0
        for first, end in np.flatnonzero(np.diff(where, prepend=False, append=False)).reshape(-1, 2).tolist():
            outputs[done:first] = self._cell(features[done:first])
            if first or self._amplified_cell is None:
                self._amplified_cell = self._cell.copy()
            part = slice(louder_done, louder_done + end - first)
            louder_outputs[part] = self._amplified_cell(louder[part])
            outputs[first:end] = self._cell(features[first:end])
            done, louder_done = end, part.stop
        outputs[done:] = self._cell(features[done:])
        if not where[-1]:
            self._amplified_cell = None
        return outputs, louder_outputs

    def _features(self, frames: Tensor) -> Tensor:
        """Return the cell's inputs, shape (frames, 128), for frames that begin with their context."""
        features = self._spectra(frames)
        for convolution in self._convolutions:
            features = convolution(features)
        return features[:, 0]

    def _probabilities(self, outputs: Tensor) -> Tensor:
        activated = np.maximum(outputs, 0)
        return np.asarray(1 / (1 + np.exp(-(activated @ self._output + self._output_bias))), np.float32)

    def _spectra(self, frames: Tensor) -> Tensor:
        """Return magnitudes of shape (frames, 4, 129); the last 64 samples of each frame are mirrored at its end."""
        hops = frames[:, :FRAME].reshape(-1, 4, _HOP)
        windows = np.empty((len(frames), 4, _WINDOW), np.float32)
        rising, falling, last = np.split(self._window, [_HOP, _HOP + _CONTEXT])
        np.multiply(hops, rising, out=windows[:, :, :_HOP])
        np.multiply(hops[:, 1:], self._window[_HOP:], out=windows[:, :3, _HOP:])
        np.multiply(frames[:, -_CONTEXT:], falling, out=windows[:, 3, _HOP : _HOP + _CONTEXT])
        np.multiply(frames[:, -2 : -2 - _CONTEXT : -1], last, out=windows[:, 3, _HOP + _CONTEXT :])
        # Without a norm numpy transforms float32 as float64, and the casts take six times as long as the rest.
        return np.abs(np.fft.rfft(windows, norm="forward"))


def _with_context(context: Samples, samples: Samples) -> tuple[Tensor, Samples]:
    """Return whole frames with the 64 samples before each, shape (frames, 576), and the next frame's context."""
    extended = np.concatenate((context, samples))
    return sliding_window_view(extended, _CONTEXT + FRAME)[::FRAME], extended[-_CONTEXT:].copy()


class _Convolution:
    """A convolution with three taps over the steps of a frame, zeros at both ends, and a rectifier."""

    def __init__(self, weight: Tensor, bias: Tensor, stride: int) -> None:
        outputs, self._channels, _ = weight.shape
        self._taps = np.ascontiguousarray(weight.transpose(2, 1, 0)).reshape(3 * self._channels, outputs)
        self._bias, self._stride = bias, stride

    def __call__(self, features: Tensor) -> Tensor:
        """Return shape (frames, ceil(steps / stride), outputs) for features of shape (frames, steps, channels)."""
        frames, steps, channels = features.shape
        centers = range(0, steps, self._stride)
        result = np.empty((frames, len(centers), len(self._bias)), np.float32)
        for index, center in enumerate(centers):
            first, last = max(center - 1, 0), min(center + 2, steps)  # without the zeros at both ends
            taps = self._taps[(first - center + 1) * channels : (last - center + 1) * channels]
            np.matmul(features[:, first:last].reshape(frames, -1), taps, out=result[:, index])
        result += self._bias
        return np.maximum(result, 0, out=result)


class _Cell:
    """The long short-term memory cell, whose state carries the stream so far.

    One `tanh` computes all four gates, since logistic(x) = (1 + tanh(x / 2)) / 2. For that the weights of the three
    logistic gates are halved in advance, and so are the weights that read the output, which is stored doubled.
    """

    def __init__(self, weights: SileroWeights) -> None:
        gates = np.r_[0:256, 384:512, 256:384]  # input, forget, cell, output -> input, forget, output, cell
        half = np.r_[np.full(3 * _CELL, 0.5), np.ones(_CELL)].astype(np.float32)
        self._from_features = np.ascontiguousarray((weights.cell_from_features[gates] * half[:, None]).T)
        self._from_output = np.ascontiguousarray((weights.cell_from_output[gates] * half[:, None]).T) / 2
        self._bias = weights.cell_bias[gates] * half
        # Gates and memory lie side by side, so that one product computes both terms of the new memory.
        self._gates_and_memory = np.zeros(5 * _CELL, np.float32)
        self._doubled = np.zeros(_CELL, np.float32)

    def copy(self) -> _Cell:
        """Return a cell with the same weights and a copy of the state."""
        twin = copy(self)
        twin._gates_and_memory = self._gates_and_memory.copy()  # the only state that changes in place
        return twin

    def __call__(self, features: Tensor) -> Tensor:
        """Return the cell's outputs, shape (frames, 128), for features of the same shape."""
        driven = features @ self._from_features + self._bias
        outputs, squashed = np.empty_like(features), np.empty(_CELL, np.float32)
        weight, output, state = self._from_output, self._doubled, self._gates_and_memory
        (into, keep, out, _, memory), gates = state.reshape(5, _CELL), state[: 4 * _CELL]
        logistic, into_keep, fresh_memory = gates[: 3 * _CELL], state[: 2 * _CELL], state[3 * _CELL :]
        # 112,500 passes per hour of audio: so names are local, results go to fixed arrays, and ones are an array too.
        add, multiply, tanh, ones, halves = np.add, np.multiply, np.tanh, _ONES, _HALVES
        for drive, result in zip(driven, outputs, strict=True):
            output.dot(weight, gates)
            add(gates, drive, gates)
            tanh(gates, gates)
            add(logistic, ones, logistic)
            multiply(into_keep, fresh_memory, into_keep)
            add(into, keep, memory)
            multiply(memory, halves, memory)
            tanh(memory, squashed)
            multiply(squashed, out, result)
            output = result
        self._doubled = output.copy()
        return outputs * np.float32(0.5)
