"""The key for GLM, and the base URL of the cloud that the key belongs to: z.ai or bigmodel.cn."""

from __future__ import annotations

import os
from dataclasses import dataclass

from captioner.backends.cloud.http import ApiKey, checked_base_url
from captioner.errors import BackendError

Z_AI = "https://api.z.ai/api/paas/v4"
BIGMODEL = "https://open.bigmodel.cn/api/paas/v4"

KEYS = {
    "CAPTIONER_API_KEY": ("CAPTIONER_BASE_URL", Z_AI),
    "ZAI_API_KEY": ("ZAI_BASE_URL", Z_AI),
    "ZHIPUAI_API_KEY": ("ZHIPUAI_BASE_URL", BIGMODEL),
}
"""The variables that may hold a key, in the order of their use, each with the variable of its base URL and the default.
A key is valid for one of the two clouds only, so the name of its variable decides."""


@dataclass(frozen=True)
class GlmAccount:
    """A key and the base URL of its cloud."""

    key: ApiKey
    base_url: str


def missing_key() -> str | None:
    """What the environment lacks, in a few words; None if it has a key."""
    if any(os.environ.get(name, "").strip() for name in KEYS):
        return None
    *others, last = KEYS
    return f"no key; set {', '.join(others)} or {last}"


def account_for(key: str | None, base_url: str | None) -> GlmAccount:
    """Return the account from the options, else from the environment. Raises `BackendError` without a key."""
    if key is not None:
        api_key = ApiKey(key, "the options")
        default = os.environ.get("CAPTIONER_BASE_URL") or Z_AI
    else:
        source = next((name for name in KEYS if os.environ.get(name, "").strip()), None)
        if source is None:
            raise BackendError("glm", str(missing_key()))
        api_key = ApiKey(os.environ[source], source)
        variable, default = KEYS[source]
        default = os.environ.get(variable) or default
    return GlmAccount(api_key.checked("glm"), checked_base_url("glm", base_url or default, Z_AI))
