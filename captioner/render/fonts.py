"""The font for a text. libass silently replaces a missing font, which can show Chinese with Japanese glyphs.

So a trial with libass reports, before anything is encoded, which fonts it uses and which characters no font has.
"""

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
"""The writings whose glyphs differ for the same characters, and the font families that have them, the best first."""

DEFAULT_FAMILY = "Arial"
"""The family for all other texts: every system has it or a replacement."""

FONT_FOLDER = "fonts"
"""The folder of the user's font file in ffmpeg's working folder."""

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
_CHARACTERS_PER_EVENT = 60


@dataclass(frozen=True)
class Font:
    """The font for a text."""

    family: str
    """The family to name in the style."""

    files: JobFiles
    """The user's font file for ffmpeg's working folder, if there is one."""

    full_width: bool = False
    """Whether the text is in one of the writings of FAMILIES."""

    warning: str | None = None
    """A sentence if another font is used than the one asked for."""


def font_for(texts: Sequence[str], language: str | None, asked: str | None = None, file: bytes | None = None) -> Font:
    """Return the font for `texts` in a language: the family `asked`, the font in `file`, or what fits the language.

    Raises `FontMissing` if no installed font has a character, or the glyphs of the language; `UsageError` if `file` is
    not a font, or if the font shows the text with the glyphs of another language.
    """
    files = {} if file is None else font_files(file)
    # A style in an ASS file cannot contain a comma or a line break.
    asked = " ".join((asked or "").replace(",", " ").split()) or (None if file is None else family_name(file))
    writing = cjk_writing(language, "".join(texts))
    wanted = (asked,) if asked else FAMILIES.get(writing or "", (DEFAULT_FAMILY,))
    picked, missing = _try_families(_characters(texts), wanted, files)
    family = next((name for name in wanted if _is_family(name, picked[name])), None)
    if family is None and writing and not asked:
        raise FontMissing(f"no font for {writing} is installed ({', '.join(wanted[:2])}, ...)", "fonts-noto-cjk")
    warning = None if family or not asked else _replaced(asked, picked[asked])
    family = family or wanted[0]
    if missing.get(family):
        raise FontMissing(f"no installed font has {_list_characters(missing[family])}", _package(missing[family]))
    if writing and any(_is_foreign(name, writing) for name in picked[family]):
        raise UsageError(f"{family} shows {writing} with the glyphs of another language; name another font with --font")
    return Font(family, files, writing is not None, warning)


def _characters(texts: Iterable[str]) -> str:
    """Return all visible characters, each once."""
    return "".join(sorted(one for one in set("".join(texts)) - {" "} if unicodedata.category(one) != "Cc"))


def _replaced(family: str, picked: Sequence[str]) -> str:
    return f"the font {family!r} is not installed; using {picked[0] if picked else 'another one'}"


def _is_foreign(picked: str, writing: str) -> bool:
    """Return whether a picked font belongs to another writing of FAMILIES."""
    own = any(_is_family(family, [picked]) for family in FAMILIES[writing])
    return not own and any(_is_family(family, [picked]) for families in FAMILIES.values() for family in families)


def cjk_writing(language: str | None, text: str) -> str | None:
    """Return the key of FAMILIES for a text; None if no character of it differs between those writings.

    >>> cjk_writing("zh-TW", "漢字"), cjk_writing(None, "汉语"), cjk_writing(None, "漢語"), cjk_writing("en", "かな")
    ('zh-Hant', 'zh-Hans', 'zh-Hant', 'ja')
    >>> cjk_writing("ja", "Hello"), cjk_writing("en", "Hello")
    ('ja', None)
    """
    primary, *subtags = (language_tag(language) or "").split("-")
    if primary in ("ja", "ko"):
        return primary
    if primary in ("zh", "yue", "cmn", "wuu", "nan"):
        return _chinese_writing(primary, subtags, text)
    names = {unicodedata.name(character, "").split(" ")[0] for character in set(text)}
    if names & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    if "HANGUL" in names:
        return "ko"
    return _chinese_writing("zh", [], text) if "CJK" in names else None


def _chinese_writing(primary: str, subtags: list[str], text: str) -> str:
    if primary == "yue" or {"HK", "MO"} & set(subtags):
        return "zh-HK"
    if {"Hant", "TW"} & set(subtags):
        return "zh-Hant"
    if {"Hans", "CN", "SG"} & set(subtags):
        return "zh-Hans"
    # The old national character sets decide: each has only the characters of its own writing.
    simplified, traditional = (sum(_in_set(one, name) for one in text) for name in ("gb2312", "big5"))
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _in_set(character: str, encoding: str) -> bool:
    try:
        return bool(character.encode(encoding))
    except UnicodeEncodeError:
        return False


def font_files(file: bytes) -> JobFiles:
    """Return the user's font file for ffmpeg's working folder. Raises `UsageError` if it is not a font."""
    family_name(file)
    return {f"{FONT_FOLDER}/own.font": file}


def family_name(file: bytes) -> str:
    """Return the family of a font file, the first one of a collection. Raises `UsageError`."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        stream = io.BytesIO(file)
        font = TTCollection(stream, lazy=True)[0] if file[:4] == b"ttcf" else TTFont(stream, lazy=True)
        name = font["name"].getDebugName(1)
    except (TTLibError, KeyError, ValueError, AssertionError, OSError) as error:
        raise UsageError("the file of --font-file cannot be read as a font") from error
    if not name:
        raise UsageError("the font of --font-file has no name")
    return str(name)


def font_warnings(ass: str, files: JobFiles) -> list[str]:
    """Return a warning for each font of an ASS file that libass would replace. Raises `FontMissing`."""
    picked, missing = _parse_log(_libass_log(all_at_start(ass), files))
    if letters := "".join(sorted(set("".join(missing.values())))):
        raise FontMissing(f"no installed font has {_list_characters(letters)}", _package(letters))
    return [_replaced(name, got) for name, got in picked.items() if not _is_family(name, got)]


def _try_families(text: str, families: Iterable[str], files: JobFiles) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the fonts that libass uses for each family, its replacement first, and the characters it cannot show."""
    styles, events = "", ""
    for number, family in enumerate(families):
        styles += f"Style: {number},{family.replace(',', ' ')},8\n"
        for first in range(0, max(1, len(text)), _CHARACTERS_PER_EVENT):
            part = "".join(
                character for character in text[first : first + _CHARACTERS_PER_EVENT] if character not in "{}\\"
            )
            events += f"Dialogue: 0,0:00:00.00,0:00:10.00,{number},{part or 'x'}\n"
    return _parse_log(_libass_log(_HEAD + styles + _EVENTS + events, files))


def _libass_log(ass: str, files: JobFiles) -> list[str]:
    """Return the log of libass for one frame. Raises `FfmpegFailed`, also if this ffmpeg has no libass."""
    source, chain = "color=black:s=640x360:r=25", f"ass=c.ass:fontsdir={FONT_FOLDER}"
    one_frame = ["-f", "lavfi", "-i", source, "-vf", chain, "-frames:v", "1", "-f", "null", "-"]
    try:
        return ffmpeg_log(one_frame, files={"c.ass": ass.encode(), **files})
    except FfmpegFailed as error:
        if "No such filter" not in error.reason:
            raise
        reason = (
            f"{find_ffmpeg()} is built without libass, which draws captions; name another ffmpeg in $CAPTIONER_FFMPEG"
        )
        raise FfmpegFailed(reason) from error


def _parse_log(lines: Iterable[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the fonts that libass picked for each family, and the characters that it found in no font."""
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
    """Return an ASS file with all events at its beginning, without events whose characters and styles came before."""
    seen: set[tuple[str, str]] = set()
    lines = []
    for line in ass.replace("\r", "").split("\n"):
        match = _EVENT.match(line)
        if match is None:
            lines.append(line)
        elif unseen := {(match["style"], character) for character in match["rest"]} - seen:
            seen |= unseen
            lines.append(f"{match['layer']},0:00:00.00,0:00:10.00,{match['style']},{match['rest']}")
    return "\n".join(lines)


def _is_family(family: str, picked: Sequence[str]) -> bool:
    """Return whether the first picked font, given by PostScript names, belongs to the family.

    >>> _is_family("Noto Sans CJK SC", ["NotoSansCJKsc-Regular"]), _is_family("Arial", ["DejaVuSans"])
    (True, False)
    """
    return bool(picked) and _letters(picked[0]).startswith(_letters(family))


def _letters(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _list_characters(letters: str) -> str:
    shown = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:5])
    return shown + (f" and {len(letters) - 5} more" if len(letters) > 5 else "")


def _package(letters: str) -> str:
    """Return Debian's package of fonts that have the first of these characters."""
    name = unicodedata.name(letters[0], "")
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")):
        return "fonts-noto-cjk"
    return "fonts-symbola" if unicodedata.category(letters[0]) == "So" else "fonts-noto-core"
