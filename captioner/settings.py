"""What the user has set: defaults < the settings file < the environment < flags.

The command line reads flags and the environment (`CAPTIONER_LANGUAGE` stands for `--language`); this room reads the
one file, `config.toml` in the folder `$CAPTIONER_CONFIG_DIR`, else in the user's own place for such files:

    backend = "glm"             # a top-level key is a long flag of the same name
    format = ["srt", "vtt"]

    [backends.glm]              # options of one backend
    concurrency = 10

    [speech]                    # options of speech detection
    threshold = 0.4

    [profiles.mine]             # a caption style of one's own, for --profile mine
    base = "netflix-en"
    cps = 17

    [prices."glm-asr-2512"]     # what a minute costs you, for --dry-run and --max-cost
    per_minute = 0.0024
    currency = "USD"

A key that nothing knows is an error, never ignored.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from captioner.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")


@dataclass(frozen=True)
class Settings:
    """The file as it was read: `flags` by long name (`_` for `-`), options by backend and of the detector, styles and
    prices by name.
    """

    path: Path
    flags: Mapping[str, Any] = field(default_factory=dict)
    backends: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    speech: Mapping[str, Any] = field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def keyed(self) -> set[str]:
        """The backends that have a key here."""
        return {name for name, options in self.backends.items() if "key" in options}


def settings_path() -> Path:
    """Where the settings file lies or would lie."""
    folder = os.environ.get("CAPTIONER_CONFIG_DIR") or click.get_app_dir("captioner")
    return Path(folder) / "config.toml"


def read_settings(known_flags: Iterable[str]) -> Settings:
    """The user's settings, empty where there is no file. Raises `SettingsError` that names the file and the key."""
    path = settings_path()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings(path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(str(path), f"cannot be read: {error}") from error
    speech = _table(path, table, "speech")
    backends, profiles, prices = (_table_of_tables(path, table, key) for key in ("backends", "profiles", "prices"))
    flags = {key.replace("-", "_"): value for key, value in table.items()}
    for key in flags.keys() - set(known_flags):
        raise SettingsError(str(path), f"unknown key {key!r}")
    return Settings(path, flags, backends, speech, profiles, prices)


def _table(path: Path, table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.pop(key, {})
    if not isinstance(value, dict):
        raise SettingsError(str(path), f"[{key}] must be a table")
    return value


def _table_of_tables(path: Path, table: dict[str, Any], key: str) -> dict[str, Any]:
    tables = _table(path, table, key)
    for name, inner in tables.items():
        if not isinstance(inner, dict):
            raise SettingsError(str(path), f"[{key}.{name}] must be a table")
    return tables


def options_from(options_class: type[Options], values: Mapping[str, Any], place: str) -> Options:
    """An options dataclass with some of its fields set. Raises `SettingsError` for an unknown or a wrong one."""
    known = {option.name for option in fields(options_class)}
    values = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    for key in values.keys() - known:
        raise SettingsError(place, f"unknown key {key!r}; there is: {', '.join(sorted(known))}")
    for option in fields(options_class):
        if option.name in values and not _fits(values[option.name], option.type):
            raise SettingsError(place, f"{option.name} must be {_KINDS[option.type]}, not {values[option.name]!r}")
        if option.name not in values and option.default is MISSING:
            raise SettingsError(place, f"{option.name} is missing")
    try:
        return options_class(**values)
    except (TypeError, ValueError) as error:
        raise SettingsError(place, str(error)) from error


_KINDS: dict[object, str] = {"float": "a number", "str": "text"}


def _fits(value: object, annotation: object) -> bool:
    """Whether `value` is of the type that an options class, its annotations being text, asks for."""
    if annotation == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return annotation != "str" or isinstance(value, str)
