"""Portuguese, of Portugal and of Brazil."""

from __future__ import annotations

from captioner.cues.function_words import european_table

PORTUGUESE = european_table(
    determiners="""
        o a os as um uma uns umas meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa nossos
        nossas este esta estes estas esse essa esses essas aquele aquela aqueles aquelas cada nenhum nenhuma algum
        alguma alguns algumas muito tão senhor senhora
    """,
    prepositions="""
        em com por para pra sem sobre sob entre até desde contra durante após perante no na nos nas num numa neste
        nesta nesse nessa naquele naquela ao aos à às pelo pela pelos pelas
    """,
    of="de do da dos das dum duma deste desta desse dessa daquele daquela",
    opening="mas porém porque pois embora",
    linking="e ou nem que se quando enquanto onde como quem qual quais cujo cuja então",
    subjects="eu tu ele ela você nós eles elas vocês",
    clitics="me te lhe lhes não",
    auxiliaries="""
        sou és é somos são era eras éramos eram foi fui foram será serão seria estou está estamos estão estava
        estavam tenho tem temos têm tinha tinham há havia vou vai vamos vão ia posso pode podemos podem podia devo
        deve devemos devem devia
    """,
    loose="""
        ser estar ter sido mais menos todo toda todos todas outro outra outros outras muitos muitas pouco também
        sempre nunca já primeiro primeira segundo dois duas três quatro cinco seis sete oito nove dez vinte trinta
        cem cento mil milhão milhões
    """,
    abbreviations="sr sra srs srta dr dra prof profa exmo etc pág art av fig vol",
    measures="""
        euros euro cêntimos centavos dólares reais graus horas metros quilômetros quilómetros quilos gramas litros
    """,
)
