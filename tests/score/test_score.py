"""Error rates and time errors compared with figures counted by hand and with jiwer."""

from __future__ import annotations

import builtins
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from captioner.cli import main
from captioner.errors import NotInstalled
from captioner.score import compare, covered_seconds, score, tokens, tokens_in_cues, tokens_in_text
from captioner.values import Cue, Span, Word
from tests.cues.cue_inputs import texts


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Well-known: “Don’t!” she said.", "well known don't she said"),
        ("'Tis the dogs' house", "tis the dogs house"),
        ("At 12:30 it cost $1,234,567.50, or 5 %.", "at 12:30 it cost 1234567.50 or 5"),
        ("ＡＢＣ ﬁne STRASSE straße Ǆ", "abc fine strasse strasse dž"),
        ("cafe\u0301 = café", "café café"),
        ("我们用Python 3.11写程序。", "我 们 用 python 3.11 写 程 序"),
        ("コンピューター、ｶﾞﾝﾀﾞﾑ", "コ ン ピ ュ ー タ ー ガ ン ダ ム"),
        ("สวัสดี", "ส วั ส ดี"),
        ("한국어 자막", "한국어 자막"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("مرحبا، العالم؟ می\u200cخواهم", "مرحبا العالم میخواهم"),
        ("[music] ♪ la la ♪ ...", "music la la"),
        ("snake_case", "snake case"),
        ("— … !", ""),
    ],
)
def test_a_text_is_split_into_tokens(text: str, counted: str) -> None:
    assert " ".join(token.text for token in tokens(text)) == counted


@given(texts)
@example("0ำ")
def test_tokens_know_their_place_and_are_in_order(text: str) -> None:
    text_tokens = tokens(text)
    assert all(0 <= token.first < token.last <= len(text) for token in text_tokens)
    for before, after in pairwise(text_tokens):
        assert (before.first, before.last) <= (after.first, after.last)
        # ㌔ is one character and two tokens, and half of ำ belongs to the character before it.
        assert before.last - after.first <= 1
    for token in text_tokens:
        assert token.text in [again.text for again in tokens(text[token.first : token.last])]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "wrong", "kinds"),
    [
        ("the cat sat on the mat", "the cat sat on the mat", 0, (0, 0, 0)),
        ("the cat sat on the mat", "The cat, sat on mat!", 1, (0, 1, 0)),
        ("the cat sat on the mat", "a cat sat down on the mat", 2, (1, 0, 1)),
        ("the cat", "", 2, (0, 2, 0)),
        ("今天天气很好", "今天天汽很", 2, (1, 1, 0)),
        ("我们用Python写", "我们用python三写", 1, (0, 0, 1)),
    ],
)
def test_rates_counted_by_hand(reference: str, hypothesis: str, wrong: int, kinds: tuple[int, int, int]) -> None:
    words = score(tokens_in_text(hypothesis), tokens_in_text(reference)).words
    assert (words.errors, (words.substituted, words.missing, words.added)) == (wrong, kinds)
    assert words.rate == wrong / words.reference


plain = st.lists(st.sampled_from(["the", "cat", "sat", "on", "a", "mat", "and", "so", "did", "I"]), max_size=12)


@given(plain.filter(bool), plain)
def test_rates_are_those_of_jiwer(reference: list[str], hypothesis: list[str]) -> None:
    result = score(tokens_in_text(" ".join(hypothesis)), tokens_in_text(" ".join(reference)))
    lower = " ".join(reference).lower(), " ".join(hypothesis).lower()
    assert result.words.rate == pytest.approx(jiwer.wer(*lower))
    assert result.characters.rate == pytest.approx(jiwer.cer(lower[0].replace(" ", ""), lower[1].replace(" ", "")))


def test_without_a_reference_there_is_no_rate() -> None:
    rate, pairs = compare([], ["added"])
    assert (rate.rate, rate.errors, pairs) == (None, 1, [])


def test_a_missing_jiwer_names_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_jiwer(name: str, *rest: Any) -> Any:
        if name == "jiwer":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_jiwer)
    with pytest.raises(NotInstalled, match=r"pip install 'captioner\[score\]'"):
        compare(["a"], ["a"])


def cue(text: str, *times: float) -> Cue:
    """A cue with words at `times`, a start and an end for each."""
    parts = [part if place == 0 else " " + part for place, part in enumerate(text.split())]
    words = tuple(Word(start, end, part) for start, end, part in zip(times[::2], times[1::2], parts, strict=True))
    return Cue(times[0], times[-1], text, words=words)


REFERENCE = [cue("one two three", 1, 1.5, 1.5, 2, 2, 3), cue("four five", 5, 5.5, 6, 7)]


def test_times_are_compared_for_equal_words() -> None:
    hypothesis = [cue("one too three", 1.04, 1.5, 1.5, 2, 2.06, 2.7), cue("five", 6.3, 7)]
    result = score(tokens_in_cues(hypothesis), tokens_in_cues(REFERENCE))
    assert result.words.errors == 2
    assert result.word_starts is not None
    assert (result.word_starts.count, result.word_starts.mean, result.word_starts.median) == (3, 0.133333, 0.06)
    assert result.word_starts.late == 0.133333
    assert result.word_starts.within == pytest.approx((1 / 3, 2 / 3, 2 / 3))
    assert result.word_ends is not None
    assert result.word_ends.late == -0.1
    # Only one side begins a cue with "five"; both sides end their cues with the same words.
    assert result.cue_starts is not None
    assert (result.cue_starts.count, result.cue_starts.mean) == (1, 0.04)
    assert result.cue_ends is not None
    assert (result.cue_ends.count, result.cue_ends.late) == (2, -0.15)


def test_speech_without_a_cue_or_word_is_lost() -> None:
    result = score(tokens_in_cues(REFERENCE[:1]), tokens_in_cues(REFERENCE))
    assert (result.speech, result.lost) == (3.5, 1.5)
    assert score(tokens_in_cues([]), tokens_in_cues(REFERENCE)).lost == 3.5
    shown = [replace(one, words=()) for one in REFERENCE]
    assert score(tokens_in_cues(shown), tokens_in_cues(REFERENCE)).lost == 0
    short_words = [cue("one two three", 1, 1.1, 1.8, 1.9, 2.9, 3), cue("four five", 5, 5.1, 6.9, 7)]
    assert score(tokens_in_cues(short_words), tokens_in_cues(REFERENCE)).lost == 0
    assert score(tokens_in_text("one two"), tokens_in_cues(REFERENCE)).lost is None


def test_parts_of_words_and_words_of_many_tokens_have_times() -> None:
    parts = Cue(1, 3, "unbelievable 你好", words=(Word(1, 1.5, "unbe"), Word(1.5, 2, "lievable"), Word(2, 3, " 你好")))
    assert [(one.text, *one.word, *one.cue) for one in tokens_in_cues([parts]).tokens] == [
        ("unbelievable", 1, 2, 1, None),
        ("你", 2, None, None, None),
        ("好", None, 3, None, 3),
    ]


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 9)).map(lambda at: Span(at[0], at[0] + at[1])), max_size=8
)


@given(spans, spans)
def test_covered_time_is_the_time_in_both(speech: list[Span], shown: list[Span]) -> None:
    def seconds(parts: list[Span]) -> set[int]:
        return {second for part in parts for second in range(round(part.start), round(part.end))}

    assert covered_seconds(speech, shown) == len(seconds(speech) & seconds(shown))


def test_the_command_prints_a_table_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], golden: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hypothesis.srt").write_text(
        "1\n00:00:01,040 --> 00:00:03,000\nOne too three,\n\n2\n00:00:03,000 --> 00:00:07,000\nfive six.\n"
    )
    Path("reference.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:03.000\nOne, two, three,\n\n00:05.000 --> 00:08.000\nfour, five, six.\n"
    )
    Path("reference.txt").write_text("one two three four five six")
    assert main(["score", "hypothesis.srt", "reference.vtt", "--language", "en"]) == 0
    table = capsys.readouterr().out
    assert main(["score", "hypothesis.srt", "reference.vtt", "--language", "en", "--json"]) == 0
    golden("score.txt", f"{table}\n{capsys.readouterr().out}")
    assert main(["score", "hypothesis.srt", "reference.txt", "--json"]) == 0
    bare = json.loads(capsys.readouterr().out)
    assert (bare["words"]["rate"], bare["cue_starts"], bare["lost"]) == (2 / 6, None, None)


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["gone.srt", "reference.txt"], 5, "gone.srt: no such file"),
        (["reference.txt", "gone.txt"], 5, "gone.txt: no such file"),
        (["reference.txt", "empty.txt"], 5, "empty.txt: has no words"),
        (["reference.docx", "reference.txt"], 2, "unknown format"),
        (["reference.txt"], 2, "Missing argument 'REF'"),
    ],
)
def test_an_error_is_one_sentence(
    words: list[str], code: int, part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("reference.txt").write_text("one two")
    Path("empty.txt").write_text("...\n")
    Path("reference.docx").write_bytes(b"PK")
    assert main(["score", *words]) == code
    err = capsys.readouterr().err
    assert (part in err, err.count("\n")) == (True, 1), err
