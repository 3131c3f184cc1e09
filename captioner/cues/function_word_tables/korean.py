"""Korean. Its particles are attached to their words; an auxiliary that follows a word begins no line."""

from __future__ import annotations

from captioner.cues.function_words import MEASURES, FunctionWords, cost_by_word, word_set

KOREAN = FunctionWords(
    after=cost_by_word(
        {
            7.0: word_set("더 가장 매우 아주 너무 정말 잘 다시 또 약 제"),
            8.0: word_set("그리고 그러나 하지만 그래서 그런데 또는 및 즉 혹은 만약 왜냐하면"),
            9.0: word_set("이 그 저 한 두 세 네 다섯 여섯 모든 각 어떤 무슨 새 첫 안 못 몇 여러 다른 우리 내 제 네"),
        }
    ),
    before=cost_by_word(
        {
            1.5: word_set("하지만 그러나 왜냐하면 그런데"),
            2.0: word_set("그리고 그래서 또는 및 즉 혹은 만약"),
            8.5: word_set(
                "것 것은 것이 것을 것도 것입니다 거 거예요 수 수가 수도 줄 때 때는 때문에 때문입니다 대해 대해서",
                "대한 위해 위해서 위한 있다 있는 있습니다 있어요 있었다 있었습니다 있고 있지만 있을 없다 없는",
                "없습니다 없어요 없이 않다 않는 않은 않습니다 않아요 않고 않았다 않았습니다 않으면 싶다 싶은",
                "싶습니다 싶어요 됩니다 된다 됐습니다 합니다 했습니다 중 뿐 만큼 대로 같은 같습니다 동안 후에",
                "전에 뒤에 앞에 안에 밖에 위에 아래에",
            ),
        }
    ),
    measures=MEASURES
    | word_set(
        "년 월 일 시 분 초 개 명 원 달러 퍼센트 킬로미터 미터 킬로그램 그램 도 번 번째 살 시간 개월 주 만 억 천"
    ),
    endings=("고", "지만", "면", "서", "니까", "는데", "은데", "며", "도록", "려고"),
)
