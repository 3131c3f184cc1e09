"""Which key opens GLM's cloud, and which of its two clouds the key is for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from captioner.backends.cloud.http import Key
from captioner.errors import BackendError

Z_AI = "https://api.z.ai/api/paas/v4"
BIGMODEL = "https://open.bigmodel.cn/api/paas/v4"

KEYS = {
    "CAPTIONER_API_KEY": ("CAPTIONER_BASE_URL", Z_AI),
    "ZAI_API_KEY": ("ZAI_BASE_URL", Z_AI),
    "ZHIPUAI_API_KEY": ("ZHIPUAI_BASE_URL", BIGMODEL),
}
"""Where a key is looked for, in this order: with each the variable of its base URL, and the base where that is unset.
A key is for one of the two clouds only, so its name decides."""


@dataclass(frozen=True)
class GlmAccount:
    """A key and the base URL of the cloud that it is for."""

    key: Key
    base_url: str


def missing_key() -> str | None:
    """What is not there yet, in words; None where the environment has a key."""
    if any(os.environ.get(name, "").strip() for name in KEYS):
        return None
    *others, last = KEYS
    return f"a key in {', '.join(others)} or {last}"


def account_for(key: str | None, base_url: str | None) -> GlmAccount:
    """The key and its base, from the options or the environment. Raises `BackendError` where there is no key."""
    if key is not None:
        found = Key(key, "the options")
        base = os.environ.get("CAPTIONER_BASE_URL") or Z_AI
    else:
        source = next((name for name in KEYS if os.environ.get(name, "").strip()), None)
        if source is None:
            raise BackendError("glm", f"it needs {missing_key()}")
        found = Key(os.environ[source], source)
        variable, default = KEYS[source]
        base = os.environ.get(variable) or default
    base = (base_url or base).strip().rstrip("/")
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname:
        raise BackendError("glm", f"the base URL {base!r} is no address; it looks like {Z_AI}")
    return GlmAccount(found.checked("glm"), base)
