"""Transcripts to make cues from: any that a backend could return, and texts spoken at a steady rate."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hypothesis import strategies as st

from captioner.profiles import Profile
from captioner.values import Segment, Transcript, Word

TOKENS = (
    *("the", "a", "of", "and", "but", "I", "you", "is", "not", "Mr.", "John", "Smith", "New", "York", "well,", "yes."),
    *("No!", "why?", "5", "km", "1,000", "25%", "3.5", "—", "--", "…", "'quoted'", "(in", "(", "”", "،", "\u3000"),
    *("https://example.com/a/path/that/no/line/of/any/profile/holds/at/all?x=1", "Donaudampfschifffahrt"),
    *(
        "我们",
        "今天",
        "在",
        "银行",
        "的",
        "因为",
        "三百",
        "个",
        "5个",
        "2024年",
        "“你好”",
        "。",
        "，",
        "東京",
        "の",
        "大学",
    ),
    *("に", "コンピューター", "を", "ー", "っ", "한국어", "자막은", "مرحبا،", "العالم؟", "שָׁלוֹם", "नमस्ते।", "สวัสดีครับ"),
    *("e\u0301\u0302", "👩\u200d👩\u200d👧", "\u0301", "10\xa0%"),
    *("🇩🇪🇫🇷🇯🇵", "国🇩🇪🇫🇷国", "\u1112\u1161\u11ab\u1100\u1173\u11af", "क्षत्रिय", "ಕ್ಷಮಿಸಿ", "ශ්\u200dරී", "กำลังน้ำ", "မြန်မာ"),
    *("葛\U000e0100飾区", "か\u3099き\u3099", "\u06001234"),
)
INVISIBLE = ("\u200b", "\x00", "\ufeff", "\u2060\x1b")

visible_texts = st.sampled_from(TOKENS) | st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=30)
texts = visible_texts | st.sampled_from(INVISIBLE) | st.text(st.characters(codec="utf-8"), max_size=30)
gaps = st.sampled_from((" ", " ", " ", "", "\u3000", "  ", "\n", "\u00a0", "\t"))


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Any valid profile."""
    shortest = draw(st.floats(0.1, 3))
    return Profile(
        name="any",
        source="a test",
        width=draw(st.integers(2, 70)),
        lines=draw(st.integers(1, 3)),
        cps=draw(st.floats(1, 40)),
        wpm=draw(st.none() | st.floats(60, 400)),
        narrow=draw(st.sampled_from((0.5, 1.0))),
        minimum_duration=shortest,
        maximum_duration=shortest + draw(st.floats(0, 8)),
        gap=draw(st.sampled_from((0.0, 2 / 24, 0.2, 1.0))),
        gap_frames=draw(st.sampled_from((None, 2, 5))),
        chain=draw(st.sampled_from((0.0, 0.5, 2.0))),
        lead=draw(st.sampled_from((0.0, 0.1, 1.0))),
        tail=draw(st.sampled_from((0.0, 0.5, 3.0))),
        pause=draw(st.floats(0.2, 3)),
        wide_punctuation=draw(st.booleans()),
    )


@st.composite
def orderly(draw: st.DrawFn) -> Transcript:
    """Words on whole milliseconds, one after another, each as many milliseconds long as it has letters, or longer."""
    now = draw(st.integers(0, 10**7))
    segments = []
    for _ in range(draw(st.integers(0, 3))):
        words = []
        for _ in range(draw(st.integers(1, 25))):
            start = now + draw(st.sampled_from((0, 0, 0, 1, 40, 90, 300, 700, 4000)))
            now = start + draw(st.integers(40, 1500))
            words.append(Word(start / 1000, now / 1000, draw(gaps) + draw(visible_texts)))
        segments.append(segment(words, draw(st.sampled_from((None, "Anna", "Bob")))))
    return Transcript(tuple(segments), draw(st.sampled_from((None, "en", "zh", "ja", "de"))))


@st.composite
def disorderly(draw: st.DrawFn) -> Transcript:
    """A transcript whose words have any times, or that has no words."""
    times = st.floats(0, 20) | st.sampled_from((0.0, 1.0, 1e6))
    segments = []
    for _ in range(draw(st.integers(0, 3))):
        spans = [sorted((draw(times), draw(times))) for _ in range(draw(st.integers(1, 12)))]
        words = [Word(start, end, draw(gaps) + draw(texts)) for start, end in spans]
        whole = segment(words, draw(st.sampled_from((None, "Anna"))))
        bare = Segment(whole.start, whole.end, whole.text, (), whole.speaker)
        segments.append(draw(st.sampled_from((whole, bare))))
    return Transcript(tuple(segments), draw(st.sampled_from((None, "en", "zh"))))


def segment(words: list[Word], speaker: str | None = None) -> Segment:
    """The segment of some words."""
    start, end = min(word.start for word in words), max(word.end for word in words)
    return Segment(start, end, "".join(word.text for word in words), tuple(words), speaker)


def spoken(text: str, language: str, *, rate: float = 14.0, start: float = 0.5) -> Transcript:
    """The transcript of a text that is read at `rate` characters a second, from `start` seconds on.

    `[0.7]` in the text is a pause of 0.7 seconds, a comma one of 0.2 and a full stop one of 0.5. Words are separated by
    spaces; in Chinese and Japanese each character is a word.
    """
    word = r"\s*[“「]?(?:[A-Za-z0-9.%]+|\w)[^\w\s\[]*" if language in ("zh", "yue", "ja") else r"\s*[^\s\[]+"
    words: list[Word] = []
    now = start
    for part in re.findall(rf"\[[\d.]+\]|{word}", text):
        if part.startswith("["):
            now += float(part[1:-1])
            continue
        end = now + len(part.strip()) / rate
        words.append(Word(round(now, 2), round(end, 2), part))
        now = end + (0.0 if part.strip() in _NO_BREATH else _PAUSES.get(part[-1], 0.0))
    return Transcript((segment(words),), language)


_NO_BREATH = ("3.", "bzw.", "dott.", "Sr.", "M.", "Dr.", "г.,")
_PAUSES: Mapping[str, float] = dict.fromkeys(",;:，、；：،", 0.2) | dict.fromkeys(".!?。！？؟।", 0.5)
