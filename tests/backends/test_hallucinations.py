"""Checks for text that cannot be right, and clips that are split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.backends import Hints
from captioner.backends.hallucinations import hallucination_reason
from captioner.backends.split_clip import MIDDLE, split_clip
from captioner.values import Audio

RATE = 16_000

HINTS = Hints(
    prompt="Last week we spoke about the tax reform and its cost.", hotwords=("Zhipu", "GLM", "Tsinghua University")
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Good evening, and welcome to the news.",
        "No, no, no, no, no, no! Stop!",
        "Very, very, very, very good. Thank you. Thank you. Thank you so much.",
        "We will, we will rock you. We will, we will rock you. Sing it! We will, we will rock you.",
        "Nine nine nine, zero zero zero, seven seven seven, one two three four five six seven eight nine ten.",
        "Ha ha ha ha ha ha.",
        "你好，世界。今天天气很好，我们去公园走走吧。",
        "哈哈哈哈哈哈，好好好好。",
        "こんにちは、世界。ええ、ええ、ええ、そうですね。",
        "안녕하세요, 여러분. 오늘은 날씨가 좋습니다.",
        "ไม่ ไม่ ไม่ ไม่ ไม่ ไม่ครับ ฮ่าฮ่าฮ่าฮ่าฮ่า",
        "GLM.",
        "Zhipu and GLM come from Tsinghua University.",
        "We spoke about it last week.",
        "About the tax reform.",
        "Here is the news. The transcript of the hearing was published today.",
        "I can't hear you. Please upload it again.",
        "好的，以下是今天的新闻。",
        "请提供您的姓名。",
    ],
)
def test_speech_is_accepted(text: str) -> None:
    assert hallucination_reason(text, 10.0, HINTS) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("So " + "no " * 12, "repeats 'no'"),
        ("Thank you. " * 6, "repeats 'thank you'"),
        ("And then. " + "Thanks for watching this video. " * 4 + "Bye.", "repeats 'thanks for watching this video'"),
        ("the quick brown fox jumps over lazy dogs " * 4, "repeats 'the quick brown fox jumps over lazy dogs'"),
        ("谢谢大家" * 4, "repeats '谢谢大家'"),
        ("请不吝点赞订阅转发打赏" * 5, "repeats '请不吝点赞订阅转发打赏'"),
        ("ご視聴ありがとうございました。" * 4, "repeats 'ご視聴ありがとうございました'"),
        ("감사합니다 여러분. " * 5, "repeats '감사합니다 여러분'"),
        ("ขอบคุณสำหรับการรับชม" * 4, "repeats 'ขอบคุณสำหรับการรับชม'"),
        ("x" * 500, "48 letters a second are too fast for speech"),
        (
            "这" + "".join(chr(0x4E00 + number) for number in range(180)),
            "43 letters a second are too fast for speech",
        ),
        ("Last week we spoke about the tax reform and its cost.", "is the prompt"),
        ("last week we spoke about the", "is the prompt"),
        ("Last week we spoke about the tax reform and its cost. Today", "is the prompt"),
        ("Zhipu, GLM, Tsinghua University.", "is the list of hotwords"),
        ("Sure! Here is the transcription of the audio:", "talks about the audio"),
        ("The transcript reads: hello", "talks about the audio"),
        ("Transcription: hello", "talks about the audio"),
        ("As an AI language model, I cannot do that.", "talks about the audio"),
        ("I'm sorry, but I can't transcribe this audio.", "talks about the audio"),
        ("Please provide the audio file.", "talks about the audio"),
        ("Please transcribe this audio into text", "talks about the audio"),
        ("好的，以下是音频的转写内容：", "talks about the audio"),
        ("作为一个人工智能，我不能这样做。", "talks about the audio"),
        ("请提供音频文件。", "talks about the audio"),
        ("无法识别该音频。", "talks about the audio"),
    ],
)
def test_text_that_cannot_be_right_is_doubted(text: str, sentence: str) -> None:
    assert sentence in (hallucination_reason(text, 10.0, HINTS) or "")


def test_a_short_clip_may_hold_a_word_or_two() -> None:
    assert hallucination_reason("Absolutely, thank you.", 0.3, Hints()) is None
    assert hallucination_reason("Absolutely, thank you very much, everybody, and good night.", 0.3, Hints()) is not None


@given(st.text(max_size=200), st.floats(0.0, 60.0), st.text(max_size=50), st.lists(st.text(max_size=9), max_size=5))
def test_every_text_can_be_checked(text: str, duration: float, prompt: str, hotwords: list[str]) -> None:
    doubt = hallucination_reason(text, duration, Hints(prompt=prompt, hotwords=tuple(hotwords)))
    assert doubt is None or doubt


@settings(max_examples=50)
@given(st.integers(2, 40_000), st.floats(0, 100))
def test_the_parts_make_up_the_clip(length: int, start: float) -> None:
    clip = Audio(np.random.default_rng(length).normal(0, 0.1, length).astype(np.float32), RATE, start)
    first, second = split_clip(clip)
    assert len(first.samples)
    assert len(second.samples)
    np.testing.assert_array_equal(np.concatenate([first.samples, second.samples]), clip.samples)
    assert first.start == start
    assert second.start == first.end
    if length > RATE:
        assert MIDDLE[0] - 0.05 <= first.duration / clip.duration <= MIDDLE[1] + 0.05


@pytest.mark.parametrize("pause", [0.3, 0.45, 0.6, 0.7])
def test_a_clip_is_split_in_its_pause(pause: float) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 10 * RATE).astype(np.float32)
    start = round(10 * pause * RATE)
    samples[start : start + RATE // 3] *= 0.01
    first, _ = split_clip(Audio(samples, RATE))
    assert start <= len(first.samples) <= start + RATE // 3


def test_digital_silence_is_split_in_the_middle() -> None:
    first, second = split_clip(Audio(np.zeros(10 * RATE, np.float32), RATE))
    assert abs(first.duration - second.duration) < 0.5
