"""English. Articles, prepositions, conjunctions, auxiliaries and pronouns; words that only may lean come last."""

from __future__ import annotations

from captioner.cues.function_words import MEASURES, FunctionWords, cost_by_word, word_set

ENGLISH = FunctionWords(
    after=cost_by_word(
        {
            9.0: word_set(
                "a an the my your his its our their thy thine every each no mr mrs ms dr prof st",
                "very too quite as than",
            ),
            8.5: word_set(
                "of in on at to for from with by about into onto over under between through during without within upon",
                "against toward towards among across behind beyond beside beneath until",
            ),
            8.0: word_set(
                "and but or nor because although though if unless while when where whether that which who whom whose",
                "since what how why i he she we they thou",
            ),
            7.5: word_set(
                "am is are was were be been being have has had do does did will would shall should can could may might",
                "must not cannot don't doesn't didn't won't wouldn't shouldn't couldn't can't isn't aren't wasn't",
                "weren't haven't hasn't hadn't i'm you're he's she's it's we're they're i've you've we've they've",
                "i'll you'll he'll she'll it'll we'll they'll i'd you'd he'd she'd we'd they'd",
                "that's there's what's who's let's",
            ),
            7.0: word_set(
                "this these those some any such her own after before so more most less just only really never always",
                "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty",
                "seventy eighty ninety hundred thousand million billion first second third other another many",
                "also much few several both all gonna wanna",
            ),
            6.0: word_set("you it there up out off"),
        }
    ),
    before=cost_by_word(
        {
            1.5: word_set("but because although though unless while whereas"),
            2.0: word_set("and or nor so yet which who whom whose if when where whether since until"),
            2.5: word_set(
                "in on at for from with by about into onto over under between through during without within upon",
                "against toward towards among across behind beyond beside beneath after before",
                "that than what how why",
            ),
            3.0: word_set("i he she we they i' he' she' we' they' as to"),
            4.0: word_set(
                "you it this these those there is are was were will would shall should can could may might must",
                "has had do does did you' it' that' there'",
            ),
            4.5: word_set("of a an the my your his her its our their"),
            6.5: word_set(
                "me him us them myself yourself himself herself itself ourselves themselves too either again",
            ),
            7.5: word_set("not n't"),
        }
    ),
    abbreviations=word_set(
        "mr mrs ms dr prof st rev gen col capt lt sgt jr sr hon vs etc e.g i.e cf no vol fig approx dept inc ltd co",
        "corp jan feb mar apr jun jul aug sep sept oct nov dec",
    ),
    measures=MEASURES | word_set("percent dollars cents pounds euros degrees miles feet inches o'clock"),
)
