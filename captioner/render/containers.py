"""What each container of video holds, and how it spells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from captioner.errors import UnknownName
from captioner.languages import language_tag, three_letters

SubtitleCodec = Literal["mov_text", "srt", "ass", "webvtt"]
LanguageCodes = Literal["terminological", "bibliographic", "whole"]

IMAGES = ("dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle", "xsub", "dvb_teletext")
"""Codecs of subtitles that are pictures: they cannot be made into text."""


@dataclass(frozen=True)
class Container:
    """A container by the end of its file names.

    `muxer` is ffmpeg's name for it. `subtitles` are the codecs of captions that it takes from us, the usual one first;
    `copied` are those that it keeps as they are when a source brings them. `audio` is the codec for sound that it
    cannot hold as it is. `languages` says how it spells a language: by the codes of ISO 639-2, of which twenty
    languages have two, or by the whole BCP 47 tag. `attachments` and `covers` are whether it holds any.
    """

    suffix: str
    muxer: str
    subtitles: tuple[SubtitleCodec, ...]
    copied_subtitles: tuple[str, ...]
    audio_codec: str
    language_codes: LanguageCodes
    attachments: bool = False
    cover_images: bool = False

    @property
    def is_movie(self) -> bool:
        """Whether it is of the family of MP4 and MOV."""
        return self.muxer in ("mp4", "mov")

    def language(self, tag: str | None) -> str:
        """How the language `tag` is written in it; `und` where nobody knows, or it has no word for it."""
        whole = language_tag(tag) or ""
        if self.language_codes == "whole" and "-" in whole:
            return whole
        return three_letters(tag, bibliographic=self.language_codes != "terminological") or "und"

    def subtitle_codec(self, codec: str) -> str | None:
        """What becomes of subtitles that a source brings: `copy`, the codec they are made into, or None: left out."""
        if codec in self.copied_subtitles:
            return "copy"
        return None if codec in IMAGES else self.subtitles[0]


# Measured with ffmpeg 5.1 and 9.0. QuickTime knows the bibliographic codes alone and drops `zho`; MP4 takes any three
# letters and drops the rest of a tag. Matroska and WebM have bibliographic codes too, and take a whole tag.
_IN_MOVIES = ("mov_text", "dvd_subtitle")
_IN_MATROSKA = ("srt", "subrip", "ass", "ssa", "webvtt", "text", "dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle")
CONTAINERS = {
    container.suffix: container
    for container in (
        Container(".mp4", "mp4", ("mov_text",), _IN_MOVIES, "aac", "terminological", cover_images=True),
        Container(".m4v", "mp4", ("mov_text",), _IN_MOVIES, "aac", "terminological", cover_images=True),
        Container(".mov", "mov", ("mov_text",), ("mov_text", "eia_608"), "aac", "bibliographic"),
        Container(
            ".mkv",
            "matroska",
            ("srt", "ass", "webvtt"),
            _IN_MATROSKA,
            "aac",
            "whole",
            attachments=True,
            cover_images=True,
        ),
        Container(".webm", "webm", ("webvtt",), ("webvtt",), "libopus", "whole"),
    )
}


def container_of(path: Path) -> Container:
    """The container that the end of a file's name tells. Raises `UnknownName`."""
    found = CONTAINERS.get(path.suffix.lower())
    if found is None:
        raise UnknownName("container", path.suffix or path.name, CONTAINERS)
    return found
