"""Italian. Its pronouns and its negation lean on the verb after them."""

from __future__ import annotations

from captioner.cues.function_words import european_table

ITALIAN = european_table(
    determiners="""
        il lo la i gli le l' un uno una un' mio mia miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra nostri
        nostre vostro vostra vostri vostre questo questa questi queste quest' quel quello quella quei quegli quelle
        quell' ogni qualche nessun nessuna molto troppo signor signora
    """,
    prepositions="""
        a da in con su per tra fra sotto sopra durante senza verso contro presso dopo al allo alla ai agli alle
        all' dal dallo dalla dai dagli dalle dall' nel nello nella nei negli nelle nell' sul sullo sulla sui sugli
        sulle sull' col coi
    """,
    of="di d' del dello della dei degli delle dell'",
    opening="ma però perché poiché sebbene benché",
    linking="e ed o oppure né che ch' se quando mentre dove come chi cui quale quali quindi affinché",
    subjects="io tu lui lei noi voi loro egli essi",
    clitics="mi ti si ci vi ne non m' t' s' c'",
    auxiliaries="""
        sono sei è siamo siete ero era eravamo erano sarà saranno sarebbe fu furono ho hai ha abbiamo avete hanno
        avevo aveva avevano avrà avrebbe posso può possiamo possono poteva devo deve dobbiamo devono doveva voglio
        vuole vogliamo vogliono vado va vanno sto sta stanno c'è
    """,
    loose="""
        essere avere stato stata stati state anche più meno tutto tutta tutti tutte altro altra altri altre molti
        molte poco sempre mai già primo prima due tre quattro cinque sei sette otto nove dieci venti trenta cento
        mille milione milioni
    """,
    trailing="mica",
    abbreviations="sig sigg dott dr prof ing avv ecc es pag art fig vol st",
    measures="euro centesimi dollari gradi ore metri chilometri chili grammi litri",
)
