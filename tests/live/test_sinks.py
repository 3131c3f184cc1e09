"""Sinks: growing files, services that captions are pushed to, and the other sinks when one fails."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from captioner.errors import OutputNotWritten, UnknownName, UsageError
from captioner.formats import srt, vtt
from captioner.formats.transcript import json as transcript
from captioner.live.events import Caption, Event, RegionReported, StreamEnded, StreamProgress
from captioner.live.sinks import BUILT_IN, load_sink
from captioner.live.sinks.growing_files import GrowingFile
from captioner.live.sinks.http_push import DeliveryError, OvenMediaEngine, YouTube, Zoom
from captioner.live.sinks.obs import Obs
from captioner.live.sinks.transcript_recorder import TranscriptRecorder
from captioner.live.sinks.worker import MAX_QUEUED_EVENTS, SinkWorker
from captioner.values import RegionReport, Report, Segment, Word
from tests.live.live_fakes import ObsService, OvenService, YouTubeService, ZoomService, serve_http, serve_obs
from tests.live.live_stream import wait_until


def caption(number: int, text: str = "Hello <you> & me.", *, final: bool = True) -> Caption:
    """A caption of two seconds, from `3 * number` seconds on."""
    start = 3.0 * number
    words = (Word(start, start + 2, text, 0.5),)
    return Caption(
        seq=number + 1,
        id=f"{number}.0",
        region=number,
        start=start,
        end=start + 2,
        text=text,
        is_final=final,
        ends_speech=True,
        words=words,
        language="en",
        speaker="Ann",
        final_number=number + 1,
    )


@pytest.mark.parametrize("name", ["srt", "vtt", "jsonl"])
def test_a_growing_file_holds_complete_entries_and_continues_after_a_kill(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"talk.{name}"
    first = load_sink(name, str(path))
    for number in range(3):
        first.handle(caption(number))
        first.handle(caption(number, "A partial.", final=False))
        assert count(path) == number + 1
    with path.open("ab") as file:
        file.write(b"half an entr")  # the process is killed while it writes
    second = load_sink(name, str(path))
    for number in range(2, 5):  # the last caption comes again
        second.handle(caption(number))
    second.close()
    assert count(path) == 5
    assert "half" not in path.read_text("utf-8")


def count(path: Path) -> int:
    """The captions in a file, each once, in order and of the right text."""
    text = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        entries = [json.loads(line) for line in text.split("\n") if line]
        assert [entry["start"] for entry in entries] == [3.0 * number for number in range(len(entries))]
        return len(entries)
    cues = list((srt if path.suffix == ".srt" else vtt).parse(text).cues or ())
    assert [cue.start for cue in cues] == [3.0 * number for number in range(len(cues))]
    assert {cue.text for cue in cues} == {"Hello <you> & me."}
    return len(cues)


def test_a_line_of_json_holds_the_whole_caption(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    sink = load_sink("jsonl", str(tmp_path / "a.jsonl"))
    sink.handle(caption(4))
    golden("live_caption.jsonl", (tmp_path / "a.jsonl").read_text("utf-8"))


def test_a_full_disk_leaves_no_half_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = GrowingFile(str(tmp_path / "a.srt"))
    file.append("one\n\n")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OutputNotWritten, match="no space left"):
            file.append("two\n\n")
    file.append("three\n\n")
    assert file.text() == "one\n\nthree\n\n"


def test_a_file_that_holds_no_captions_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text("my diary\n\nof today\n\n", "utf-8")
    with pytest.raises(OutputNotWritten, match="not a caption file"):
        load_sink("srt", str(path))
    assert path.read_text("utf-8") == "my diary\n\nof today\n\n"


def region_reported(number: int) -> RegionReported:
    start = 3.0 * number
    report = RegionReport(start, start + 2, number, "ok", f"Line {number}.")
    return RegionReported(report, Segment(start, start + 2, f"Line {number}.", language="en"))


def test_the_transcript_of_a_stream_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    report = Report("udp://x", 0.0, "scripted")
    first = TranscriptRecorder(str(path), report)
    first.handle(region_reported(0))
    first.handle(region_reported(1))
    second = TranscriptRecorder(str(path), report)
    for number in (1, 2):
        second.handle(region_reported(number))
    for event in (StreamProgress(9.0, 9.0), StreamEnded()):
        second.handle(event)
    second.close()
    contents = transcript.parse(path.read_text("utf-8"))
    assert contents.transcript is not None
    assert contents.report is not None
    assert [segment.text for segment in contents.transcript.segments] == ["Line 0.", "Line 1.", "Line 2."]
    assert [region.index for region in contents.report.regions] == [0, 1, 2]
    assert (contents.report.duration, contents.transcript.language) == (9.0, "en")
    assert [child.name for child in tmp_path.iterdir()] == ["talk.json"]


def test_youtube_gets_captions_with_their_time_under_rising_numbers() -> None:
    with serve_http(YouTubeService()) as service:
        sink = YouTube(f"http://{service.address}/closedcaption?cid=event", now=lambda: 1_000_000_000.0)
        sink.handle(StreamProgress(20.0, 20.0))
        sink.handle(caption(0, "one\ntwo"))
        service.failures = 1
        with pytest.raises(DeliveryError, match="answers 503"):
            sink.handle(caption(1))
        sink.handle(caption(1))
        sink.close()
    assert service.received == [
        ("2001-09-09T01:46:20.000", "one<br>two"),
        ("2001-09-09T01:46:23.000", "Hello <you> & me."),
    ]
    assert not service.refused


def test_the_numbers_of_youtube_continue_after_a_restart() -> None:
    with serve_http(YouTubeService()) as service:
        for numbers in ((0, 1), (2, 3)):
            sink = YouTube(f"http://{service.address}/closedcaption?cid=event")
            for number in numbers:
                sink.handle(caption(number))
            sink.close()
    assert (len(service.received), service.refused) == (4, [])


def test_zoom_is_asked_for_the_last_number_first() -> None:
    with serve_http(ZoomService(number=41)) as service:
        target = f"http://{service.address}/closedcaption?id=1&signature=secret"
        sink = Zoom(target)
        for number in range(2):
            sink.handle(caption(number, "one\ntwo"))
        again = Zoom(target)
        again.handle(caption(2, "three"))
        with pytest.raises(DeliveryError, match="answers 403"):
            Zoom(target.replace("secret", "wrong")).handle(caption(3))
    assert service.received == ["one\ntwo\n", "one\ntwo\n", "three\n"]
    assert (service.number, service.refused) == (44, [])


def test_oven_media_engine_gets_subtitles_with_their_label() -> None:
    with serve_http(OvenService()) as service:
        sink = OvenMediaEngine(
            f"http://token@{service.address}/v1/vhosts/default/apps/app/streams/stream?label=English"
        )
        sink.handle(caption(0, "Hello."))
    assert (service.received, service.refused) == ([("English", "Hello.", 2000)], [])


def test_obs_gets_captions_before_and_after_its_restart() -> None:
    service = ObsService()
    sink = None
    for _ in range(2):
        with serve_obs(service, service.port):
            sink = sink or Obs(f"ws://:pass%20word@127.0.0.1:{service.port}")
            for number in range(2):
                sink.handle(caption(number, f"Line {number}."))
        with pytest.raises(DeliveryError, match="cannot be reached"):
            sink.handle(caption(3))
    assert service.received == ["Line 0.", "Line 1."] * 2
    assert not service.refused


def test_an_error_says_why_obs_refuses() -> None:
    with serve_obs(ObsService(streaming=False)) as service:
        with pytest.raises(DeliveryError, match="not streaming"):
            Obs(f"ws://:pass%20word@127.0.0.1:{service.port}").handle(caption(0))
        with pytest.raises(DeliveryError, match="password"):
            Obs(f"ws://:wrong@127.0.0.1:{service.port}").handle(caption(0))


@pytest.mark.parametrize("name", ["obs", "youtube", "zoom", "ovenmediaengine"])
def test_a_target_that_is_not_an_address_is_refused_before_the_run(name: str) -> None:
    with pytest.raises(UsageError):
        load_sink(name, "not an address")


def test_an_unknown_sink_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="there is: "):
        load_sink("telegraph", "x")
    assert set(BUILT_IN) == {"srt", "vtt", "jsonl", "hls", "obs", "youtube", "zoom", "ovenmediaengine"}


class FailingSink:
    """A sink that fails `failures` times, and records every other event."""

    max_age = 60.0

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.received, self.closed = failures, [], False  # type: ignore[var-annotated]

    def handle(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("down")
        self.received.append(event)

    def close(self) -> None:
        self.closed = True


def test_events_that_a_sink_refused_come_again_in_order() -> None:
    sink = FailingSink(failures=2)
    worker = SinkWorker("odd", sink)
    for number in range(4):
        worker.put(caption(number))
    wait_until(lambda: worker.error == "down")
    wait_until(lambda: len(sink.received) == 4)
    worker.close(1.0)
    assert [event.start for event in sink.received] == [0.0, 3.0, 6.0, 9.0]
    assert (worker.dropped, worker.error, sink.closed) == (0, None, True)


def test_a_sink_that_never_works_fills_no_memory_and_is_closed() -> None:
    sink = FailingSink(failures=10**9)
    worker = SinkWorker("odd", sink)
    for number in range(MAX_QUEUED_EVENTS + 50):
        worker.put(caption(number))
    assert worker.dropped >= 49
    worker.close(0.5)
    assert worker.dropped == MAX_QUEUED_EVENTS + 50
    assert sink.closed
    assert not sink.received


def test_a_partial_is_dropped_at_once_and_makes_room_for_the_next_caption() -> None:
    sink = FailingSink(failures=1)
    worker = SinkWorker("odd", sink)
    worker.put(caption(0, "a partial", final=False))
    wait_until(lambda: worker.dropped == 1)
    worker.put(caption(0, "final"))
    wait_until(lambda: len(sink.received) == 1)
    worker.close(1.0)
    assert sink.received[0].text == "final"


def test_a_caption_that_is_too_old_is_dropped() -> None:
    sink = FailingSink(failures=3)
    sink.max_age = 0.2
    worker = SinkWorker("odd", sink)
    worker.put(caption(0))
    wait_until(lambda: worker.dropped == 1)
    worker.close(1.0)
    assert not sink.received
