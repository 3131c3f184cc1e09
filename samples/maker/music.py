"""The filters that put the sound of a room and a few quiet chords under the voices."""

from __future__ import annotations

CHORDS = ((130.81, 196.00, 329.63), (110.00, 164.81, 261.63), (87.31, 174.61, 220.00), (98.00, 196.00, 246.94))
"""Hz of the notes: C major, A minor, F major, G major."""

MUSIC = 0.0032
"""The loudness of one note, of a full scale of 1: the chords lie 24 dB under the voices."""

ROOM = 0.0012
"""The loudness of the room, as `anoisesrc` counts it: in the film this pink noise lies at -73 dBFS."""


def chord(notes: tuple[float, ...], start: float, length: float) -> str:
    """A chord of `length` seconds that swells and dies away, beginning at the second `start` of the film."""
    waves = "+".join(f"{MUSIC}*sin(2*PI*{note}*t)+{MUSIC / 3:.5f}*sin(2*PI*{2 * note}*t)" for note in notes)
    fades = f"afade=t=in:d={length / 3:.3f},afade=t=out:st={length / 2:.3f}:d={length / 2:.3f}"
    return f"aevalsrc='{waves}':s=48000:d={length:.3f},{fades},adelay={round(start * 1000)}"


def sound_filters(duration: float, music: tuple[float, float]) -> str:
    """A filter graph from input 0, the voices, to [sound], stereo at 48 kHz; chords sound in `music`, seconds."""
    start, end = music
    step = (end - start) / len(CHORDS)
    graph = [f"anoisesrc=c=pink:a={ROOM}:seed=7:r=48000:d={duration:.3f}[n]", "[0:a]aresample=48000[v]"]
    graph += [f"{chord(notes, start + step * i, 1.5 * step)}[c{i}]" for i, notes in enumerate(CHORDS)]
    labels = "[v][n]" + "".join(f"[c{i}]" for i in range(len(CHORDS)))
    mix = f"amix=inputs={2 + len(CHORDS)}:normalize=0:duration=first,aformat=channel_layouts=stereo"
    return ";".join([*graph, f"{labels}{mix}[sound]"])
