"""The stream's clock for timestamps that wrap, jump, overlap and begin again, and the reader that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.errors import MediaNotReadable, StreamLost
from captioner.live.session.source_reader import (
    NO_AUDIO,
    AudioChunk,
    ConnectionLost,
    LostAudio,
    SourceReader,
    StreamItem,
)
from captioner.live.source.decoder import Packet
from captioner.live.source.live_source import HlsEnded, MissingAudio, SourceInterrupted, SourceItem
from captioner.live.stream_clock import GAP, JITTER, SAMPLE_RATE, TICKS, WRAP, Epoch, StreamClock

LENGTH = 1024 * SAMPLE_RATE // 48_000  # samples in a packet: an AAC frame, 21 ms


def place(clock: StreamClock, seconds: list[float], idle: float = 0.0) -> list[float]:
    """Where packets with these timestamps are placed, in seconds."""
    placed = [clock.place(round(second * TICKS) % WRAP, LENGTH, idle=idle) for second in seconds]
    return [each.position / SAMPLE_RATE for each in placed]


@given(st.integers(0, WRAP - 1), st.lists(st.floats(0, 3), max_size=40))
def test_gaps_are_kept_across_the_wrap_wherever_a_clock_begins(start: int, gaps: list[float]) -> None:
    clock, ticks, expected = StreamClock(), start, 0.0
    for gap in [0.0, *gaps]:
        expected += gap
        ticks += round(gap * TICKS)
        placed = clock.place(ticks % WRAP, LENGTH)
        assert abs(placed.position / SAMPLE_RATE - expected) <= JITTER + 0.001
        expected += LENGTH / SAMPLE_RATE
        ticks += LENGTH * TICKS // SAMPLE_RATE
    assert clock.epoch == Epoch(0, 0.0, start)


@given(st.lists(st.tuples(st.integers(0, WRAP - 1), st.floats(0, 100), st.booleans()), min_size=1, max_size=30))
def test_time_never_goes_back_whatever_comes(packets: list[tuple[int, float, bool]]) -> None:
    clock = StreamClock()
    ends = [0.0]
    for ticks, idle, discontinuity in packets:
        placed = clock.place(ticks, LENGTH, idle=idle, discontinuity=discontinuity)
        assert placed.position / SAMPLE_RATE >= ends[-1]
        assert 0 <= placed.overlap <= LENGTH
        assert placed.position / SAMPLE_RATE - ends[-1] <= idle + GAP + JITTER
        assert clock.position == placed.position + LENGTH - placed.overlap
        ends.append(clock.time)


def test_time_continues_after_the_idle_time_where_a_clock_jumps() -> None:
    clock = StreamClock()
    place(clock, [1.4, 1.4213])
    before = clock.time
    assert place(clock, [5000.0], idle=20.0) == [pytest.approx(before + 20.0, abs=1e-4)]
    assert clock.epoch is not None
    assert clock.epoch.number == 1
    assert clock.epoch.ticks_at(clock.epoch.time + 1.0) == 5001 * TICKS


def test_a_source_that_comes_back_with_its_own_clock_leaves_a_gap() -> None:
    clock = StreamClock()
    place(clock, [10.0])
    assert place(clock, [30.0], idle=19.5) == [pytest.approx(20.0)]
    assert clock.epoch == Epoch(0, 0.0, 10 * TICKS)


def test_samples_that_were_read_before_are_left_out() -> None:
    clock = StreamClock()
    clock.place(0, SAMPLE_RATE)
    placed = clock.place(TICKS // 2, SAMPLE_RATE)
    assert (placed.position, placed.overlap) == (SAMPLE_RATE, SAMPLE_RATE // 2)


def test_rounded_timestamps_are_not_gaps() -> None:
    clock = StreamClock()
    positions = [clock.place(round(index * LENGTH / SAMPLE_RATE * 1000) * 90, LENGTH).position for index in range(5000)]
    assert {after - before for before, after in pairwise(positions)} == {LENGTH}


def test_an_announced_break_is_a_new_epoch_even_where_the_clock_runs_on() -> None:
    clock = StreamClock()
    place(clock, [0.0])
    clock.place(round(LENGTH * TICKS / SAMPLE_RATE), LENGTH, discontinuity=True)
    assert clock.epoch is not None
    assert clock.epoch.number == 1
    assert clock.epoch.time == pytest.approx(LENGTH / SAMPLE_RATE)


class ScriptedSource:
    """A source that plays a script: items, waits in seconds, and interruptions."""

    def __init__(self, *script: SourceItem | float | SourceInterrupted) -> None:
        self.name = "scripted"
        self.time = 0.0
        self._script = list(script)

    def items(self) -> Iterator[SourceItem]:
        while self._script:
            step = self._script.pop(0)
            if isinstance(step, SourceInterrupted):
                raise step
            if isinstance(step, float):
                self.time += step
            else:
                yield step

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def read(self, timeout: float = 60.0) -> list[StreamItem]:
        reader = SourceReader(self, StreamClock(), reconnect_timeout=timeout, now=lambda: self.time, sleep=self.sleep)
        return list(reader.read())


def packet(second: float, length: float = 1.0) -> Packet:
    return Packet(round(second * TICKS), np.ones(round(length * SAMPLE_RATE), np.float32))


def spans(items: list[StreamItem]) -> list[tuple[float, float]]:
    return [(each.audio.start, each.audio.end) for each in items if isinstance(each, AudioChunk)]


def lost(items: list[StreamItem]) -> list[tuple[float, float, str]]:
    return [(each.start, each.end, each.reason) for each in items if isinstance(each, LostAudio)]


def test_a_short_gap_is_filled_with_silence_and_a_long_one_is_not() -> None:
    items = ScriptedSource(packet(7.0), packet(8.08), packet(15.0)).read()
    assert spans(items) == [(0.0, 1.0), (1.0, 1.08), (1.08, 2.08), (8.0, 9.0)]
    assert lost(items) == [(2.08, 8.0, NO_AUDIO)]
    silence = items[1]
    assert isinstance(silence, AudioChunk)
    assert not silence.audio.samples.any()


def test_a_sender_that_starts_again_is_placed_after_the_time_it_was_gone() -> None:
    items = ScriptedSource(packet(500.0), SourceInterrupted("gone"), 20.5, packet(0.0)).read()
    assert spans(items) == [(0.0, 1.0), (21.0, 22.0)]
    assert lost(items) == [(1.0, 21.0, "gone")]
    assert ConnectionLost("gone") in items


def test_audio_that_a_source_cannot_read_is_lost_at_the_beginning_between_and_at_the_end() -> None:
    missing = MissingAudio(4.0, "segment 7 cannot be downloaded")
    items = ScriptedSource(missing, packet(9.0), missing, missing, packet(18.5), missing, HlsEnded()).read()
    assert spans(items) == [(4.0, 5.0), (13.5, 14.5)]
    assert [(start, end) for start, end, _ in lost(items)] == [(0.0, 4.0), (5.0, 13.5), (14.5, 18.5)]
    assert {reason for _, _, reason in lost(items)} == {missing.reason}


def test_the_time_of_missing_audio_decides_where_the_clock_breaks() -> None:
    broken = Packet(0, packet(0.0).samples, idle=0.0, discontinuity=True)
    items = ScriptedSource(packet(500.0), MissingAudio(6.0, "gone"), broken).read()
    assert spans(items) == [(0.0, 1.0), (7.0, 8.0)]


@pytest.mark.parametrize("said", [False, True])
def test_what_overflowed_while_the_process_was_stopped_is_lost_behind_what_waited(said: bool) -> None:
    """It is stopped for 40 s. Ten seconds wait and are read at once, the next 20 s are lost, and the rest waits too."""
    missing = [MissingAudio(20.0, "overflow")] if said else []
    waiting = [packet(1.0 + second) for second in range(10)] + missing + [packet(31.0 + second) for second in range(10)]
    items = ScriptedSource(1.0, replace(packet(0.0), due=0.0), 40.0, *waiting).read()
    assert [(start, end) for start, end, _ in lost(items)] == [(11.0, 31.0)]
    assert spans(items)[-1] == (40.0, 41.0)


def connection(sent: float, late: float, *, length: float = 15.2) -> list[SourceItem | float]:
    """A sender's connection, whose packets libav hands out `late` seconds after they were sent, in the first place."""
    first, rest = replace(packet(1.4, 0.5), due=sent), packet(1.9, length - 0.5)
    return [late, first, length - late, rest]


@pytest.mark.parametrize("late", [0.0, 1.4, 3.0])
def test_each_connection_is_placed_by_when_it_was_sent_however_late_libav_hands_it_out(late: float) -> None:
    script: list[SourceItem | float | SourceInterrupted] = []
    for number in range(20):
        script += [*connection(15.7 * number, late), SourceInterrupted("gone")]
    items = ScriptedSource(*script).read(timeout=5.0)
    starts = [start for start, end in spans(items) if end - start < 1.0]
    assert starts == pytest.approx([15.7 * number for number in range(20)], abs=0.01)
    assert [end - start for start, end, _ in lost(items)] == pytest.approx([0.5] * 19, abs=0.01)


def test_a_sender_whose_clock_is_slow_over_hours_leaves_no_gap_of_its_own() -> None:
    """It sends 100 s of audio in 100.1 s, so after 4,000 s it is 4 s behind our clock."""
    script: list[SourceItem | float | SourceInterrupted] = [replace(packet(0.0), due=0.0)]
    for number in range(40):
        script += [100.1, packet(1.0 + 100.0 * number, 100.0)]
    script += [SourceInterrupted("gone"), 1.0, replace(packet(0.0), due=4004.0 + 1.5)]
    items = ScriptedSource(*script).read()
    assert spans(items)[-1] == pytest.approx((4002.5, 4003.5), abs=0.01)


def test_a_source_that_cannot_be_reached_at_the_start_is_an_error_at_once() -> None:
    with pytest.raises(MediaNotReadable, match="cannot be reached"):
        ScriptedSource(SourceInterrupted("cannot be reached")).read()


def test_a_source_that_stays_away_is_lost() -> None:
    source = ScriptedSource(packet(0.0), *[SourceInterrupted("gone")] * 50)
    with pytest.raises(StreamLost, match="gone; given up after 60 s"):
        source.read(timeout=60.0)
    assert 60.0 <= source.time < 75.0


def test_a_listening_source_waits_for_its_sender() -> None:
    waiting = SourceInterrupted("no data", waiting=True)
    assert spans(ScriptedSource(waiting, 10.0, waiting, 10.0, packet(3.0)).read()) == [(0.0, 1.0)]
