"""French. Its pronouns lean on the verb after them, and its negation ends after the verb."""

from __future__ import annotations

from captioner.cues.function_words import european_table

FRENCH = european_table(
    determiners="""
        le la les l' un une des du au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos
        leur leurs chaque quelques plusieurs aucun aucune quel quelle quels quelles très trop si monsieur madame
        mademoiselle
    """,
    prepositions="""
        à en dans sur sous avec sans pour par chez entre vers contre depuis pendant avant après devant derrière dès
        jusque jusqu' selon malgré parmi envers durant
    """,
    of="de d'",
    opening="mais car parce puisque puisqu' quoique quoiqu' cependant",
    linking="""
        et ou ni que qu' quand lorsque lorsqu' comme qui dont où puis donc afin pourquoi comment lequel laquelle
        lesquels lesquelles s'il s'ils
    """,
    subjects="je j' tu il elle on nous vous ils elles c' c'est ça",
    clitics="me m' te t' se s' lui y ne n'",
    auxiliaries="""
        suis es est sommes êtes sont étais était étions étiez étaient serai sera serons seront serait seraient fut
        furent ai as a avons avez ont avais avait avions aviez avaient aurai aura auront aurait auraient eut vais
        vas va allons allez vont peux peut pouvons pouvez peuvent pouvait pourrait dois doit devons devez doivent
        devait devrait veux veut voulons voulez veulent faut
    """,
    loose="""
        être avoir été eu pas plus bien aussi encore déjà toujours jamais tout toute tous toutes beaucoup peu même
        autre autres premier première deux trois quatre cinq six sept huit neuf dix onze douze vingt trente
        quarante cinquante cent mille million millions cela
    """,
    trailing="pas jamais rien guère point non",
    abbreviations="""
        m mm mme mmes mlle dr pr st ste etc p.ex c.-à-d av bd env éd fig vol no janv févr juil sept oct nov déc
    """,
    measures="euros euro centimes dollars degrés heures mètres kilomètres kilos grammes litres",
)
