from __future__ import annotations

from textwrap import dedent

from captioner.formats.transcript import txt
from captioner.values import Segment, Transcript


def paragraphs(*segments: Segment) -> list[str]:
    return txt.write(Transcript(segments)).removesuffix("\n").split("\n\n")


def test_a_file() -> None:
    transcript = Transcript(
        (
            Segment(0, 4, "Good evening.", speaker="Anna"),
            Segment(4.5, 8, " Tonight we talk\n about  captions.", speaker="Anna"),
            Segment(11, 12, "And that is", speaker="Anna"),
            Segment(12, 13, "  ", speaker="Bob"),
            Segment(13, 14, "all.", speaker="Anna"),
            Segment(14, 15, "Thank you!", speaker="Bob"),
            Segment(15, 16, "Music"),
        )
    )
    assert txt.write(transcript) == dedent("""\
        Anna: Good evening. Tonight we talk about captions.

        And that is all.

        Bob: Thank you!

        Music
        """)


def test_nothing_was_said() -> None:
    assert txt.write(Transcript()) == txt.write(Transcript((Segment(0, 1, ""),))) == ""


def test_a_long_paragraph_ends_with_a_segment() -> None:
    sentence = "This sentence has forty-nine letters and signs in it."
    found = paragraphs(*(Segment(index, index + 1, sentence) for index in range(25)))
    assert [paragraph.count(sentence) for paragraph in found] == [10, 10, 5]


def test_spaces_are_put_only_where_the_script_has_them() -> None:
    def joined(*texts: str) -> str:
        return paragraphs(*(Segment(index, index + 1, text) for index, text in enumerate(texts)))[0]

    assert joined("今天天气很好。", "我们出去吧！") == "今天天气很好。我们出去吧！"
    assert joined("日本語", "です") == "日本語です"
    assert joined("안녕하세요", "반갑습니다") == "안녕하세요 반갑습니다"
    assert joined("这是", "captioner", "字幕") == "这是 captioner 字幕"
    assert joined("好的。\n谢谢。", "他说：", "“再见”", "就走了") == "好的。谢谢。他说：“再见”就走了"
    assert joined("He said:", "“Go”") == "He said: “Go”"
