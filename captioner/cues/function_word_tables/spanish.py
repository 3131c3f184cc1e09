"""Spanish. Its pronouns and its negation lean on the verb after them."""

from __future__ import annotations

from captioner.cues.function_words import european_table

SPANISH = european_table(
    determiners="""
        el la los las un una unos unas mi mis tu tus su sus nuestro nuestra nuestros nuestras vuestro vuestra
        vuestros vuestras este esta estos estas ese esa esos esas aquel aquella aquellos aquellas cada ningún
        ninguna algún alguna algunos algunas al lo muy tan qué señor señora don doña gran
    """,
    prepositions="""
        ante bajo con contra desde durante en entre hacia hasta mediante para por según sin sobre tras a
    """,
    of="de del",
    opening="pero sino porque aunque pues",
    linking="y e o u ni que si cuando mientras donde como quien quienes cual cuales cuyo cuya cómo cuándo dónde quién",
    subjects="yo tú él ella usted nosotros nosotras vosotros ellos ellas ustedes",
    clitics="me te se le les nos os no",
    auxiliaries="""
        soy eres es somos sois son era eras éramos eran fui fue fueron sido he has ha hemos habéis han había habían
        habrá estoy está estás estamos están estaba estaban puedo puede podemos pueden podía debo debe debemos
        deben voy va vamos van iba tengo tiene tenemos tienen hay
    """,
    loose="""
        ser estar haber más menos todo toda todos todas otro otra otros otras mucho mucha muchos muchas poco
        también siempre nunca ya primer primera segundo dos tres cuatro cinco seis siete ocho nueve diez once doce
        veinte treinta cien ciento mil millón millones
    """,
    abbreviations="sr sra sres srta dr dra ud uds etc p.ej ee.uu núm pág av art fig vol prof ing lic",
    measures="euros euro céntimos dólares pesos grados horas metros kilómetros kilos gramos litros",
)
