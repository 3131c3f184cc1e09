"""The settings file. Defaults < settings file < environment < flags.

The command line reads flags and the environment (`CAPTIONER_LANGUAGE` for `--language`); this module reads the file:
`config.toml` in the folder `$CAPTIONER_CONFIG_DIR`, or in the usual folder of the system for such files.

    backend = "glm"             # a key at the top is the long flag of that name
    format = ["srt", "vtt"]

    [backends.glm]              # options of one backend
    concurrency = 10

    [speech]                    # options of speech detection
    threshold = 0.4

    [profiles.mine]             # a profile of your own, for --profile mine
    base = "netflix-en"
    cps = 17

    [prices."glm-asr-2512"]     # the price of a minute, for --dry-run and --max-cost
    per_minute = 0.0024
    currency = "USD"

`captioner doctor --example-settings` prints a file with every key. An unknown key is an error.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from captioner.errors import SettingsError, reason_of
from captioner.limited_file import read_limited
from captioner.validation import check_values

TABLES = ("backends", "profiles", "prices")
"""Keys that hold a table for each name."""


@dataclass(frozen=True)
class Settings:
    """The settings file."""

    path: Path
    """The file, which need not exist."""

    flags: Mapping[str, Any] = field(default_factory=dict)
    """Values of flags by their long name, with `_` for `-`."""

    backends: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Options by backend."""

    speech: Mapping[str, Any] = field(default_factory=dict)
    """Options of speech detection."""

    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Rules of profiles by name."""

    prices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Prices by model."""

    @property
    def with_key(self) -> set[str]:
        """The backends whose key is in the settings."""
        return {name for name, options in self.backends.items() if "key" in options}


def settings_path() -> Path:
    """Return the path of the settings file, which need not exist."""
    folder = os.environ.get("CAPTIONER_CONFIG_DIR") or click.get_app_dir("captioner")
    return Path(folder) / "config.toml"


def read_settings(flags: Mapping[str, Any]) -> Settings:
    """Return the user's settings, which are empty without a file.

    `flags` are the types of the flags by their long name.

    Raises `SettingsError` that names the file and the key.
    """
    path = settings_path()
    table = read_toml(path, required=False)
    check_values({key: table[key] for key in ("speech", *TABLES) if key in table}, _TABLE_TYPES, str(path))
    for key in TABLES:
        named = {f"[{key}.{name}]": value for name, value in table.get(key, {}).items()}
        check_values(named, dict.fromkeys(named, dict), str(path))
    given = {key.replace("_", "-"): value for key, value in table.items() if key not in _TABLE_TYPES}
    check_values(given, {flag.replace("_", "-"): kind for flag, kind in flags.items()}, str(path))
    for key, value in given.items():
        if any("\0" in text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)):
            raise SettingsError(str(path), f"{key} contains a NUL character, which no name can hold")
    by_flag = {key.replace("-", "_"): value for key, value in given.items()}
    return Settings(path, by_flag, **{key: table.get(key, {}) for key in _TABLE_TYPES})


_TABLE_TYPES = dict.fromkeys(("speech", *TABLES), dict)


def read_toml(path: Path, *, required: bool = True) -> dict[str, Any]:
    """Return the table in a TOML file; empty for a missing file that is not `required`. Raises `SettingsError`."""
    try:
        return parse_toml(read_limited(path).decode("utf-8-sig"))
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not required:
            return {}
        raise SettingsError(str(path), f"cannot be read: {reason_of(error)}") from error
    except ValueError as error:
        raise SettingsError(str(path), f"is not a TOML file: {error}") from error


def parse_toml(text: str) -> dict[str, Any]:
    """Return the table of a TOML text. Raises `ValueError`, also for a text that is nested too deep to be read."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
