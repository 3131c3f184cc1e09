"""Arabic. "And" is attached to the word after it, so function words are listed with and without it."""

from __future__ import annotations

from captioner.cues.function_words import MEASURES, FunctionWords, cost_by_word, word_set

_PREPOSITIONS = word_set(
    "في من إلى على عن مع بين حتى منذ خلال بعد قبل عند تحت فوق أمام خلف ضد دون بدون حول مثل لدى نحو عبر"
)
_OPENING = word_set("لكن لكنه لكنها لكننا لأن لأنه لأنها لأننا إنما بل")
_LINKING = word_set(
    "أن أنه أنها أننا أنهم إن إنه إنها إننا إذا عندما حين حيث الذي التي الذين اللذان اللتان كي لكي ثم أو أم كما بينما"
)
_DETERMINERS = word_set("هذا هذه ذلك تلك هؤلاء أولئك كل بعض أي غير جميع")
_NEGATIONS = word_set("لا لم لن ليس ليست قد لقد سوف هل يا ألا ما")


def _with_and(listed: frozenset[str]) -> frozenset[str]:
    return listed | {f"و{word}" for word in listed} | {f"ف{word}" for word in listed}


ARABIC = FunctionWords(
    after=cost_by_word(
        {
            8.0: _with_and(_OPENING | _LINKING),
            8.5: _with_and(_PREPOSITIONS),
            9.0: _with_and(_DETERMINERS | _NEGATIONS),
        }
    ),
    before=cost_by_word(
        {
            4.5: _DETERMINERS | _NEGATIONS,
            2.5: _PREPOSITIONS,
            2.0: _LINKING | _with_and(_DETERMINERS | _NEGATIONS | _PREPOSITIONS | _LINKING) - _DETERMINERS - _NEGATIONS,
            1.5: _with_and(_OPENING),
        }
    ),
    measures=MEASURES | word_set("كم متر مترا كيلومتر كيلومترا دولار دولارا يورو درجة سنة عاما ساعة بالمئة بالمائة"),
)
