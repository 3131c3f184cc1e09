"""Cues with another text, cut in two, and joined: words and styles stay with their characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from captioner.cues import break_lines
from captioner.editing.document import Document, DocumentCue, DocumentWord, new_id
from captioner.text.graphemes import grapheme_edges
from captioner.text.joining import space_between
from captioner.text.scripts import is_unspaced
from captioner.transform import cue_wording
from captioner.transform.edited_words import in_order, spread_words, text_words
from captioner.transform.joined_cues import joined_cue
from captioner.values import StyleSpan, Word


def with_text(cue: DocumentCue, text: str) -> DocumentCue:
    """Return the cue with another text; words that stay keep their times and ids."""
    return identified(cue_wording.with_text(cue, text), cue)


def identified(cue: DocumentCue, *before: DocumentCue) -> DocumentCue:
    """Return a cue made of others; all its words have ids, and those with other times than before are interpolated."""
    times = {word.id: (word.start, word.end) for old in before for word in old.words}
    return replace(cue, words=tuple(_identified(word, times) for word in cue.words))


def _identified(word: Word, times: Mapping[str, tuple[float, float]]) -> DocumentWord:
    if not isinstance(word, DocumentWord):
        return DocumentWord(word.start, word.end, word.text, word.confidence, new_id("w"), "interpolated")
    kept = times.get(word.id) == (word.start, word.end)
    return word if kept else replace(word, source="interpolated")


def with_words(cue: DocumentCue) -> DocumentCue:
    """Return the cue with words; those of one without word times share its time."""
    return cue if cue.words else replace(cue, words=tuple(_identified(word, {}) for word in spread_words(cue)))


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
    return identified(replace(joined_cue(first, second, space), end=first.end), first, second)


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
