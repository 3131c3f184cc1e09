"""Phrases that recognisers invent where there is no speech, by language.

Models like Whisper learned from captions of videos. In silence, noise and music they write what such captions hold
there: thanks to the viewers, requests to subscribe, and the names of those who made the captions. The lists hold what
users report in public issues of Whisper and of programs that use it (openai/whisper, discussions 928 and 2608), and
what Whisper tiny.en and base wrote when they were given noise.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

Invented = Literal["phrase", "credit"]
"""A phrase that people say too, or a credit that is written and not said."""

LONGEST_CREDIT = 90
"""Characters of a text that is called a credit because of a name in it; a longer one may talk about the name."""

PHRASES: dict[str, tuple[str, ...]] = {
    "ar": (
        "اشتركوا في القناة", "اشترك في القناة", "لا تنسوا الاشتراك في القناة", "شكرا للمشاهدة", "شكرا على المشاهدة",
        "شكرا لكم على المشاهدة", "شكرا", "إلى اللقاء",
    ),
    "cs": ("Děkuji.", "Děkuji za pozornost.", "Děkujeme za sledování."),
    "da": ("Tak.", "Tak fordi du så med.", "Tak for at du så med."),
    "de": (
        "Vielen Dank.", "Danke.", "Danke schön.", "Vielen Dank fürs Zuschauen.", "Vielen Dank für's Zuschauen.",
        "Danke fürs Zuschauen.", "Vielen Dank für Ihre Aufmerksamkeit.", "Bis zum nächsten Mal.", "Tschüss.",
        "Das war's.", "Bis dann.",
    ),
    "el": ("Ευχαριστώ.", "Ευχαριστώ που παρακολουθήσατε.", "Σας ευχαριστώ."),
    "en": (
        "you", "Thank you.", "Thank you very much.", "Thank you so much.", "Thanks.", "Thanks for watching.",
        "Thank you for watching.", "Thank you so much for watching.", "Thanks for listening.",
        "Thank you for listening.", "Thank you for your attention.", "Please subscribe.",
        "Please subscribe to my channel.", "Subscribe.", "Please like and subscribe.",
        "Don't forget to like and subscribe.", "Don't forget to subscribe.",
        "Like and subscribe.", "See you next time.", "I'll see you next time.", "See you in the next video.",
        "I'll see you in the next video.", "See you.", "Bye.", "Bye bye.", "Goodbye.", "I'm sorry.", "The end.",
        "We'll be right back.",
    ),
    "es": (
        "Gracias.", "Muchas gracias.", "Gracias por ver el video.", "Gracias por ver.", "Gracias por su atención.",
        "Suscríbete.", "¡Suscríbete al canal!", "No olvides suscribirte.", "Hasta la próxima.", "Adiós.",
        "Nos vemos en el próximo video.",
    ),
    "fi": ("Kiitos.", "Kiitos kun katsoitte.", "Kiitos katsomisesta."),
    "fr": (
        "Merci.", "Merci beaucoup.", "Merci d'avoir regardé cette vidéo.", "Merci d'avoir regardé.",
        "Merci d'avoir regardé la vidéo.", "Merci à tous.", "Abonnez-vous.", "Abonnez-vous à la chaîne.",
        "N'oubliez pas de vous abonner.", "À la prochaine.", "Au revoir.", "À bientôt.",
    ),
    "hi": ("धन्यवाद", "देखने के लिए धन्यवाद", "शुक्रिया"),
    "hu": ("Köszönöm.", "Köszönöm a figyelmet.", "Köszönöm, hogy megnézted a videót."),
    "id": ("Terima kasih.", "Terima kasih telah menonton.", "Terima kasih sudah menonton.", "Sampai jumpa."),
    "it": (
        "Grazie.", "Grazie mille.", "Grazie per la visione.", "Grazie a tutti.", "Grazie per aver guardato il video.",
        "Iscriviti al canale.", "Alla prossima.", "Ciao.",
    ),
    "ja": (
        "ご視聴ありがとうございました", "ご視聴ありがとうございます", "ご清聴ありがとうございました",
        "最後までご視聴いただきありがとうございました", "最後までご視聴ありがとうございました",
        "ありがとうございました", "ありがとうございます", "チャンネル登録お願いします",
        "チャンネル登録よろしくお願いします",
        "チャンネル登録をお願いいたします", "高評価お願いします", "おやすみなさい", "次の動画でお会いしましょう",
        "また次回", "お疲れ様でした", "おわり",
    ),
    "ko": (
        "시청해주셔서 감사합니다", "시청해 주셔서 고맙습니다", "감사합니다", "고맙습니다", "구독과 좋아요 부탁드립니다",
        "구독 좋아요 부탁드립니다", "다음 영상에서 만나요", "오늘도 시청해주셔서 감사합니다",
    ),
    "nl": ("Dank u wel.", "Dank je wel.", "Bedankt.", "Bedankt voor het kijken.", "Tot de volgende keer."),
    "no": ("Takk.", "Takk for at du så på.", "Takk for at dere så på."),
    "pl": ("Dziękuję.", "Dziękuję bardzo.", "Dziękuję za uwagę.", "Dziękuję za oglądanie.", "Do zobaczenia."),
    "pt": (
        "Obrigado.", "Obrigada.", "Muito obrigado.", "Obrigado por assistir.", "Obrigado por assistirem.",
        "Inscreva-se.", "Inscreva-se no canal.", "Não se esqueça de se inscrever no canal.", "Até a próxima.", "Tchau.",
        "Tchau, tchau.",
    ),
    "ro": ("Mulțumesc.", "Mulțumesc pentru vizionare.", "Vă mulțumesc.", "Nu uitați să dați like și subscribe."),
    "ru": (
        "Спасибо.", "Спасибо за просмотр.", "Спасибо за внимание.", "Спасибо за просмотр!", "До свидания.", "Пока.",
        "Подписывайтесь на канал.", "Подписывайтесь на мой канал.", "Подпишись на канал.", "До новых встреч.",
        "Ставьте лайки и подписывайтесь на канал.", "Всем пока.",
    ),
    "sv": ("Tack.", "Tack så mycket.", "Tack för att du tittade.", "Tack för att ni tittade."),
    "tr": (
        "İzlediğiniz için teşekkür ederim.", "İzlediğiniz için teşekkürler.", "Teşekkür ederim.", "Teşekkürler.",
        "Abone olmayı unutmayın.", "Kanalıma abone olmayı unutmayın.", "Bir sonraki videoda görüşmek üzere.",
    ),
    "uk": ("Дякую.", "Дякую за перегляд.", "Дякуємо за перегляд.", "Підписуйтесь на канал."),
    "vi": (
        "Cảm ơn các bạn đã theo dõi.", "Cảm ơn.", "Hẹn gặp lại các bạn trong những video tiếp theo.",
        "Hãy đăng ký kênh.", "Hãy subscribe cho kênh.", "Cảm ơn các bạn đã xem video.",
    ),
    "zh": (
        "谢谢", "谢谢大家", "谢谢观看", "謝謝觀看", "謝謝", "謝謝大家", "感谢观看", "感謝觀看", "谢谢收看", "謝謝收看",
        "感谢您的观看", "谢谢您的收看", "多谢观看", "多謝您的觀看", "订阅我的频道", "請訂閱我的頻道", "请订阅",
        "下次再见", "我们下期再见", "我們下期再見", "拜拜", "再见", "再見", "字幕",
    ),
}  # fmt: skip

CREDITS: dict[str, tuple[str, ...]] = {
    "any": (r".*amaraorg.*",),
    "ar": (r".*نانسيقنقر.*", r"ترجمه", r"الترجمهوالتدقيق.*"),
    "da": (r"(danske)?teksteraf.*", r"undertekster.*"),
    "de": (r"untertitel(ung)?(im)?(auftragdes|des|von|der|aufgrund).*", r"copyright(wdr|swr|ndr|zdf)\d*", r"swr\d{4}"),
    "en": (r"(subtitles|captions|captioning)(made)?by.*", r"transcri(bedby|ptionby)(castingwords|eso|otter).*"),
    "fr": (r"soustitr(es|age)(st\d*|(realise|fait|par|de|dapres).*)", r".*soustitreur.*"),
    "it": (r"sottotitolie?(revisione)?(acura|creati|di).*",),
    "ja": (r"字幕(作成|視聴).*",),
    "ko": (r"자막(제공|제작|by).*", r"한글자막.*"),
    "nl": (r"ondertitel(s|d|ing)(ingediend|door|van).*", r"tvgelderland\d*"),
    "no": (r"(norsk)?tekst(ing)?(av|ved).*", r"undertekster(av|ved)?.*"),
    "pl": (r"napisy(stworzone|wykonane|robione|przez|by).*", r"tlumaczenie(inapisy)?stworzone.*"),
    "pt": (r"(transcricaoe)?legendas?(pela|por|da|de).*", r"legendadrianazanotto"),
    "ru": (
        r"субтитры(сделал|создавал|создал|подогнал|делал|предоставил|сообщества).*", r".*dimatorzok.*",
        r"редакторсубтитров.*", r"корректор\w{1,15}", r"продолжениеследует",
    ),
    "sv": (r"undertexter(na)?(fran|av|från|stina)?.*", r"(svensk)?textning.*"),
    "tr": (r"altyazi(mk)?", r"altyazi.*(ceviri|amara).*"),
    "zh": (
        r"请不吝点赞.*", r"請不吝點贊.*", r".*明[镜鏡][与與][点點][点點].*", r".*(优优|優優)独?獨?播剧?劇?[场場].*",
        r"(中文)?字幕(由|by|制作|製作|提供|志愿者|志願者|组|組).*", r"本?字幕.*(提供|志愿者|志願者).*",
    ),
}  # fmt: skip


def invented(text: str) -> Invented | None:
    """Return what kind of invention a whole text may be: one or several of the phrases, or a credit; None for others.

    Case, accents, spaces and punctuation do not count.

    >>> invented("Thank you. Thank you!"), invented("Untertitel im Auftrag des ZDF, 2020"), invented("Thank you, Tom.")
    ('phrase', 'credit', None)
    """
    plain = _plain(text)
    if not plain:
        return None
    if _phrases().fullmatch(plain):
        return "phrase"
    return "credit" if len(plain) <= LONGEST_CREDIT and _credits().fullmatch(plain) else None


def _plain(text: str) -> str:
    """Return the letters and digits of a text, in lower case and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    return "".join(character for character in decomposed if character.isalnum())


@cache
def _phrases() -> re.Pattern[str]:
    """Return the pattern of one or several phrases. Each takes the longest one that fits, without going back."""
    listed = {_plain(phrase) for phrases in PHRASES.values() for phrase in phrases}
    return re.compile(f"(?>{'|'.join(sorted(listed, key=lambda phrase: (-len(phrase), phrase)))})++")


@cache
def _credits() -> re.Pattern[str]:
    listed = (unicodedata.normalize("NFKD", pattern) for patterns in CREDITS.values() for pattern in patterns)
    return re.compile("|".join(listed))
