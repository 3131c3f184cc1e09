"""TTML, SCC and EBU STL, which broadcasters and streaming services take, checked with readers of other projects."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pycaption
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from imageio_ffmpeg import get_ffmpeg_exe
from ttconv.stl import iso6937

from captioner.errors import FormatError
from captioner.formats import FORMATS, Contents, Programme, format_of_file, scc, stl
from captioner.formats.scc.characters import BASIC, EXTENDED, SPECIAL
from captioner.formats.stl.characters import LATIN, encoded
from captioner.timestamps import FrameRate
from captioner.values import Cue, Position, StyleSpan
from tests.cues.cue_strategies import ordered_cues, plain_texts
from tests.formats.editor_cues import CUES, WORLD, cues_at_minutes, file_of, read_back
from tests.oracles.npm import npm_package
from tests.paths import ORACLES

TTML = ("ttml", "ebuttd", "itt")
LATIN_CUES = [
    Cue(2.0, 4.0, "Good evening,\nladies & <gentlemen>.", styles=(StyleSpan(0, 13, italic=True),)),
    Cue(5.0, 6.0, r'1 --> 2, C:\new {x} "so"', position=Position(8)),
    Cue(8.0, 9.5, "¡Ça va, Ägypten! ♪ é", position=Position(4), styles=(StyleSpan(0, 20, underline=True),)),
    Cue(9.5, 11.0, "Red.", styles=(StyleSpan(0, 4, color="#ff0000"),)),
]


def read_by_pycaption(reader: pycaption.base.BaseReader, text: str) -> list[Any]:
    """Start, end and text of each caption, without no-break spaces."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that it reads XML as HTML
        caption_set = reader.read(text)
    captions = [caption for tag in caption_set.get_languages() for caption in caption_set.get_captions(tag)]
    return [(c.start / 1e6, c.end / 1e6, c.get_text().replace("\xa0", "")) for c in captions]


@pytest.mark.parametrize("name", TTML)
def test_ttml_goldens(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"editors{FORMATS[name].suffix}", file_of(name, CUES))


@pytest.mark.parametrize("name", ["scc", "stl"])
def test_latin_goldens(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"editors{FORMATS[name].suffix}", file_of(name, LATIN_CUES))


def looks_encoded_twice(text: str) -> bool:
    """Return whether text looks like UTF-8 that was encoded again, as `Â¡` does. pycaption's parser decodes it."""
    try:
        return text.encode("cp1252").decode() != text
    except UnicodeError:
        return False


@pytest.mark.parametrize("name", TTML)
@settings(max_examples=40)
@given(cues=ordered_cues(plain_texts))
def test_pycaption_reads_the_same_ttml(name: str, cues: list[Cue]) -> None:
    programme = Programme(language="en", frame_rate=Fraction(30))  # which pycaption assumes
    text = file_of(name, [Cue(cue.start / 100, cue.end / 100, cue.text) for cue in cues], programme)
    assume(not looks_encoded_twice(text))
    if cues:
        assert read_by_pycaption(pycaption.DFXPReader(), text) == [
            (pytest.approx(cue.start, abs=2e-6), pytest.approx(cue.end, abs=2e-6), cue.text)
            for cue in read_back(name, text, programme)
        ]


@pytest.mark.parametrize("name", ["ttml", "ebuttd"])
def test_imsc_js_shows_the_same_ttml(name: str, tmp_path: Path) -> None:
    """imsc.js has no SMPTE times, so iTT is left out, and it does not show white space at the edges of lines."""
    package = npm_package("imsc")
    later = [Cue(cue.start + 5000, cue.end + 5000, cue.text) for cue in WORLD]
    texts = [*CUES, Cue(4000, 4001, "a  b\t<br/> ]]> &amp; 'q'"), *later]
    (tmp_path / "cues.ttml").write_text(file_of(name, texts), "utf-8")
    command = ["node", str(ORACLES / "imsc.js"), str(package), str(tmp_path / "cues.ttml")]
    read = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert read == {"shown": [[cue.start, cue.end, cue.text] for cue in texts], "problems": []}


def test_pycaption_reads_the_same_scc() -> None:
    """pycaption takes a timecode for a time, so its times are a thousandth off."""
    cues = [*LATIN_CUES, *(Cue(c.start + 20, c.end + 20.5, c.text) for c in cues_at_minutes(FrameRate(Fraction(25))))]
    shown = scc.representable(cues, Programme())
    assert read_by_pycaption(pycaption.SCCReader(), file_of("scc", cues, Programme())) == [
        (pytest.approx(c.start, rel=1.1e-3, abs=0.1), pytest.approx(c.end, rel=1.1e-3, abs=0.1), c.text) for c in shown
    ]


def test_ffmpeg_decodes_the_same_scc(tmp_path: Path) -> None:
    """ffmpeg too takes a timecode for a time, and it breaks a line at a backslash."""
    cues = [replace(cue, text=cue.text.replace("\\", "/")) for cue in LATIN_CUES]
    cues += [Cue(20, 21, "late"), Cue(21, 21.1, "touching and short"), Cue(21.2, 24, "then\nanother")]
    (tmp_path / "cues.scc").write_text(file_of("scc", cues, Programme()), "utf-8")
    command = [get_ffmpeg_exe(), "-v", "error", "-i", str(tmp_path / "cues.scc"), "-f", "srt", "-"]
    decoded = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    read = FORMATS["srt"].read(re.sub(r"</?font[^>]*>|</?[iu]>|\{\\an7\}|\\h", "", decoded)).cues or ()
    shown: list[Any] = [(cue.start, cue.end, cue.text) for cue in read]
    assert shown == [
        (pytest.approx(cue.start, abs=0.04), pytest.approx(cue.end, abs=0.04), cue.text)
        for cue in scc.representable(cues, Programme())
    ]


@pytest.mark.parametrize("table", [BASIC, SPECIAL, EXTENDED], ids=["basic", "special", "extended"])
def test_every_character_of_line_21(table: dict[str, int]) -> None:
    characters = [character for character in table if character != " "]
    cues = [Cue(2 * n, 2 * n + 1, f"a{character}b{character}") for n, character in enumerate(characters, 1)]
    text = file_of("scc", cues, Programme())
    unlike = set("℠█|┃┏┓┗┛")  # pycaption lacks these or has other characters for them
    assert [cue.text for cue in read_back("scc", text, Programme())] == [cue.text for cue in cues]
    read = [text for *_, text in read_by_pycaption(pycaption.SCCReader(), text)]
    assert [(theirs, cue.text) for theirs, cue in zip(read, cues, strict=True) if unlike.isdisjoint(cue.text)] == [
        (cue.text, cue.text) for cue in cues if unlike.isdisjoint(cue.text)
    ]


def test_line_21_refuses_and_names_other_characters() -> None:
    with pytest.raises(FormatError) as caught:
        file_of("scc", [Cue(0, 1, "日本 \x07 здесь")])
    assert str(caught.value) == (
        "scc: line 21 has only Latin letters, not U+0007, д (U+0434), е (U+0435), з (U+0437), с (U+0441), ь (U+044C), "
        "日 (U+65E5), 本 (U+672C); write ttml instead"
    )


def test_a_caption_too_long_for_the_screen_is_refused_and_a_long_line_is_wrapped() -> None:
    with pytest.raises(FormatError, match=r"scc: the cue at 00:00:01.001 does not fit in 15 lines of 32 characters"):
        file_of("scc", [Cue(1, 9, "word " * 120)])
    long = Cue(9, 12, "What is spoken in one breath may well be longer than that.")
    assert read_back("scc", file_of("scc", [long], Programme()), Programme())[0].text == (
        "What is spoken in one breath may\nwell be longer than that."
    )
    assert FORMATS["scc"].write(Contents([long])).losses == {"line breaks": 1}


def test_captions_too_close_together_are_late_and_complete() -> None:
    cues = [Cue(n / 5, (n + 1) / 5, f"This is a caption, number {n:02}") for n in range(40)]
    read = read_back("scc", file_of("scc", cues, Programme()), Programme())
    assert read == scc.representable(cues, Programme())
    assert [cue.text for cue in read] == [cue.text for cue in cues]
    assert FORMATS["scc"].write(Contents(cues)).losses == {"cue times": 40}


def test_nothing_is_sent_before_the_programme_starts() -> None:
    first = Cue(0, 2, "Two lines that take more than a second\nto be loaded, and come too late.")
    text = file_of("scc", [first], Programme(start_timecode="01:00:00:00"))
    assert [line[:11] for line in text.splitlines() if "\t" in line] == ["01:00:00;00", "01:00:01;17", "01:00:02;00"]


@pytest.mark.parametrize("drop_frame", [True, False])
def test_scc_counts_at_29_97(drop_frame: bool) -> None:
    rate = FrameRate(Fraction(30_000, 1001), drop_frame)
    programme = Programme(frame_rate=rate.per_second, drop_frame=drop_frame, start_timecode="01:00:00:00")
    cues = cues_at_minutes(rate)
    text = file_of("scc", cues, programme)
    assert (";" in text) is drop_frame
    assert [cue.start for cue in read_back("scc", text, programme)] == [cue.start for cue in cues]


def test_every_character_of_latin_stl() -> None:
    known = [chr(code) for code in range(0x20, 0x2700) if encoded(chr(code), LATIN)]
    assert len(known) == 322
    wrong = [c for c in known if unicodedata.normalize("NFC", iso6937.decode(encoded(c, LATIN))[0]) != c]
    assert wrong == ["Đ"]  # which shares its code with Eth


@pytest.mark.parametrize(
    ("alphabet", "text"), [(b"01", "Здесь живём мы"), (b"02", "السلام"), (b"03", "Καλημέρα"), (b"04", "שלום")]
)
def test_an_stl_has_the_alphabet_of_its_text(alphabet: bytes, text: str) -> None:
    cues = [Cue(1, 2, text), Cue(3, 4, f"{text} - 42")]
    file = file_of("stl", cues)
    assert file[12:14].encode() == alphabet
    assert read_back("stl", file) == cues


AT_25 = Programme(frame_rate=Fraction(25))


@pytest.mark.parametrize("lines", [1, 9, 10, 12, 13, 16, 23, 40])
@pytest.mark.parametrize("anchor", [1, 2, 5, 6, 9])
def test_a_text_of_many_lines_in_stl_is_read_where_it_is_said_to_be(lines: int, anchor: int) -> None:
    contents = Contents([Cue(1, 2, "\n".join(["a"] * lines), position=Position(anchor))], programme=AT_25)
    stored = FORMATS["stl"].representable(contents)
    written = FORMATS["stl"].write(contents)
    assert FORMATS["stl"].read(written.data, AT_25).cues == stored
    assert bool(written.losses) == (lines > 12 or (anchor in (5, 6) and lines > 9)) * (anchor != 9)


def test_green_of_scc_is_read_as_it_was_written() -> None:
    cues = [Cue(1.001, 2.002, "leaf", styles=(StyleSpan(0, 4, color="#00ff00"),))]
    assert [cue.styles for cue in read_back("scc", file_of("scc", cues))] == [cues[0].styles]


def test_an_stl_has_one_alphabet() -> None:
    with pytest.raises(FormatError, match=r"a file has one alphabet .*; the closest lacks ж \(U\+0436\); write ttml"):
        file_of("stl", [Cue(0, 1, "ж"), Cue(1, 2, "Ünï")])


def test_an_stl_has_more_blocks_for_a_long_text_and_names_its_programme() -> None:
    programme = Programme(title="Der Film", language="de-AT", frame_rate=Fraction(25), start_timecode="10:00:00:00")
    cues = [Cue(0, 1, "é" * 300), Cue(2, 3, "kurz")]
    file = FORMATS["stl"].write(Contents(cues, programme=programme)).data
    assert len(file) == 1024 + 128 * (6 + 1)
    contents = FORMATS["stl"].read(file)
    assert contents.cues == cues
    assert contents.programme == Programme(
        title="Der Film", language="de", frame_rate=Fraction(25), start_timecode="10:00:00:00"
    )


def test_an_stl_needs_the_frame_rate() -> None:
    with pytest.raises(FormatError, match="stl: needs the frame rate of the video, as in --fps 25"):
        FORMATS["stl"].write(Contents([Cue(0, 1, "Hello")]))


def test_comments_and_faults_in_an_stl_are_counted() -> None:
    file = bytearray(stl.write([Cue(n, n + 1, f"cue {n}") for n in range(4)], Programme()) + b"cut")
    file[256:264] = b"01000000"  # a start after the subtitles
    file[1024 + 15] = 1  # a comment
    file[1024 + 128 + 9 : 1024 + 128 + 13] = bytes(4)  # an end before the start
    contents = FORMATS["stl"].read(bytes(file))
    assert contents.cues == [Cue(1, 1.04, "cue 1"), Cue(2, 3, "cue 2"), Cue(3, 4, "cue 3")]
    assert contents.losses == ("1 comment", "1 incomplete block")
    assert contents.repairs == ("1 cue with its end before its start",)
    with pytest.raises(FormatError, match="stl: is not an EBU STL file"):
        FORMATS["stl"].read(b"Spruce")


@given(st.binary(max_size=300), st.integers(0, 1400))
def test_a_damaged_stl_is_read_or_refused(noise: bytes, offset: int) -> None:
    file = stl.write([Cue(1, 2, "One."), Cue(3, 4, "Two."), Cue(5, 6, "Three.")], Programme())
    with suppress(FormatError):
        assert FORMATS["stl"].read(bytes(file[:offset] + noise + file[offset + len(noise) :])).cues is not None


# Each of two paragraphs shown at once is a cue here; other readers return one cue for what is shown at a time.
SHOWN_AT_ONCE = {"subs/pysubs2/ttml_example.ttml": 11}

CUE_COUNTS = {
    "subs/ttconv/scc/mix-rows-roll-up.scc": 16,
    "subs/ttconv/scc/paint-on.scc": 18,
    "subs/ttconv/scc/pop-on.scc": 3,
    # By the standard, text without times is shown from the beginning.
    "subs/ttconv/ttml/lwsp_default.ttml": 2,
    "subs/ttconv/ttml/lwsp_preserve.ttml": 1,
    "subs/ttconv/ttml/referential_styling.ttml": 2,
}
"""Files whose times every reader reads differently, and how many cues captioner reads."""


def test_other_readers_agree_on_real_files(testdata: Path) -> None:
    files = json.loads((testdata / "subs/readers.json").read_text("utf-8"))["files"]
    tested = {name: read for name, read in files.items() if name.endswith((".ttml", ".dfxp", ".scc"))}
    assert len(tested) == 11
    for name, read in tested.items():
        data = (testdata / name).read_bytes()
        cues = format_of_file(name, data).read(data).cues or ()
        times = [[round(cue.start * 1000), round(cue.end * 1000)] for cue in cues]
        if name in SHOWN_AT_ONCE:
            assert len(times) == SHOWN_AT_ONCE[name]
            assert sorted({tuple(pair) for pair in times}) == [tuple(pair) for pair in read["times_ms"]]
        elif name in CUE_COUNTS:
            assert len(times) == CUE_COUNTS[name], name
        else:
            assert times == read["times_ms"], name


def test_white_space_styles_and_positions_of_real_ttml(testdata: Path) -> None:
    def cues(name: str) -> list[Cue]:
        return list(FORMATS["ttml"].read((testdata / "subs" / name).read_bytes()).cues or ())

    assert [cue.text for cue in cues("ttconv/ttml/lwsp_default.ttml")] == [
        "hello my name is Mathilda",
        "bonjour mon nom\nest",
    ]
    assert [cue.text for cue in cues("ttconv/ttml/lwsp_preserve.ttml")] == ["hello  my \nname  is Mathilda"]
    assert [cue.styles for cue in cues("ttconv/ttml/referential_styling.ttml")] == [
        (StyleSpan(0, 3, color="#008000"),),
        (StyleSpan(0, 3, color="#000000"),),
    ]
    assert [cue.position for cue in cues("pysubs2/ttml_example2.ttml")[:4]] == [Position(8), None, Position(8), None]


def ttml(body: str, attributes: str = "") -> Contents:
    head = 'xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="en"'
    return FORMATS["ttml"].read(f"<tt {head} {attributes}><body><div>{body}</div></body></tt>")


def test_a_paragraph_whose_spans_have_times_is_a_cue_for_each_change() -> None:
    spans = '<p begin="1s" end="5s"><span end="2s">One</span> <span begin="1s">two</span></p>'
    assert ttml(spans).cues == [Cue(1, 2, "One"), Cue(2, 3, "One two"), Cue(3, 5, "two")]


def test_a_paragraph_without_an_end_lasts_until_the_next_or_five_seconds() -> None:
    endless = '<p begin="1s">One</p><p begin="4s">Two</p><p begin="20s" dur="1s">Three</p>'
    assert [(cue.start, cue.end) for cue in ttml(endless).cues or ()] == [(1, 4), (4, 9), (20, 21)]


def test_invalid_times_of_ttml_are_refused_and_other_faults_counted() -> None:
    with pytest.raises(FormatError, match=r"ttml: the begin attribute of an element is not a time: 'soon'"):
        ttml('<p begin="1s" end="7s"><span begin="soon">One</span></p>')
    assert ttml('<p begin="1s" end="2s" region="none">One</p>').repairs == ("1 thing that ttconv did not understand",)
    frames = ttml('<p begin="00:00:01:12" end="48f">One</p>', 'ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"')
    assert frames.programme.frame_rate == Fraction(24_000, 1001)
    assert frames.cues == [Cue(1.5005, 2.002, "One")]


def test_a_time_beyond_any_programme_is_refused() -> None:
    with pytest.raises(FormatError, match="ttml: has a time beyond any programme"):
        ttml(f'<p begin="1s" end="{"9" * 400}h">One</p>')


def test_the_namespaces_of_2006_are_read() -> None:
    old = '<tt xmlns="http://www.w3.org/2006/10/ttaf1"><body><div><p begin="1s" end="2s">Hi</p></div></body></tt>'
    assert FORMATS["ttml"].read(old).cues == [Cue(1, 2, "Hi")]
