"""Swedish, Danish and Norwegian. Their subject follows the verb if anything else comes first."""

from __future__ import annotations

from captioner.cues.function_words import european_table

SWEDISH = european_table(
    determiners="""
        en ett den min mitt mina din ditt dina sin sitt sina hans hennes vår vårt våra er ert era deras denna detta
        dessa varje vilken vilket vilka mycket alltför
    """,
    prepositions="""
        i på till från med för om vid hos under över mellan genom utan mot efter före bakom bland enligt kring inom
        utom åt ur
    """,
    of="av",
    opening="men eftersom fastän ty",
    linking="och eller att som när medan där hur vad vem varför innan tills så",
    subjects="jag du han hon vi ni man det de",
    objects="mig dig honom henne oss dem sig",
    auxiliaries="""
        är var har hade blir blev vara blivit varit ska skall skulle kan kunde måste vill ville får fick bör borde
    """,
    loose="""
        inte ingen inget inga någon något några också bara mer alltid aldrig många två tre fyra fem sex sju åtta nio tio
        hundra tusen första andra alla
    """,
    verb_last=True,
    abbreviations="t.ex bl.a d.v.s dvs m.m osv ca kl nr dr prof st s.k jan feb aug sept okt nov dec",
    measures="procent kronor öre euro grader kilometer meter kilo gram liter",
)

DANISH = european_table(
    determiners="""
        en et den min mit mine din dit dine sin sit sine hans hendes vores jeres deres denne dette disse hver hvert
        meget alt
    """,
    prepositions="""
        i på til fra med for om ved hos under over mellem gennem uden mod efter før bag blandt ifølge inden ad
    """,
    of="af",
    opening="men fordi selvom skønt",
    linking="og eller at som der når hvis da mens hvor hvordan hvad hvem hvilken hvorfor indtil så",
    subjects="jeg du han hun vi man det de",
    objects="mig dig ham hende os jer dem sig",
    auxiliaries="er var har havde bliver blev være blevet været skal skulle kan kunne må måtte vil ville bør burde",
    loose="""
        ikke ingen intet nogen noget nogle også kun mere altid aldrig mange to tre fire fem seks syv otte ni ti
        hundrede tusind første anden alle
    """,
    verb_last=True,
    abbreviations="f.eks bl.a dvs osv ca kl nr dr prof sct jan feb aug sept okt nov dec",
    measures="procent kroner øre euro grader kilometer meter kilo gram liter",
    ordinals=True,
)

NORWEGIAN = european_table(
    determiners="""
        en et ei den min mitt mi mine din ditt di dine sin sitt si sine hans hennes vår vårt våre deres denne dette
        disse hver hvert veldig svært å ein eit dei
    """,
    prepositions="""
        i på til fra frå med for om ved hos under over mellom gjennom uten utan mot etter før bak blant ifølge
        innen
    """,
    of="av",
    opening="men fordi selv skjønt",
    linking="og eller at som når hvis da mens hvor hvordan hva hvem hvilken hvorfor inntil så",
    subjects="jeg du han hun vi dere man det de eg ho",
    objects="meg deg ham henne oss dem seg",
    auxiliaries="er var har hadde blir ble være blitt vært skal skulle kan kunne må måtte vil ville bør burde",
    loose="""
        ikke ingen noe noen også bare mer alltid aldri mange to tre fire fem seks sju åtte ni ti hundre tusen
        første andre alle
    """,
    verb_last=True,
    abbreviations="f.eks bl.a dvs osv ca kl nr dr prof st jan feb aug sept okt nov des",
    measures="prosent kroner øre euro grader kilometer meter kilo gram liter",
    ordinals=True,
)
