"""Facts about written text that several stages need.

scripts.py        the script of a character, and whether it is written without spaces
graphemes.py      grapheme clusters, each one character for a reader
width.py          columns on the screen, and whether a text shows anything
punctuation.py    characters that end a sentence or a clause, and those that avoid a line's edge
line_breaks.py    where a line may break between two characters
word_split.py     words, or graphemes in scripts without spaces
joining.py        whether a space belongs between two texts
speaking_time.py  how long text takes to say
"""
