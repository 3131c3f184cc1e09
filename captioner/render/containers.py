"""The video containers: what each can store, and how it spells languages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from captioner.errors import UnknownName
from captioner.languages import language_name, language_tag, three_letters
from captioner.render.mov_languages import mac_code

SubtitleCodec = Literal["mov_text", "srt", "ass", "webvtt"]
LanguageCodes = Literal["terminological", "bibliographic", "bcp47"]

IMAGE_CODECS = ("dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle", "xsub", "dvb_teletext")
"""Codecs of subtitles that are images, which cannot be converted to text."""


@dataclass(frozen=True)
class Container:
    """A video container, known by the suffix of its files."""

    suffix: str

    muxer: str
    """ffmpeg's name of the container."""

    subtitles: tuple[SubtitleCodec, ...]
    """The codecs of captions that captioner writes, the usual one first."""

    copied_subtitles: tuple[str, ...]
    """The codecs of a source's captions that can be copied."""

    audio_codec: str
    """The codec for audio that the container cannot store as it is."""

    language_codes: LanguageCodes
    """How languages are spelled: by ISO 639-2, in which about twenty languages have two codes, or by BCP 47 tags."""

    attachments: bool = False
    """Whether files such as fonts can be attached."""

    cover_images: bool = False
    """Whether a cover image can be stored."""

    @property
    def is_mp4_or_mov(self) -> bool:
        """Whether the container belongs to the family of MP4 and MOV."""
        return self.muxer in ("mp4", "mov")

    def language(self, tag: str | None) -> str:
        """Return the language `tag` as the container spells it; `und` if it is unknown or cannot be spelled."""
        full_tag = language_tag(tag) or ""
        if self.language_codes == "bcp47" and "-" in full_tag:
            return full_tag
        return three_letters(tag, bibliographic=self.language_codes != "terminological") or "und"

    def language_title(self, tag: str | None) -> str | None:
        """Return the English name of a language that the container cannot spell in full; None where it can."""
        spelled = self.language(tag)
        if language_tag(spelled) == language_tag(tag) or (self.muxer == "mov" and mac_code(tag) is not None):
            return None
        return language_name(tag)

    def subtitle_codec(self, codec: str) -> str | None:
        """Return ffmpeg's codec for a source's captions in `codec`: `copy`, or another codec; None to drop them."""
        if codec in self.copied_subtitles:
            return "copy"
        return None if codec in IMAGE_CODECS else self.subtitles[0]


# Measured with ffmpeg 5.1 and 9.0. QuickTime knows bibliographic codes only and drops `zho`. MP4 takes any three
# letters and drops the rest of a tag. Matroska and WebM use bibliographic codes too, and take full tags.
_IN_MP4 = ("mov_text", "dvd_subtitle")
_IN_MATROSKA = ("srt", "subrip", "ass", "ssa", "webvtt", "text", "dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle")
_MATROSKA_TEXT: tuple[SubtitleCodec, ...] = ("srt", "ass", "webvtt")
CONTAINERS = {
    container.suffix: container
    for container in (
        Container(".mp4", "mp4", ("mov_text",), _IN_MP4, "aac", "terminological", cover_images=True),
        Container(".m4v", "mp4", ("mov_text",), _IN_MP4, "aac", "terminological", cover_images=True),
        Container(".mov", "mov", ("mov_text",), ("mov_text", "eia_608"), "aac", "bibliographic"),
        Container(
            ".mkv", "matroska", _MATROSKA_TEXT, _IN_MATROSKA, "aac", "bcp47", attachments=True, cover_images=True
        ),
        Container(".webm", "webm", ("webvtt",), ("webvtt",), "libopus", "bcp47"),
    )
}


def container_of(path: Path) -> Container:
    """Return the container for the suffix of a file's name. Raises `UnknownName`."""
    container = CONTAINERS.get(path.suffix.lower())
    if container is None:
        raise UnknownName("container", path.suffix or path.name, CONTAINERS)
    return container
