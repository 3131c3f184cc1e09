"""Any media into captions that are ready to publish."""

from __future__ import annotations

__version__ = "0.1.0"
