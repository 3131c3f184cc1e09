"""Caption files on the command line, `SUBS[:LANG[:FLAG,...]]`, and the language and flags of their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from captioner.cli.work.caption_input import read_captions
from captioner.errors import UsageError
from captioner.formats import decoded
from captioner.languages import asked_language, registered_tag
from captioner.pipeline import cues_of_transcript
from captioner.render import FLAGS, Flag, Subtitles

# Names of media servers beside the flags' own: film.en.cc.srt.
_ALIASES: dict[str, Flag] = {"cc": "sdh", "hi": "sdh"}


@dataclass(frozen=True)
class SubtitleArgument:
    """One caption file of the command line."""

    path: str

    language: str | None = None
    """A BCP 47 tag; None if neither the argument nor the file name has one."""

    flags: frozenset[Flag] = frozenset()


def parse_subtitle_argument(word: str) -> SubtitleArgument:
    """A word of the command line. Raises `UsageError`.

    >>> parse_subtitle_argument("film.srt:pt_br:default,sdh").language
    'pt-BR'
    >>> sorted(parse_subtitle_argument("film.zh-Hans.forced.srt").flags)
    ['forced']
    """
    path, parts = _split(word)
    language, flags = _parse_name(path)
    if parts and parts[0]:
        language = asked_language(parts[0])
    if len(parts) > 1:
        flags = frozenset(map(_flag, parts[1].split(",")))
    return SubtitleArgument(path, language, flags)


def _split(word: str) -> tuple[str, list[str]]:
    """The path and the parts after it. If a file with the whole name exists, all of it is the path."""
    path, parts = word, list[str]()
    while len(parts) < 2 and not Path(path).is_file() and ":" in path[2:]:
        path, _, last = path.rpartition(":")
        parts.insert(0, last)
    if parts and not Path(path).suffix:
        return word, []
    return path, parts


def _parse_name(path: str) -> tuple[str | None, frozenset[Flag]]:
    """The language and the flags of a file name such as film.pt-BR.sdh.srt."""
    *middle, _ = Path(path).name.split(".")[1:] or [""]
    flags = frozenset[Flag]()
    while middle and (flag := _known_flag(middle[-1].lower())):
        flags, middle = flags | {flag}, middle[:-1]
    return (registered_tag(middle[-1]) if middle else None), flags


def _known_flag(name: str) -> Flag | None:
    return next((flag for flag in FLAGS if flag == name), _ALIASES.get(name))


def _flag(name: str) -> Flag:
    flag = _known_flag(name.strip().lower())
    if flag is None:
        raise UsageError(f"unknown flag {name!r} of a caption track; there is: {', '.join(FLAGS)}")
    return flag


def read_subtitles(word: str) -> Subtitles:
    """The captions that a word of the command line names. Raises `UsageError`, `FormatError`."""
    argument = parse_subtitle_argument(word)
    format, contents = read_captions(argument.path)
    cues, transcript = contents.cues, contents.transcript
    if cues is None and transcript:
        cues = cues_of_transcript(transcript)
    stored = contents.programme.language or (transcript.language if transcript else None)
    return Subtitles(
        name=argument.path,
        cues=tuple(cues or ()),
        language=argument.language or stored,
        flags=argument.flags,
        ass=decoded(Path(argument.path).read_bytes()) if format.name == "ass" else None,
        losses=contents.losses,
    )
