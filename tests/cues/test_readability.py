"""Where lines break: rules one by one, and texts whose breaks were read and approved as an editor would."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from captioner.cli import main
from captioner.cues import make_cues, segmenters
from captioner.cues.punctuation_style import apply_punctuation_style
from captioner.lint import lint
from captioner.profiles import profile_for, profile_named
from captioner.timestamps import format_clock
from captioner.values import Cue, Segment, Transcript, Word
from tests.cues.cue_inputs import spoken

TALK = (
    "I never thought that I would say this, but the second version of the John Smith film is much better than the "
    "first one. When we arrived at the station, nobody had told us about the delay, so we waited for almost two hours. "
    "Thank you. And that is why I have decided to leave the company at the end of the month. Dr. Brown paid 5.50 "
    "dollars for 12 km of wire, which he bought at https://example.com/wire. Is it true? No, it isn't! We had to "
    "learn, slowly and with a great deal of patience, that the people who use these machines every day know far more "
    "about them than the engineers who build them."
)

TEXTS = {
    "english": ("en", 14, TALK),
    "english_fast": ("en", 24, TALK),
    "english_unpunctuated": (
        "en",
        14,
        "i never thought that i would say this[0.3] but the second version of the john smith film is much better than "
        "the first one[0.7] when we arrived at the station[0.25] nobody had told us about the delay[0.3] so we waited "
        "for almost two hours[0.6] thank you[0.8] and that is why i have decided to leave the company at the end of "
        "the month[0.9] is it true[0.5] no it isn't[0.6] we had to learn[0.2] slowly and with a great deal of "
        "patience[0.3] that the people who use these machines every day know far more about them than the "
        "engineers who build them",
    ),
    "english_pauses": (
        "en",
        12,
        "Well...[1.4] I don't know.[2.5] Perhaps we should ask the others[1.2] before we decide anything.[0.1] Yes. Go "
        "on.[4] So,[0.6] where were we? Ah, yes: the third of the[0.8] five questions that you sent me.",
    ),
    "chinese": (
        "zh",
        4.5,
        "大家好，欢迎来到今天的节目。我们今天要聊的是人工智能对普通人的生活会有什么样的影响。其实很多人都觉得这个话题离自己很远，"
        "但是你想一想，你每天用的手机、看的视频、买的东西，背后都有它的影子。因为时间有限，所以我们只讲三个问题。第一，它现在能做什么？"
        "第二，它不能做什么？第三，我们应该怎么办？",
    ),
    "chinese_unpunctuated": (
        "zh",
        5,
        "其实很多人都觉得这个话题离自己很远[0.4]但是你想一想[0.3]你每天用的手机看的视频买的东西[0.3]背后都有它的影子[0.8]"
        "因为时间有限所以我们只讲三个问题",
    ),
    "chinese_mixed": (
        "zh",
        6,
        "我们在2024年用Python 3.11写了这个语音识别系统，它在NVIDIA H200上的速度是每秒三百五十个字，比以前快了25%。"
        "因为模型只有1.5B参数，所以你可以在自己的MacBook Pro上运行它，不需要连接Internet。",
    ),
    "japanese": (
        "ja",
        6,
        "今日は天気がとても良いので、公園まで散歩に行きましょう。人工知能の研究は2012年以降に急速に進みました。"
        "プログラミングを勉強している学生たちが、東京の大学に集まって、新しいアプリを作っています。",
    ),
    "german": (
        "de",
        14,
        "Am 3. Oktober haben wir zum ersten Mal versucht, die alte Brücke über den Fluss zu vermessen, "
        "aber das Wasser stand so hoch, dass wir nach zwei Stunden aufgeben mussten. Frau Dr. Neumann "
        "sagte damals, dass man mit etwas Geduld auch die schwierigsten Aufgaben lösen kann, wenn alle "
        "mithelfen. Die Messgeräte wiegen zusammen etwa 25 kg und kosten bzw. kosteten 1.200 Euro. "
        "Glauben Sie wirklich, dass es daran liegt?",
    ),
    "french": (
        "fr",
        14,
        "Quand nous sommes arrivés à la gare, personne ne nous avait prévenus du retard, et nous avons "
        "donc attendu pendant presque deux heures. Est-ce que tu crois qu'il a compris ce que je lui ai "
        "dit hier soir ? Je ne pense pas, mais il faudra bien qu'on en parle un jour ou l'autre. M. "
        "Lefèvre a répondu : « Ce n'est pas l'argent qui m'intéresse, c'est la liberté de choisir. »",
    ),
    "spanish": (
        "es",
        14,
        "Cuando llegamos a la estación, nadie nos había avisado del retraso, así que estuvimos esperando "
        "casi dos horas en el andén. ¿Crees que el Sr. Gómez entendió lo que le dije ayer por la noche? "
        "No lo sé, pero tarde o temprano tendremos que hablar con él. ¡Qué alegría! La casa que compraron "
        "mis abuelos en 1952 está a 12 km del mar.",
    ),
    "italian": (
        "it",
        14,
        "Quando siamo arrivati alla stazione nessuno ci aveva avvisati del ritardo, e così abbiamo "
        "aspettato quasi due ore sul binario. Credi che il dott. Rossi abbia capito quello che gli ho "
        "detto ieri sera? Non lo so, ma prima o poi dovremo parlarne con lui, perché la casa dell'anno "
        "scorso non è più quella di una volta.",
    ),
    "portuguese": (
        "pt",
        14,
        "Quando chegámos à estação, ninguém nos tinha avisado do atraso, por isso esperámos quase duas "
        "horas no cais. Acha que o Sr. Almeida percebeu o que eu lhe disse ontem à noite? Não sei, mas "
        "mais cedo ou mais tarde teremos de falar com ele sobre a casa dos meus avós.",
    ),
    "dutch": (
        "nl",
        14,
        "Toen we op het station aankwamen, had niemand ons verteld dat de trein vertraging had, dus "
        "hebben we bijna twee uur staan wachten op het perron. Denk je dat meneer De Vries begrepen heeft "
        "wat ik hem gisteravond heb gezegd? Ik weet het niet, maar vroeg of laat moeten we er met hem "
        "over praten.",
    ),
    "russian": (
        "ru",
        14,
        "Когда мы приехали на вокзал, никто не предупредил нас об опоздании, поэтому мы ждали на "
        "платформе почти два часа. Как вы думаете, понял ли он то, что я сказал ему вчера вечером? Не "
        "знаю, но рано или поздно нам придётся поговорить с ним, потому что дом, который построил мой дед "
        "в 1952 г., стоит в 12 км от моря.",
    ),
    "polish": (
        "pl",
        14,
        "Kiedy przyjechaliśmy na dworzec, nikt nie uprzedził nas o opóźnieniu, więc czekaliśmy na peronie "
        "prawie dwie godziny. Czy myślisz, że zrozumiał to, co powiedziałem mu wczoraj wieczorem? Nie "
        "wiem, ale wcześniej czy później będziemy musieli z nim porozmawiać o domu, który zbudował mój "
        "dziadek.",
    ),
    "swedish": (
        "sv",
        14,
        "När vi kom fram till stationen hade ingen talat om för oss att tåget var försenat, så vi väntade "
        "i nästan två timmar på perrongen. Tror du att han förstod vad jag sade till honom i går kväll? "
        "Jag vet inte, men förr eller senare måste vi prata med honom om huset som min farfar byggde.",
    ),
    "korean": (
        "ko",
        6,
        "우리가 역에 도착했을 때 아무도 기차가 늦는다는 말을 해 주지 않아서 거의 두 시간 동안 "
        "기다려야 했습니다. 어젯밤에 제가 한 말을 그 사람이 이해했다고 생각하세요? 잘",
    ),
    "arabic_long": (
        "ar",
        13,
        "عندما وصلنا إلى المحطة لم يخبرنا أحد بأن القطار سيتأخر، ولذلك انتظرنا على الرصيف ما يقرب من "
        "ساعتين. هل تعتقد أنه فهم ما قلته له مساء أمس؟ لا أعرف، ولكن علينا أن نتحدث معه عاجلا أم آجلا عن "
        "البيت الذي بناه جدي على بعد 12 كم من البحر.",
    ),
    "hindi": (
        "hi",
        13,
        "जब हम स्टेशन पहुँचे तो किसी ने हमें नहीं बताया था कि गाड़ी देर से आएगी, इसलिए हमने प्लेटफ़ॉर्म "
        "पर लगभग दो घंटे इंतज़ार किया। क्या आपको लगता है कि उसने मेरी बात समझ ली थी? मुझे नहीं पता, लेकिन "
        "कभी न कभी हमें उसके साथ उस घर के बारे में बात करनी होगी जो मेरे दादा ने बनाया था।",
    ),
    "thai": (
        "th",
        13,
        "ตอนที่เราไปถึงสถานี ไม่มีใครบอกเราเลยว่ารถไฟจะมาสาย เราก็เลยต้องรออยู่ที่ชานชาลาเกือบสองชั่วโมง "
        "คุณคิดว่าเขาเข้าใจสิ่งที่ฉันพูดเมื่อคืนนี้ไหม ฉันไม่แน่ใจ "
        "แต่ไม่ช้าก็เร็วเราต้องคุยกับเขาเรื่องบ้านที่คุณปู่สร้างไว้เพราะมันอยู่ห่างจากทะเลเพียง 12 "
        "กิโลเมตร",
    ),
    "cantonese": (
        "yue",
        4.5,
        "佢哋琴日喺中環食咗個好貴嘅午餐，但係我覺得唔係好好食。你知唔知點解啲人成日話香港嘅茶餐廳先至係最好？因為嗰度嘅奶茶又香又滑，"
        "而且價錢唔會太貴。我同阿媽講，聽日我哋不如去旺角行下街，順便買返啲餸返屋企煮。",
    ),
    "mixed": (
        "zh",
        5,
        "今天的meeting改到下午3:30，我们要review一下上个quarter的KPI。老板说iPhone 15 Pro的销量比去年高了12.5%，"
        "但是online store的conversion rate反而从4.2%掉到了3.8%。大家可以先看一下https://example.com/report这个页面，"
        "然后把自己的feedback写在Google Docs里面。",
    ),
    "arabic": (
        "ar",
        12,
        "في البداية كان كل شيء صعبا، لكننا تعلمنا من أخطائنا. هل تعتقد أن الذكاء الاصطناعي سيغير طريقة عملنا في "
        "السنوات القادمة؟ نعم، بالتأكيد سيغيرها.",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_break_where_an_editor_would_break_them(name: str, golden: Callable[[str, str], None]) -> None:
    language, rate, text = TEXTS[name]
    golden(f"cues_{name}.txt", rendered(spoken(text, language, rate=rate), language))


@pytest.fixture
def without_segmenters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide the libraries of `captioner[cjk]`, as if they were not installed."""
    for library, segmenter in (("rjieba", segmenters.chinese), ("budoux", segmenters.japanese)):
        monkeypatch.setitem(sys.modules, library, None)
        segmenter.cache_clear()
    yield
    segmenters.chinese.cache_clear()
    segmenters.japanese.cache_clear()


@pytest.mark.usefixtures("without_segmenters")
@pytest.mark.parametrize("name", [name for name in TEXTS if TEXTS[name][0] in ("zh", "yue", "ja")])
def test_east_asian_texts_break_well_by_rules_alone(name: str, golden: Callable[[str, str], None]) -> None:
    language, rate, text = TEXTS[name]
    golden(f"cues_{name}_by_rules.txt", rendered(spoken(text, language, rate=rate), language))


@pytest.mark.usefixtures("without_segmenters")
def test_doctor_names_the_missing_segmenters(capsys: pytest.CaptureFixture[str]) -> None:
    assert segmenters.languages_without_segmenter() == ["Chinese", "Japanese"]
    assert main(["doctor"]) == 0
    assert (
        "lines of Chinese and Japanese break by rules alone; for better breaks run: pip install"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "english_fast"])
def test_lint_reports_nothing_in_texts_that_read_well(name: str) -> None:
    language, rate, text = TEXTS[name]
    profile = profile_for(language)
    assert lint(make_cues(spoken(text, language, rate=rate), profile), profile, language=language) == []


def test_a_text_without_word_times_is_spread_over_its_region(golden: Callable[[str, str], None]) -> None:
    regions = (Segment(0.5, 11.2, TEXTS["chinese"][2][:58]), Segment(12.0, 26.0, TEXTS["chinese"][2][58:]))
    golden("cues_without_words.txt", rendered(Transcript(regions, "zh"), "zh"))


def rendered(transcript: Transcript, language: str) -> str:
    """The cues, one a line: `start --> end | line / line`."""
    cues = make_cues(transcript, profile_for(language))
    return "".join(
        f"{format_clock(cue.start)} --> {format_clock(cue.end)} | {cue.text.replace(chr(10), ' / ')}\n" for cue in cues
    )


@pytest.mark.parametrize(
    ("text", "language", "whole"),
    [
        ("The bridge was finished in the year 1,000,000 before anybody could have seen it", "en", "1,000,000"),
        ("It is not much more than about fifty or so 25 km away from where we are standing", "en", "25 km"),
        ("Would you please have a look at https://example.com/some/page before you go there", "en", "https://example"),
        ("这座大桥是在很久很久以前由三百五十个工人用了很多年的时间才建成的", "zh", "三百五十个"),
        ("这座大桥是在很久很久以前也就是公元2024年的时候由很多的工人建成的", "zh", "2024年"),
        ("他们说用这个新的系统你就可以在自己家里的MacBook上面运行它", "zh", "MacBook"),
        (
            "Das habe ich vor kurzem in einem Buch gefunden, und zwar auf Seite 12, bei Nr. 5 und bei Nr. 17",
            "de",
            "Nr. 17",
        ),
        ("이 새로운 카메라는 무게가 아주 가벼워서 모두 합쳐도 겨우 350 그램밖에 되지 않습니다", "ko", "350 그램밖에"),
        ("昨日から新しいコンピューターでプログラミングを勉強しています。", "ja", "コンピューター"),
        ("方言や専門用語は、うまく聞き取れないことがあります。", "ja", "あります。"),
        ("วันนี้เราจะพูดถึงการใช้ระบบรู้จำเสียงพูดในโรงพยาบาล", "th", "การใช้"),
    ],
)
def test_some_phrases_are_never_broken(text: str, language: str, whole: str) -> None:
    cues = make_cues(spoken(text, language), profile_for(language))
    assert any(whole in line for cue in cues for line in cue.text.split("\n"))


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("好的。\n谢谢。", "zh", "好的。谢谢。"),
        ("他说：\n“好”\n，就走了", "zh", "他说：“好”，就走了"),
        ("床前明月光\n疑是地上霜", "zh", "床前明月光 疑是地上霜"),
        ("他用\nPython", "zh", "他用 Python"),
        ("Yes.\n“No”, I said.", "en", "Yes. “No”, I said."),
    ],
)
def test_lines_are_joined_as_their_script_requires(text: str, language: str, shown: str) -> None:
    (cue,) = make_cues(Transcript((Segment(0.0, 0.9, text),), language), profile_for(language))
    assert cue.text == shown


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_kinsoku(language: str) -> None:
    text = "「今日」、（東京）に、『行っ』た。ーっ。“好”！……" * 6
    cues = make_cues(spoken(text, language), profile_for(language))
    lines = [line for cue in cues for line in cue.text.split("\n")]
    assert not [line for line in lines if line[0] in "、。」』）”！…ーっ" or line[-1] in "「『（“"]
    assert "".join(lines) == text


def test_a_word_wider_than_a_line_is_cut_between_letters_and_marks_stay_on_theirs() -> None:
    cues = make_cues(spoken("e\u0301" * 100, "fr"), profile_named("netflix"))
    lines = [line for cue in cues for line in cue.text.split("\n")]
    assert [len(line) for line in lines] == [84, 84, 32]


def test_an_address_wider_than_a_line_is_cut_at_its_marks() -> None:
    text = "Look at https://example.com/wire. Or at https://example.com/a-rather-long-name?page=12&lang=en, please."
    cues = make_cues(spoken(text, "en"), profile_named("shorts"))
    assert [line for cue in cues for line in cue.text.split("\n")] == [
        "Look",
        "at https://example.com/",
        "wire.",
        "Or at",
        "https://example.com/a-",
        "rather-long-name?page=",
        "12&lang=en, please.",
    ]


def test_a_style_with_a_lead_shows_a_cue_before_its_first_word() -> None:
    profile = replace(profile_named("ted"), lead=0.1)
    cues = make_cues(spoken("One.[3] Two.", "en", start=0.05), profile)
    assert [cue.start for cue in cues] == [0.0, 3.74]


def japanese(*, spaces: bool = False, bare: bool = False) -> list[str]:
    profile = replace(profile_for("ja"), japanese_spaces=spaces, bare_line_ends=bare)
    text = "はい、そうです。「行きましょう。」と、彼は言いました。[2]そうか、本当に、よかった。"
    cues = make_cues(spoken(text, "ja", rate=6), profile)
    assert all("".join(word.text for word in cue.words) == cue.text for cue in cues)
    return [cue.text for cue in cues]


def test_japanese_marks_may_be_spaces_and_lines_may_end_bare() -> None:
    plain = japanese()
    assert plain == ["はい、そうです。", "「行きましょう。」と、\n彼は言いました。", "そうか、本当に、よかった。"]
    assert japanese(spaces=True) == [
        "はい そうです",
        "「行きましょう」と\n彼は言いました",
        "そうか 本当に よかった",
    ]
    assert japanese(bare=True) == [
        "はい、そうです",
        "「行きましょう。」と\n彼は言いました",
        "そうか、本当に、よかった",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("そうか。本当に、いい。", "そうか　本当に いい"),
        ("「はい。」、\nそう。。", "「はい」\nそう"),
        ("え？。\n、。", "え？\n、。"),
    ],
)
def test_japanese_spaces_are_shown_only_inside_a_line(text: str, shown: str) -> None:
    profile = replace(profile_for("ja"), japanese_spaces=True)
    words = tuple(Word(place, place + 1, letter) for place, letter in enumerate(text))
    cue = apply_punctuation_style(Cue(0, 20, text, words=words), profile)
    assert cue.text == shown
    assert cue.words[0].start == 0
    assert cue.words[-1].end == len(text)


def test_punctuation_alone_is_not_shown() -> None:
    profile = replace(profile_for("zh"), bare_line_ends=True)
    lone = Segment(5.0, 6.0, "。", (Word(5.0, 6.0, "。"),))
    transcript = Transcript((*spoken("好的，", "zh").segments, lone), "zh")
    assert [cue.text for cue in make_cues(transcript, profile)] == ["好的"]


def dialogue_cues(*said: tuple[float, float, str, str], dialogue: str = "- ") -> list[tuple[str, str | None]]:
    """The text and speaker of each cue made from segments, given as (start, end, text, speaker)."""
    segments = [Segment(start, end, text, (Word(start, end, text),), speaker) for start, end, text, speaker in said]
    cues = make_cues(Transcript(tuple(segments), "en"), replace(profile_named("netflix-en"), dialogue=dialogue))
    assert all("".join(word.text for word in cue.words) == cue.text for cue in cues)
    return [(cue.text, cue.speaker) for cue in cues]


def test_two_speakers_share_a_cue_only_where_each_is_short_and_the_style_has_a_dash() -> None:
    quick = (1.0, 1.4, "Are you coming?", "Anna"), (1.45, 1.9, "Not yet.", "Bob")
    assert dialogue_cues(*quick, dialogue="") == [("Are you coming?", "Anna"), ("Not yet.", "Bob")]
    assert dialogue_cues(*quick) == [("- Are you coming?\n- Not yet.", None)]
    assert dialogue_cues(*quick, dialogue="-") == [("-Are you coming?\n-Not yet.", None)]
    slow = (1.0, 2.4, "Are you coming with us?", "Anna"), (3.0, 4.5, "Not yet, I am afraid.", "Bob")
    assert dialogue_cues(*slow) == [("Are you coming with us?", "Anna"), ("Not yet, I am afraid.", "Bob")]
    three = (*quick, (1.95, 2.3, "Why?", "Anna"))
    assert dialogue_cues(*three) == [("- Are you coming?\n- Not yet.", None), ("Why?", "Anna")]
    wide = (1.0, 2.5, "Nobodywilleverknowwhathappenedtothetoolbox", "Anna"), (2.5, 2.9, "No.", "Bob")
    assert [speaker for _, speaker in dialogue_cues(*wide)] == ["Anna", "Bob"]
