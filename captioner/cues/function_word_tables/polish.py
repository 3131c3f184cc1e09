"""Polish. It has no articles; its negation leans on the next word."""

from __future__ import annotations

from captioner.cues.function_words import european_table

POLISH = european_table(
    determiners="""
        mój moja moje mojego mojej moich mym twój twoja twoje swój swoja swoje swojego swojej swoich nasz nasza
        nasze naszego naszej naszych wasz wasza wasze ten ta te tego tej tych tym tę tamten tamta każdy każda każde
        każdego żaden żadna żadne bardzo zbyt nie pan pani pana
    """,
    prepositions="""
        w we na z ze do od ode o u po pod nad przy przed przez za dla bez między wśród według podczas wobec mimo
        oprócz zamiast ku koło obok wokół
    """,
    opening="ale lecz jednak bo ponieważ gdyż chociaż choć",
    linking="""
        i oraz a albo lub czy że żeby aby gdy kiedy jeśli jeżeli jak gdzie dokąd skąd dlaczego który która które
        którzy którego której których którym którą co kto ani więc
    """,
    subjects="ja ty on ona ono my wy oni one",
    auxiliaries="""
        jest są był była było byli były jestem jesteś jesteśmy będzie będą będę będziemy być może mogą mogę można
        trzeba musi muszą muszę
    """,
    objects="mnie ciebie nas was mi ci nam wam mu jej im go je ich się",
    loose="""
        to jego jeszcze już tylko też także bardziej więcej mniej wiele dużo kilka dwa dwie trzy cztery pięć sześć
        siedem osiem dziewięć dziesięć sto tysiąc tysięcy milion milionów pierwszy drugi inny inne wszystkie
        wszyscy
    """,
    trailing="by",
    abbreviations="np tzn itd itp m.in tj dr prof ul nr godz ok tys mln mld św mgr inż",
    measures="złotych złote groszy euro dolarów procent stopni godzin metrów kilometrów kilogramów",
    ordinals=True,
)
