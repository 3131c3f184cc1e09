"""Short scripts in ten languages, made for captioner. espeak-ng reads all of them."""

from __future__ import annotations

SCRIPTS = {
    "de": (
        "Der Bäcker öffnet um sechs Uhr.",
        "Wir haben gestern im Garten gearbeitet, bis es dunkel wurde.",
        "Niemand wusste, wem das rote Fahrrad gehört.",
        "Im Winter fährt die Fähre nur einmal am Tag.",
    ),
    "fr": (
        "Le boulanger ouvre à six heures.",
        "Nous avons travaillé dans le jardin jusqu'à la nuit.",
        "Personne ne savait à qui était le vélo rouge.",
        "En hiver, le bateau ne part qu'une fois par jour.",
    ),
    "es": (
        "El panadero abre a las seis.",
        "Ayer trabajamos en el jardín hasta que se hizo de noche.",
        "Nadie sabía de quién era la bicicleta roja.",
        "En invierno el barco sale una vez al día.",
    ),
    "it": (
        "Il fornaio apre alle sei.",
        "Ieri abbiamo lavorato in giardino fino a sera.",
        "Nessuno sapeva di chi fosse la bicicletta rossa.",
        "In inverno la nave parte una volta al giorno.",
    ),
    "pt": (
        "O padeiro abre às seis horas.",
        "Ontem trabalhámos no jardim até ficar escuro.",
        "Ninguém sabia de quem era a bicicleta vermelha.",
        "No inverno o barco sai uma vez por dia.",
    ),
    "ru": (
        "Пекарь открывает в шесть часов.",
        "Вчера мы работали в саду до самой темноты.",
        "Никто не знал, чей это красный велосипед.",
        "Зимой паром ходит только раз в день.",
    ),
    "zh": (
        "面包店六点开门。",
        "昨天我们在花园里工作到天黑。",
        "没有人知道那辆红色的自行车是谁的。",
        "冬天渡船一天只开一次。",
    ),
    "hi": (
        "बेकरी छह बजे खुलती है।",
        "कल हमने अंधेरा होने तक बगीचे में काम किया।",
        "किसी को नहीं पता था कि लाल साइकिल किसकी है।",
        "सर्दियों में नाव दिन में एक बार चलती है।",
    ),
    "ar": (
        "يفتح الخباز في الساعة السادسة.",
        "عملنا أمس في الحديقة حتى حل الظلام.",
        "لم يعرف أحد لمن الدراجة الحمراء.",
        "في الشتاء تبحر العبارة مرة واحدة في اليوم.",
    ),
    "tr": (
        "Fırıncı saat altıda açar.",
        "Dün hava kararana kadar bahçede çalıştık.",
        "Kırmızı bisikletin kimin olduğunu kimse bilmiyordu.",
        "Kışın vapur günde bir kez kalkar.",
    ),
}
