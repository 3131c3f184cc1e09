"""Files that are made to harm a server."""

from __future__ import annotations

import subprocess
from pathlib import Path

from captioner.media import find_ffmpeg


def playlist(target: str) -> bytes:
    """Return a playlist that leads to another file or address."""
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n".encode()


def silence(path: Path, hours: float) -> bytes:
    """Return hours of silence that say in no header how long they are."""
    arguments = ["-f", "lavfi", "-i", "anullsrc=r=1000:cl=mono", "-t", str(hours * 3600), "-c:a", "pcm_u8"]
    with path.open("wb") as file:
        command = [find_ffmpeg(), "-v", "error", *arguments, "-f", "matroska", "pipe:1"]
        subprocess.run(command, stdout=file, check=True)
    return path.read_bytes()


def long_silence_with_header(path: Path, hours: float) -> bytes:
    """Return hours of silence in some hundred kilobytes."""
    arguments = ["-f", "lavfi", "-i", "anullsrc=r=1000:cl=mono", "-t", str(hours * 3600), "-frame_size", "65535"]
    subprocess.run([find_ffmpeg(), "-v", "error", *arguments, "-c:a", "flac", str(path)], check=True)
    return path.read_bytes()


def many_streams(count: int) -> bytes:
    """Return a Matroska file whose header claims that many audio tracks."""

    def element(id: str, data: bytes) -> bytes:
        return bytes.fromhex(id) + (len(data) | 1 << 56).to_bytes(8, "big") + data

    def track(number: int) -> bytes:
        numbers = element("d7", number.to_bytes(4, "big")) + element("73c5", number.to_bytes(4, "big"))
        audio = element("e1", element("b5", b"\x46\x7a\x00\x00") + element("9f", b"\x01") + element("6264", b"\x10"))
        return element("ae", numbers + element("83", b"\x02") + element("86", b"A_PCM/INT/LIT") + audio)

    header = element("1a45dfa3", element("4282", b"matroska") + element("4287", b"\x04") + element("4285", b"\x02"))
    tracks = element("1654ae6b", b"".join(track(number) for number in range(1, count + 1)))
    return header + element("18538067", element("1549a966", element("2ad7b1", b"\x0f\x42\x40")) + tracks)
