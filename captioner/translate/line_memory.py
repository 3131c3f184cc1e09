"""Translations that were paid for before: they are stored in the journal, line by line, and never requested again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from captioner.errors import JournalNotUsable
from captioner.journal import Store, source_name
from captioner.translate.contract import TranslationRequest, TranslatorTraits


class LineMemory:
    """Stores translations of one source in the journal at `path`; None stores nothing.

    A journal that cannot be used is reported once by `warn`, and the run goes on without it.
    """

    def __init__(self, path: Path | None, traits: TranslatorTraits, source: str, warn: Callable[[str], None]) -> None:
        self._store = None if path is None else Store(path, warn)
        self._traits, self._source, self._warn = traits, source_name(source), warn

    def find(self, request: TranslationRequest) -> str | None:
        """Return the stored translation for a request of one line; None without one."""
        if self._store is None:
            return None
        try:
            stored = self._store.find(self._key(request))
            return None if stored is None else str(json.loads(stored)["translation"])
        except JournalNotUsable as error:
            self._give_up(error)
        except (ValueError, KeyError, TypeError):
            pass
        return None

    def add(self, request: TranslationRequest, text: str) -> None:
        """Store the translation for a request of one line."""
        if self._store is not None:
            try:
                self._store.add(self._key(request), self._source, json.dumps({"translation": text}))
            except JournalNotUsable as error:
                self._give_up(error)

    def close(self) -> None:
        """Close the journal."""
        if self._store is not None:
            self._store.close()

    def _give_up(self, error: JournalNotUsable) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
            self._warn(str(error))

    def _key(self, request: TranslationRequest) -> bytes:
        """Return SHA-256 over all that can change the translation of a line, with the lines beside it."""
        traits, (line,) = self._traits, request.lines
        facts = [
            "translation",
            [traits.name, traits.model, traits.fingerprint],
            [request.source, request.target, request.glossary],
            [line.text, line.speaker, line.longest if line.too_long else None, line.too_long],
            [request.before[-1:], request.after[:1]],
        ]
        return hashlib.sha256(json.dumps(facts).encode("ascii")).digest()
