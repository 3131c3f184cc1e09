"""Hindi. Its function words follow the word they belong to: no line begins with one."""

from __future__ import annotations

from captioner.cues.function_words import MEASURES, FunctionWords, cost_by_word, word_set

HINDI = FunctionWords(
    after=cost_by_word(
        {
            7.0: word_set(
                "नहीं बहुत सबसे ज़्यादा ज्यादा अधिक भी ही दो तीन चार पाँच पांच छह सात आठ नौ दस सौ हज़ार लाख",
                "करोड़",
            ),
            8.0: word_set("और लेकिन मगर परंतु क्योंकि कि जो अगर यदि तो या ताकि जब जहाँ जैसे इसलिए मैं तुम आप हम"),
            9.0: word_set(
                "यह वह इस उस ये वे इन उन एक हर कोई किसी मेरा मेरी मेरे हमारा हमारी हमारे उसका उसकी उसके अपना",
                "अपनी अपने न मत",
            ),
        }
    ),
    before=cost_by_word(
        {
            1.5: word_set("लेकिन मगर परंतु क्योंकि"),
            2.0: word_set("और कि जो अगर यदि या ताकि जब जहाँ इसलिए तो"),
            3.0: word_set("मैं हम आप वे यह वह"),
            7.5: word_set(
                "है हैं था थी थे हो हूँ हूं रहा रही रहे गया गई गए गयी सकता सकती सकते चाहिए होगा होगी होंगे दिया",
                "दी दिए लिया ली लिए कर करके नहीं भी ही जाता जाती जाते हुआ हुई हुए",
            ),
            8.5: word_set("में से को का की के पर तक ने साथ द्वारा बाद पहले बारे लिए वाला वाली वाले"),
        }
    ),
    measures=MEASURES | word_set("किलोमीटर मीटर किलो ग्राम लीटर रुपये रुपए डॉलर प्रतिशत साल घंटे मिनट"),
)
