"""Dutch. As in German, the verb may end the clause and the subject may follow the verb."""

from __future__ import annotations

from captioner.cues.function_words import european_table

DUTCH = european_table(
    determiners="""
        de het een mijn jouw uw onze ons hun elke elk iedere ieder deze dit geen zo'n welke welk heel zeer te
        meneer mevrouw
    """,
    prepositions="""
        in op aan voor met naar bij uit over onder tussen door tegen zonder om tijdens sinds tot volgens binnen
        buiten achter naast langs vanaf vanuit wegens ondanks per
    """,
    of="van",
    opening="maar want omdat hoewel ofschoon",
    linking="""
        en of als dat wanneer toen zodat voordat nadat zodra totdat terwijl indien die wat wie waar hoe waarom
        waardoor waarin waarmee
    """,
    subjects="ik jij je hij zij ze wij we u men er",
    objects="mij me jou hem haar hen zich",
    auxiliaries="""
        ben bent is was waren heb hebt heeft hebben had hadden word wordt worden werd werden zal zult zullen zou
        zouden kan kun kunt kunnen kon konden moet moeten moest moesten mag mogen mocht wil wilt willen wilde
        wilden
    """,
    loose="""
        zijn niet nog maar ook al alleen meer altijd nooit veel weinig enkele beide andere eerste tweede twee drie
        vier vijf zes zeven acht negen tien twintig honderd duizend miljoen alle zo
    """,
    verb_last=True,
    abbreviations="dhr mevr mw mr dr drs ir ing prof bijv bv enz etc o.a d.w.z m.a.w nl ca st nr blz jl jr sr",
    measures="procent euro cent dollar graden uur kilometer meter centimeter kilo gram liter",
)
