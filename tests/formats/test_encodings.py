from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.errors import FormatError
from captioner.formats.common.encodings import decoded, decoding

SAID = {
    "zh": "你好，世界。今天天气很好。\n我们去公园散步吧。",
    "zh-Hant": "你好，世界。今天天氣很好。\n我們去公園散步吧。",
    "ja": "こんにちは、世界。今日は天気がいいですね。\n公園に散歩に行きましょう。",
    "ko": "안녕하세요, 세계. 오늘 날씨가 좋네요.\n공원에 산책하러 갑시다.",
    "ru": "Привет, мир. Сегодня хорошая погода.\nПойдём гулять в парк.",
    "fr": "Il fait très beau aujourd'hui.\nAllons nous promener à l'école, ça c'est sûr.",
    "de": "Heute ist schönes Wetter.\nGehen wir über die Straße in den Park.",
    "pl": "Dziś jest ładna pogoda.\nPowiedział, że jutro nie przyjdzie.",
    "el": "Γεια σου κόσμε. Σήμερα έχει καλό καιρό.\nΠάμε βόλτα στο πάρκο.",
    "tr": "Bugün hava çok güzel.\nYarın gelemeyeceğini söyledi, değil mi?",
    "he": "שלום עולם. היום מזג האוויר יפה.\nבוא נלך לטייל בפארק.",
    "ar": "مرحبا بالعالم. الطقس جميل اليوم.\nهيا نذهب للمشي في الحديقة.",
    "th": "สวัสดีชาวโลก วันนี้อากาศดี\nไปเดินเล่นที่สวนกันเถอะ",
}

OLD = [
    ("zh", "gb18030"), ("zh-Hant", "big5"), ("ja", "shift_jis"), ("ja", "euc_jp"), ("ja", "iso2022_jp"),
    ("ko", "cp949"),
    ("ru", "cp1251"), ("ru", "koi8_r"), ("fr", "cp1252"), ("de", "cp1252"), ("pl", "cp1250"), ("pl", "iso8859_2"),
    ("el", "cp1253"), ("tr", "cp1254"), ("he", "cp1255"), ("ar", "cp1256"), ("th", "cp874"),
]  # fmt: skip


def file(language: str) -> str:
    lines = SAID[language].split("\n")
    return "".join(f"{at}\n00:00:0{at},000 --> 00:00:0{at},900\n{line}\n\n" for at, line in enumerate(lines, 1))


@pytest.mark.parametrize(("language", "encoding"), OLD)
def test_old_encodings_are_detected(language: str, encoding: str) -> None:
    seen = decoding(file(language).encode(encoding))
    assert (seen.text, seen.broken) == (file(language), 0)
    assert seen.guessed


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_needs_no_guess_where_it_has_its_mark(language: str, encoding: str) -> None:
    seen = decoding(file(language).encode(encoding))
    assert (seen.text, seen.broken) == (file(language), 0)
    assert bool(seen.guessed) == encoding.endswith("e")


def test_the_other_byte_order() -> None:
    assert decoded(codecs.BOM_UTF16_BE + "One.".encode("utf-16-be")) == "One."


def test_a_broken_character_does_not_make_utf_8_another_encoding() -> None:
    data = bytearray((file("ru") * 20).encode())
    data[200] = 0xFF
    seen = decoding(bytes(data))
    assert (seen.guessed, 1 <= seen.broken <= 2) == (None, True)
    assert seen.text.count("погода") >= 19


def test_a_name_goes_before() -> None:
    assert decoded("é".encode("cp1252"), "cp1252") == "é"
    assert decoding(b"\xff", "utf-8") == ("\ufffd", None, 1)
    with pytest.raises(FormatError, match="there is no encoding 'klingon'"):
        decoded(b"x", "klingon")
    with pytest.raises(FormatError, match="there is no encoding 'hex'"):
        decoded(b"x", "hex")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_or_refused(data: bytes) -> None:
    try:
        text = decoded(data)
    except FormatError as error:
        text = str(error)
    assert isinstance(text, str)


@given(st.text())
def test_utf_8_is_read_as_it_is(text: str) -> None:
    data = text.encode("utf-8", "replace")
    if b"\0" not in data and b"\x1b" not in data:
        assert decoded(data) == data.decode().removeprefix("\ufeff")
