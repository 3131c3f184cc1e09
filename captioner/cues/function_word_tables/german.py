"""German. Its verb ends the clause and its subject follows the verb, so both often come last in a phrase."""

from __future__ import annotations

from captioner.cues.function_words import european_table

GERMAN = european_table(
    determiners="""
        der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines mein meine
        meinen meinem meiner meines dein deine deinen deinem deiner seine seinen seinem seiner seines ihre ihren
        ihrem ihrer ihres unser unsere unseren unserem unserer unseres euer eure euren eurem eurer jeder jede jedes
        jeden jedem dieser diese dieses diesen diesem jener jene jenes jenen jenem welcher welche welches welchen
        welchem sehr zu allzu herr herrn frau
    """,
    prepositions="""
        in an auf aus bei mit nach von vor für durch gegen ohne um unter über zwischen hinter neben seit bis
        während wegen trotz statt anstatt innerhalb außerhalb ab außer im am ans aufs ins vom zum zur beim fürs ums
        durchs übers unterm überm vorm
    """,
    opening="aber sondern denn weil obwohl obgleich obschon",
    linking="""
        und oder dass daß ob wenn als wie damit sodass bevor ehe nachdem sobald solange falls indem wo wohin woher
        wer wen wem was warum weshalb wieso wann wodurch womit wofür worüber
    """,
    subjects="ich du er wir man es sie",
    objects="mich dich sich ihn uns euch mir dir ihm ihnen",
    auxiliaries="""
        bin bist ist sind seid war waren warst wart gewesen habe hast hat haben habt hatte hatten werde wirst wird
        werden werdet wurde wurden worden würde würden kann kannst können könnt konnte konnten könnte könnten muss
        musst müssen müsst musste mussten müsste soll sollst sollen sollt sollte sollten will willst wollen wollt
        wollte wollten darf dürfen durfte dürfte mag mögen möchte möchten
    """,
    loose="""
        sein ihr nicht noch nur schon auch mehr immer nie ganz so viel viele wenig wenige einige mehrere beide
        beiden andere anderen erste ersten zweite zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig
        dreißig hundert tausend million millionen alle allen
    """,
    verb_last=True,
    abbreviations="""
        bzw usw etc d.h z.b u.a z.t dr prof hr fr nr st str ca vgl evtl ggf inkl max min mio mrd tel abs art bd geb
        gest jan feb apr aug sep sept okt nov dez sog u.ä o.ä
    """,
    measures="""
        prozent euro cent dollar grad uhr kilometer meter zentimeter millimeter kilo kilogramm gramm tonnen liter
    """,
    ordinals=True,
)
