"""What is said in the film and in the fixtures, by whom, after how much silence, and under which picture.

The words are ours and plain on purpose: the small recogniser that captioner carries should know them all.
A line break in a sentence is the line break of its caption.
"""

from __future__ import annotations

from dataclasses import dataclass

HOST, KEEPER = "slt", "rms"
"""The flite voices of the host and of her guest."""


@dataclass(frozen=True)
class Sentence:
    """One breath of the talk: `pause` is the silence before it, in seconds; `scene` the picture that begins with it."""

    voice: str
    text: str
    pause: float
    scene: str | None = None

    @property
    def spoken(self) -> str:
        """The text without the line breaks of its caption."""
        return self.text.replace("\n", " ")


LIGHTHOUSE = (
    Sentence(HOST, "Good evening, and welcome to our program.", 1.8, "dusk"),
    Sentence(HOST, "Tonight we have a guest\nwho has lived by the sea for many years.", 0.6),
    Sentence(KEEPER, "I am very happy to be here.", 0.6),
    Sentence(HOST, "Can you tell us about the first year?", 0.7),
    Sentence(KEEPER, "In the beginning, it was very quiet.", 0.8, "night"),
    Sentence(KEEPER, "There was the wind, there was the water,\nand there was the light.", 0.7),
    Sentence(KEEPER, "Every evening, I would climb to the top\nand start the lamp.", 0.7),
    Sentence(HOST, "How many stairs were there?", 0.8, "stairs"),
    Sentence(KEEPER, "There were two hundred and seven.", 0.5),
    Sentence(KEEPER, "After a few years, I stopped counting.", 0.7),
    Sentence(HOST, "Were you ever afraid?", 0.9),
    Sentence(KEEPER, "Only once, in the winter.", 1.1, "storm"),
    Sentence(KEEPER, "The storm came in the middle of the night.", 0.7),
    Sentence(KEEPER, "The waves were as high as the windows.", 0.7),
    Sentence(KEEPER, "I could feel the whole house move.", 0.7),
    Sentence(HOST, "So what happened then?", 0.7),
    Sentence(KEEPER, "I made a cup of coffee,\nand I kept the light on.", 0.9, "lamp"),
    Sentence(KEEPER, "Early in the morning,\na little boat came into the harbor.", 2.8, "morning"),
    Sentence(KEEPER, "The men on the boat had seen the light.", 0.7),
    Sentence(KEEPER, "They said that it had brought them home.", 0.6),
    Sentence(HOST, "Do you still live there today?", 2.0, "day"),
    Sentence(KEEPER, "Today a machine does the work,\nand it does not need me anymore.", 0.7),
    Sentence(KEEPER, "But I still go up there\nwhen the weather is good.", 0.7),
    Sentence(KEEPER, "You can see the whole world from the top.", 0.7),
    Sentence(HOST, "Thank you for your story.", 0.9, "dusk"),
    Sentence(HOST, "Thank you very much for listening.", 0.7),
)

ENDING = 2.0
"""Seconds of film after the last word."""

THREE_SENTENCES = (
    Sentence(KEEPER, "The first train leaves at seven.", 1.0),
    Sentence(KEEPER, "We will meet you at the station.", 1.0),
    Sentence(KEEPER, "Please bring the old map with you.", 1.0),
)

TWO_VOICES = (
    Sentence(KEEPER, "Hello, is the shop open today?", 0.8),
    Sentence(HOST, "Yes, we are open until six.", 0.6),
    Sentence(KEEPER, "Do you have any fresh bread?", 0.6),
    Sentence(HOST, "There are two left, and they are still warm.", 0.6),
)
