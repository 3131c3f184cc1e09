"""Which font a text is shown in. libass takes another one in silence where it does not find what it is asked for, and
that shows Chinese in the shapes of Japanese; so it is asked first what it would take, and what nobody has."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from captioner.errors import FfmpegFailed, FontMissing, UsageError
from captioner.languages import language_tag
from captioner.media import JobFiles, ffmpeg_log, find_ffmpeg

FAMILIES = {
    "zh-Hans": ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
                "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    "zh-Hant": ("Noto Sans CJK TC", "Source Han Sans TC", "Noto Sans TC", "PingFang TC", "Microsoft JhengHei"),
    "zh-HK": ("Noto Sans CJK HK", "Source Han Sans HC", "Noto Sans HK", "PingFang HK", "Microsoft JhengHei"),
    "ja": ("Noto Sans CJK JP", "Source Han Sans", "Noto Sans JP", "Hiragino Sans", "Yu Gothic"),
    "ko": ("Noto Sans CJK KR", "Source Han Sans K", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic"),
}  # fmt: skip
"""Whose shapes of the characters differ, and the families that have them, the best first."""

DEFAULT_FAMILY = "Arial"
"""For all other texts: every system has it, or something that stands in for it."""

FONT_FOLDER = "fonts"
"""Where a font that the user brings lies, from where ffmpeg works."""

_PICKED = re.compile(r"fontselect: \((.+), \d+, \d+\) -> (?:.*, )?(.+)$")
_MISSING = re.compile(
    r"failed to find any fallback with glyph 0x([0-9A-F]+) for font: \((.+), \d+, \d+\)", re.IGNORECASE
)

_EVENT = re.compile(r"(?P<layer>Dialogue:[^,]*),[^,]*,[^,]*,(?P<style>[^,]*),(?P<rest>.*)", re.IGNORECASE)

_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360
WrapStyle: 2

[V4+ Styles]
Format: Name, Fontname, Fontsize
"""
_EVENTS = "\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
_AT_ONCE = 60


@dataclass(frozen=True)
class Font:
    """The family to ask for, the file that has it where the user brought one, and what is doubtful about it.

    `full_width` says that the text is written in one of FAMILIES.
    """

    family: str
    files: JobFiles
    full_width: bool = False
    warning: str | None = None


def font_for(texts: Sequence[str], language: str | None, asked: str | None = None, file: bytes | None = None) -> Font:
    """The font in which `texts` of that language are shown.

    Raises `FontMissing` where nothing here has a character, or shows a language of Chinese characters as it is
    written; `UsageError` for a file that is no font.
    """
    files = {} if file is None else font_files(file)
    # No style can hold a comma or a line break.
    asked = " ".join((asked or "").replace(",", " ").split()) or (None if file is None else family_name(file))
    writing = cjk_writing(language, "".join(texts))
    wanted = (asked,) if asked else FAMILIES.get(writing or "", (DEFAULT_FAMILY,))
    picked, missing = _asked(_characters(texts), wanted, files)
    family = next((name for name in wanted if _is(name, picked[name])), None)
    if family is None and writing and not asked:
        raise FontMissing(f"no font for {writing} is here ({', '.join(wanted[:2])}, ...)", "fonts-noto-cjk")
    doubt = None if family or not asked else _taken(asked, picked[asked])
    family = family or wanted[0]
    if missing.get(family):
        raise FontMissing(f"no font here has {_named(missing[family])}", _package(missing[family]))
    if writing and any(_is_foreign(name, writing) for name in picked[family]):
        raise UsageError(
            f"{family} would be shown in the shapes of another language than {writing}: name a font for it"
        )
    return Font(family, files, writing is not None, doubt)


def _characters(texts: Iterable[str]) -> str:
    """All that are seen, each once."""
    return "".join(sorted(one for one in set("".join(texts)) - {" "} if unicodedata.category(one) != "Cc"))


def _taken(family: str, picked: Sequence[str]) -> str:
    return f"there is no font {family!r} here; {picked[0] if picked else 'another'} is taken"


def _is_foreign(picked: str, writing: str) -> bool:
    """Whether what was picked has the shapes of another writing, as fonts of Chinese characters have."""
    own = any(_is(family, [picked]) for family in FAMILIES[writing])
    return not own and any(_is(family, [picked]) for families in FAMILIES.values() for family in families)


def cjk_writing(language: str | None, text: str) -> str | None:
    """The key of FAMILIES for a text; None where none of its characters has a shape of its own in one of them.

    >>> writing_of("zh-TW", "漢字"), writing_of(None, "汉语"), writing_of(None, "漢語"), writing_of("en", "かな")
    ('zh-Hant', 'zh-Hans', 'zh-Hant', 'ja')
    >>> writing_of("ja", "Hello"), writing_of("en", "Hello")
    ('ja', None)
    """
    primary, *subtags = (language_tag(language) or "").split("-")
    if primary in ("ja", "ko"):
        return primary
    if primary in ("zh", "yue", "cmn", "wuu", "nan"):
        return _kind_of_chinese(primary, subtags, text)
    names = {unicodedata.name(character, "").split(" ")[0] for character in set(text)}
    if names & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    if "HANGUL" in names:
        return "ko"
    return _kind_of_chinese("zh", [], text) if "CJK" in names else None


def _kind_of_chinese(primary: str, subtags: list[str], text: str) -> str:
    if primary == "yue" or {"HK", "MO"} & set(subtags):
        return "zh-HK"
    if {"Hant", "TW"} & set(subtags):
        return "zh-Hant"
    if {"Hans", "CN", "SG"} & set(subtags):
        return "zh-Hans"
    # The two national codes tell: each has the characters of its own kind alone.
    simplified, traditional = (sum(_in_code(one, name) for one in text) for name in ("gb2312", "big5"))
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _in_code(character: str, code: str) -> bool:
    try:
        return bool(character.encode(code))
    except UnicodeEncodeError:
        return False


def font_files(file: bytes) -> JobFiles:
    """Where ffmpeg finds a font that the user brings. Raises `UsageError` where it is none."""
    family_name(file)
    return {f"{FONT_FOLDER}/own.font": file}


def family_name(file: bytes) -> str:
    """The family that a font file holds, the first of a collection. Raises `UsageError`."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        stream = io.BytesIO(file)
        font = TTCollection(stream, lazy=True)[0] if file[:4] == b"ttcf" else TTFont(stream, lazy=True)
        name = font["name"].getDebugName(1)
    except (TTLibError, KeyError, ValueError, AssertionError, OSError) as error:
        raise UsageError("--font-file names no font that can be read") from error
    if not name:
        raise UsageError("--font-file names a font without a name")
    return str(name)


def font_warnings(ass: str, files: JobFiles) -> list[str]:
    """What is doubtful about the fonts of an ASS file that has a look of its own. Raises `FontMissing`."""
    picked, missing = _read(_said_of(all_at_start(ass), files))
    if letters := "".join(sorted(set("".join(missing.values())))):
        raise FontMissing(f"no font here has {_named(letters)}", _package(letters))
    return [_taken(name, got) for name, got in picked.items() if not _is(name, got)]


def _asked(text: str, families: Iterable[str], files: JobFiles) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The fonts that libass takes for each family, first the one in its place, and what it finds in none."""
    styles, events = "", ""
    for number, family in enumerate(families):
        styles += f"Style: {number},{family.replace(',', ' ')},8\n"
        for first in range(0, max(1, len(text)), _AT_ONCE):
            part = "".join(character for character in text[first : first + _AT_ONCE] if character not in "{}\\")
            events += f"Dialogue: 0,0:00:00.00,0:00:10.00,{number},{part or 'x'}\n"
    return _read(_said_of(_HEAD + styles + _EVENTS + events, files))


def _said_of(ass: str, files: JobFiles) -> list[str]:
    """What libass says while it draws one frame. Raises `FfmpegFailed`, also where this ffmpeg has no libass."""
    source, chain = "color=black:s=640x360:r=25", f"ass=c.ass:fontsdir={FONT_FOLDER}"
    one_frame = ["-f", "lavfi", "-i", source, "-vf", chain, "-frames:v", "1", "-f", "null", "-"]
    try:
        return ffmpeg_log(one_frame, files={"c.ass": ass.encode(), **files})
    except FfmpegFailed as error:
        if "No such filter" not in error.reason:
            raise
        reason = f"{find_ffmpeg()} is built without libass, which draws captions; name another in $CAPTIONER_FFMPEG"
        raise FfmpegFailed(reason) from error


def _read(lines: Iterable[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    picked: defaultdict[str, list[str]] = defaultdict(list)
    missing: dict[str, str] = {}
    for line in lines:
        if match := _PICKED.search(line):
            picked[match[1]].append(match[2])
        elif match := _MISSING.search(line):
            letters = missing.get(match[2], "")
            missing[match[2]] = letters + ("" if chr(int(match[1], 16)) in letters else chr(int(match[1], 16)))
    return picked, missing


def all_at_start(ass: str) -> str:
    """An ASS file whose events are all shown at its begin, less those that bring no character or style that is new."""
    seen: set[tuple[str, str]] = set()
    lines = []
    for line in ass.replace("\r", "").split("\n"):
        match = _EVENT.match(line)
        if match is None:
            lines.append(line)
        elif new := {(match["style"], character) for character in match["rest"]} - seen:
            seen |= new
            lines.append(f"{match['layer']},0:00:00.00,0:00:10.00,{match['style']},{match['rest']}")
    return "\n".join(lines)


def _is(family: str, picked: Sequence[str]) -> bool:
    """Whether the PostScript name of the first that was picked is that of a font of the family.

    >>> _is("Noto Sans CJK SC", ["NotoSansCJKsc-Regular"]), _is("Arial", ["ArialMT"]), _is("Arial", ["DejaVuSans"])
    (True, True, False)
    """
    return bool(picked) and _letters(picked[0]).startswith(_letters(family))


def _letters(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _named(letters: str) -> str:
    shown = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:5])
    return shown + (f" and {len(letters) - 5} more" if len(letters) > 5 else "")


def _package(letters: str) -> str:
    """Debian's package of fonts with the first of these characters."""
    name = unicodedata.name(letters[0], "")
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")):
        return "fonts-noto-cjk"
    return "fonts-symbola" if unicodedata.category(letters[0]) == "So" else "fonts-noto-core"
