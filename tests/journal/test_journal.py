"""The journal: no clip is recognised twice and no result is lost, whatever happens to process, file or disk."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from queue import Queue

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.backends import Backend, Hints, Recognition, Traits
from captioner.backends.scripted import Scripted
from captioner.errors import BackendError, JournalNotUsable
from captioner.journal import MOST_CACHED_IN_A_ROW, Summary, clear, clip_key, default_path, journaled, summary
from captioner.values import Audio, Status
from tests.journal.journal_job import CLIPS, Echo, clip, number_of, recognition_of

JOB = Path(__file__).with_name("journal_job.py")
EXPECTED = "".join(f"clip {number} {number * 0.25 + 0.001!r}\n" for number in range(CLIPS))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def fail_on_warning(message: str) -> None:
    raise AssertionError(message)


def run(
    backend: Backend, path: Path, clips: Iterable[Audio], hints: Hints | None = None, **options: str
) -> list[Recognition]:
    with_journal = journaled(backend, path, warn=fail_on_warning, **options)
    with closing(with_journal):
        return list(with_journal.transcribe(clips, hints or Hints()))


def counted(clips: Iterable[Audio], pulled: list[int]) -> Iterator[Audio]:
    for each in clips:
        pulled.append(number_of(each))
        yield each


def scripted(line: str | Recognition) -> Scripted:
    """Scripted without a fingerprint, so that its lines do not change the key."""
    backend = Scripted(lines=[line])
    backend.traits = replace(backend.traits, fingerprint="")
    return backend


# Stored results, and how they are looked up


def test_results_are_those_of_the_backend_which_gets_each_clip_once(path: Path) -> None:
    asked: list[int] = []
    clips = [clip(number, number * 0.1) for number in range(20)]
    plain = list(Echo().transcribe(clips, Hints()))
    assert run(Echo(asked=asked.append), path, clips) == plain
    assert run(Echo(asked=asked.append), path, clips) == [replace(recognition, cached=True) for recognition in plain]
    assert asked == list(range(20))


def test_a_journaled_backend_has_the_traits_of_the_wrapped_backend(path: Path) -> None:
    backend = journaled(Scripted(), path)
    assert isinstance(backend, Backend)
    assert backend.traits == Scripted().traits
    backend.close()
    backend.close()
    assert not path.exists()  # no clip was recognised


@pytest.mark.parametrize("status", ["ok", "empty"])
def test_results_are_stored(path: Path, status: Status) -> None:
    answer = Recognition(
        status, "Bonjour \ud800" if status == "ok" else "", language="fr", reason="repeats", attempts=3
    )
    run(scripted(answer), path, [clip(1)])
    assert run(scripted("another"), path, [clip(1)]) == [replace(answer, cached=True)]


@pytest.mark.parametrize("status", ["failed", "blocked", "truncated"])
def test_failed_blocked_and_truncated_clips_are_sent_again(path: Path, status: Status) -> None:
    run(scripted(Recognition(status, "half", reason="because")), path, [clip(1)])
    assert run(scripted("whole"), path, [clip(1)]) == [Recognition("ok", "whole")]


class Fingerprinted(Echo):
    def __init__(self) -> None:
        super().__init__()
        self.traits = replace(self.traits, fingerprint="temperature=0.5")


class Renamed(Echo):
    def __init__(self, name: str = "echo", model: str | None = "one") -> None:
        super().__init__()
        self.traits = Traits(name, model)


def test_all_that_can_change_the_text_changes_the_key() -> None:
    audio = clip(1)
    hints = [
        Hints(),
        Hints(language="de"),
        Hints(prompt="de"),
        Hints(hotwords=("de",)),
        Hints(hotwords=("d", "e")),
        Hints(hotwords=('d","e',)),
        Hints(prompt="\ud800"),
    ]
    keys = [clip_key(audio, hint, Echo()) for hint in hints]
    keys += [clip_key(audio, Hints(), backend) for backend in (Fingerprinted(), Renamed("other"), Renamed(model=None))]
    keys.append(clip_key(replace(audio, sample_rate=8_000), Hints(), Echo()))
    keys.append(clip_key(replace(audio, samples=audio.samples[1:]), Hints(), Echo()))
    keys.append(clip_key(clip(2), Hints(), Echo()))
    assert len(set(keys)) == len(keys) == 13


def test_the_key_depends_on_16_bit_samples_and_not_on_the_start() -> None:
    samples = np.array([-1.5, -1, 0, 0.25, 1], np.float32)
    key = clip_key(Audio(samples, 16_000), Hints(), Echo())
    assert clip_key(Audio(samples, 16_000, start=7.0), Hints(), Echo()) == key
    assert clip_key(Audio(samples + np.float32(1e-6), 16_000), Hints(), Echo()) == key  # below 16 bits
    assert clip_key(Audio(np.clip(samples, -1, 1), 16_000), Hints(), Echo()) == key


def test_words_move_with_the_clip(path: Path) -> None:
    run(Echo(), path, [clip(1, start=61.7)])
    for start in (0.0, 3.3, 61.7, 36_000.1):
        (recognition,) = run(Echo(), path, [clip(1, start)])
        assert recognition.cached
        expected = recognition_of(clip(1, start)).words
        assert [word.text for word in recognition.words] == [word.text for word in expected]
        times = [(word.start, word.end) for word in recognition.words]
        assert np.allclose(times, [(word.start, word.end) for word in expected], rtol=0, atol=1e-9)


def test_a_plug_in_may_use_numpys_numbers(path: Path) -> None:
    run(scripted(Recognition("ok", "a", confidence=np.float32(0.5))), path, [clip(1)])  # type: ignore[arg-type]
    assert run(scripted("another"), path, [clip(1)]) == [Recognition("ok", "a", confidence=0.5, cached=True)]


# Laziness and order


class Threaded(Echo):
    """Pulls clips on a thread of its own."""

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        results: Queue[Recognition | None] = Queue(maxsize=3)

        def pull() -> None:
            for recognition in self._recognised(iter(clips), sys.maxsize):
                results.put(recognition)
            results.put(None)

        thread = threading.Thread(target=pull)
        thread.start()
        while (recognition := results.get()) is not None:
            yield recognition
        thread.join()


@settings(max_examples=40)
@given(
    numbers=st.lists(st.integers(0, 12), max_size=30),
    cached=st.sets(st.integers(0, 12)),
    ahead=st.integers(1, 7),
    threaded=st.booleans(),
)
def test_any_mixture_of_cached_and_new_clips_comes_in_order(
    numbers: list[int], cached: set[int], ahead: int, threaded: bool
) -> None:
    asked: list[int] = []
    clips = [clip(number, place * 0.5) for place, number in enumerate(numbers)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        run(Echo(), path, [clip(number) for number in sorted(cached)])
        backend = Threaded(asked=asked.append) if threaded else Echo(ahead=ahead, asked=asked.append)
        recognitions = run(backend, path, clips)
    assert [each.text for each in recognitions] == [recognition_of(each).text for each in clips]
    assert not cached & set(asked)
    assert set(asked) == set(numbers) - cached


def test_clips_are_pulled_one_by_one(path: Path) -> None:
    run(Echo(), path, [clip(number) for number in range(0, 40, 2)])
    pulled: list[int] = []
    recognitions = journaled(Echo(), path).transcribe(counted(map(clip, range(40)), pulled), Hints())
    for number in range(40):
        assert next(recognitions).cached == (number % 2 == 0)
        assert len(pulled) == number + 1


def test_the_wrapped_backend_still_works_ahead(path: Path) -> None:
    asked: list[int] = []
    run(Echo(), path, [clip(3), clip(4)])
    recognitions = journaled(Echo(ahead=5, asked=asked.append), path).transcribe(map(clip, range(100)), Hints())
    next(recognitions)
    assert asked == [0, 1, 2, 5, 6]
    next(recognitions)
    assert asked == [0, 1, 2, 5, 6, 7]


def test_a_long_run_of_cached_clips_does_not_pile_up(path: Path) -> None:
    run(Echo(), path, map(clip, range(1, 200)))
    pulled: list[int] = []
    asked: list[int] = []
    backend = journaled(Echo(ahead=5, asked=asked.append), path)
    recognitions = backend.transcribe(counted(map(clip, range(202)), pulled), Hints())
    for number in range(202):
        assert next(recognitions).text == f"clip {number}"
        assert len(pulled) <= number + 1 + MOST_CACHED_IN_A_ROW
    assert asked == [0, 200, 201]
    assert next(recognitions, None) is None


def test_a_stopped_run_stops_the_wrapped_backend(path: Path) -> None:
    stopped: list[bool] = []

    class Watched(Echo):
        def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
            try:
                yield from super().transcribe(clips, hints)
            finally:
                stopped.append(True)

    recognitions = journaled(Watched(), path).transcribe(map(clip, range(9)), Hints())
    next(recognitions)
    del recognitions
    assert stopped == [True]


@pytest.mark.parametrize("copies", [0, 2])
def test_one_result_too_few_or_too_many_is_an_error(path: Path, copies: int) -> None:
    class Slipping(Echo):
        def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
            for count, recognition in enumerate(super().transcribe(clips, hints), 1):
                yield from [recognition] * (copies if count == 2 else 1)

    with pytest.raises(BackendError, match="one result for each clip"):
        run(Slipping(), path, map(clip, range(1 + max(1, copies))))
    assert summary(path).rows == 1 + copies // 2  # no row for the clip that got another's result


def test_results_from_before_a_backend_fails_are_stored(path: Path) -> None:
    class Broke(Echo):
        def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
            for count, recognition in enumerate(super().transcribe(clips, hints)):
                if count == 5:
                    raise BackendError("echo", "no balance")
                yield recognition

    with pytest.raises(BackendError, match="no balance"):
        run(Broke(), path, map(clip, range(9)))
    asked: list[int] = []
    run(Echo(asked=asked.append), path, map(clip, range(9)))
    assert asked == [5, 6, 7, 8]


# Processes that are killed, and processes side by side


def start_job(path: Path, asked: Path, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, str(JOB), str(path), str(asked)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before)


def stored_in(path: Path) -> set[int]:
    """The numbers of the clips whose rows are in the file, which must be intact."""
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return set()
        keys = {key for (key,) in connection.execute("SELECT key FROM heard")}
    return {number for number in range(CLIPS) if clip_key(clip(number), Hints(), Echo()) in keys}


def test_a_run_killed_twenty_times_recognises_no_journaled_clip_again(path: Path, tmp_path: Path) -> None:
    chance = random.Random(3)
    stored: set[int] = set()
    for attempt in range(20):
        asked = tmp_path / f"asked-{attempt}"
        job = start_job(path, asked)
        assert job.stdout
        goal = chance.randrange(len(stored) + 14) if attempt else 0
        read = "".join(job.stdout.readline() for _ in range(goal))
        time.sleep(chance.random() * (0.02 if goal else 0.3))
        job.kill()
        with job:
            read += job.stdout.read()
            assert job.stderr
            assert job.stderr.read() == ""
        assert job.returncode != 0
        assert EXPECTED.startswith(read)
        assert not stored & set(map(int, asked.read_text().split() if asked.exists() else ()))
        stored_before, stored = stored, stored_in(path)
        assert stored_before | set(range(read.count("\n"))) <= stored
    assert 0 < len(stored) < CLIPS
    last = start_job(path, tmp_path / "asked-last")
    assert last.communicate() == (EXPECTED, "")
    assert set(map(int, (tmp_path / "asked-last").read_text().split())) == set(range(CLIPS)) - stored


def test_processes_side_by_side_share_one_journal(path: Path, tmp_path: Path) -> None:
    jobs = [start_job(path, tmp_path / "asked") for _ in range(4)]
    assert [job.communicate() for job in jobs] == [(EXPECTED, "")] * 4
    assert stored_in(path) == set(range(CLIPS))


# Disks and files that fail


def test_a_run_goes_on_when_the_file_cannot_grow(path: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    out, errors = start_job(path, tmp_path / "asked", small_disk).communicate()
    assert out == EXPECTED
    assert errors.count("\n") == 1
    assert "are not stored" in errors
    stored = stored_in(path)
    assert 0 < len(stored) < CLIPS
    asked: list[int] = []
    run(Echo(asked=asked.append), path, map(clip, range(CLIPS)))
    assert set(asked) == set(range(CLIPS)) - stored


@pytest.mark.parametrize(
    "mount", ["mount -t tmpfs -o size=160k none .", "mount -o bind . . && mount -o remount,bind,ro ."]
)
def test_a_run_goes_on_when_the_disk_is_full_or_read_only(tmp_path: Path, mount: str) -> None:
    unshare = shutil.which("unshare")
    disk = tmp_path / "disk"
    disk.mkdir()
    own: list[str | Path] = [
        unshare or "",
        "-rm",
        "sh",
        "-c",
        f'cd "$1" && {mount} && shift && cd "$1" && shift && exec "$@"',
        "sh",
    ]
    if not unshare or subprocess.run([*own, disk, ".", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not allow mounting a small disk")
    run(Echo(), disk / "journal.sqlite", [clip(CLIPS + 1)])
    command = [*own, disk, tmp_path, sys.executable, JOB, disk / "journal.sqlite", tmp_path / "asked"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == EXPECTED
    assert done.stderr.count("\n") == 1
    assert "are not stored" in done.stderr


@pytest.mark.parametrize("place", ["", "a-file/journal.sqlite"])
def test_a_run_goes_on_when_the_file_cannot_be_created(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").touch()
    warnings: list[str] = []
    backend = journaled(Echo(), tmp_path / place, warn=warnings.append)
    assert list(backend.transcribe(map(clip, range(3)), Hints())) == [
        recognition_of(clip(number)) for number in range(3)
    ]
    backend.close()
    assert len(warnings) == 1
    assert str(tmp_path / place) in warnings[0]


def damage_everything(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"and then none" * 1000)


def damage_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8192))


@pytest.mark.parametrize("damage", [damage_everything, damage_a_page])
def test_a_damaged_journal_is_set_aside(path: Path, damage: Callable[[Path], None]) -> None:
    run(Echo(), path, map(clip, range(100)))
    damage(path)
    damaged = path.read_bytes()
    warnings: list[str] = []
    backend = journaled(Echo(), path, warn=warnings.append)
    assert [recognition.text for recognition in backend.transcribe([clip(1), clip(2)], Hints())] == ["clip 1", "clip 2"]
    backend.close()
    assert len(warnings) == 1
    assert "was renamed to journal.sqlite.corrupt" in warnings[0]
    assert path.with_name("journal.sqlite.corrupt").read_bytes() == damaged
    assert run(Scripted(), path, [clip(1)]) == [Recognition("ok", "Hello.")]  # another backend, another result
    assert run(Echo(), path, [clip(2)])[0].cached


def test_a_journal_damaged_before_several_runs_is_set_aside_once(path: Path, tmp_path: Path) -> None:
    run(Echo(), path, [clip(0)])
    damage_everything(path)
    jobs = [start_job(path, tmp_path / "asked") for _ in range(4)]
    done = [job.communicate() for job in jobs]
    assert [out for out, _ in done] == [EXPECTED] * 4
    assert "".join(errors for _, errors in done).count("\n") == 1
    assert stored_in(path) == set(range(CLIPS))


def test_a_clip_with_a_damaged_row_is_recognised_again(path: Path) -> None:
    run(Echo(), path, map(clip, range(5)))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for row, answer in enumerate(['{"status": "ok", "te', "[]", "{}", '{"clip_start": 0, "words": 3}', "\x00"], 1):
            connection.execute("UPDATE heard SET answer = ? WHERE rowid = ?", (answer, row))
    assert run(Echo(), path, map(clip, range(5))) == [recognition_of(clip(number)) for number in range(5)]
    assert all(recognition.cached for recognition in run(Echo(), path, map(clip, range(5))))


@pytest.mark.parametrize("script", ["PRAGMA user_version = 7", "CREATE TABLE bookmarks (address)"])
def test_a_database_of_another_version_or_program_is_not_changed(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    before = path.read_bytes()
    warnings: list[str] = []
    backend = journaled(Echo(), path, warn=warnings.append)
    assert len(list(backend.transcribe(map(clip, range(3)), Hints()))) == 3
    backend.close()
    assert len(warnings) == 1
    assert path.read_bytes() == before
    assert {file.name for file in path.parent.iterdir()} == {"journal.sqlite"}
    for command in (summary, clear):
        with pytest.raises(JournalNotUsable, match=r"journal\.sqlite: (its version is 7|it is not a journal)"):
            command(path)


@pytest.mark.parametrize("content", [b"Buy milk.\n", b"Buy milk.\n" * 1000, bytes(8192)])
def test_a_file_that_is_not_a_database_is_not_changed(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    warnings: list[str] = []
    backend = journaled(Echo(), path, warn=warnings.append)
    assert len(list(backend.transcribe(map(clip, range(3)), Hints()))) == 3
    backend.close()
    (warning,) = warnings
    assert warning.startswith(f"cannot use the journal {path}: it is not a journal; ")
    for command in (summary, clear):
        with pytest.raises(JournalNotUsable, match=r"journal\.sqlite: it is not a journal$"):
            command(path)
    assert path.read_bytes() == content
    assert not path.with_name("journal.sqlite.corrupt").exists()


@pytest.mark.parametrize("size", [0, 7, 16, 50])
def test_a_truncated_journal_is_replaced(path: Path, size: int) -> None:
    run(Echo(), path, [clip(1)])
    os.truncate(path, size)
    with closing(journaled(Echo(), path, warn=lambda message: None)) as backend:
        assert not next(backend.transcribe([clip(2)], Hints())).cached
    assert run(Echo(), path, [clip(2)])[0].cached


# What is on the disk, and where


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_only_the_owner_may_read_and_no_secret_is_written(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "captioner" / "journal.sqlite"
    backend = journaled(Fingerprinted(), path, source="rtsp://me:pass@host/talk?key=secret#part")
    next(backend.transcribe([clip(1)], Hints(prompt="a prompt", hotwords=("a hotword",))))
    if os.name == "posix":
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("journal.sqlite*[!k]")} == {0o600}
        assert path.with_name("journal.sqlite.lock").read_bytes() == b""
    content = on_disk(path)
    assert b"clip 1" in content
    assert b"rtsp://host/talk" in content
    for secret in (b"pass@", b"secret", b"a prompt", b"a hotword", b"temperature"):
        assert secret not in content
    backend.close()


def test_summary_and_clearing(path: Path) -> None:
    assert summary(path) == Summary(0, 0, ())
    assert clear(path) == 0
    assert not path.exists()
    run(Echo(), path, map(clip, range(3)), source="b.mp4")
    run(Echo(), path, map(clip, range(5)), source="https://host/a?token=1")
    run(Echo(), path, [clip(7)])
    before = summary(path)
    assert (before.rows, before.sources) == (6, ((None, 1), ("b.mp4", 3), ("https://host/a", 2)))
    assert before.size >= path.stat().st_size > 0
    assert clear(path, source="https://host/a?token=2") == 2
    assert clear(path, source="other.mp4") == 0
    assert summary(path).sources == ((None, 1), ("b.mp4", 3))
    path.with_name("journal.sqlite.corrupt").write_bytes(b"clip 99")
    assert clear(path) == 4
    assert summary(path).rows == 0
    assert b"clip" not in on_disk(path)


def test_clearing_does_not_disturb_a_run(path: Path) -> None:
    backend = journaled(Echo(), path, warn=fail_on_warning)
    recognitions = backend.transcribe(map(clip, range(4)), Hints())
    next(recognitions)
    assert clear(path) == 1
    assert b"clip 0" not in on_disk(path)
    assert len(list(recognitions)) == 3
    backend.close()
    assert summary(path).rows == 3


def test_a_source_name_that_is_not_text(path: Path) -> None:
    run(Echo(), path, [clip(1)], source="caf\udce9.mp4")
    assert summary(path).sources == (("caf\\udce9.mp4", 1),)
    assert clear(path, source="caf\udce9.mp4") == 1


def test_the_default_path_of_each_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTIONER_JOURNAL", "~/j.sqlite")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert default_path() == tmp_path / "j.sqlite"
    monkeypatch.delenv("CAPTIONER_JOURNAL")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    folders = {"linux": ".cache", "darwin": "Library/Caches", "win32": "AppData/Local"}
    for platform, folder in folders.items():
        monkeypatch.setattr(sys, "platform", platform)
        assert default_path() == tmp_path / folder / "captioner" / "journal.sqlite"
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_path() == tmp_path / "cache" / "captioner" / "journal.sqlite"


# Files that are not a journal of captioner's


def refusal(path: Path) -> str:
    """The one warning of a run that goes on without the journal."""
    warnings: list[str] = []
    backend = journaled(Echo(), path, warn=warnings.append)
    assert len(list(backend.transcribe(map(clip, range(2)), Hints()))) == 2
    backend.close()
    [warning] = warnings
    with pytest.raises(JournalNotUsable):
        clear(path)
    return warning


@pytest.mark.skipif(os.name == "nt", reason="has no such files")
def test_a_device_a_pipe_and_a_folder_are_refused_and_not_changed(tmp_path: Path) -> None:
    pipe, folder, link = tmp_path / "pipe", tmp_path / "folder", tmp_path / "link"
    os.mkfifo(pipe, 0o666)
    folder.mkdir()
    link.symlink_to("/dev/null")
    before = [path.stat().st_mode for path in (Path("/dev/null"), pipe, folder)]
    for path in (Path("/dev/null"), pipe, link):
        assert "it is not a regular file" in refusal(path)
    for path in (folder, Path("/"), Path()):
        assert "it is a folder; name a file in it" in refusal(path)
    assert [path.stat().st_mode for path in (Path("/dev/null"), pipe, folder)] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "pipe"]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"ID3 a song", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"])
def test_a_file_of_another_program_gets_no_companions(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    assert "it is not a journal" in refusal(path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == content


def test_a_database_of_another_program_gets_no_companions(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE places (url)")
    content = path.read_bytes()
    assert "it is not a journal" in refusal(path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == content


@pytest.mark.skipif(os.name == "nt", reason="has no such modes")
def test_the_mode_of_an_empty_file_that_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.touch()
    path.chmod(0o640)
    run(Echo(), path, [clip(1)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert summary(path).rows == 1


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    for use in (clear, summary):
        with pytest.raises(JournalNotUsable):
            use(tmp_path / ("j" * 300))


@pytest.mark.skipif(os.name == "nt", reason="has other home folders")
def test_an_unknown_home_folder_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTIONER_JOURNAL", "~no-such-user/journal")
    with pytest.raises(JournalNotUsable, match="the home folder is unknown; name the journal's file"):
        default_path()
