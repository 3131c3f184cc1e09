"""Audio files as the service reads them: by their bytes. The file's name is ignored."""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import dataclass

import numpy as np

from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.glm.backend import SHORTEST
from captioner.backends.glm.service_rules import AudioKind, audio_kind
from captioner.values import Audio


@dataclass(frozen=True)
class AudioFile:
    """An audio file that the service received."""

    kind: AudioKind

    size: int
    """Bytes."""

    duration: float
    """Seconds."""

    key: str
    """SHA-256 of its 16-bit samples."""

    audio: Audio


class NotAudio(Exception):
    """Neither WAV nor MP3."""


def audio_key(clip: Audio) -> str:
    """Return the key of a clip in the service: SHA-256 of its 16-bit samples, padded as the backend pads it."""
    return read_audio_file(wav_bytes(clip, shortest=SHORTEST)).key


def read_audio_file(data: bytes) -> AudioFile:
    """Return the audio file with the content `data`, WAV or MP3. Raises `NotAudio`."""
    kind = audio_kind(data)
    if kind is None:
        raise NotAudio
    audio = _wav(data) if kind == "wav" else _mp3(data)
    pcm = np.rint(audio.samples * 32768).astype("<i4").tobytes()
    return AudioFile(kind, len(data), audio.duration, hashlib.sha256(pcm).hexdigest(), audio)


def _wav(data: bytes) -> Audio:
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != 2:
                raise NotAudio
            frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            channels, rate = file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError) as error:
        raise NotAudio from error
    samples = frames.reshape(-1, channels).mean(axis=1, dtype=np.float32) / 32768
    return Audio(samples.astype(np.float32), rate)


def _mp3(data: bytes) -> Audio:
    import av

    try:
        with av.open(io.BytesIO(data), mode="r", format="mp3", metadata_errors="replace") as file:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
            frames = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
            frames += resampler.resample(None)
    except av.FFmpegError as error:
        raise NotAudio from error
    if not frames:
        raise NotAudio
    return Audio(np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32), 16_000)
