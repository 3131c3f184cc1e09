"""Each rule: what breaks it, and what only looks as if it did."""

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
    found = lint(cues, profile_for(language), language=language, frame_rate=frame_rate)
    return [finding.rule for finding in found]


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
def test_a_rule_finds_its_breach_and_nothing_else(rule: str, cues: list[Cue]) -> None:
    assert rules(*cues) == [rule]


@pytest.mark.parametrize(("end", "measured"), [(2.0, "21.0"), (2.048, "20.038")])
def test_what_is_too_fast_never_reads_as_what_is_allowed(end: float, measured: str) -> None:
    (found,) = lint([cue("Twenty-one characters", 1, end)], ENGLISH, language="en")
    assert found.message == f"{measured} characters a second, at most 20"
    assert found.measured == float(measured)


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
def test_the_rules_of_chinese(rule: str, text: str) -> None:
    assert rules(cue(text), language="zh") == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "Please come in\nand sit down.",  # a preposition that belongs to its verb
        "I said no\nand then I left.",
        "It costs 5 €\nor 6 €.",
        "In 1985\na war began.",  # no ampere
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
def test_no_false_alarm_in_english(text: str) -> None:
    assert rules(cue(text)) == []


@pytest.mark.parametrize(
    "text", ["好久不见 你还好吗", "一 二 三 四 走", "我用 Python 写程序", "什么？\n没有！", "第一\n第二"]
)
def test_no_false_alarm_in_chinese(text: str) -> None:
    assert rules(cue(text), language="zh") == []


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("de", "Er las nie einen\nBrief von mir.", ["weak-break"]),
        ("de", "Ich weiß das\nnicht mehr so genau.", []),
        ("fr", "Il n'a jamais lu la\nlettre que tu m'as écrite.", ["weak-break"]),
        ("es-MX", "Nunca leí la\ncarta que me mandaste.", ["weak-break"]),
        ("nl", "Ik weet het\nniet meer zo goed.", []),
        ("pl", "Może tak, a może nie\nwiem tego na pewno.", []),
    ],
)
def test_words_that_lean_on_the_next(language: str, text: str, found: list[str]) -> None:
    assert rules(cue(text), language=language) == found


def test_words_are_judged_only_where_the_language_is_known() -> None:
    text = "Er fand sie in the\nletter that you sent."
    assert rules(cue(text), language=None) == []


def test_two_places_of_the_picture_do_not_disturb_each_other() -> None:
    assert rules(cue("One.", 1, 5), cue("Two.", 2, 4, position=Position(8))) == []


def test_frames() -> None:
    rate = Fraction(24000, 1001)
    on = [cue("One.", round(float(24 / rate), 3), round(float(72 / rate), 3))]
    assert rules(*on, frame_rate=rate) == []
    assert rules(replace(on[0], end=on[0].end + 0.02), frame_rate=rate) == ["frame-grid"]
    mended = fix([replace(on[0], start=1.02, end=3.02)], ENGLISH, frame_rate=rate)
    assert [(one.start, one.end) for one in mended.cues] == [(24 * 1001 / 24000, 73 * 1001 / 24000)]


def test_a_length_may_be_off_by_what_rounding_makes_of_it() -> None:
    assert rules(cue("One.", 1, 1.833), cue("Two.", 1.916)) == []


def test_words_a_minute_are_counted_where_the_style_counts_them() -> None:
    (finding,) = lint([cue("one two three four", 1, 2)], profile_named("bbc"))
    assert (finding.rule, finding.measured, finding.allowed, finding.unit) == (
        "reading-speed",
        240,
        180,
        "words a minute",
    )


def test_marks_that_the_style_does_not_show() -> None:
    style = replace(profile_named("netflix-ja"), japanese_spaces=True)
    italic = (StyleSpan(0, 7, italic=True),)
    found = [lint([cue(text, styles=italic)], style) for text in ("今日は、晴れ。", "今日は 晴れ ")]
    assert [[one.rule for one in some] for some in found] == [["marks"], ["edge-space"]]


def test_a_file_without_a_cue() -> None:
    assert [(one.rule, one.index, one.place) for one in lint([], ENGLISH)] == [("no-cues", None, "file")]


def test_the_documented_rules_are_the_rules() -> None:
    text = (DOCS / "lint.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    assert [(id, level, says, source.strip("`")) for id, level, says, source in rows] == [
        (rule.id, rule.level, rule.says, rule.source) for rule in RULES.values()
    ]


HURRIED = {"english_fast": {"reading-speed", "too-short"}, "english_pauses": {"too-short"}}
"""Where the words come too fast, or too soon after each other, for any cue to keep the rule."""


@pytest.mark.parametrize("name", TEXTS)
def test_texts_of_every_script_come_out_clean(name: str) -> None:
    language, rate, text = TEXTS[name]
    profile = profile_for(language)
    found = lint(make_cues(spoken(text, language, rate=rate), profile), profile, language=language)
    assert {finding.rule for finding in found} <= HURRIED.get(name, set()), found


class TestFix:
    def only(self, *cues: Cue, language: str = "en") -> Cue:
        (mended,) = fix(cues, profile_for(language), language=language).cues
        return mended

    def test_lines_are_broken_anew(self) -> None:
        wide = cue("I never read the letter that you sent me from the coast.")
        assert self.only(wide).text == "I never read the letter\nthat you sent me from the coast."

    def test_styles_and_words_go_with_their_letters(self) -> None:
        text = "I never read the letter that you sent me from the coast."
        words = tuple(Word(1 + at / 20, 1 + at / 20 + 0.1, part) for at, part in enumerate(re.findall(r" ?\S+", text)))
        mended = self.only(cue(text, words=words, styles=(StyleSpan(17, 31, italic=True),)))
        assert mended.text[mended.styles[0].first : mended.styles[0].last] == "letter\nthat yo"
        assert [(word.text, word.start) for word in mended.words][4:6] == [(" letter", 1.2), ("\nthat", 1.25)]

    def test_a_cue_that_holds_too_much_is_parted(self) -> None:
        text = (
            "I never read the letter that you sent me from the coast. It lay for years\nbehind the clock, and when I "
            "found it, the ink was gone."
        )
        mended = fix([cue(text, 1, 9)], ENGLISH, language="en").cues
        assert [one.text for one in mended] == [
            "I never read the letter\nthat you sent me from the coast.",
            "It lay for years behind the clock,\nand when I found it, the ink was gone.",
        ]
        assert (mended[0].start, mended[1].end) == (1, 9)
        assert lint(mended, ENGLISH, language="en") == []

    def test_chinese_lines_meet_without_a_space(self) -> None:
        mended = self.only(cue("其实很多人都觉得这个话题离自己很远\n但是你想一想", 1, 7), language="zh")
        assert mended.text.replace("\n", "") == "其实很多人都觉得这个话题离自己很远但是你想一想"
        assert lint([mended], CHINESE) == []

    def test_a_quotation_meets_chinese_without_a_space(self) -> None:
        mended = self.only(cue("他说：\n“好”\n就走了", 1, 5), language="zh")
        assert mended.text == "他说：“好”就走了"

    def test_characters_set_apart_come_together(self) -> None:
        assert self.only(cue("今 天 天 气 很好 我们走"), language="zh").text == "今天天气 很好 我们走"

    def test_a_cue_too_short_to_be_parted_is_left(self) -> None:
        flash = cue("- Are you coming with us to the coast in the summer?\n(", 1, 1.001)
        assert fix([flash, cue("Yes.", 1, 4)], ENGLISH).cues[0] == flash

    def test_lines_begun_on_purpose_are_not_joined(self) -> None:
        two = cue("- Are you coming\n- No.")
        assert self.only(two) == two

    def test_two_speakers_too_wide_for_one_cue_get_one_each(self) -> None:
        two = cue("- Are you coming with us to the coast in the summer?\n- No.", 1, 5)
        assert [(one.start, one.end, one.text) for one in fix([two], ENGLISH, language="en").cues] == [
            (1, 4.363, "- Are you coming with us\nto the coast in the summer?"),
            (4.447, 5.281, "- No."),
        ]

    def test_a_cue_read_in_haste_is_parted_before_its_line_leaves_the_screen(self) -> None:
        text = "First of all it is much easier to install than it ever was before, you only need one command."
        mended = fix([cue(text, 1, 3)], ENGLISH, language="en").cues
        assert len(mended) == 2
        assert {one.rule for one in lint(mended, ENGLISH, language="en")} <= {"reading-speed", "too-short"}

    def test_a_cue_beside_another_is_not_parted(self) -> None:
        text = "First of all it is much easier to install than it ever was before, you only need one command."
        cues = [cue(text, 1, 3), cue("Yes.", 1, 4)]
        assert fix(cues, ENGLISH, language="en").cues == tuple(cues)

    def test_no_word_is_torn(self) -> None:
        wide = cue("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk")
        assert self.only(wide) == wide

    def test_times(self) -> None:
        cues = [cue("Two.", 4, 4.3), cue("One.", 1, 4.1), cue("Three.", 6, 8)]
        mended = fix(cues, ENGLISH)
        assert [(one.start, one.end, one.text) for one in mended.cues] == [
            (1, 3.916, "One."),
            (4, 4.834, "Two."),
            (6, 8, "Three."),
        ]
        assert [(change.index, change.message) for change in mended.changes] == [
            (0, "out-time 00:00:04.300 -> 00:00:04.834"),
            (1, "moved up to 00:00:01.000"),
            (1, "out-time 00:00:04.100 -> 00:00:03.916"),
        ]

    def test_what_shows_nothing_goes(self) -> None:
        assert fix([cue("\u200b"), cue(" One.\n\u2060")], ENGLISH).cues == (cue("One."),)

    def test_no_repair_at_the_price_of_another_fault(self) -> None:
        crowded = [cue("Twenty or so letters.", 1, 2), cue("And as many once more.", 1.5, 3)]
        assert fix(crowded, ENGLISH).cues == tuple(crowded)
