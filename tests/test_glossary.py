"""captioner uses one term for each idea: no file contains a word that docs/glossary.md rules out."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.paths import DOCS, TESTS, TOP

PRIVATE = ("anew", "whoever", "who hears", "nobody says", "nobody knows", "is told", "are told", "held against")
"""More phrases that are ruled out: they are not plain English."""

FIELD_TERMS = re.compile(
    r"hard[- ]of[- ]hearing|hearing[-_ ]impaired|(?:FROM|INTO|UPDATE|NOT EXISTS) heard|draft_content|drafts of \d{4}",
    re.IGNORECASE,
)
"""Terms of the field and of file formats: the journal's table, CapCut's project file, the drafts of a standard."""

QUOTING = {"glossary.md", "hallucinations.py", "test_hallucinations.py"}
"""Files that quote ruled-out words: old names, and sentences that recognisers make up."""


def ruled_out() -> set[str]:
    """Return the words of the last column of the tables that are in code style."""
    rows = re.findall(r"^\|.*\|([^|]*)\|$", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`(\w+)`", row)}


@cache
def pattern() -> re.Pattern[str]:
    """Return the pattern of all ruled-out words and phrases."""
    words = "|".join(sorted(ruled_out() | set(PRIVATE)))
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)


def words_of(identifier: str) -> str:
    """Return the words of an identifier, separated by spaces.

    >>> words_of("_whatWasHeard"), words_of("heard_text")
    ('what Was Heard', 'heard text')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", identifier.strip("_")).replace("_", " ")


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each identifier, string and comment of a Python file."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], words_of(token.string)
        elif token.type in (tokenize.STRING, tokenize.COMMENT):
            yield token.start[0], token.string


def violations(lines: Iterable[tuple[int, str]]) -> list[str]:
    """Return the lines with a ruled-out word, as "number: text"."""
    return [f"{number}: {text}" for number, text in lines if pattern().search(FIELD_TERMS.sub("", text))]


def test_the_glossary_rules_words_out() -> None:
    assert {"heard", "draft"} <= ruled_out()
    assert pattern().search("what was Heard")
    assert not pattern().search("the captions for the sheard shearing")


@pytest.mark.parametrize("path", sorted((TOP / "captioner").rglob("*.py")), ids=lambda path: str(path.relative_to(TOP)))
def test_the_code_uses_the_terms(path: Path) -> None:
    if path.name not in QUOTING:
        assert not violations(texts(path))


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TOP)))
def test_the_tests_use_the_terms(path: Path) -> None:
    if path.name not in {Path(__file__).name, *QUOTING}:
        assert not violations(texts(path))


@pytest.mark.parametrize("path", [TOP / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_the_pages_use_the_terms(path: Path) -> None:
    if path.name not in QUOTING:
        assert not violations(enumerate(path.read_text("utf-8").splitlines(), start=1))
