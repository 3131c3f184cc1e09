"""The user's settings file, checked against the flags of the default command, which has every flag that can be set."""

from __future__ import annotations

from captioner.cli.commands.caption import caption
from captioner.cli.options import SettableCommand, setting_type
from captioner.settings import Settings, read_settings


def user_settings() -> Settings:
    """Return the settings file. Raises `SettingsError`."""
    assert isinstance(caption, SettableCommand)
    return read_settings({flag: setting_type(option) for flag, option in caption.settable.items()})
