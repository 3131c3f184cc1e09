"""What chat models cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TokenUse:
    """Tokens of requests and answers."""

    read: int = 0
    """Tokens of the requests."""

    written: int = 0
    """Tokens of the answers."""


@dataclass(frozen=True)
class TokenPrice:
    """The price of a model, in US dollars for a million tokens."""

    read: float

    written: float

    date: str
    """The month in which the price was looked up."""

    def of(self, use: TokenUse) -> float:
        """Return the cost of tokens in US dollars."""
        return (self.read * use.read + self.written * use.written) / 1e6


TOKEN_PRICES = {
    "glm-4.7-flash": TokenPrice(0.0, 0.0, "2026-08"),
    "glm-5.3-flash": TokenPrice(0.15, 0.50, "2026-08"),
}
"""By model, from the vendor's price list."""
