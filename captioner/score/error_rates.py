"""Error rates, and which token of one text is which of the other. jiwer finds the fewest edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from captioner.errors import NotInstalled

TokenPair = tuple[int, int]
"""Places of the same token in the reference and in the hypothesis."""


@dataclass(frozen=True)
class ErrorRate:
    """How many of `reference` tokens were `substituted`, are `missing`, and how many were `added`."""

    reference: int
    substituted: int
    missing: int
    added: int

    @property
    def errors(self) -> int:
        return self.substituted + self.missing + self.added

    @property
    def rate(self) -> float | None:
        """Errors for each token of the reference, above 1 where much was added; None where there is no reference."""
        return self.errors / self.reference if self.reference else None


def compare(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[ErrorRate, list[TokenPair]]:
    """The error rate of the hypothesis, and the tokens that are right. Raises `NotInstalled`.

    >>> compared(["a", "b", "c"], ["a", "x", "c", "d"])
    (ErrorRate(reference=3, substituted=1, missing=0, added=1), [(0, 0), (2, 2)])
    """
    if not reference:
        return ErrorRate(0, 0, 0, len(hypothesis)), []
    try:
        import jiwer
    except ImportError as error:
        raise NotInstalled("error rates", "captioner[score]") from error

    found = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    pairs = [
        (chunk.ref_start_idx + step, chunk.hyp_start_idx + step)
        for chunk in found.alignments[0]
        if chunk.type == "equal"
        for step in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]
    return ErrorRate(len(reference), found.substitutions, found.deletions, found.insertions), pairs
