"""Makes the film and its truth, and the speech in tests/data: `python samples/maker`. Needs flite and ffmpeg."""

from __future__ import annotations

import json
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from music import sound_filters
from picture import FRAME_RATE, Shot, picture_filters
from talk import ENDING, KEEPER, LIGHTHOUSE, THREE_SENTENCES, TWO_VOICES, Sentence
from voice import RATE, Spoken, lay_out, left_and_right, write_wav

SAMPLES = Path(__file__).resolve().parent.parent
FIXTURES = SAMPLES.parent / "tests" / "data"
MUSIC_SCENE = "morning"


def shots(spoken: tuple[Spoken, ...], duration: float) -> list[Shot]:
    """Every shot of the film; a cut lies on a frame, in the middle of the pause before the sentence it belongs to."""
    opening = [said for said in spoken if said.sentence.scene]
    cuts = [round((said.start - said.sentence.pause / 2) * FRAME_RATE) / FRAME_RATE for said in opening[1:]]
    ends = pairwise([0.0, *cuts, duration])
    return [Shot(str(said.sentence.scene), start, end) for said, (start, end) in zip(opening, ends, strict=True)]


def clock(seconds: float) -> str:
    """Seconds as SubRip writes them."""
    rest, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02},{milliseconds:03}"


def sentences(spoken: tuple[Spoken, ...]) -> list[dict[str, str | float]]:
    """The sentences as the truth files list them."""
    return [{"start": s.start, "end": s.end, "voice": s.sentence.voice, "text": s.sentence.spoken} for s in spoken]


def write_truth(spoken: tuple[Spoken, ...], cuts: list[Shot], duration: float) -> None:
    """What is said, when, and what is seen and heard beside it: truth/lighthouse.srt, .txt and .json."""
    stem = SAMPLES / "truth" / "lighthouse"
    stem.parent.mkdir(exist_ok=True)
    cues = [f"{i}\n{clock(s.start)} --> {clock(s.end)}\n{s.sentence.text}\n" for i, s in enumerate(spoken, 1)]
    stem.with_suffix(".srt").write_text("\n".join(cues), "utf-8")
    stem.with_suffix(".txt").write_text("".join(f"{s.sentence.spoken}\n" for s in spoken), "utf-8")
    facts = {
        "duration": duration,
        "sentences": sentences(spoken),
        "shots": [{"start": shot.start, "end": shot.end, "scene": shot.scene} for shot in cuts],
        "music": [{"start": shot.start, "end": shot.end} for shot in cuts if shot.scene == MUSIC_SCENE],
    }
    stem.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def encode(voices: Path, graph: str, target: Path) -> None:
    """Run ffmpeg once. One thread and no stamps: the same programs write the same bytes again."""
    # fmt: off
    command = [
        "ffmpeg", "-nostdin", "-v", "error", "-y",
        "-i", str(voices),
        "-filter_complex", graph,
        "-map", "[picture]", "-map", "[sound]", "-map_metadata", "-1",
        "-c:v", "libx264", "-preset", "slow", "-crf", "29", "-bf", "2", "-g", "250", "-threads:v", "1",
        "-c:a", "aac", "-b:a", "64k", "-ac", "2",
        "-metadata:s:a:0", "language=eng",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
        "-movflags", "+faststart",
        str(target),
    ]
    # fmt: on
    subprocess.run(command, check=True)


def make_film(folder: Path) -> None:
    """Speak, draw, mix, encode, and write down the truth."""
    voices = folder / "voices.wav"
    samples, spoken = lay_out(LIGHTHOUSE, ENDING, folder)
    # The picture is a whole number of frames long, and the sound as long as the picture.
    duration = -(-len(samples) * FRAME_RATE // RATE) / FRAME_RATE
    write_wav(np.pad(samples, (0, round(duration * RATE) - len(samples))), voices)
    cuts = shots(spoken, duration)
    write_truth(spoken, cuts, duration)
    music = next((shot.start, shot.end) for shot in cuts if shot.scene == MUSIC_SCENE)
    encode(voices, f"{picture_filters(cuts)};{sound_filters(duration, music)}", SAMPLES / "lighthouse.mp4")


def make_fixture(name: str, talk: tuple[Sentence, ...], folder: Path, left: str | None = None) -> None:
    """Write tests/data/NAME.flac and .json; with `left`, that voice is on the left and the others on the right."""
    samples, spoken = lay_out(talk, 1.0, folder)
    wav, target = folder / "fixture.wav", FIXTURES / f"{name}.flac"
    write_wav(left_and_right(samples, spoken, left) if left else samples, wav)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(wav), "-c:a", "flac", "-fflags", "+bitexact"]
    subprocess.run([*command, "-flags:a", "+bitexact", str(target)], check=True)
    facts = {"duration": len(samples) / RATE, "sentences": sentences(spoken)}
    target.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def main() -> None:
    """Make everything anew; it takes a minute or two."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_fixture("three_sentences", THREE_SENTENCES, folder)
        make_fixture("two_voices_stereo", TWO_VOICES, folder, left=KEEPER)
        make_film(folder)


if __name__ == "__main__":
    main()
