"""Decisions before anything is drawn: line breaks, the second language's place, fonts, HDR colors."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.errors import FontMissing, UsageError
from captioner.formats.ass import AssStyle, recolor_script
from captioner.render.fonts import FAMILIES, all_at_start, family_name, font_for
from captioner.render.hdr_colors import coded_color, encode_color, square_root_opacity
from captioner.render.layout import FULL_WIDTH, break_long_lines, place_beside
from captioner.values import Cue, StyleSpan, Word

TALL = AssStyle(width=1080, height=1920, size=96, margin_left=58, margin_right=58, margin_vertical=244)
WIDE = AssStyle(size=91, margin_left=244, margin_right=244, margin_vertical=58)

CHINESE = st.text("这是一句没有空格的话，而且很长。「好」A1", min_size=1, max_size=60)


@st.composite
def chinese_cues(draw: st.DrawFn) -> Cue:
    """A cue of some words with one styled range."""
    texts = draw(st.lists(CHINESE, min_size=1, max_size=6))
    text = "".join(texts)
    words = [Word(index / 10, index / 10 + 0.1, part) for index, part in enumerate(texts)]
    first = draw(st.integers(0, len(text) - 1))
    span = StyleSpan(first, draw(st.integers(first + 1, len(text))), italic=True)
    return Cue(0.0, 9.0, text, words=tuple(words), styles=(span,))


@given(chinese_cues(), st.sampled_from([TALL, WIDE]))
def test_broken_lines_keep_text_words_and_styles(cue: Cue, style: AssStyle) -> None:
    [fitted] = break_long_lines([cue], style)
    assert fitted.text.replace("\n", "") == cue.text
    assert [word.text.replace("\n", "") for word in fitted.words] == [word.text for word in cue.words]
    styled = [fitted.text[span.first : span.last].replace("\n", "") for span in fitted.styles]
    assert styled == [cue.text[span.first : span.last] for span in cue.styles]
    lines = fitted.text.split("\n")
    assert not any(line[0] in "，。」" for line in lines[1:])
    assert not any(line[-1] == "「" for line in lines[:-1])


@given(st.integers(1, 100), st.sampled_from([TALL, WIDE]))
def test_no_line_is_wider_than_the_safe_area(length: int, style: AssStyle) -> None:
    [fitted] = break_long_lines([Cue(0, 1, "字" * length)], style)
    room = style.width - style.margin_left - style.margin_right
    lines = fitted.text.split("\n")
    assert max(map(len, lines)) * FULL_WIDTH * style.size <= room
    assert max(map(len, lines)) - min(map(len, lines)) <= 1


def test_lines_with_spaces_are_left_to_libass() -> None:
    cue = Cue(0, 1, "A very long line of English that no upright picture could ever hold in one piece")
    assert break_long_lines([cue], TALL) == [cue]


@pytest.mark.parametrize("text", ["🇩🇪🇫🇷👩‍👩‍👧" * 9, "한국어자막은공백에서만줄을바꿉니다" * 3])
def test_lines_without_a_break_by_kinsoku_are_left_to_libass(text: str) -> None:
    assert break_long_lines([Cue(0, 1, text)], TALL) == [Cue(0, 1, text)]


def test_a_line_never_breaks_inside_a_number_or_a_grapheme() -> None:
    [fitted] = break_long_lines([Cue(0, 1, "一共有3个人和" * 9)], TALL)
    assert not any(line[-1] == "3" for line in fitted.text.split("\n"))


def test_a_second_language_is_placed_clear_of_the_first() -> None:
    first = [Cue(0, 2, "one"), Cue(2, 4, "one\ntwo"), Cue(6, 8, "one")]
    second = [Cue(1, 3, "eins"), Cue(4, 6, "allein"), Cue(6.5, 7, "eins")]
    heights = [cue.position.y if cue.position else None for cue in place_beside(second, first, WIDE, WIDE)]
    line, margin, room = 100 * 91 / 1080, 100 * 58 / 1080, 100 * 91 / 4 / 1080
    expected = [100 - margin - 2 * line - room, 100 - margin, 100 - margin - line - room]
    assert heights == pytest.approx(expected)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_no_color_is_brighter_than_graphics_white(color: tuple[int, int, int]) -> None:
    """Nothing drawn in HDR is brighter than graphics white, and SDR colors stay as they are."""
    for transfer, white in (("pq", 148), ("hlg", 191)):
        assert max(encode_color(color, transfer)) <= white  # type: ignore[arg-type]
    assert encode_color(color, "sdr") == color


def test_all_colors_of_an_ass_file_are_converted() -> None:
    ass = "Style: A,Arial,20,&H00FFFFFF,&H80000000\nDialogue: 0,0,0,A,{\\1c&HFFFFFF&}&Hello"
    bright = "Style: A,Arial,20,&H00949494,&H80000000\nDialogue: 0,0,0,A,{\\1c&H949494&}&Hello"
    assert recolor_script(ass, partial(coded_color, transfer="pq")) == bright
    assert recolor_script(ass, partial(coded_color, transfer="sdr")) == ass
    opaque = "&H00112233 &H1122EE& &HFF112233"
    assert recolor_script(opaque, square_root_opacity) == opaque
    assert recolor_script("&HBF000000", square_root_opacity) == "&H7F000000"


@pytest.mark.usefixtures("cjk_fonts")
@pytest.mark.parametrize(
    ("language", "text", "family"),
    [
        ("zh-TW", "字", "Noto Sans CJK TC"),
        ("yue", "字", "Noto Sans CJK HK"),
        ("zh", "汉语", "Noto Sans CJK SC"),
        ("zh", "漢語", "Noto Sans CJK TC"),
        ("ja", "漢字", "Noto Sans CJK JP"),
        (None, "漢字かな", "Noto Sans CJK JP"),
        ("ko", "한국어", "Noto Sans CJK KR"),
        ("en", "The word 汉", "Noto Sans CJK SC"),
    ],
)
@pytest.mark.usefixtures("either_ffmpeg")
def test_the_font_follows_the_language(language: str | None, text: str, family: str) -> None:
    font = font_for([text], language)
    assert (font.family, font.warning, font.full_width) == (family, None, True)


@pytest.mark.usefixtures("cjk_fonts", "either_ffmpeg")
def test_a_font_without_chinese_is_refused_for_chinese() -> None:
    with pytest.raises(UsageError, match="DejaVu Sans shows zh-Hans with the glyphs of another language"):
        font_for(["汉语"], "zh-Hans", "DejaVu Sans")
    assert font_for(["Hello"], "en", "DejaVu Sans").warning is None
    assert font_for(["Hello"], "en", "No Such Font").warning == (
        "the font 'No Such Font' is not installed; using DejaVuSans"
    )


@pytest.mark.usefixtures("either_ffmpeg")
def test_a_character_that_no_font_has_is_reported() -> None:
    with pytest.raises(FontMissing) as raised:
        font_for(["Hello \U0001f9ff\U0010fffd\n"], "en", "DejaVu Sans")
    assert str(raised.value).startswith("no installed font has ")
    assert "(U+10FFFD)" in str(raised.value)
    assert font_for(["a\u200b\u2060\ufe0f{\\}b"], "en").warning is None


@given(st.text(min_size=1, max_size=20), st.text("a,@\n\\{}: é字", max_size=9))
@settings(max_examples=15)
def test_any_text_and_any_font_name_is_accepted_or_refused(text: str, name: str) -> None:
    with suppress(FontMissing, UsageError):
        assert font_for([text], "en", name).family


@given(st.lists(st.text("Dialogue:, 0.Style\\N{}あい", max_size=30), max_size=5))
def test_the_trial_shows_all_characters_in_all_styles(lines: list[str]) -> None:
    events = [f"Dialogue: 0,0:00:{number:02}.00,0:01:00.00,S{number % 2},{line}" for number, line in enumerate(lines)]
    shown = all_at_start("\n".join([*lines, *events, *events])).split("\n")
    for style in ("S0", "S1"):
        expected = {letter for event in events if f",{style}," in event for letter in event.split(",", 4)[4]}
        visible = {letter for line in shown if f"0:00:10.00,{style}," in line for letter in line.split(",", 4)[4]}
        assert visible >= expected
    assert sum(line.startswith("Dialogue: 0,0:00:00.00") for line in shown) <= len(lines)


def test_a_missing_font_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "ja", ("No Such Font", "Nor This One"))
    with pytest.raises(FontMissing) as raised:
        font_for(["かな"], "ja")
    cure = "install one (apt install fonts-noto-cjk), or name its file with --font-file"
    assert str(raised.value) == f"no font for ja is installed (No Such Font, Nor This One, ...); {cure}"


def test_a_file_that_is_not_a_font_is_refused() -> None:
    for data in (b"", b"ttcf", b"no font", b"\0\1\0\0" + bytes(40)):
        with pytest.raises(UsageError, match="of --font-file"):
            family_name(data)
