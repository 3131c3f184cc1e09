"""A settings file with every key, each with its help and commented out: `captioner doctor --example-settings`."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import click

from captioner.backends import BUILT_IN, backend_class
from captioner.backends.option_check import writable_options
from captioner.budget import Price
from captioner.cli.commands.caption import caption
from captioner.cli.options import SettableCommand
from captioner.profiles import PROFILES
from captioner.profiles.custom import BASE, RULES
from captioner.settings import settings_path
from captioner.speech import SpeechOptions

FLAG_EXAMPLES: dict[str, Any] = {
    "output": "captions.srt",
    "directory": "captions",
    "format": ["srt", "vtt"],
    "profile": "netflix-en",
    "profile_option": ["cps=15", "width=37"],
    "fps": 25,
    "start_timecode": "01:00:00:00",
    "speaker_label": "[{}] ",
    "backend": "auto",
    "backend_option": ["timeout=30"],
    "language": "en",
    "chinese_script": "auto",
    "prompt": "A talk about harbours.",
    "hotword": ["Zhipu", "GLM"],
    "hotwords_file": "names.txt",
    "context": "none",
    "align": "auto",
    "audio_track": 1,
    "channel": "mix",
    "from": "0:30",
    "to": "1:00:00",
    "burn": "talk.burned.mp4",
    "mux": "talk.tracks.mp4",
    "report": "report.json",
    "max_cost": 5,
    "max_minutes": 60,
}
"""Values of the flags that are not true or false."""

OPTION_EXAMPLES: dict[str, Any] = {
    "glm.base_url": "https://api.z.ai/api/paas/v4",  # no other server may get a key of GLM
    "key": "your-key",
    "base_url": "http://localhost:8000/v1",
    "language": "en",
    "model": "whisper-large-v3",
    "user_id": "user-1",
    "temperature": 0,
    "revision": "main",
    "batch": 8,
    "delay": 0,
    "wpm": 160,
    "gap_frames": 2,
}
"""Values of the options that have no default of their own."""

HEAD = """\
# Settings of captioner, for the file {path}
#
# Remove the # before a key to set it. The value shown is an example or the default. Command-line flags and environment
# variables, such as CAPTIONER_LANGUAGE, go before this file.
"""


def print_example_settings() -> int:
    """Print the file; returns the exit code."""
    click.echo("\n".join(example_settings()))
    return 0


def example_settings() -> Iterator[str]:
    """Yield the lines of the file. A key is commented out by a `#` alone, text by a `#` and a space."""
    yield HEAD.format(path=settings_path())
    assert isinstance(caption, SettableCommand)
    for flag, option in caption.settable.items():
        yield f"# {getattr(option, 'help', '')}"
        yield f"#{flag.replace('_', '-')} = {_toml(FLAG_EXAMPLES.get(flag, False))}\n"
    yield "# Options of speech detection, times in seconds (docs/pipeline.md)"
    yield "#[speech]"
    yield from _defaults(SpeechOptions)
    for backend in BUILT_IN:
        if options := writable_options(backend_class(backend)):
            yield f"\n# Options of the backend {backend} (docs/backends.md)"
            yield f"#[backends.{backend}]"
            yield from _defaults(backend_class(backend), options, backend)
    yield "\n# A profile of your own, for --profile mine: a built-in one with some rules changed (docs/cues.md)"
    yield "#[profiles.mine]"
    yield f'#{BASE} = "default"'
    yield from (f"#{rule} = {_toml(_rule(rule))}" for rule in RULES)
    yield "\n# The price of a minute of speech for a model, for --dry-run and --max-cost"
    yield '#[prices."glm-asr-2512"]'
    yield "#per_minute = 0.0024"
    yield '#currency = "USD"'
    yield f"#date = {_toml(inspect.signature(Price).parameters['date'].default)}"


def _rule(rule: str) -> Any:
    value = getattr(PROFILES["default"], rule)
    return OPTION_EXAMPLES[rule] if value is None else value


def _defaults(made: Callable[..., Any], names: list[str] | None = None, backend: str = "") -> Iterator[str]:
    """Yield a line for each parameter, with its default or an example."""
    parameters = inspect.signature(made).parameters
    for name in names or parameters:
        value = parameters[name].default
        if value is None or value is inspect.Parameter.empty:
            value = OPTION_EXAMPLES.get(f"{backend}.{name}", OPTION_EXAMPLES.get(name))
        yield f"#{name} = {_toml(value)}"


def _toml(value: Any) -> str:
    """Return a value as TOML: texts, numbers, true and false are as in JSON."""
    if isinstance(value, float):
        return "inf" if math.isinf(value) else f"{value:g}"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
