"""Sources from and results to an S3 store (moto's server on loopback), as a user runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from captioner.batch.sources import find_sources
from captioner.cli import main
from captioner.errors import UsageError
from captioner.result_records import default_state_path
from captioner.stores import StoreNotUsable, read_object, write_object

moto_server = pytest.importorskip("moto.server")
fsspec = pytest.importorskip("fsspec")

SECRET = "verysecretkey123"
SCRIPTED = ("--backend", "scripted", "--backend-option", "lines=['One.']", "--align", "none")

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an S3 server, which all libraries of this process and of its children use."""
    server = moto_server.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    named = {"AWS_ACCESS_KEY_ID": "someuser", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**named, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
            patch.setenv(name, value)
        yield f"http://{host}:{port}"
        fsspec.filesystem("s3").clear_instance_cache()
    server.stop()


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech_file: Path) -> Iterator[str]:
    """An address with media in nested folders and a file that is none."""
    monkeypatch.chdir(tmp_path)
    system = fsspec.filesystem("s3", use_listings_cache=False)
    system.mkdir("archive")
    for name in ("in/talk.flac", "in/deep/talk.flac", "in/deep/more #1?.flac"):
        write_object(f"s3://archive/{name}", speech_file.read_bytes())
    write_object("s3://archive/in/broken.mp4", b"\0\0\0\x18ftypmp42" + bytes(100))
    write_object("s3://archive/in/notes.txt", b"no media")
    yield "s3://archive"
    system.rm("archive", recursive=True)


@pytest.fixture
def batch(bucket: str, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str]:
        code = main(["batch", f"{bucket}/in", "-d", f"{bucket}/out", "--executor", "threads", *SCRIPTED, *words])
        return code, capfd.readouterr().err

    return run


def objects(address: str) -> list[str]:
    system = fsspec.filesystem("s3", use_listings_cache=False)
    names = [name.removeprefix("archive/out/") for name in system.find(address)]
    return sorted(name for name in names if not name.startswith("."))


def test_sources_from_and_results_to_a_store(batch: Run, bucket: str) -> None:
    code, messages = batch("--report", f"{bucket}/reports/run.json")
    assert (code, messages.splitlines()[-1]) == (3, "4 sources: 3 done, 1 failed; 0.01 h captioned")
    assert f"{bucket}/in/broken.mp4: " in messages
    assert objects(f"{bucket}/out") == ["deep/more #1?.srt", "deep/talk.srt", "talk.srt"]
    report = json.loads(read_object(f"{bucket}/reports/run.json") or b"")
    results = {row["source"]: row["results"] for row in report["sources"]}
    assert results[f"{bucket}/in/talk.flac"] == [f"{bucket}/out/talk.srt"]
    assert not list(Path().iterdir())


def test_a_second_run_does_only_what_is_new_or_has_changed(batch: Run, bucket: str, speech_file: Path) -> None:
    batch()
    assert "4 sources: 0 to caption" in batch()[1]
    write_object(f"{bucket}/in/talk.flac", speech_file.read_bytes() + b"\0")
    write_object(f"{bucket}/in/new.flac", speech_file.read_bytes())
    assert "5 sources: 2 to caption" in batch()[1]
    fsspec.filesystem("s3").rm_file(f"{bucket}/out/deep/talk.srt")
    assert "5 sources: 1 to caption" in batch()[1]


def test_a_result_that_was_edited_in_the_store_is_left_alone(batch: Run, bucket: str, speech_file: Path) -> None:
    batch()
    write_object(f"{bucket}/out/talk.srt", b"edited")
    write_object(f"{bucket}/in/talk.flac", speech_file.read_bytes() + b"\0")
    messages = batch()[1]
    assert f"{bucket}/in/talk.flac: skipped, {bucket}/out/talk.srt was edited (use --overwrite)" in messages
    assert read_object(f"{bucket}/out/talk.srt") == b"edited"
    batch("--overwrite")
    assert b"One." in (read_object(f"{bucket}/out/talk.srt") or b"")


def test_results_of_a_store_mirror_it_on_this_machine(bucket: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", f"{bucket}/in/**/*.flac", "-d", "out", "--executor", "threads", *SCRIPTED]) == 0
    assert sorted(str(path) for path in Path("out").rglob("*.srt")) == [
        "out/deep/more #1?.srt", "out/deep/talk.srt", "out/talk.srt",
    ]  # fmt: skip


def test_a_manifest_names_objects(bucket: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path("list.csv").write_text(f"source,output\n{bucket}/in/talk.flac,one\n{bucket}/in/gone.flac,two\n")
    words = ["batch", "list.csv", "-d", "out", "--executor", "threads", *SCRIPTED]
    assert main(words) == 3
    assert f"{bucket}/in/gone.flac: does not exist" in capfd.readouterr().err
    assert main(words) == 3
    assert "2 sources: 0 to caption" in capfd.readouterr().err
    write_object(f"{bucket}/in/talk.flac", b"no longer media")
    assert main(words) == 3
    assert "2 sources: 1 to caption" in capfd.readouterr().err


def test_no_credential_reaches_a_message_a_report_or_the_ledger(batch: Run, bucket: str, tmp_path: Path) -> None:
    write_object(f"{bucket}/in/short.wav", b"RIFF")
    messages = batch("--report", "report.csv")[1]
    state = [path for path in [*default_state_path().parent.rglob("*"), *tmp_path.rglob("*")] if path.is_file()]
    texts = [messages.encode(), *(path.read_bytes() for path in state)]
    assert len(texts) > 3
    for secret in (SECRET, "X-Amz-Signature", "someuser"):
        assert not [text for text in texts if secret.encode() in text], secret


def test_a_presigned_url_is_the_same_source_each_time(
    bucket: str, capfd: pytest.CaptureFixture[str], endpoint: str
) -> None:
    system = fsspec.filesystem("s3", config_kwargs={"signature_version": "s3v4"})
    words = ["-d", "out", "--executor", "threads", *SCRIPTED]
    assert main(["batch", system.sign("archive/in/talk.flac", expiration=500), *words]) == 0
    capfd.readouterr()
    assert main(["batch", system.sign("archive/in/talk.flac", expiration=999), *words, "--report", "r.json"]) == 0
    assert "1 source: 0 to caption" in capfd.readouterr().err
    assert "Signature=***" in Path("r.json").read_text()


def test_a_run_that_was_killed_goes_on(bucket: str, speech_file: Path) -> None:
    for number in range(4):
        write_object(f"{bucket}/in/{number}.flac", speech_file.read_bytes())
    command = [sys.executable, "-m", "captioner", "batch", f"{bucket}/in", "-d", f"{bucket}/out", "--executor"]
    command += ["threads", "--workers", "2", *SCRIPTED, "--backend-option", "delay=0.2"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    for _ in range(300):
        if done := objects(f"{bucket}/out"):
            break
        time.sleep(0.1)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert 0 < len(done) < 7
    before = stamps(f"{bucket}/out")
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.stderr.splitlines()[-1] == "8 sources: 7 done, 1 failed; 0.02 h captioned"
    after = stamps(f"{bucket}/out")
    assert len(after) == 7
    assert len([name for name in before if before[name] != after[name]]) <= 2  # those of the workers, unrecorded


def stamps(address: str) -> dict[str, Any]:
    system = fsspec.filesystem("s3", use_listings_cache=False)
    return {
        name: facts["LastModified"]
        for name, facts in system.find(address, detail=True).items()
        if ".captioner" not in name
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("s3://archive/none", "no media here"),
        ("s3://archive/in/*.mov", "no object matches"),
        ("s3://nobucket/in", "no media here"),
        ("s3://archive/list.csv", "must lie on this machine"),
    ],
)
def test_an_address_that_gives_nothing(bucket: str, name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        find_sources([name])


def test_a_store_that_cannot_be_written_or_reached(
    bucket: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["batch", f"{bucket}/in/talk.flac", "--executor", "threads", *SCRIPTED]
    assert main([*words, "-d", "s3://nobucket/out"]) == 1
    assert "cannot write s3://nobucket/out/talk.srt: " in capfd.readouterr().err
    with pytest.raises(StoreNotUsable, match="cannot use"):
        write_object("s3://nobucket/x", b"")


def test_other_stores_are_read_by_a_copy_which_is_removed(
    speech_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    write_object("memory://talks/a/one.flac", speech_file.read_bytes())
    words = ["batch", "memory://talks", "-d", "memory://captions", "--executor", "threads", *SCRIPTED]
    assert main(words) == 0
    assert b"One." in (read_object("memory://captions/a/one.srt") or b"")
    assert not list(scratch.iterdir())
    capfd.readouterr()
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10))
    write_object("memory://talks/a/one.flac", speech_file.read_bytes() + b"\0")
    assert main(words) == 3
    assert "of scratch space in" in capfd.readouterr().err


def test_names_in_a_store_lead_out_of_no_folder(tmp_path: Path) -> None:
    for name in ("memory://evil//etc/a.mp4", "memory://evil/x/../../b.mp4", "memory://evil/.hidden/c.mp4"):
        write_object(name, b"x")
    relatives = [source.relative for source in find_sources(["memory://evil"])]
    assert all(not relative.startswith(("/", ".")) and ".." not in relative for relative in relatives)


@pytest.fixture
def web_address(tmp_path: Path) -> Iterator[str]:
    """The address of a web server that lists the folders below `tmp_path / "web"`."""
    for name in ("one two.mp4", "deep/three.wav", "notes.txt"):
        path = tmp_path / "web" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "web"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_page_of_a_web_folder_lists_sources(web_address: str) -> None:
    sources = find_sources([f"{web_address}/"])
    assert [(source.address.removeprefix(web_address), source.relative) for source in sources] == [
        ("/deep/three.wav", "deep/three.wav"), ("/one%20two.mp4", "one two.mp4"),
    ]  # fmt: skip
    assert [source.relative for source in find_sources([f"{web_address}/deep/*.wav"])] == ["three.wav"]
    assert [source.relative for source in find_sources([f"{web_address}/notes.txt"])] == ["notes.txt"]
