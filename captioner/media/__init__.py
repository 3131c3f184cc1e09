"""Sources: any file, address or pipe that ffmpeg reads, what is in it, and its sound as a lazy stream of blocks.

    with open_media("talk.mp4") as media:
        for audio in read_audio(media, Listen(track="en")):
            ...

The only room that starts another program.
"""

from __future__ import annotations

from captioner.media.decode import read_audio
from captioner.media.ffmpeg import ffmpeg_version, find_ffmpeg
from captioner.media.probe import open_media
from captioner.media.source import path_of
from captioner.media.tracks import AudioTrack, Listen, Media

__all__ = ["AudioTrack", "Listen", "Media", "ffmpeg_version", "find_ffmpeg", "open_media", "path_of", "read_audio"]
