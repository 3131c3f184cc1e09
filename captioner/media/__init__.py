"""Sources: any file, address or pipe that ffmpeg reads, its streams, and its audio as a lazy stream of blocks.

    with open_media("talk.mp4") as media:
        for audio in read_audio(media, AudioSelection(track="en")):
            ...

This is the only package that starts another program.

path, address or `-` -> source.py, pipe.py         the bytes, and what libav may do to read them
                     -> probe.py, tracks.py        streams, audio tracks, the player's zero
                     -> decode.py, timeline.py     audio blocks on the player's clock
                     -> shot_detection.py          shot changes
files for ffmpeg     -> ffmpeg_job.py, ffmpeg.py   a new video, written atomically
                     -> packets.py                 the captions that a new video has
"""

from __future__ import annotations

from captioner.atomic_file import atomic_write
from captioner.media.decode import read_audio
from captioner.media.ffmpeg import ffmpeg_version, find_ffmpeg
from captioner.media.ffmpeg_job import JobFiles, ffmpeg_log, input_arguments, run_job, trial_failure
from captioner.media.packets import CaptionPacket, caption_packets
from captioner.media.picture import Picture, TransferFunction, picture_of
from captioner.media.probe import open_media
from captioner.media.shot_detection import read_shot_changes
from captioner.media.source import path_of
from captioner.media.tracks import AudioSelection, AudioTrack, Media, StreamInfo

__all__ = [
    "AudioSelection",
    "AudioTrack",
    "CaptionPacket",
    "JobFiles",
    "Media",
    "Picture",
    "StreamInfo",
    "TransferFunction",
    "atomic_write",
    "caption_packets",
    "ffmpeg_log",
    "ffmpeg_version",
    "find_ffmpeg",
    "input_arguments",
    "open_media",
    "path_of",
    "picture_of",
    "read_audio",
    "read_shot_changes",
    "run_job",
    "trial_failure",
]
