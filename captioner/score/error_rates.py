"""Error rates, and the pairs of equal tokens of two texts. jiwer finds the fewest edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from captioner.errors import NotInstalled

TokenPair = tuple[int, int]
"""The indexes of an equal token in the reference and in the hypothesis."""


@dataclass(frozen=True)
class ErrorRate:
    """The errors of a hypothesis, counted in tokens."""

    reference: int
    """Tokens of the reference."""

    substituted: int
    """Tokens of the reference that are different in the hypothesis."""

    missing: int
    """Tokens of the reference that are missing from the hypothesis."""

    added: int
    """Tokens of the hypothesis that are not in the reference."""

    @property
    def errors(self) -> int:
        """All errors together."""
        return self.substituted + self.missing + self.added

    @property
    def rate(self) -> float | None:
        """Errors per token of the reference, above 1 if much was added; None without a reference."""
        return self.errors / self.reference if self.reference else None


def compare(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[ErrorRate, list[TokenPair]]:
    """Return the error rate of the hypothesis and the pairs of equal tokens. Raises `NotInstalled`.

    >>> compare(["a", "b", "c"], ["a", "x", "c", "d"])
    (ErrorRate(reference=3, substituted=1, missing=0, added=1), [(0, 0), (2, 2)])
    """
    if not reference:
        return ErrorRate(0, 0, 0, len(hypothesis)), []
    try:
        import jiwer
    except ImportError as error:
        raise NotInstalled("error rates", "captioner[score]") from error

    alignment = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    pairs = [
        (chunk.ref_start_idx + step, chunk.hyp_start_idx + step)
        for chunk in alignment.alignments[0]
        if chunk.type == "equal"
        for step in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]
    return ErrorRate(len(reference), alignment.substitutions, alignment.deletions, alignment.insertions), pairs
