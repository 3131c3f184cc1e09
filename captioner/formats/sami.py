"""SAMI, .smi: Microsoft's Synchronized Accessible Media Interchange, a kind of HTML with times in milliseconds.

A text lasts until the next one; an empty text, written as a no-break space, clears the screen.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby, zip_longest
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.colors import color_of
from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Programme
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to
from captioner.formats.common.frames import one_at_a_time
from captioner.formats.common.lines import one_line, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.markup import TAG_STYLES, Markup, between_comments
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, runs, substitute
from captioner.values import Cue

LAST_TEXT = 5000
"""Milliseconds for which the last text is shown if nothing clears it."""

_SYNC = re.compile(r"<sync\b([^<>]*)>", re.IGNORECASE)
_START = re.compile(r"\bstart\s*=\s*[\"']?\s*(-?\d{1,13})(?!\d)", re.IGNORECASE | re.ASCII)
_PARAGRAPH = re.compile(r"<p\b([^<>]*)>", re.IGNORECASE)
_CLASS = re.compile(r"\bclass\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title>([^<]*)</title>", re.IGNORECASE)
_LANGUAGE = re.compile(r"\.([\w-]+)\s*\{[^{}]*\blang\s*:\s*([\w-]+)", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<tag>[a-z]+)\b(?P<attributes>[^<>]*)>", re.IGNORECASE)
_COLOR = re.compile(r"\bcolor\s*[=:]\s*(\"[^\"]*\"|'[^']*'|[^\s>;\"']+)", re.IGNORECASE)
_HTML_STYLES = {**TAG_STYLES, "em": TAG_STYLES["i"], "strong": TAG_STYLES["b"]}
_TEXT = re.compile(r"\S")
_SPACES = re.compile(r"[ \t\n]+")
_AROUND_BREAKS = re.compile(r"(?<![ \t])[ \t]*\n[ \t]*")
_SPACE_AT_EDGE = re.compile(r"\A[ \t\n]+|(?<![ \t\n])[ \t\n]+\Z")
_BREAK = "\x1e"
_BREAK_MARK = re.compile(_BREAK)
_SPACING = ((re.compile(r"[ \t]+"), " "), (_AROUND_BREAKS, "\n"), (_SPACE_AT_EDGE, ""))
"""White space as HTML shows it: one space, and none at the edges of lines."""

_NO_CHARACTER = re.compile(r"&#0*[1-9]\d{7,};?", re.ASCII)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues as the file holds them: one at a time, with single spaces, as in HTML."""
    single = one_at_a_time([restricted_to(cue, styles=ALL_STYLES) for cue in quantize(cues)])
    return [_single_spaced(cue) for cue in single]


def _single_spaced(cue: Cue) -> Cue:
    for pattern, replacement in ((_BREAK_MARK, " "), *_SPACING):
        cue = substitute(cue, pattern, replacement)
    return cue


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return the cues, each in a paragraph of the one class, which has the programme's language."""
    language = programme.language or "en"
    title = html.escape(one_line(programme.title or ""), quote=False)
    lines = [
        "<SAMI>", "<HEAD>", f"<TITLE>{title}</TITLE>", '<STYLE TYPE="text/css">', "<!--",
        f".CAPTIONS {{ Name: {language}; lang: {language}; SAMIType: CC; }}", "-->", "</STYLE>", "</HEAD>", "<BODY>",
    ]  # fmt: skip
    for cue, following in zip_longest(cues, cues[1:]):
        lines.append(_sync(cue.start, "".join(_tagged(text, style) for text, style in runs(cue))))
        if following is None or cue.end < following.start:
            lines.append(_sync(cue.end, "&nbsp;"))
    return "".join(f"{line}\n" for line in [*lines, "</BODY>", "</SAMI>"])


def _sync(seconds: float, text: str) -> str:
    return f"<SYNC Start={round(seconds * 1000)}><P Class=CAPTIONS>{text}"


def _tagged(text: str, style: TextStyle) -> str:
    tags = ["i"] * style.italic + ["b"] * style.bold + ["u"] * style.underline
    first = "".join(f"<{tag}>" for tag in tags) + (f'<font color="{style.color}">' if style.color else "")
    last = ("</font>" if style.color else "") + "".join(f"</{tag}>" for tag in reversed(tags))
    escaped = html.escape(text, quote=False).replace("\xa0", "&nbsp;").replace("\n", "<br>")
    return first + escaped + last


def parse(text: str, programme: Programme = UNKNOWN_PROGRAMME) -> Contents:
    """Return the cues in the language of `programme` or, where the file has none in it, in its first language.

    Raises `FormatError` where it does not begin as SAMI does.
    """
    source = "\n".join(source_lines(text))
    if not re.match(r"\s*<sami\b", source, re.IGNORECASE):
        raise FormatError("sami", "does not begin with <SAMI>", line=1)
    losses, repairs = Losses(), Losses()
    languages = {name.lower(): language for name, language in _LANGUAGE.findall(source)}
    title = _TITLE.search(source)
    paragraphs = list(_paragraphs(_Body(source), losses))
    chosen = _chosen_class(paragraphs, languages, programme.language)
    shown = [paragraph for paragraph in paragraphs if paragraph.language_class in (chosen, None)]
    others = (paragraph.text for paragraph in paragraphs if paragraph.language_class not in (chosen, None))
    losses["text in another language"] += sum(map(_has_text, others))
    early = max([0, *(-paragraph.start for paragraph in shown)])
    cues = [cue for run in _runs_of_time(shown, repairs) for cue in _cues(run, early, losses, repairs)]
    known = Programme(
        title=one_line(html.unescape(title[1])) or None if title else None,
        language=languages.get(chosen or "", next(iter(languages.values()), None)),
    )
    cues.sort(key=lambda pair: pair[0].start if pair[0] else 0)
    return Contents.of_cues(cues, programme=known, losses=losses, repairs=repairs, early=early / 1000)


def _cues(
    shown: Sequence[_Paragraph], early: int, losses: Losses, repairs: Losses
) -> Iterator[tuple[Cue | None, int | None]]:
    """Yield each text until the next one, or an empty one."""
    for paragraph, following in zip_longest(shown, shown[1:]):
        text = _read_text(paragraph.text, losses)
        if text.text.strip():
            repairs["text without an end"] += following is None
            end = following.start if following else paragraph.start + LAST_TEXT
            yield cue_read(paragraph.start + early, end + early, text), paragraph.line


def _has_text(source: str) -> bool:
    return bool(html.unescape(_TAG.sub("", source)).strip())


class _Body:
    """The source without its comments, which knows the line of the source for each index."""

    def __init__(self, source: str) -> None:
        pieces = list(between_comments(source, "<!--", "-->"))
        self.text = "".join(piece for _, piece in pieces)
        self._sources = [at for at, _ in pieces]
        self._starts = [0, *accumulate(len(piece) for _, piece in pieces)][: len(pieces)]
        self._line_ends = [match.start() for match in re.finditer("\n", source)]

    def line(self, index: int) -> int:
        """Return the line, from 1, of the first character from `index` on that is not white space."""
        text = _TEXT.search(self.text, index)
        index = text.start() if text else index
        piece = bisect_right(self._starts, index) - 1
        return bisect_left(self._line_ends, self._sources[piece] + index - self._starts[piece]) + 1


class _Paragraph(NamedTuple):
    """A text that is shown from a time on."""

    start: int
    """Milliseconds."""
    language_class: str | None
    """The class of its tag, which stands for a language; None if it has none."""
    text: str
    line: int
    """The line of the file, from 1, in which the text begins."""


def _paragraphs(body: _Body, losses: Losses) -> Iterator[_Paragraph]:
    """Yield the paragraphs after each `<sync>` with a time, and the text before its first `<p>`. Counts the others."""
    syncs = list(_SYNC.finditer(body.text))
    ends = [*(sync.start() for sync in syncs[1:]), len(body.text)]
    for sync, end in zip(syncs, ends, strict=False):
        time = _START.search(sync[1])
        if time is None:
            losses["text without a time"] += _has_text(body.text[sync.end() : end])
            continue
        start, tags = int(time[1]), list(_PARAGRAPH.finditer(body.text, sync.end(), end))
        first = tags[0].start() if tags else end
        if (untagged := body.text[sync.end() : first]).strip():
            yield _Paragraph(start, None, untagged, body.line(sync.end()))
        for tag, stop in zip(tags, [*(tag.start() for tag in tags[1:]), end], strict=False):
            name = _CLASS.search(tag[1])
            text = body.text[tag.end() : stop]
            yield _Paragraph(start, name[1].lower() if name else None, text, body.line(tag.end()))


def _chosen_class(paragraphs: Iterable[_Paragraph], languages: Mapping[str, str], language: str | None) -> str | None:
    """Return the class in that language, or else the first one. A class stands for a language."""
    classes = [paragraph.language_class for paragraph in paragraphs if paragraph.language_class]
    wanted = (language or "").lower().partition("-")[0]
    named = (name for name in classes if wanted and languages.get(name, "").lower().partition("-")[0] == wanted)
    return next(named, classes[0] if classes else None)


def _runs_of_time(paragraphs: Sequence[_Paragraph], repairs: Losses) -> list[list[_Paragraph]]:
    """Return the paragraphs by time.

    Where it goes back to the first half, another language begins and ends within itself.
    """
    runs: list[list[_Paragraph]] = [[]]
    for paragraph in paragraphs:
        run = runs[-1]
        if run and paragraph.start < run[-1].start and 2 * paragraph.start <= run[0].start + run[-1].start:
            repairs["run of earlier times"] += 1
            runs.append([])
        runs[-1].append(paragraph)
    return [_joined(sorted(run, key=lambda paragraph: paragraph.start)) for run in runs]


def _joined(paragraphs: Iterable[_Paragraph]) -> list[_Paragraph]:
    """Return the paragraphs with those that begin at the same time as one, each in lines of its own."""
    groups = (list(group) for _, group in groupby(paragraphs, key=lambda paragraph: paragraph.start))
    return [group[0]._replace(text="<br>".join(one.text for one in group)) for group in groups]


def _read_text(paragraph: str, losses: Losses) -> StyledText:
    """Return the text of a paragraph, with single spaces; only `<br>` breaks a line."""
    markup = Markup()
    at = 0
    for match in _TAG.finditer(paragraph):
        markup.add(_words(paragraph[at : match.start()]))
        at = match.end()
        tag = match["tag"].lower()
        if tag == "br":
            markup.add(_BREAK)
        elif tag in ("i", "em", "b", "strong", "u", "font", "span"):
            markup.close(tag) if match["end"] else markup.open(tag, _tag_style(tag, match["attributes"]))
        elif tag not in ("p", "body", "sami", "sync"):
            losses["tag"] += not match["end"]
    markup.add(_words(paragraph[at:]))
    read = markup.styled_text().sub(_BREAK_MARK, "\n")
    for pattern, replacement in _SPACING:
        read = read.sub(pattern, replacement)
    return read


def _words(text: str) -> str:
    return html.unescape(_NO_CHARACTER.sub("\ufffd", _SPACES.sub(" ", text))).replace("\n", " ").replace("\r", " ")


def _tag_style(tag: str, attributes: str) -> TextStyle:
    color = _COLOR.search(attributes)
    return _HTML_STYLES.get(tag, PLAIN)._replace(color=color_of(color[1]) if color else None)
