"""Sources: what they hold, the choice of track and channel, and the messages for sources that cannot be read."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import threading
import warnings
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import captioner.media.probe
from captioner.errors import FfmpegNotFound, MediaNotReadable, NoAudio, UnknownName, UsageError
from captioner.media import (
    AudioSelection,
    AudioTrack,
    Media,
    ffmpeg_version,
    find_ffmpeg,
    open_media,
    probe_subprocess,
    read_audio,
)
from captioner.media.decode import BLOCK, decode_arguments
from captioner.media.source import MediaSource
from captioner.media.tracks import choose_channel, choose_track
from captioner.values import Samples
from tests.media.media_factory import Film, ffmpeg, make_film, onsets, picture_source, tone_source

RATE = 16_000
FREQUENCIES = (400, 800, 1600)
"""Hz of the tones in the first, second and third track or channel of the test media."""


def track(number: int, language: str | None = None, *, default: bool = False, codec: str = "aac") -> AudioTrack:
    return AudioTrack(number, language, None, 2, 48_000, codec, default)


def media(*tracks: AudioTrack, start_time: float = 0.0) -> Media:
    return Media("film.mkv", 60.0, start_time, tracks, None, MediaSource("film.mkv", "file:film.mkv", {"opt": "1"}))


def decode(
    path: Path | str, selection: AudioSelection = AudioSelection(), warnings: list[str] | None = None
) -> Samples:
    """The samples of a source; its warnings are appended to `warnings`."""
    warnings = [] if warnings is None else warnings
    with open_media(str(path)) as opened:
        return np.concatenate([block.samples for block in read_audio(opened, selection, warn=warnings.append)])


def loudest_frequency(samples: Samples) -> int:
    spectrum = np.abs(np.fft.rfft(samples))
    return round(float(np.argmax(spectrum)) * RATE / len(samples) / 100) * 100


@pytest.fixture(scope="module")
def three_tracks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An English, a Spanish and a third track without a language; Spanish is the default, the third has a title."""
    path = tmp_path_factory.mktemp("media") / "three.mkv"
    inputs = [part for hertz in FREQUENCIES for part in ("-f", "lavfi", "-i", f"sine=frequency={hertz}:duration=2")]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-disposition:a:0", "0", "-disposition:a:1", "default"]
    tags = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=spa", "-metadata:s:a:2", "title=Comments"]
    ffmpeg(*inputs, *maps, *tags, "-c:a", "flac", path)
    return path


@pytest.fixture(scope="module")
def two_sides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "sides.wav"
    left, right = (f"sine=frequency={hertz}:duration=2" for hertz in FREQUENCIES[:2])
    ffmpeg("-f", "lavfi", "-i", left, "-f", "lavfi", "-i", right, "-filter_complex", "[0][1]amerge=inputs=2", path)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(Film("mkv", 0.0, 0.0), tmp_path_factory.mktemp("media"))


# Probing


def test_a_source_lists_what_it_holds(three_tracks: Path) -> None:
    with open_media(str(three_tracks)) as opened:
        english, spanish, third = opened.tracks
    assert (english.number, english.language, english.channels, english.codec) == (1, "en", 1, "flac")
    assert (spanish.language, spanish.default, english.default) == ("es", True, False)
    assert (third.language, third.title) == (None, "Comments")
    assert str(third) == '3 (no language, flac, 1 channel, "Comments")'
    assert opened.duration == pytest.approx(2.0, abs=0.01)
    assert opened.frame_rate is None


def test_a_large_file_is_probed_in_a_child_process(
    three_tracks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.mp4").write_text("Good morning.\n" * 100)
    with open_media(str(three_tracks)) as media:
        message = refused(tmp_path / "notes.mp4")
        monkeypatch.setattr(probe_subprocess, "LARGE_FILE", 0)
        with open_media(str(three_tracks)) as large:
            assert large == media
        assert refused(tmp_path / "notes.mp4") == message


@pytest.mark.parametrize("rate", ["25", "24000/1001", "30000/1001", "50"])
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_the_frame_rate_is_exact(rate: str, container: str, tmp_path: Path) -> None:
    path = tmp_path / f"film.{container}"
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=64x48:r={rate}:d=4", "-c:v", "mpeg4", path)
    with open_media(str(path)) as opened:
        assert opened.frame_rate is not None
        assert opened.frame_rate == Fraction(rate)


def test_a_variable_frame_rate_is_no_rate(tmp_path: Path) -> None:
    uneven = f"{picture_source(4)},select=gt(mod(n\\,3)*mod(n\\,7)\\,0)"
    ffmpeg("-f", "lavfi", "-i", uneven, "-fps_mode", "vfr", "-c:v", "mpeg4", tmp_path / "film.mp4")
    with open_media(str(tmp_path / "film.mp4")) as opened:
        assert opened.frame_rate is None


def test_cover_art_counts_neither_as_video_nor_for_the_start(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=1", "-frames:v", "1", tmp_path / "cover.png")
    sound = ("-f", "lavfi", "-i", "sine=duration=1", "-i", tmp_path / "cover.png")
    ffmpeg(*sound, "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic", tmp_path / "song.mp3")
    with open_media(str(tmp_path / "song.mp3")) as opened:
        assert opened.frame_rate is None
    assert len(decode(tmp_path / "song.mp3")) == pytest.approx(RATE, abs=RATE * 0.03)


# Choosing a track


@pytest.mark.parametrize(
    ("asked", "frequency"),
    [(None, 800), ("1", 400), ("2", 800), ("3", 1600), ("en", 400), ("eng", 400), ("es", 800), ("spa", 800)],
)
def test_a_track_is_chosen_by_number_or_language(three_tracks: Path, asked: str | None, frequency: int) -> None:
    assert loudest_frequency(decode(three_tracks, AudioSelection(track=asked))) == frequency


@pytest.mark.parametrize("asked", ["0", "4", "fr", "und", "", "-1"])
def test_an_unknown_track_lists_the_tracks(three_tracks: Path, asked: str) -> None:
    with pytest.raises(UnknownName) as raised:
        decode(three_tracks, AudioSelection(track=asked))
    assert str(raised.value) == (
        f"unknown audio track {asked!r}; there is: 1 (en, flac, 1 channel), 2 (es, flac, 1 channel), "
        '3 (no language, flac, 1 channel, "Comments")'
    )


def test_the_default_track_is_one_that_can_be_decoded() -> None:
    unknown = track(1, default=True, codec="unknown codec")
    assert choose_track((unknown, track(2), track(3)), None, "a.mkv").number == 2
    assert choose_track((track(1), track(2, default=True)), None, "a.mkv").number == 2
    assert choose_track((track(1), track(2)), None, "a.mkv").number == 1


# Choosing a channel


@pytest.mark.parametrize(("channel", "frequency"), [("left", 400), ("right", 800), ("1", 400), ("2", 800)])
def test_a_channel_is_decoded_alone(two_sides: Path, channel: str, frequency: int) -> None:
    samples = decode(two_sides, AudioSelection(channel=channel))
    other = next(hertz for hertz in FREQUENCIES[:2] if hertz != frequency)
    spectrum = np.abs(np.fft.rfft(samples[:RATE]))
    assert loudest_frequency(samples) == frequency
    assert spectrum[other] < spectrum[frequency] / 1000


def test_the_mix_has_all_channels(two_sides: Path) -> None:
    spectrum = np.abs(np.fft.rfft(decode(two_sides)[:RATE]))
    assert spectrum[400] == pytest.approx(spectrum[800], rel=0.01)
    assert spectrum[400] > 100 * spectrum[1200]


def test_channels_without_a_layout_are_mixed_with_equal_weights(tmp_path: Path) -> None:
    """Ten microphones: none may be lost, as the fourth of six channels is when it is a subwoofer."""
    exprs = "|".join("0.5*sin(2*PI*600*t)" if number == 3 else "0" for number in range(10))
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc={exprs}:d=1", "-c:a", "pcm_s16le", tmp_path / "room.wav")
    assert loudest_frequency(decode(tmp_path / "room.wav")) == 600
    assert loudest_frequency(decode(tmp_path / "room.wav", AudioSelection(channel="4"))) == 600
    assert np.abs(decode(tmp_path / "room.wav", AudioSelection(channel="5"))).max() == 0


def test_an_unknown_channel_lists_the_channels() -> None:
    with pytest.raises(UnknownName, match=r"unknown channel '3'; there is: mix, left, right, 1, 2$"):
        choose_channel(track(1), "3")
    with pytest.raises(UnknownName, match=r"unknown channel 'left'; there is: mix, 1$"):
        choose_channel(replace(track(1), channels=1), "left")


# Start and end


@pytest.mark.parametrize(("start", "end"), [(5.0, 5.0), (6.0, 5.0), (None, 0.0), (-1.0, None), (2.0, -1.0)])
def test_an_end_before_the_start_is_refused(start: float | None, end: float | None) -> None:
    with pytest.raises(UsageError):
        AudioSelection(start=start, end=end)


def test_a_start_beyond_the_end_is_refused(film: Path) -> None:
    with pytest.raises(UsageError, match=r"mkv ends before 100 s, so there is nothing to caption from there on$"):
        decode(film, AudioSelection(start=100.0))


def test_an_end_beyond_the_end_of_the_source_is_fine(film: Path) -> None:
    assert len(decode(film, AudioSelection(start=6.0, end=100.0))) == pytest.approx(RATE, abs=200)


# The ffmpeg command


def test_the_command_decodes_one_track_and_nothing_else() -> None:
    opened = media(track(1), track(2), start_time=1.4)
    assert decode_arguments(opened, opened.tracks[1], AudioSelection(channel="right", start=60.0), RATE) == [
        *("-nostdin", "-hide_banner", "-v", "error", "-copyts"),
        *("-dn", "-noaccurate_seek", "-opt", "1", "-seek_timestamp", "1", "-sn", "-ss", "60.400000", "-vn"),
        *("-i", "file:film.mkv", "-filter_complex"),
        r"[0:a:1]pan=args=mono|c0\\=c1[s0];"
        r"[s0]asetnsamples=n=3840:p=0[s1];"
        r"[s1]asetpts=st(0\,ld(0)+if(gt(N\,0)*(lt(PTS-ld(1)\,-1.0*SR)+gt(PTS-ld(1)\,3600.0*SR))\,ld(1)-PTS\,0))\;"
        r"st(1\,PTS+S)\;PTS+ld(0)+3600.0*SR[s2];"
        r"[s2]aresample=16000:async=1:min_hard_comp=0.04[s3];"
        r"[s3]aformat=channel_layouts=mono:sample_fmts=flt[s4]",
        *("-map", "[s4]", "-f", "nut", "-acodec", "pcm_f32le", "-bsf:a", "pcm_rechunk=n=4000:pad=0"),
        *("-flush_packets", "0"),
        *("-strict", "experimental", "-syncpoints", "none", "-write_index", "0", "pipe:1"),
    ]


def test_the_variable_names_the_ffmpeg_to_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAPTIONER_FFMPEG", sys.executable)
    assert find_ffmpeg() == sys.executable
    monkeypatch.setenv("CAPTIONER_FFMPEG", str(tmp_path / "none"))
    with pytest.raises(
        FfmpegNotFound, match=r"\$CAPTIONER_FFMPEG names .*none, which is not a program on this machine"
    ):
        find_ffmpeg()


def test_without_an_installed_ffmpeg_the_bundled_one_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CAPTIONER_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in find_ffmpeg()
    assert ffmpeg_version()[0] in "n0123456789N"


# Sources that cannot be read


def refused(path: Path | str) -> str:
    with pytest.raises(MediaNotReadable) as raised, open_media(str(path)):
        pass
    return str(raised.value)


def test_the_message_says_why_a_source_cannot_be_read(tmp_path: Path, film: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "talk.mp4").write_text("Good morning.\n" * 100)
    assert refused(tmp_path / "none.mp4") == f"{tmp_path}/none.mp4: cannot be read: No such file or directory"
    assert refused("") == "'': is not a file name"
    assert refused(tmp_path) == f"{tmp_path}: is a folder, not a file"
    assert refused(tmp_path / "empty.mp4") == f"{tmp_path}/empty.mp4: is empty: 0 bytes"
    assert refused(tmp_path / "talk.mp4") == f"{tmp_path}/talk.mp4: is not media that captioner can read"
    assert refused("a\0b").endswith("cannot be read: embedded null byte")


@contextmanager
def without_root() -> Iterator[None]:
    """Root may read everything, so it becomes another user inside the block."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"x")
    secret.chmod(0)
    with without_root():
        assert refused(secret).endswith("cannot be read: Permission denied")


@pytest.mark.parametrize(
    "playlist", ["#EXTM3U\n#EXTINF:9,\nfile://{film}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile '{film}'\n"]
)
@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.txt"])
def test_a_file_cannot_open_another_file(playlist: str, name: str, film: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_text(playlist.format(film=film))
    assert refused(tmp_path / name).endswith("is not media that captioner can read")


@pytest.fixture
def server_folder(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address of the server for it."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def playlist_of_three(folder: Path, second: str) -> None:
    """A playlist of three segments of 2 s; `second` is where the second one is said to be."""
    ffmpeg("-f", "lavfi", "-i", "sine=duration=6", "-c:a", "aac", "-f", "hls", "-hls_time", "2", folder / "list.m3u8")
    text = (folder / "list.m3u8").read_text()
    (folder / "list.m3u8").write_text(text.replace("list1.ts", second) + "#EXT-X-ENDLIST\n")


@pytest.mark.parametrize("scheme", ["file://", "file:", "concat:", "subfile:,,start,0,end,0,,:", ""])
def test_a_remote_playlist_opens_no_file_of_this_machine(
    scheme: str, tmp_path: Path, server_folder: tuple[Path, str]
) -> None:
    folder, address = server_folder
    playlist_of_three(folder, f"{scheme}{tmp_path}/local.ts")
    (folder / "list1.ts").rename(tmp_path / "local.ts")
    warnings: list[str] = []
    samples = decode(f"{address}/list.m3u8", warnings=warnings)
    assert np.abs(samples[2 * 16_000 + 4000 : 4 * 16_000 - 4000]).max() == 0
    assert warnings == ["1 segment of its playlist cannot be read; what is said in it is missing"]


@pytest.mark.parametrize(
    "playlist", ["ffconcat version 1.0\nfile '{file}'\n", "ffconcat version 1.0\nfile 'file:{file}'"]
)
def test_a_remote_list_opens_no_file_of_this_machine(
    playlist: str, film: Path, server_folder: tuple[Path, str]
) -> None:
    folder, address = server_folder
    (folder / "list.mp4").write_text(playlist.format(file=film))
    assert "list.mp4: " in refused(f"{address}/list.mp4")


def test_a_file_of_more_streams_than_any_film_has_is_refused(tmp_path: Path) -> None:
    many = [word for _ in range(260) for word in ("-map", "0:a")]
    ffmpeg("-f", "lavfi", "-i", "sine=duration=0.2", *many, "-c:a", "pcm_s16le", tmp_path / "many.mov")
    assert refused(tmp_path / "many.mov").endswith("has more than 256 streams, or its header is damaged")


def test_audio_without_room_for_speech_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "slow.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(1)
        file.writeframes(bytes(2 * 8 * 3600))
    with pytest.raises(MediaNotReadable, match="its audio has 1 samples a second; speech needs 1000 or more"):
        decode(tmp_path / "slow.wav")


def test_media_without_audio_can_be_opened_but_not_decoded(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", picture_source(1), "-c:v", "mpeg4", tmp_path / "mute.mp4")
    with open_media(str(tmp_path / "mute.mp4")) as opened:
        assert opened.frame_rate == 25
        with pytest.raises(NoAudio, match="has no audio track, so there is nothing to caption"):
            next(read_audio(opened))


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a.mp4", "rtmp://127.0.0.1:1/live", "srt2://127.0.0.1/x"])
def test_an_address_without_a_server_is_refused(address: str) -> None:
    assert refused(address).startswith(f"{address}: cannot be re")


def test_a_server_that_does_not_respond_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captioner.media.probe, "NETWORK_TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/film.mp4"
        assert refused(address) == f"{address}: the server did not respond within 0.5 s"


# Truncated sources


@pytest.mark.parametrize("container", ["mp4", "mkv", "mp3", "flac", "webm"])
def test_a_truncated_file_is_decoded_up_to_its_break(container: str, tmp_path: Path) -> None:
    film = Film(container)
    whole = make_film(film, tmp_path)
    if container == "mp4":
        ffmpeg("-i", whole, "-c", "copy", "-movflags", "+faststart", tmp_path / "index-first.mp4")
        whole = tmp_path / "index-first.mp4"
    broken = tmp_path / f"broken.{container}"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size * 7 // 10 + 5])
    warnings: list[str] = []
    samples = decode(broken, warnings=warnings)
    assert onsets(samples, RATE)[1] == pytest.approx(film.bursts[1], abs=0.03)
    [warning] = warnings
    assert warning.startswith(f"is cut off at {len(samples) / RATE:.1f} s")


def test_a_movie_without_its_index_is_refused(tmp_path: Path) -> None:
    whole = make_film(Film("mp4"), tmp_path)
    (tmp_path / "broken.mp4").write_bytes(whole.read_bytes()[:20_000])
    assert "broken.mp4: is an MP4 or MOV without its index" in refused(tmp_path / "broken.mp4")


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv", "webm", "ts", "avi", "m4a", "mp3", "ogg", "flac", "wav"])
def test_a_complete_file_gives_no_warning(container: str, tmp_path: Path) -> None:
    warnings: list[str] = []
    decode(make_film(Film(container), tmp_path), warnings=warnings)
    assert warnings == []


def test_an_estimated_end_that_is_too_late_gives_no_warning(tmp_path: Path) -> None:
    """Raw AAC has no header. Its length is estimated from the first frames, and the bit rate of this one rises."""
    quiet_end = "aevalsrc=random(0)*lt(t\\,2)+0.001*random(1)*gt(t\\,2):d=20:s=44100"
    ffmpeg("-f", "lavfi", "-i", quiet_end, "-c:a", "aac", "-q:a", "1", tmp_path / "raw.aac")
    warnings: list[str] = []
    samples = decode(tmp_path / "raw.aac", warnings=warnings)
    with open_media(str(tmp_path / "raw.aac")) as opened:
        assert opened.duration is not None
        assert abs(opened.duration - len(samples) / RATE) > 0.5
    assert warnings == []


# File names


@pytest.mark.parametrize(
    "name",
    [
        'it\'s "quoted".mkv',
        " two  spaces .mkv",
        "new\nline.mkv",
        "-dash.mkv",
        "a:b.mkv",
        "tale 🐈 語.mkv",
        "%d [1].mkv",
        os.fsdecode(b"\xff.mkv"),
    ],
)
def test_any_name_can_be_read(name: str, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_bytes(film.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert len(decode(name)) == len(decode(film))


TITLES = {"gbk": "中文标题", "shift_jis": "日本語の題名", "latin-1": "Café Müller"}
"""Titles in the encodings of old tagging programs."""


@pytest.mark.parametrize("encoding", TITLES)
@pytest.mark.parametrize("container", ["mp3", "avi", "mp4", "mkv", "wav"])
def test_a_title_that_is_not_utf8_is_no_obstacle(container: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / f"titled.{container}"
    title = os.fsdecode(b"title=" + TITLES[encoding].encode(encoding))
    ffmpeg("-f", "lavfi", "-i", tone_source(), "-metadata", title, "-metadata:s:a", title, path)
    with open_media(str(path)) as media:
        samples = np.concatenate([block.samples for block in read_audio(media)])
    assert len(onsets(samples, 16_000)) == 4


def test_a_file_url_is_a_file(film: Path) -> None:
    assert len(decode(film.as_uri())) == len(decode(film))


# Standard input and pipes

DECODER = """
import sys
from captioner.media import AudioSelection, open_media, probe_subprocess, read_audio
with open_media("-") as media:
    for audio in read_audio(media, AudioSelection(start=float(sys.argv[1])), warn=print):
        sys.stdout.buffer.write(audio.samples.tobytes())
"""


def decode_standard_input(path: Path, start: float = 0.0, *, redirect: bool = False) -> Samples:
    command = [sys.executable, "-c", DECODER, str(start)]
    if redirect:
        with path.open("rb") as file:
            ran = subprocess.run(command, stdin=file, capture_output=True, check=True)
    else:
        ran = subprocess.run(command, input=path.read_bytes(), capture_output=True, check=True)
    assert ran.stderr == b""
    return np.frombuffer(ran.stdout, np.float32)


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "wav", "mp3"])
def test_standard_input_is_decoded_like_a_file(container: str, tmp_path: Path) -> None:
    path = make_film(Film(container), tmp_path)
    piped, read = decode_standard_input(path), decode(path)
    assert np.array_equal(piped[: len(read)], read)
    assert len(piped) - len(read) < RATE * 0.01  # an MP3's padding is only cut in a seekable file


def test_a_redirected_file_is_decoded_from_the_middle(film: Path) -> None:
    assert np.array_equal(decode_standard_input(film, 3.0, redirect=True), decode(film, AudioSelection(start=3.0)))


def test_a_pipe_is_decoded_from_the_middle(film: Path) -> None:
    samples = decode_standard_input(film, 3.0)
    assert [start + 3.0 for start, _ in onsets(samples, RATE)] == pytest.approx([3.7, 6.05], abs=0.01)


def test_a_named_pipe_is_decoded_once(film: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(film.read_bytes()))
    writer.start()
    with open_media(str(tmp_path / "pipe")) as opened:
        assert sum(len(block.samples) for block in read_audio(opened)) == len(decode(film))
        with pytest.raises(MediaNotReadable, match="can be read only once"):
            next(read_audio(opened))
    writer.join()


# Processes and memory


def running_children() -> set[str]:
    """The child processes of this process, zombies included."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.fixture
def no_leftovers() -> Iterator[None]:
    before = set(Path("/proc/self/fd").iterdir()), running_children()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        yield
        gc.collect()
    assert (set(Path("/proc/self/fd").iterdir()), running_children()) == before


@pytest.mark.usefixtures("no_leftovers")
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_closing_the_blocks_early_leaves_no_process_behind(film: Path) -> None:
    with open_media(str(film)) as opened:
        blocks = read_audio(opened)
        next(blocks)
        assert running_children()
        blocks.close()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("no_leftovers")
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_decoding_to_the_end_leaves_no_process_behind(film: Path) -> None:
    decode(film)


MEMORY = """
import resource, sys
from captioner.media import open_media, probe_subprocess, read_audio
with open_media(sys.argv[1]) as media:
    assert sum(len(audio.samples) for audio in read_audio(media)) > 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_three_hours_need_no_more_memory_than_ten_minutes(tmp_path: Path) -> None:
    peaks = []
    for minutes in (10, 180):
        path = tmp_path / f"{minutes}.flac"
        ffmpeg("-f", "lavfi", "-i", f"anullsrc=r=8000:cl=mono:d={minutes * 60}", path)
        shown = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, check=True).stdout
        peaks.append(np.array([int(kilobytes) / 1024 for kilobytes in shown.split()]))
    assert (peaks[1] - peaks[0] < 5).all(), peaks


def test_an_open_pipe_is_decoded_as_it_arrives(tmp_path: Path) -> None:
    """Blocks of a live stream are decoded before its end."""
    film = tmp_path / "longer-than-a-block.mkv"
    ffmpeg("-f", "lavfi", "-i", tone_source(3 * BLOCK), film)
    command = [sys.executable, "-uc", DECODER, "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as decoder:
        assert decoder.stdin
        assert decoder.stdout
        decoder.stdin.write(film.read_bytes())
        decoder.stdin.flush()
        timeout = threading.Timer(60, decoder.kill)
        timeout.start()
        assert len(decoder.stdout.read(4 * RATE)) == 4 * RATE
        timeout.cancel()
        decoder.stdin.close()
        decoder.stdout.read()


def test_a_flood_of_messages_does_not_block_ffmpeg(tmp_path: Path) -> None:
    """More messages than a pipe holds: ffmpeg would wait forever if nothing read them."""
    ffmpeg("-f", "lavfi", "-i", "sine=duration=300", "-c:a", "mp2", "-bsf:a", "noise=amount=30", tmp_path / "noisy.mp2")
    warnings: list[str] = []
    assert len(decode(tmp_path / "noisy.mp2", warnings=warnings)) > 0
