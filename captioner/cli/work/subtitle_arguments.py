"""Caption files on the command line: `SUBS[:LANG[:FLAG,...]]`, and what of that their names say already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from captioner.cli.work.jobs import read_captions
from captioner.errors import UsageError
from captioner.formats import decoded
from captioner.languages import asked_language, registered_tag
from captioner.pipeline import cues_of_transcript
from captioner.render import FLAGS, Flag, Subtitles
from captioner.values import Transcript

# As media servers name them beside the flags' own names: film.en.cc.srt.
_ALSO: dict[str, Flag] = {"cc": "sdh", "hi": "sdh"}


@dataclass(frozen=True)
class Named:
    """A caption file as it is asked for."""

    path: str
    language: str | None = None
    flags: frozenset[Flag] = frozenset()


def named(word: str) -> Named:
    """What a word of the command line asks for. Raises `UsageError`.

    >>> named("film.srt:pt_br:default,sdh") == Named("film.srt", "pt-BR", frozenset({"default", "sdh"}))
    True
    >>> named("film.zh-Hans.forced.srt") == Named("film.zh-Hans.forced.srt", "zh-Hans", frozenset({"forced"}))
    True
    """
    path, parts = _parted(word)
    language, flags = _told_by(path)
    if parts and parts[0]:
        language = asked_language(parts[0])
    if len(parts) > 1:
        flags = frozenset(map(_flag, parts[1].split(",")))
    return Named(path, language, flags)


def _parted(word: str) -> tuple[str, list[str]]:
    """A path, and what stands behind it: a file of the whole name is meant where there is one."""
    path, parts = word, list[str]()
    while len(parts) < 2 and not Path(path).is_file() and ":" in path[2:]:
        path, _, last = path.rpartition(":")
        parts.insert(0, last)
    if parts and not Path(path).suffix:
        return word, []
    return path, parts


def _told_by(path: str) -> tuple[str | None, frozenset[Flag]]:
    """Language and flags in a name like film.pt-BR.sdh.srt."""
    *middle, _ = Path(path).name.split(".")[1:] or [""]
    flags = frozenset[Flag]()
    while middle and (flag := _known_flag(middle[-1].lower())):
        flags, middle = flags | {flag}, middle[:-1]
    return (registered_tag(middle[-1]) if middle else None), flags


def _known_flag(name: str) -> Flag | None:
    return next((flag for flag in FLAGS if flag == name), _ALSO.get(name))


def _flag(name: str) -> Flag:
    flag = _known_flag(name.strip().lower())
    if flag is None:
        raise UsageError(f"unknown flag {name!r} of a caption track; there is: {', '.join(FLAGS)}")
    return flag


def read_subtitles(word: str) -> Subtitles:
    """The captions that a word of the command line names. Raises `UsageError`, `FormatError`."""
    asked = named(word)
    format, contents = read_captions(asked.path)
    cues = contents.cues
    if cues is None and contents.transcript:
        cues = cues_of_transcript(contents.transcript)
    return Subtitles(
        name=asked.path,
        cues=tuple(cues or ()),
        language=asked.language or contents.programme.language or _spoken(contents.transcript),
        flags=asked.flags,
        ass=decoded(Path(asked.path).read_bytes()) if format.name == "ass" else None,
        losses=contents.losses,
    )


def _spoken(transcript: Transcript | None) -> str | None:
    return transcript.language if transcript else None
