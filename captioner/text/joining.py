"""Whether a space belongs where two lines of text are put together. Pure."""

from __future__ import annotations

from collections.abc import Callable

_SHARED = frozenset("“”‘’…—·")  # marks of scripts without spaces and of others alike


def closes_up(before: str, after: str, is_unspaced: Callable[[str], bool]) -> bool:
    """Whether no space belongs between two characters: both are of a script without, as `is_unspaced` tells, or one is,
    beside a mark that such scripts share with others.
    """
    sides = is_unspaced(before), is_unspaced(after)
    return any(sides) and (sides[0] or before in _SHARED) and (sides[1] or after in _SHARED)
