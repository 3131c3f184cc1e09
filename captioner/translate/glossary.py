"""A glossary: how terms are to be translated."""

from __future__ import annotations

from pathlib import Path

from captioner.errors import UsageError, reason_of
from captioner.limited_file import read_limited

Glossary = tuple[tuple[str, str], ...]
"""Terms and their translations."""


def read_glossary(path: str) -> Glossary:
    """Return the glossary in a UTF-8 file: a term and its translation on each line, parted by `=`, a tab or a comma.

    Blank lines and those that begin with `#` do not count. Raises `UsageError`.
    """
    try:
        lines = read_limited(Path(path)).decode("utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    terms = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        separator = next((each for each in ("\t", "=", ",") if each in line), None)
        term, _, translation = line.partition(separator) if separator else (line, "", "")
        if not term.strip() or not translation.strip():
            raise UsageError(f"{path}: line {number}: write TERM = TRANSLATION")
        terms.append((term.strip(), translation.strip()))
    return tuple(terms)


def terms_in(glossary: Glossary, text: str) -> Glossary:
    """Return the entries whose term stands in the text, in any case."""
    folded = text.casefold()
    return tuple((term, translation) for term, translation in glossary if term.casefold() in folded)
