"""Sources: any file, address or pipe that ffmpeg reads, what is in it, and its sound as a lazy stream of blocks.

    with open_media("talk.mp4") as media:
        for audio in read_audio(media, Listen(track="en")):
            ...

The only room that starts another program.
"""

from __future__ import annotations

from captioner.media.decode import read_audio
from captioner.media.ffmpeg import ffmpeg_version, find_ffmpeg
from captioner.media.making import Files, input_of, listen_to, make, try_out
from captioner.media.picture import Light, Picture, picture_of
from captioner.media.probe import open_media
from captioner.media.shots import read_shot_changes
from captioner.media.source import path_of
from captioner.media.tracks import AudioTrack, Listen, Media, Stream
from captioner.media.whole import written_whole

__all__ = [
    "AudioTrack",
    "Files",
    "Light",
    "Listen",
    "Media",
    "Picture",
    "Stream",
    "ffmpeg_version",
    "find_ffmpeg",
    "input_of",
    "listen_to",
    "make",
    "open_media",
    "path_of",
    "picture_of",
    "read_audio",
    "read_shot_changes",
    "try_out",
    "written_whole",
]
