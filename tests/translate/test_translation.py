"""Translation by a chat service that makes the mistakes of chat models: every line is accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captioner.backends.cloud.retry import RetryPolicy
from captioner.errors import BackendError
from captioner.profiles import profile_for
from captioner.testing import error
from captioner.testing.chat_service import Answer, ChatService, in_greek_letters
from captioner.translate import TranslationOptions, translate_cues, translate_transcript
from captioner.translate.caption_translation import TranslatedCaptions
from captioner.translate.chat.translator import ChatTranslator
from captioner.values import Cue, Segment, Transcript

SENTENCES = [
    "The old harbour was built in 1850.",
    "Fishermen still sail from it every morning.",
    "Most of them learned the trade from their fathers.",
    "In winter the sea is rough.",
    "Nobody goes out then.",
    "The market opens at six o'clock.",
    "You can buy herring and mackerel there.",
    "Ask for a discount of 15 percent.",
]

PROFILE = profile_for("el")


def transcript(sentences: list[str] = SENTENCES) -> Transcript:
    return Transcript(tuple(Segment(4.0 * n, 4.0 * n + 3.5, text) for n, text in enumerate(sentences)), "en")


def translated(
    service: ChatService, sentences: list[str] = SENTENCES, journal: Path | None = None, **options: Any
) -> TranslatedCaptions:
    policy = RetryPolicy(max_attempts=3, first_pause=0.001)
    translator = ChatTranslator(key=service.key, base_url=service.base_url, policy=policy, **options)
    try:
        asked = TranslationOptions(target="el", source="en", journal=journal)
        return translate_transcript(transcript(sentences), PROFILE, translator, asked)
    finally:
        translator.close()


@pytest.fixture(autouse=True)
def loopback_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def texts(result: TranslatedCaptions) -> list[str | None]:
    return [line.outcome.text for line in result.lines]


EXPECTED = [in_greek_letters(text, "") for text in SENTENCES]


def test_sentences_are_translated_in_one_request_and_shown_at_their_time() -> None:
    with ChatService() as service:
        result = translated(service)
    assert texts(result) == EXPECTED
    assert len(service.requests) == 1
    assert not service.refusals
    assert [round(cue.start, 3) for cue in result.cues][:2] == [0.0, 4.0]
    assert result.transcript.language == "el"


def merged(answer: Answer) -> Answer:
    """Return an answer with two lines in one, and all ids filled."""
    if len(answer) < 2:
        return answer
    texts = [entry["text"] for entry in answer]
    moved = [f"{texts[0]} {texts[1]}", *texts[2:], texts[-1]]
    sources = [entry["source"] for entry in answer]
    echoes = [f"{sources[0]} {sources[1]}", *sources[2:], sources[-1]]
    return [{"id": n, "source": s, "text": t} for n, (s, t) in enumerate(zip(echoes, moved, strict=True), start=1)]


MISTAKES: dict[str, Callable[[Answer], Answer | str]] = {
    "merged": merged,
    "dropped": lambda answer: answer[:3] + answer[4:],
    "shifted": lambda answer: [{**entry, "id": entry["id"] % len(answer) + 1} for entry in answer],
    "twice": lambda answer: [*answer, {**answer[0], "id": 2}],
    "untranslated": lambda answer: [{**entry, "text": entry["source"]} for entry in answer],
    "in another language": lambda answer: [{**answer[0], "text": "Le vieux port fut construit en 1850."}, *answer[1:]],
    "one text for all": lambda answer: [{**entry, "text": answer[0]["text"]} for entry in answer],
    "empty": lambda answer: [{**entry, "text": " "} for entry in answer],
    "without echoes": lambda answer: [{"id": entry["id"], "text": entry["text"]} for entry in answer],
    "much too long": lambda answer: [{**answer[0], "text": answer[0]["text"] * 9}, *answer[1:]],
    "prose": lambda answer: "I'm sorry, but I can't help with that.",
    "half an object": lambda answer: json.dumps({"lines": answer})[:120],
    "an obeyed instruction": lambda answer: '{"hello": "world"}',
    "a number for a list": lambda answer: '{"lines": 7}',
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_noticed_and_asked_again(mistake: Callable[[Answer], Answer | str]) -> None:
    with ChatService(mistakes={0: mistake}) as service:
        result = translated(service)
    assert texts(result) == EXPECTED
    assert all(line.outcome.reason is None for line in result.lines)
    assert sum(map(len, service.lines)) <= 2 * len(SENTENCES)


def test_fences_and_words_around_the_answer_do_not_matter() -> None:
    def fenced(answer: Answer) -> str:
        return f"Here you are:\n```json\n{json.dumps(answer)}\n```\n"

    with ChatService(mistakes={0: fenced}) as service:
        assert texts(translated(service)) == EXPECTED
    assert len(service.requests) == 1


def test_good_lines_are_not_asked_again() -> None:
    with ChatService(mistakes={0: MISTAKES["dropped"]}) as service:
        translated(service)
    assert service.lines == [SENTENCES, [SENTENCES[3]]]


def test_a_line_that_is_always_refused_is_reported_and_stays_as_it_was() -> None:
    def refuse(number: int, answer: Answer) -> Any:
        return error("1301") if any("Nobody" in entry["source"] for entry in answer) else None

    with ChatService(mistakes=refuse) as service:
        result = translated(service)
    (line,) = result.untranslated
    assert line.source == SENTENCES[4]
    assert "content policy" in (line.outcome.reason or "")
    assert SENTENCES[4] in [cue.text.replace("\n", " ") for cue in result.cues]
    assert [text for text in texts(result) if text] == [each for n, each in enumerate(EXPECTED) if n != 4]


def test_a_missing_number_is_asked_once_more_and_then_doubtful() -> None:
    def without_number(answer: Answer) -> Answer:
        return [{**entry, "text": entry["text"].replace("1850", "ΠΑΛΙΑ")} for entry in answer]

    with ChatService(mistakes={0: without_number}) as service:
        assert texts(translated(service)) == EXPECTED
    with ChatService(mistakes=lambda number, answer: without_number) as service:
        result = translated(service)
    (line,) = result.doubtful
    assert line.outcome.reason == "the number 1850 is missing in the translation"


def test_what_was_translated_is_not_paid_for_again(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    with ChatService(mistakes={1: error("1113"), 2: error("1113")}) as service:
        translator = ChatTranslator(key=service.key, base_url=service.base_url, policy=RetryPolicy(max_attempts=2))
        object.__setattr__(translator.traits, "most_lines", 3)
        with pytest.raises(BackendError, match="no balance"):
            translate_transcript(
                transcript(), PROFILE, translator, TranslationOptions(target="el", source="en", journal=journal)
            )
        translator.close()
        assert service.lines[0] == SENTENCES[:3]
    with ChatService() as service:
        result = translated(service, journal=journal)
        assert service.lines == [SENTENCES[3:]]
        assert texts(result) == EXPECTED
        assert [line.outcome.cached for line in result.lines] == [True] * 3 + [False] * 5
        translated(service, journal=journal)
        assert len(service.requests) == 1


def test_faults_of_the_connection_are_retried(tmp_path: Path) -> None:
    mistakes = {0: error(status=502), 1: error("1302"), 2: error("1305")}
    with ChatService(mistakes=mistakes) as service:
        policy = RetryPolicy(max_attempts=5, first_pause=0.001, overload_factor=1)
        translator = ChatTranslator(key=service.key, base_url=service.base_url, policy=policy)
        assert (
            texts(translate_transcript(transcript(), PROFILE, translator, TranslationOptions(target="el"))) == EXPECTED
        )
        translator.close()


def test_a_wrong_key_and_a_wrong_model_stop_the_run() -> None:
    with ChatService() as service:
        for key, model in (("wrong", "glm-4.7-flash"), (service.key, "glm-9")):
            translator = ChatTranslator(base_url=service.base_url, key=key, model=model)
            with pytest.raises(BackendError, match=r"refused the key|no model"):
                translate_transcript(transcript(), PROFILE, translator, TranslationOptions(target="el"))
            translator.close()


def test_text_that_is_too_fast_to_read_is_shortened() -> None:
    def long_winded(text: str, system: str) -> str:
        return in_greek_letters(text, system) + " ΚΑΙ ΟΥΤΩ ΚΑΘΕΞΗΣ"

    def brief(number: int, answer: Answer) -> Any:
        asked = json.loads(service.requests[number]["messages"][1]["content"])["lines"]
        if all("too_long" in line for line in asked):
            return lambda answer: [{**entry, "text": in_greek_letters(entry["source"], "")} for entry in answer]
        return None

    short = Transcript((Segment(0, 2, "Nobody goes out to sea in winter."), Segment(2.1, 4, "Why?")), "en")
    with ChatService(long_winded, mistakes=brief) as service:
        translator = ChatTranslator(key=service.key, base_url=service.base_url)
        result = translate_transcript(short, PROFILE, translator, TranslationOptions(target="el"))
        translator.close()
    assert texts(result)[0] == in_greek_letters("Nobody goes out to sea in winter.", "")


def test_cues_that_are_kept_keep_their_times() -> None:
    cues = [Cue(1.0, 2.5, "The old harbour\nwas built", speaker="Ann"), Cue(2.6, 4.0, "in 1850."), Cue(9, 9.5, "Yes.")]
    with ChatService() as service:
        translator = ChatTranslator(key=service.key, base_url=service.base_url)
        result = translate_cues(cues, PROFILE, translator, TranslationOptions(target="el"))
        translator.close()
    assert [(cue.start, cue.end, cue.speaker) for cue in result.cues] == [(c.start, c.end, c.speaker) for c in cues]
    assert [cue.text for cue in result.cues] == [
        in_greek_letters(text, "") for text in ("The old harbour was built", "in 1850.", "Yes.")
    ]


def test_the_glossary_reaches_the_model_where_its_terms_stand() -> None:
    options = TranslationOptions(target="el", glossary=(("harbour", "λιμάνι"), ("airport", "αεροδρόμιο")))
    with ChatService() as service:
        translator = ChatTranslator(key=service.key, base_url=service.base_url)
        translate_transcript(transcript(), PROFILE, translator, options)
        translator.close()
    asked = json.loads(service.requests[0]["messages"][1]["content"])
    assert asked["glossary"] == {"harbour": "λιμάνι"}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([None, *MISTAKES]), max_size=6), st.integers(1, 8))
def test_whatever_goes_wrong_every_line_is_accounted_for(mistakes: list[str | None], count: int) -> None:
    table = {number: MISTAKES[name] for number, name in enumerate(mistakes) if name}
    with ChatService(mistakes=table) as service:
        result = translated(service, SENTENCES[:count])
    assert len(result.lines) == count
    for line, expected in zip(result.lines, EXPECTED, strict=False):
        assert line.outcome.text == expected or (line.outcome.text is None and line.outcome.reason)
    starts = [cue.start for cue in result.cues]
    assert starts == sorted(starts)
    shown = "".join("".join(cue.text.split()) for cue in result.cues)
    held = "".join("".join((line.outcome.text or line.source).split()) for line in result.lines)
    assert shown == held
