"""Each rule: texts and times that break it, and others that only look as if they did."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from captioner.cues import make_cues
from captioner.lint import RULES, lint
from captioner.lint.fix import fix
from captioner.profiles import profile_for, profile_named
from captioner.values import Cue, Position, StyleSpan, Word
from tests.cues.cue_inputs import spoken
from tests.cues.test_readability import TEXTS
from tests.paths import DOCS

ENGLISH = profile_named("netflix-en")
CHINESE = profile_named("netflix-zh")


def rules(*cues: Cue, language: str | None = "en", frame_rate: Fraction | None = None) -> list[str]:
    findings = lint(cues, profile_for(language), language=language, frame_rate=frame_rate)
    return [finding.rule for finding in findings]


def cue(text: str, start: float = 1.0, end: float | None = None, **more: object) -> Cue:
    return Cue(start, start + 4 if end is None else end, text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "cues"),
    [
        ("order", [cue("Two.", 10), cue("One.", 1)]),
        ("overlap", [cue("One.", 1, 3), cue("Two.", 2.9)]),
        ("overlap", [cue("One.", 1, 6), cue("Two.", 2, 3, position=Position(8)), cue("Three.", 5)]),
        ("short-gap", [cue("One.", 1, 3), cue("Two.", 3.05)]),
        ("chain-gap", [cue("One.", 1, 3), cue("Two.", 3.2)]),
        ("too-short", [cue("One.", 1, 1.8)]),
        ("too-long", [cue("One.", 1, 8.5)]),
        ("reading-speed", [cue("Twenty-one characters", 1, 2)]),
        ("line-width", [cue("This line is three columns wider than that.")]),
        ("line-count", [cue("One\ntwo\nthree.")]),
        ("blank", [cue("\u200b\u2060")]),
        ("blank", [cue("One.\n\u00ad\u200b")]),
        ("bad-character", [cue("No\x07ise")]),
        ("bad-character", [cue("caf\ufffd")]),
        ("bad-character", [cue("half a \ud83d pair")]),
        ("edge-space", [cue("One. \nTwo.")]),
        ("line-end", [cue("We met (\nquite late) there.")]),
        ("torn-number", [cue("It is only 25\nkm from here.")]),
        ("weak-break", [cue("I never read the\nletter that you sent.")]),
    ],
)
def test_a_cue_breaks_one_rule(rule: str, cues: list[Cue]) -> None:
    assert rules(*cues) == [rule]


@pytest.mark.parametrize(("end", "measured"), [(2.0, "21.0"), (2.048, "20.038")])
def test_a_reading_speed_above_the_maximum_is_not_rounded_to_it(end: float, measured: str) -> None:
    (finding,) = lint([cue("Twenty-one characters", 1, end)], ENGLISH, language="en")
    assert finding.message == f"{measured} characters a second, maximum 20"
    assert finding.measured == float(measured)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("line-start", "今天天气很好\n，我们走吧"),
        ("line-end", "他对我说「\n我们走吧」"),
        ("line-end", "他对我说“\n我们走吧”"),
        ("torn-number", "这座桥是在2024\n年建成的"),
        ("spaced-han", "今 天 天 气 很好"),
        ("line-width", "十七个汉字比十六个汉字宽了一个汉字"),
    ],
)
def test_chinese_text_breaks_a_rule(rule: str, text: str) -> None:
    assert rules(cue(text), language="zh") == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "Please come in\nand sit down.",  # a preposition that belongs to its verb
        "I said no\nand then I left.",
        "It costs 5 €\nor 6 €.",
        "In 1985\na war began.",  # not an ampere
        "Eat vitamin A\nand vitamin C.",
        "It was not a.\nIt was b.",
        "1985\n1986",
        "Name:\tAnna",
        "Mr. Brown ...\n... is not here.",
        "“Ja”\n„Nein“",
        "She read »Faust«\nin one night.",
        "- Are you coming?\n- No.",
    ],
)
def test_good_english_breaks_no_rule(text: str) -> None:
    assert rules(cue(text)) == []


@pytest.mark.parametrize(
    "text", ["好久不见 你还好吗", "一 二 三 四 走", "我用 Python 写程序", "什么？\n没有！", "第一\n第二"]
)
def test_good_chinese_breaks_no_rule(text: str) -> None:
    assert rules(cue(text), language="zh") == []


@pytest.mark.parametrize(
    ("language", "text", "broken"),
    [
        ("de", "Er las nie einen\nBrief von mir.", ["weak-break"]),
        ("de", "Ich weiß das\nnicht mehr so genau.", []),
        ("fr", "Il n'a jamais lu la\nlettre que tu m'as écrite.", ["weak-break"]),
        ("es-MX", "Nunca leí la\ncarta que me mandaste.", ["weak-break"]),
        ("nl", "Ik weet het\nniet meer zo goed.", []),
        ("pl", "Może tak, a może nie\nwiem tego na pewno.", []),
    ],
)
def test_words_that_belong_to_the_next_do_not_end_a_line(language: str, text: str, broken: list[str]) -> None:
    assert rules(cue(text), language=language) == broken


def test_words_are_checked_only_if_the_language_is_known() -> None:
    text = "Er fand sie in the\nletter that you sent."
    assert rules(cue(text), language=None) == []


def test_cues_at_different_positions_may_overlap() -> None:
    assert rules(cue("One.", 1, 5), cue("Two.", 2, 4, position=Position(8))) == []


def test_times_off_the_frames_are_found_and_fixed() -> None:
    rate = Fraction(24000, 1001)
    on = [cue("One.", round(float(24 / rate), 3), round(float(72 / rate), 3))]
    assert rules(*on, frame_rate=rate) == []
    assert rules(replace(on[0], end=on[0].end + 0.02), frame_rate=rate) == ["frame-grid"]
    fixed = fix([replace(on[0], start=1.02, end=3.02)], ENGLISH, frame_rate=rate)
    assert [(one.start, one.end) for one in fixed.cues] == [(24 * 1001 / 24000, 73 * 1001 / 24000)]


def test_rounding_to_milliseconds_breaks_no_rule() -> None:
    assert rules(cue("One.", 1, 1.833), cue("Two.", 1.916)) == []


def test_the_bbc_profile_counts_words_a_minute() -> None:
    (finding,) = lint([cue("one two three four", 1, 2)], profile_named("bbc"))
    assert (finding.rule, finding.measured, finding.allowed, finding.unit) == (
        "reading-speed",
        240,
        180,
        "words a minute",
    )


def test_marks_that_the_profile_does_not_show_are_found() -> None:
    style = replace(profile_named("netflix-ja"), japanese_spaces=True)
    italic = (StyleSpan(0, 7, italic=True),)
    findings = [lint([cue(text, styles=italic)], style) for text in ("今日は、晴れ。", "今日は 晴れ ")]
    assert [[finding.rule for finding in group] for group in findings] == [["marks"], ["edge-space"]]


def test_a_file_without_cues_is_found() -> None:
    assert [(finding.rule, finding.index, finding.place) for finding in lint([], ENGLISH)] == [
        ("no-cues", None, "file")
    ]


def test_the_documented_rules_are_the_rules() -> None:
    text = (DOCS / "lint.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    assert [(id, level, requirement, source.strip("`")) for id, level, requirement, source in rows] == [
        (rule.id, rule.level, rule.requirement, rule.source) for rule in RULES.values()
    ]


UNAVOIDABLE = {"english_fast": {"reading-speed", "too-short"}, "english_pauses": {"too-short"}}
"""Rules that no cue can meet, since the words are spoken too fast or too soon after each other."""


@pytest.mark.parametrize("name", TEXTS)
def test_cues_made_of_every_script_break_no_rule(name: str) -> None:
    language, rate, text = TEXTS[name]
    profile = profile_for(language)
    findings = lint(make_cues(spoken(text, language, rate=rate), profile), profile, language=language)
    assert {finding.rule for finding in findings} <= UNAVOIDABLE.get(name, set()), findings


class TestFix:
    def only(self, *cues: Cue, language: str = "en") -> Cue:
        (fixed,) = fix(cues, profile_for(language), language=language).cues
        return fixed

    def test_a_wide_line_is_broken(self) -> None:
        wide = cue("I never read the letter that you sent me from the coast.")
        assert self.only(wide).text == "I never read the letter\nthat you sent me from the coast."

    def test_styles_and_words_move_with_their_letters(self) -> None:
        text = "I never read the letter that you sent me from the coast."
        words = tuple(Word(1 + at / 20, 1 + at / 20 + 0.1, part) for at, part in enumerate(re.findall(r" ?\S+", text)))
        fixed = self.only(cue(text, words=words, styles=(StyleSpan(17, 31, italic=True),)))
        assert fixed.text[fixed.styles[0].first : fixed.styles[0].last] == "letter\nthat yo"
        assert [(word.text, word.start) for word in fixed.words][4:6] == [(" letter", 1.2), ("\nthat", 1.25)]

    def test_a_cue_with_too_much_text_is_split(self) -> None:
        text = (
            "I never read the letter that you sent me from the coast. It lay for years\nbehind the clock, and when I "
            "found it, the ink was gone."
        )
        fixed = fix([cue(text, 1, 9)], ENGLISH, language="en").cues
        assert [one.text for one in fixed] == [
            "I never read the letter\nthat you sent me from the coast.",
            "It lay for years behind the clock,\nand when I found it, the ink was gone.",
        ]
        assert (fixed[0].start, fixed[1].end) == (1, 9)
        assert lint(fixed, ENGLISH, language="en") == []

    def test_chinese_lines_are_joined_without_a_space(self) -> None:
        fixed = self.only(cue("其实很多人都觉得这个话题离自己很远\n但是你想一想", 1, 7), language="zh")
        assert fixed.text.replace("\n", "") == "其实很多人都觉得这个话题离自己很远但是你想一想"
        assert lint([fixed], CHINESE) == []

    def test_a_quotation_is_joined_to_chinese_without_a_space(self) -> None:
        fixed = self.only(cue("他说：\n“好”\n就走了", 1, 5), language="zh")
        assert fixed.text == "他说：“好”就走了"

    def test_spaces_between_chinese_characters_are_removed(self) -> None:
        assert self.only(cue("今 天 天 气 很好 我们走"), language="zh").text == "今天天气 很好 我们走"

    def test_a_cue_too_short_to_be_split_is_unchanged(self) -> None:
        flash = cue("- Are you coming with us to the coast in the summer?\n(", 1, 1.001)
        assert fix([flash, cue("Yes.", 1, 4)], ENGLISH).cues[0] == flash

    def test_lines_of_two_speakers_are_not_joined(self) -> None:
        two = cue("- Are you coming\n- No.")
        assert self.only(two) == two

    def test_two_speakers_too_wide_for_one_cue_get_a_cue_each(self) -> None:
        two = cue("- Are you coming with us to the coast in the summer?\n- No.", 1, 5)
        assert [(one.start, one.end, one.text) for one in fix([two], ENGLISH, language="en").cues] == [
            (1, 4.363, "- Are you coming with us\nto the coast in the summer?"),
            (4.447, 5.281, "- No."),
        ]

    def test_a_wide_cue_is_split_though_its_parts_are_too_fast(self) -> None:
        text = "First of all it is much easier to install than it ever was before, you only need one command."
        fixed = fix([cue(text, 1, 3)], ENGLISH, language="en").cues
        assert len(fixed) == 2
        assert {one.rule for one in lint(fixed, ENGLISH, language="en")} <= {"reading-speed", "too-short"}

    def test_a_cue_that_overlaps_another_is_not_split(self) -> None:
        text = "First of all it is much easier to install than it ever was before, you only need one command."
        cues = [cue(text, 1, 3), cue("Yes.", 1, 4)]
        assert fix(cues, ENGLISH, language="en").cues == tuple(cues)

    def test_no_word_is_split(self) -> None:
        wide = cue("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk")
        assert self.only(wide) == wide

    def test_order_and_out_times_are_fixed(self) -> None:
        cues = [cue("Two.", 4, 4.3), cue("One.", 1, 4.1), cue("Three.", 6, 8)]
        fixed = fix(cues, ENGLISH)
        assert [(one.start, one.end, one.text) for one in fixed.cues] == [
            (1, 3.916, "One."),
            (4, 4.834, "Two."),
            (6, 8, "Three."),
        ]
        assert [(change.index, change.message) for change in fixed.changes] == [
            (0, "out-time 00:00:04.300 -> 00:00:04.834"),
            (1, "moved up to its place at 00:00:01.000"),
            (1, "out-time 00:00:04.100 -> 00:00:03.916"),
        ]

    def test_invisible_cues_and_lines_are_removed(self) -> None:
        assert fix([cue("\u200b"), cue(" One.\n\u2060")], ENGLISH).cues == (cue("One."),)

    def test_a_fix_never_causes_another_fault(self) -> None:
        crowded = [cue("Twenty or so letters.", 1, 2), cue("And as many once more.", 1.5, 3)]
        assert fix(crowded, ENGLISH).cues == tuple(crowded)


def test_a_cue_that_is_there_twice_is_removed() -> None:
    said = Cue(3, 5, "We have time.\nSit down.")
    above = replace(said, position=Position(8))
    fixed = fix([Cue(1, 2.5, "Hey, wait."), said, said, above, Cue(6, 7.5, "Good.")], profile_named("netflix-en"))
    assert fixed.cues == (Cue(1, 2.5, "Hey, wait."), said, above, Cue(6, 7.5, "Good."))
    assert [(change.index, change.message) for change in fixed.changes] == [(2, "removed: it shows the same as cue 2")]
