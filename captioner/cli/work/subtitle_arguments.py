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

HINDI = "hi"
"""In the name of a file, Hindi; behind another language, for the hearing impaired, as Jellyfin reads it."""

# Names of media servers beside the flags' own: film.en.cc.srt.
_ALIASES: dict[str, Flag] = {"cc": "sdh", HINDI: "sdh"}

# How Chinese files name the two scripts, also by the encodings that were made for them.
_SCRIPTS = {
    **dict.fromkeys(("chs", "sc", "gb", "gbk", "gb2312", "gb18030", "简体", "简中"), "zh-Hans"),
    **dict.fromkeys(("cht", "tc", "big5", "繁体", "繁體", "繁中"), "zh-Hant"),
}


@dataclass(frozen=True)
class SubtitleArgument:
    """One caption file of the command line."""

    path: str

    language: str | None = None
    """A BCP 47 tag; None if neither the argument nor the file name has one."""

    flags: frozenset[Flag] = frozenset()


def parse_subtitle_argument(word: str) -> SubtitleArgument:
    """Return a word of the command line. Raises `UsageError`.

    >>> parse_subtitle_argument("film.srt:pt_br:default,sdh").language
    'pt-BR'
    >>> sorted(parse_subtitle_argument("film.zh-Hans.forced.srt").flags)
    ['forced']
    >>> sorted(parse_subtitle_argument("film.srt:sdh").flags)
    ['sdh']
    """
    path, parts = _split(word)
    language, flags = parse_file_name(path)
    if len(parts) == 1 and all(name in FLAGS for name in parts[0].split(",")):
        parts = ["", *parts]  # film.srt:sdh, although sdh is also a language of Iran
    if parts and parts[0]:
        language = asked_language(parts[0])
    if len(parts) > 1:
        flags = frozenset(map(_flag, parts[1].split(",")))
    return SubtitleArgument(path, language, flags)


def _split(word: str) -> tuple[str, list[str]]:
    """Return the path and the parts after it. If a file with the whole name exists, all of it is the path."""
    path, parts = word, list[str]()
    while len(parts) < 2 and not Path(path).is_file() and ":" in path[2:]:
        path, _, last = path.rpartition(":")
        parts.insert(0, last)
    if parts and not Path(path).suffix:
        return word, []
    return path, parts


def parse_file_name(path: str) -> tuple[str | None, frozenset[Flag]]:
    """Return language and flags of a file name such as film.pt-BR.sdh.srt.

    >>> parse_file_name("film.hi.srt"), parse_file_name("film.hi.forced.srt")
    (('hi', frozenset()), ('hi', frozenset({'forced'})))
    >>> parse_file_name("film.en.hi.srt"), parse_file_name("film.cht.srt")
    (('en', frozenset({'sdh'})), ('zh-Hant', frozenset()))
    """
    *middle, _ = Path(path).name.split(".")[1:] or [""]
    words = []
    while middle and _known_flag(middle[-1].lower()):
        words.append(middle.pop().lower())
    language = _language_of_word(middle[-1]) if middle else None
    if language is None and HINDI in words:
        language = HINDI
        words.remove(HINDI)
    return language, frozenset(flag for flag in map(_known_flag, words) if flag)


def _language_of_word(word: str) -> str | None:
    return _SCRIPTS.get(word.lower()) or registered_tag(word)


def _known_flag(name: str) -> Flag | None:
    return next((flag for flag in FLAGS if flag == name), _ALIASES.get(name))


def _flag(name: str) -> Flag:
    flag = _known_flag(name.strip().lower())
    if flag is None:
        raise UsageError(f"unknown flag {name!r} of a caption track; there is: {', '.join(FLAGS)}")
    return flag


def read_subtitles(word: str) -> Subtitles:
    """Return the captions that a word of the command line names. Raises `UsageError`, `FormatError`."""
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
