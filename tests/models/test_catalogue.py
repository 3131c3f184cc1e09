"""The models that captioner knows by name, and where their files are found."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path

import pytest
from faster_whisper.utils import _MODELS

from captioner.backends.whisper.model_choice import PREFIX, best_model, checked_model
from captioner.cli import main
from captioner.errors import BackendError
from captioner.models import ctranslate2
from captioner.models.catalogue import MODELS, SUGGESTED, WHISPER, known_model
from captioner.models.model_files import find_model, repository_folder
from tests.whisper_models import tiny_en_folder


def test_each_whisper_model_is_the_one_that_faster_whisper_means() -> None:
    for model in WHISPER:
        assert _MODELS[model.name.removeprefix(PREFIX)] == model.repository
        assert model.english_only == (".en" in model.name or "distil" in model.name)


def test_names_are_unique_and_the_suggestion_is_one_of_them() -> None:
    assert len({model.name for model in MODELS}) == len({model.repository for model in MODELS}) == len(MODELS)
    suggested = known_model(SUGGESTED)
    assert suggested
    assert not suggested.english_only


def test_the_list_shows_what_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    damaged = repository_folder("Systran/faster-whisper-base")
    (damaged / "refs").mkdir(parents=True)
    (damaged / "refs" / "main").write_text("0123abc")
    (damaged / "snapshots" / "0123abc").mkdir(parents=True)
    (damaged / "snapshots" / "0123abc" / "config.json").write_text('{"alignment_heads": [], "lang_ids": []}')
    assert main(["models"]) == 0
    listed = capsys.readouterr().out
    place = re.escape(str(tiny_en_folder()))
    assert re.search(rf"^whisper-tiny\.en +76 MB  English +MIT +in {place}$", listed, re.MULTILINE)
    assert re.search(r"^whisper-small +484 MB  99 languages +MIT +no$", listed, re.MULTILINE)
    assert re.search(r"^whisper-base .*model\.bin is missing; run: captioner models pull whisper-base$", listed, re.M)
    assert re.search(r"^qwen3-forced-aligner +1\.8 GB .* Apache-2\.0 +no$", listed, re.MULTILINE)


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"\xff\xfe", b"no such commit"])
def test_a_damaged_cache_hides_no_other_model(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    damaged = repository_folder("Systran/faster-whisper-small")
    (damaged / "refs").mkdir(parents=True)
    (damaged / "snapshots").mkdir()
    (damaged / "refs" / "main").write_bytes(content)
    assert main(["models"]) == 0
    assert "whisper-tiny.en" in capsys.readouterr().out
    best = best_model()
    assert best
    assert best.name == "whisper-tiny.en"


def test_a_folder_of_the_cache_that_was_copied_as_links_is_one_sentence(tmp_path: Path) -> None:
    shutil.copy(tiny_en_folder() / "config.json", tmp_path)
    (tmp_path / "model.bin").symlink_to("../../blobs/0123abc")
    with pytest.raises(BackendError, match=r"its file .*model\.bin is missing$"):
        checked_model(str(tmp_path))


def test_weights_that_cannot_be_read_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(tiny_en_folder(), tmp_path / "model")

    def denied(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(ctranslate2, "read_header", denied)
    with pytest.raises(BackendError, match=r"its file .*model\.bin cannot be read: permission denied$"):
        checked_model(str(tmp_path / "model"))


def test_a_downloaded_model_comes_before_the_one_in_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    found = find_model("whisper-tiny.en")
    assert found
    assert found.folder == tiny_en_folder()
    snapshot = repository_folder("Systran/faster-whisper-tiny.en") / "snapshots" / "main"
    snapshot.mkdir(parents=True)
    downloaded = find_model("whisper-tiny.en")
    assert downloaded
    assert downloaded.folder == snapshot
    assert find_model("no such model") is None


def test_the_header_of_the_weights_is_read_without_their_library() -> None:
    header = ctranslate2.read_header(tiny_en_folder() / ctranslate2.WEIGHTS)
    assert header == ctranslate2.CTranslate2Header("WhisperSpec", 51_864, 75_537_502)
    assert ctranslate2.read_header(tiny_en_folder() / "config.json") is None
