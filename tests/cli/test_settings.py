"""The settings file: its order, its errors and the example file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from captioner.backends import backend_class
from captioner.backends.option_check import check_options
from captioner.budget import Price
from captioner.cli import load_command, main
from captioner.cli.options import SettableCommand
from captioner.cli.user_settings import user_settings
from captioner.profiles import Profile, profile_from
from captioner.speech import SpeechOptions
from captioner.validation import options_from

Write = Callable[[str], Path]


@pytest.fixture
def write_settings() -> Write:
    """`write_settings(toml)`: the settings file with that text."""

    def write(text: str) -> Path:
        path = Path(os.environ["CAPTIONER_CONFIG_DIR"]) / "config.toml"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def talk(tmp_path: Path, speech_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "talk.flac"
    path.write_bytes(speech_file.read_bytes())
    return path


def test_flags_go_before_the_environment_and_that_before_the_file(
    talk: Path, write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings('format = "txt"\noverwrite = true\n[backends.scripted]\nlines = "From the file."\n')
    command = [str(talk), "--backend", "scripted"]
    assert main(command) == 0
    assert "From the file." in talk.with_suffix(".txt").read_text()
    monkeypatch.setenv("CAPTIONER_FORMAT", "vtt")
    assert main(command) == 0
    assert talk.with_suffix(".vtt").exists()
    assert main([*command, "-f", "srt"]) == 0
    assert talk.with_suffix(".srt").exists()


WRONG = [
    ("colour = 'red'", "unknown key 'colour'; there is: output, "),
    ("model = 'whisper'", "unknown key 'model'; there is: "),
    ("quiet = 1", "quiet must be true or false, not 1"),
    ("dry-run = 1979-05-27", "dry-run must be true or false, not datetime.date(1979, 5, 27)"),
    ("retry-failed = []", "retry-failed must be true or false, not []"),
    ("max-cost = []", "max-cost must be a number, not []"),
    ("max-cost = true", "max-cost must be a number, not True"),
    ("language = 5", "language must be text, not 5"),
    ("format = [1]", "format must be text or a list, not [1]"),
    ('profile-option = [["cps"]]', "profile-option must be text or a list, not [['cps']]"),
    ("fps = []", "fps must be text or a number, not []"),
    ("fps = 'fast'", "config.toml: fps: "),
    ("context = 'all'", "config.toml: context: 'all' is not one of 'none', 'previous'"),
    ("profile-option = 'cps'", "config.toml: profile-option: 'cps' is not KEY=VALUE"),
    ("max-cost = -1", "config.toml: max-cost: -1.0 is not in the range x>=0"),
    ("speech = 3", "speech must be a table, not 3"),
    ("speech" + ".a" * 3000 + " = 1", "[speech]: unknown key 'a'; there is: threshold, "),
    ("[speech]\nthreshold = 'low'", "[speech]: threshold must be a number, not 'low'"),
    ("[speech]\nthreshold = 7", "[speech]: threshold must lie between 0 and 1, not 7"),
    ("[backends]\nscripted = 1", "[backends.scripted] must be a table, not 1"),
    (
        "[backends.scripted]\ndelay = 'long'",
        "[backends.scripted]: option delay of backend scripted takes a number, not",
    ),
    ("[profiles.mine]\ncps = 'fast'\n", "[profiles.mine]: cps must be a number, not 'fast'"),
    ("[profiles.mine]\ncps = " + "[" * 90 + "]" * 90, "[profiles.mine]: cps must be a number, not [[["),
    ("profile = " + "[" * 5000, "is not a TOML file: nested too deep"),
    ('directory = "\\u0000x"', "directory contains a NUL character, which no name can hold"),
    ('hotword = ["a", "\\u0000"]', "hotword contains a NUL character, which no name can hold"),
    ("quiet = maybe", "is not a TOML file: "),
    ("max-cost = " + "9" * 5000, "is not a TOML file: "),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=[text[:30] for text, _ in WRONG])
def test_each_error_is_one_sentence_with_file_and_key(
    text: str, sentence: str, talk: Path, write_settings: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_settings(text)
    assert main([str(talk), "--backend", "scripted", "--profile", "mine" if "mine" in text else "bbc"]) == 2
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith(f"captioner: {path}")
    assert sentence in error
    assert len(error) < 1500


def test_broken_settings_do_not_stop_help_and_doctor(write_settings: Write, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_settings("quiet = maybe")
    assert main(["--help"]) == 0
    assert main(["-h"]) == 0
    assert main(["help", "export"]) == 0
    capfd.readouterr()
    assert main(["doctor"]) == 1
    assert f"missing  settings   {path}: is not a TOML file: " in capfd.readouterr().out


class TestExampleSettings:
    """`captioner doctor --example-settings`."""

    @pytest.fixture
    def example(self, capsys: pytest.CaptureFixture[str]) -> str:
        assert main(["doctor", "--example-settings"]) == 0
        return capsys.readouterr().out

    def uncommented(self, example: str) -> str:
        return re.sub(r"(?m)^#(?! |$)", "", example)

    def test_as_it_is_it_sets_nothing(self, example: str, write_settings: Write) -> None:
        write_settings(example)
        assert user_settings().flags == {}

    def test_it_has_every_key(self, example: str, write_settings: Write) -> None:
        write_settings(self.uncommented(example))
        settings, command = user_settings(), load_command("caption")
        assert isinstance(command, SettableCommand)
        assert set(settings.flags) == set(command.settable)
        assert set(settings.speech) == {option.name for option in fields(SpeechOptions)}
        assert set(settings.profiles["mine"]) == {rule.name for rule in fields(Profile)} - {"name"} | {"base"}
        (price,) = settings.prices.values()
        assert set(price) == {option.name for option in fields(Price)}

    def test_every_key_is_accepted(self, example: str, write_settings: Write) -> None:
        write_settings(self.uncommented(example))
        settings, command = user_settings(), load_command("caption")
        context = command.make_context("captioner", ["talk.mp4"], obj=settings)
        assert context.params["profile_options"] == (("cps", 15), ("width", 37))
        assert context.params["max_minutes"] == 60
        options_from(SpeechOptions, settings.speech, "")
        profile_from("mine", settings.profiles["mine"], "")
        for model, price in settings.prices.items():
            assert options_from(Price, price, model).per_minute > 0
        for name, options in settings.backends.items():
            check_options(name, backend_class(name), options)

    def test_no_key_of_glm_goes_to_another_server(self, example: str, write_settings: Write) -> None:
        write_settings(self.uncommented(example))
        assert user_settings().backends["glm"]["base_url"] == "https://api.z.ai/api/paas/v4"


def values_by_flag(command: SettableCommand) -> dict[str, Any]:
    return {flag: option.envvar for flag, option in command.settable.items()}


def test_the_environment_has_a_variable_for_each_key() -> None:
    command = load_command("caption")
    assert isinstance(command, SettableCommand)
    variables = values_by_flag(command)
    assert variables["language"] == "CAPTIONER_LANGUAGE"
    assert variables["directory"] == "CAPTIONER_DIRECTORY"
    assert all(variables.values())
