"""Cues with another text, cut in two, and joined: words and styles stay with their characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from captioner.cues import break_lines
from captioner.editing.document import Document, DocumentCue, DocumentWord, new_id
from captioner.editing.edited_words import edited_words, in_order, spread_words, text_words
from captioner.text.graphemes import grapheme_edges
from captioner.text.joining import space_between
from captioner.text.scripts import is_unspaced
from captioner.values import StyleSpan


def with_text(cue: DocumentCue, text: str) -> DocumentCue:
    """Return the cue with another text; words that stay keep their times and ids."""
    if text == cue.text:
        return cue
    return replace(cue, text=text, words=edited_words(cue, text), styles=tuple(_moved_styles(cue, text)))


def cut_text(cue: DocumentCue, at: int) -> tuple[DocumentCue, DocumentCue]:
    """Return the cue with its text before character `at`, and with the text after it; both have the times of the cue.

    White space at the cut is left out. A word that is cut shares its time by its characters.
    """
    left, right = cue.text[:at].rstrip(), cue.text[at:].lstrip()
    skipped = len(cue.text) - len(right)
    words = list(_cut_words(cue, at))
    before = _with_ends(words[: _count(words, at)], left)
    after = _with_ends(words[_count(words, at) :], right)
    return (
        replace(cue, text=left, words=before, styles=tuple(_styles_between(cue, 0, len(left)))),
        replace(cue, text=right, words=after, styles=tuple(_styles_between(cue, skipped, len(cue.text)))),
    )


def joined_text(first: DocumentCue, second: DocumentCue, space: str) -> DocumentCue:
    """Return the first cue with the text, words and styles of the second at its end, `space` between them."""
    if not first.text or not second.text:
        filled = first if first.text else second
        return replace(first, text=filled.text, words=filled.words, styles=filled.styles)
    words: tuple[DocumentWord, ...] = ()
    if first.words or second.words:
        before, after = first.words or spread_words(first), second.words or spread_words(second)
        words = in_order([*before, *(replace(word, text=space + word.text) for word in after[:1]), *after[1:]])
    offset = len(first.text) + len(space)
    moved = (replace(style, first=style.first + offset, last=style.last + offset) for style in second.styles)
    return replace(first, text=first.text + space + second.text, words=words, styles=(*first.styles, *moved))


def joined_in_lines(first: DocumentCue, second: DocumentCue, document: Document) -> DocumentCue:
    """Return the first cue with the text of the second, in the lines that read best; in theirs if it is too long."""
    if first.speaker != second.speaker:
        return joined_text(first, second, "\n")
    joined = joined_text(first, second, space_between(first.text, second.text))
    one_line = " ".join(joined.text.split())
    broken = break_lines(one_line, document.profile, document.language)
    return with_text(joined, broken) if broken else joined_text(first, second, "\n")


def place_to_cut(text: str, at: int) -> int | None:
    """Return the place nearest to character `at` where a text may be cut: between words, or between graphemes in a
    script without spaces. None if one side would be blank."""
    edges = sorted(edge for edge in grapheme_edges(text) if _may_cut(text, edge))
    places = [edge for edge in edges if text[:edge].strip() and text[edge:].strip()]
    return min(places, key=lambda edge: abs(edge - at), default=None)


def first_words(cue: DocumentCue, count: int) -> int | None:
    """Return the character after the first `count` words; None if the cue has no more words than that.

    A negative `count` leaves that many words at the end.
    """
    texts = [word.text for word in cue.words] or (text_words(cue.text) if cue.text.strip() else [])
    if not 0 < abs(count) < len(texts):
        return None
    return len("".join(texts[:count]))


def _may_cut(text: str, edge: int) -> bool:
    if not 0 < edge < len(text):
        return False
    before, after = text[edge - 1], text[edge]
    return before.isspace() or after.isspace() or is_unspaced(before) or is_unspaced(after)


def _cut_words(cue: DocumentCue, at: int) -> Iterator[DocumentWord]:
    """Yield the words, the one around character `at` in two."""
    first = 0
    for word in cue.words:
        last = first + len(word.text)
        if first < at < last and word.text[: at - first].strip() and word.text[at - first :].strip():
            left, right = word.text[: at - first], word.text[at - first :]
            middle = round(word.start + word.duration * len(left.strip()) / len(word.text.strip()), 6)
            yield replace(word, end=middle, text=left, source="interpolated")
            yield DocumentWord(middle, word.end, right, word.confidence, new_id("w"), "interpolated")
        else:
            yield word
        first = last


def _count(words: list[DocumentWord], at: int) -> int:
    """Return the number of words that begin, after their space, before character `at`."""
    count = first = 0
    for word in words:
        if first + len(word.text) - len(word.text.lstrip()) >= at:
            break
        first += len(word.text)
        count += 1
    return count


def _with_ends(words: list[DocumentWord], text: str) -> tuple[DocumentWord, ...]:
    """Return the words of a text that lost the white space at its ends."""
    if not words:
        return ()
    words = [replace(words[0], text=words[0].text.lstrip()), *words[1:]]
    words[-1] = replace(words[-1], text=words[-1].text.rstrip())
    return in_order(words) if "".join(word.text for word in words) == text else ()


def _styles_between(cue: DocumentCue, first: int, last: int) -> Iterator[StyleSpan]:
    for style in cue.styles:
        begin, end = max(style.first, first) - first, min(style.last, last) - first
        if begin < end:
            yield replace(style, first=begin, last=end)


def _moved_styles(cue: DocumentCue, text: str) -> Iterator[StyleSpan]:
    """Yield the styles in a new text: what is typed inside a style has it too."""
    same = _equal_at_start(cue.text, text)
    tail = min(min(len(cue.text), len(text)) - same, _equal_at_start(cue.text[::-1], text[::-1]))
    grown = len(text) - len(cue.text)

    def moved(index: int, inside: int) -> int:
        if index <= same:
            return index
        return index + grown if index >= len(cue.text) - tail else inside

    for style in cue.styles:
        first, last = moved(style.first, len(text) - tail), moved(style.last, same)
        if style.last == len(cue.text) and style.first <= same:
            last = len(text)
        if first < last:
            yield replace(style, first=first, last=last)


def _equal_at_start(one: str, other: str) -> int:
    """Return the number of characters at their start that two texts share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
