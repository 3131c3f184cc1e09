"""Languages by tag and by name: the codes of containers, what users type, and which tags mean the same language."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.errors import UsageError
from captioner.languages import asked_language, language_tag, registered_tag, speaks, three_letters


@pytest.mark.parametrize(
    ("tag", "standard"),
    [
        ("eng", "en"),
        ("ger", "de"),
        ("zh_hant_tw", "zh-Hant-TW"),
        ("en-Latn", "en"),
        ("iw", "he"),
        ("tgl", "fil"),
        ("es-419", "es-419"),
        ("mul", "mul"),
    ],
)
def test_a_tag_is_standard(tag: str, standard: str) -> None:
    assert language_tag(tag) == registered_tag(tag) == standard


@pytest.mark.parametrize("tag", ["", "und", "zxx", "mis", "unk", "-", "C.UTF-8", "English", "en--US", None])
def test_what_names_no_language_has_no_tag(tag: str | None) -> None:
    assert language_tag(tag) is None
    assert three_letters(tag) is None


@given(st.text(max_size=12) | st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,4}){0,2}", fullmatch=True))
def test_a_standard_tag_stays_as_it_is(text: str) -> None:
    tag = language_tag(text)
    assert tag is None or language_tag(tag) == tag


@pytest.mark.parametrize(
    ("tag", "terminologic", "bibliographic"),
    [
        ("en", "eng", "eng"),
        ("de-AT", "deu", "ger"),
        ("zh-Hans", "zho", "chi"),
        ("yue", "yue", "chi"),
        ("el", "ell", "gre"),
        ("gsw", "gsw", "gsw"),
    ],
)
def test_three_letter_codes_of_both_kinds(tag: str, terminologic: str, bibliographic: str) -> None:
    assert (three_letters(tag), three_letters(tag, bibliographic=True)) == (terminologic, bibliographic)


@pytest.mark.parametrize(
    ("tag", "asked"),
    [
        ("zho", "zh"),
        ("chi", "zh"),
        ("zh", "chi"),
        ("ger", "de"),
        ("deu", "ger"),
        ("en-GB", "eng"),
        ("cmn", "zh"),
        ("zh-TW", "zh-Hant"),
    ],
)
def test_tags_of_one_language_match(tag: str, asked: str) -> None:
    assert speaks(tag, asked)


@pytest.mark.parametrize(
    ("tag", "asked"),
    [("en-GB", "en-US"), ("zh-TW", "zh-Hans"), ("yue", "zh"), ("nb", "nn"), ("und", "en"), (None, "en"), ("en", "")],
)
def test_tags_of_different_languages_do_not_match(tag: str | None, asked: str) -> None:
    assert not speaks(tag, asked)


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("en", "en"),
        ("ENG", "en"),
        ("English", "en"),
        ("english", "en"),
        ("American English", "en-US"),
        ("Deutsch", "de"),
        ("brazilian portuguese", "pt-BR"),
        ("Portuguese (Brazil)", "pt-BR"),
        ("Chinese (Traditional)", "zh-Hant"),
        ("Mandarin", "zh"),
        ("Cantonese", "yue"),
        ("中文", "zh"),
        ("日本語", "ja"),
        ("français", "fr"),
        ("Norwegian Bokmål", "nb"),
    ],
)
def test_a_language_has_a_tag_and_names(asked: str, tag: str) -> None:
    assert asked_language(asked) == tag


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("Engish", "did you mean English (en)?"),
        ("Spansh", "did you mean Spanish (es)?"),
        ("jp", "did you mean Japanese (ja)?"),
        ("ua", "did you mean Ukrainian (uk)?"),
        ("xx-what", "write one like en, zh, pt-BR or English"),
        ("Englishman", "did you mean English (en)?"),
        ("English (Mars)", "write one like en, zh, pt-BR or English"),
        ("en-UU", "write one like en, zh, pt-BR or English"),
        ("x-mine", "write one like en, zh, pt-BR or English"),
        ("und", "write one like en, zh, pt-BR or English"),
        ("", "write one like en, zh, pt-BR or English"),
    ],
)
def test_an_unknown_language_gets_advice(asked: str, advice: str) -> None:
    with pytest.raises(UsageError) as raised:
        asked_language(asked)
    assert str(raised.value) == f"{asked!r} is not a language tag or name; {advice}"


@given(st.text(max_size=20))
def test_any_text_is_a_language_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        assert registered_tag(asked_language(text))


def test_langcodes_is_imported_when_it_is_needed() -> None:
    code = "import sys, captioner.languages; sys.exit('langcodes' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
