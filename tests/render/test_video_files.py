"""New videos keep the streams of their source, whatever the files are named, and no partial file is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import pytest

from captioner.cli import main
from captioner.errors import FfmpegFailed, FormatError, OutputNotWritten
from captioner.media import open_media
from captioner.render import Encoding, Flag, StyleOptions, Subtitles, mux
from captioner.values import Cue, Position, StyleSpan
from tests.media.interrupting import interrupt, linux_only
from tests.media.media_factory import ffmpeg
from tests.render.video_parts import burned, captions, contents_of, cues_of_track, gray_video, lumas, payload

CUES = (Cue(0.2, 0.6, "Good morning.\nShall we begin?"), Cue(0.6, 0.9, "早上好 & 再见"))
NAMES = ('it\'s a "film": [1], 100% of \\it; %03d = 汉字\nin two lines', "-v", "C:\\films\\one:two")
QUICK = Encoding("libx264", quality=30, preset="ultrafast")


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2 video, 3 audio and 2 subtitle streams, chapters, a title and an attachment."""
    folder = tmp_path_factory.mktemp("rich")
    (folder / "captions.srt").write_text("1\n00:00:00,100 --> 00:00:00,500\nAlready here\n")
    chapters = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={start + 500}\ntitle=Chapter {start}\n" for start in (0, 500)
    )
    (folder / "about.txt").write_text(f";FFMETADATA1\ntitle=The film\n{chapters}")
    (folder / "a font.ttf").write_bytes(b"not really a font" * 99)
    inputs = ["testsrc2=s=160x90:r=10:d=1", "testsrc=s=64x48:r=10:d=1", "sine=440:d=1", "sine=660:d=1", "sine=880:d=1"]
    metadata = {"a:0": "language=eng", "a:1": "language=deu", "a:2": "title=Commentary", "s:0": "language=zh-Hans"}
    ffmpeg(
        *(word for source in inputs for word in ("-f", "lavfi", "-i", source)),
        *("-i", "captions.srt", "-i", "about.txt"),
        *(word for number in range(5) for word in ("-map", f"{number}")),
        *("-map", "5", "-map", "5", "-map_metadata", "6", "-map_chapters", "6", "-attach", "a font.ttf"),
        *("-metadata:s:t", "mimetype=application/x-truetype-font", "-c:v:0", "libx264", "-c:v:1", "mpeg4"),
        *("-c:a:0", "aac", "-c:a:1", "libopus", "-c:a:2", "ac3", "-c:s:0", "srt", "-c:s:1", "ass"),
        *(word for stream, value in metadata.items() for word in (f"-metadata:s:{stream}", value)),
        *("-disposition:a:1", "default", "-disposition:s:1", "forced+hearing_impaired", "rich.mkv"),
        cwd=folder,
    )
    return folder / "rich.mkv"


def muxed(source: Path, target: Path, *tracks: Subtitles) -> list[str]:
    """Mux into `target`; return the warnings."""
    warnings: list[str] = []
    with open_media(str(source)) as media:
        mux(media, tracks, target, warn=warnings.append)
    return warnings


def track(language: str | None = None, *flags: Flag, ass: str | None = None) -> Subtitles:
    return Subtitles("captions", CUES, language, frozenset(flags), ass)


@pytest.mark.usefixtures("either_ffmpeg")
def test_muxing_keeps_all_streams(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "muxed.mkv"
    assert muxed(rich, target, track("en", "sdh"), track("zh-Hans", "default", "forced")) == []
    before, after = contents_of(rich), contents_of(target)
    added = [("subtitle", "srt", "eng", ("hearing_impaired",)), ("subtitle", "srt", "zh-Hans", ("default", "forced"))]
    assert after.streams == [*before.streams[:7], *added, *before.streams[7:]]
    assert (after.chapters, after.title) == (before.chapters, before.title)
    assert [payload(target, index) for index in range(7)] == [payload(rich, index) for index in range(7)]
    assert attachment(target) == attachment(rich) == b"not really a font" * 99


@pytest.mark.usefixtures("either_ffmpeg")
def test_burning_keeps_all_streams(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "burned.mkv"
    assert burned(rich, target, captions("Hello"), encoding=QUICK) == []
    before, after = contents_of(rich), contents_of(target)
    assert after == before
    assert [payload(target, index) for index in range(1, 7)] == [payload(rich, index) for index in range(1, 7)]
    assert payload(target, 0) != payload(rich, 0)
    assert attachment(target) == attachment(rich)


def attachment(path: Path) -> bytes:
    """The attached file, as ffmpeg extracts it."""
    out = path.with_suffix(".attached")
    with pytest.raises(subprocess.CalledProcessError):  # it fails without an output file
        ffmpeg("-dump_attachment:t:0", out, "-i", path)
    data = out.read_bytes()
    out.unlink()
    return data


@pytest.mark.usefixtures("either_ffmpeg")
def test_streams_that_an_mp4_cannot_store_are_converted_or_dropped(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "muxed.mp4"
    warnings = muxed(rich, target, track("zh-Hans", "default"), track("de", "forced"))
    assert warnings == [
        "stream 7, attachment, is dropped: .mp4 cannot store it",
        "stream 5, subtitle: .mp4 stores its language, Chinese (Simplified), as zho",
        "captions: .mp4 stores the language zh-Hans as zho; the track's title is Chinese (Simplified)",
    ]
    kinds = [(kind, codec, language) for kind, codec, language, _ in contents_of(target).streams]
    sound = [("audio", "aac", "eng"), ("audio", "opus", "deu"), ("audio", "ac3", "und")]
    words = [("subtitle", "mov_text", language) for language in ("zho", "und", "zho", "deu")]
    assert kinds[2:9] == [*sound, *words]
    assert (contents_of(target).chapters, contents_of(target).title) == (contents_of(rich).chapters, "The film")
    cues = [(0.2, 0.6, CUES[0].text), (0.6, 0.9, CUES[1].text)]
    assert [cue for cue in cues_of_track(target, 7) if cue[2]] == cues


@pytest.mark.parametrize(
    ("container", "codec", "language"),
    [("mp4", "mov_text", "zho"), ("mov", "mov_text", "chi"), ("mkv", "srt", "zh-Hant"), ("webm", "webvtt", "zh-Hant")],
)
@pytest.mark.usefixtures("either_ffmpeg")
def test_each_container_gets_its_own_caption_codec(container: str, codec: str, language: str, tmp_path: Path) -> None:
    source = tmp_path / f"plain.{container}"
    encoder = "libvpx" if container == "webm" else "mpeg4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", "-c:v", encoder, source)
    target = tmp_path / f"muxed.{container}"
    title = "captions: .mp4 stores the language zh-Hant as zho; the track's title is Chinese (Traditional)"
    assert muxed(source, target, track("zh-Hant", "default")) == ([title] if container == "mp4" else [])
    kind = contents_of(target).streams[1]
    assert kind == ("subtitle", codec, language, ("default",))
    assert [(start, end) for start, end, text in cues_of_track(target, 1) if text] == [(0.2, 0.6), (0.6, 0.9)]


@pytest.mark.usefixtures("either_ffmpeg")
def test_timecode_and_phone_metadata_are_kept(tmp_path: Path) -> None:
    source = tmp_path / "phone.mov"
    keys = ("-timecode", "01:00:00:00", "-metadata", "com.example.model=Phone 3", "-movflags", "use_metadata_tags")
    ffmpeg("-f", "lavfi", "-i", "color=s=64x48:r=25:d=1", "-c:v", "mpeg4", *keys, source)
    assert muxed(source, tmp_path / "muxed.mov", track("en")) == []
    assert burned(source, tmp_path / "burned.mp4", captions("Hello"), encoding=QUICK) == []
    for name in ("muxed.mov", "burned.mp4"):
        with open_media(str(tmp_path / name)) as media:
            assert (media.tags["timecode"], media.tags["com.example.model"]) == ("01:00:00:00", "Phone 3")
            assert [stream.codec for stream in media.of_kind("data")] == ["timecode"]


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.usefixtures("either_ffmpeg")
def test_overlapping_cues_are_shown_together_where_one_is_shown_at_a_time(suffix: str, tmp_path: Path) -> None:
    source = gray_video(tmp_path / "plain.mp4", frames=60)
    cues = [Cue(1, 4, "Wait"), Cue(2, 3, "Come"), Cue(3.5, 5, "Now"), Cue(5, 5.5, "Go")]
    [warning] = muxed(source, tmp_path / f"muxed.{suffix}", Subtitles("two.srt", cues, "en"))
    assert warning == f"two.srt: mov_text in .{suffix} cannot store overlaps (2 cues)"
    shown = [cue for cue in cues_of_track(tmp_path / f"muxed.{suffix}", 1) if cue[2]]
    assert shown == [
        (1, 2, "Wait"),
        (2, 3, "Wait\nCome"),
        (3, 3.5, "Wait"),
        (3.5, 4, "Wait\nNow"),
        (4, 5, "Now"),
        (5, 5.5, "Go"),
    ]


@pytest.mark.usefixtures("either_ffmpeg")
def test_colors_flags_and_places_that_a_container_cannot_store_are_reported(tmp_path: Path) -> None:
    look = (StyleSpan(0, 3, color="#ff8800"), StyleSpan(4, 7, italic=True))
    cues = [Cue(0.2, 0.5, "Red and bold", styles=look, position=Position(8)), Cue(0.5, 0.8, "Plain")]
    track = Subtitles("film.srt", cues, "en", frozenset[Flag]({"forced", "sdh"}))
    ffmpeg("-f", "lavfi", "-i", "color=s=64x48:r=10:d=1", "-c:v", "libvpx", tmp_path / "plain.webm")
    source = gray_video(tmp_path / "plain.mp4", frames=10)
    in_mov_text = "cannot store styles (1 cue), positions (1 cue)"
    assert muxed(source, tmp_path / "a.mp4", track) == [f"film.srt: mov_text in .mp4 {in_mov_text}"]
    assert muxed(source, tmp_path / "a.mov", track) == [
        f"film.srt: mov_text in .mov {in_mov_text}",
        "film.srt: .mov cannot store the flag forced and sdh",
    ]
    assert muxed(source, tmp_path / "a.mkv", track) == []
    assert muxed(tmp_path / "plain.webm", tmp_path / "a.webm", track) == [
        "film.srt: webvtt in .webm cannot store styles (1 cue)",
        "film.srt: .webm cannot store the flag sdh",
    ]
    assert len(cues_of_track(tmp_path / "a.webm", 1)) == 2  # ffmpeg 5 reads no cue after a style sheet


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.usefixtures("either_ffmpeg")
def test_two_scripts_of_a_language_stay_apart(suffix: str, tmp_path: Path) -> None:
    source = gray_video(tmp_path / "plain.mp4", frames=10)
    target = tmp_path / f"muxed.{suffix}"
    muxed(source, target, track("zh-Hans"), track("zh-Hant"), track("pt-BR"))
    with av.open(str(target)) as container:
        titles = [stream.metadata["handler_name"] for stream in container.streams.subtitles]
    assert titles == ["Chinese (Simplified)", "Chinese (Traditional)", "Portuguese (Brazil)"]
    if suffix == "mov":
        data = target.read_bytes()
        headers = [data[place + 24 : place + 26] for place in range(len(data)) if data[place : place + 4] == b"mdhd"]
        assert [int.from_bytes(number, "big") for number in headers[1:3]] == [33, 19]  # QuickTime File Format


def test_a_file_that_holds_fewer_captions_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = gray_video(tmp_path / "plain.mkv", frames=10)
    monkeypatch.setattr(sys.modules["captioner.render.mux"], "caption_packets", lambda path, tracks: [[]] * tracks)
    with pytest.raises(FormatError, match="captions: not muxed, since the new file would hold 0 of 2 cues"):
        muxed(source, tmp_path / "muxed.mkv", track("en"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain.mkv"]


def test_captions_after_the_end_are_reported_before_encoding(commands: Commands) -> None:
    text = "1\n01:00:00,200 --> 01:00:00,700\nLate\n"
    Path("late.srt").write_text(text)
    hint = "move them first: captioner convert late.srt NEW --shift -1:00:00"
    refused = f"captioner: late.srt: 1 of 1 cues comes after the end of film.mp4 (0.3 s); {hint}"
    for words in (("mux",), ("burn",), ("burn", "--overlay")):
        assert commands(*words, "film.mp4", "late.srt", "-o", "new.mov") == (5, refused)
    Path("some.srt").write_text(f"{Path('film.srt').read_text()}\n{text}")
    code, messages = commands("mux", "film.mp4", "some.srt", "-o", "new.mkv")
    assert (code, "some.srt: 1 of 2 cues comes after the end of film.mp4 (0.3 s)" in messages) == (0, True)


def test_vertical_writing_is_drawn_at_the_bottom_and_reported(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "plain.mp4")
    upright = Subtitles("film.vtt", [Cue(0, 1, "Vertical", position=Position(9, 100, 0, "rl"))])
    warnings = burned(source, tmp_path / "upright.mp4", upright)
    assert warnings == ["film.vtt: 1 cue in vertical writing, drawn horizontally at the usual place"]
    burned(source, tmp_path / "usual.mp4", captions("Vertical", start=0, end=1))
    assert (lumas(tmp_path / "upright.mp4")[5] == lumas(tmp_path / "usual.mp4")[5]).all()


def test_losses_of_a_caption_track_are_reported(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "plain.mkv", frames=10)
    placed = Subtitles("placed.ass", [Cue(0.2, 0.6, "Hello", position=Position(5, 10, 20))])
    [warning] = muxed(source, tmp_path / "muxed.mkv", placed)
    assert warning.startswith("placed.ass: srt in .mkv cannot store ")


@pytest.mark.usefixtures("either_ffmpeg")
def test_a_cover_image_is_kept_or_reported(tmp_path: Path) -> None:
    source = tmp_path / "covered.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=16x16:d=0.04", "-frames:v", "1", tmp_path / "cover.png")
    inputs = ("-f", "lavfi", "-i", "color=s=64x48:r=10:d=1", "-i", tmp_path / "cover.png", "-map", "0", "-map", "1")
    ffmpeg(*inputs, "-c:v:0", "mpeg4", "-c:v:1", "copy", "-disposition:v:1", "attached_pic", source)
    assert burned(source, tmp_path / "burned.mp4", captions("Hello"), encoding=QUICK) == []
    with open_media(str(tmp_path / "burned.mp4")) as media:
        assert [(stream.codec, stream.cover) for stream in media.streams] == [("h264", False), ("png", True)]
    assert muxed(source, tmp_path / "muxed.mov", track("en")) == [
        "stream 1, video (png), is dropped: .mov cannot store it"
    ]


def test_an_ass_file_is_muxed_unchanged_into_mkv(tmp_path: Path) -> None:
    head = "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Mine,Papyrus\n\n"
    ass = f"{head}[Events]\nFormat: Layer, Start, End, Style, Text\nDialogue: 0,0:00:00.20,0:00:00.60,Mine,Hello\n"
    source = gray_video(tmp_path / "plain.mkv", frames=10)
    muxed(source, tmp_path / "muxed.mkv", track(ass=ass))
    with av.open(str(tmp_path / "muxed.mkv")) as container:
        assert b"Style: Mine,Papyrus" in bytes(container.streams[1].codec_context.extradata or b"")


@pytest.mark.parametrize("start", [0.0, 1.4, 10.0])
@pytest.mark.parametrize("container", ["mp4", "ts"])
@pytest.mark.usefixtures("either_ffmpeg")
def test_captions_keep_their_time_whatever_the_clock_of_the_source(
    start: float, container: str, tmp_path: Path
) -> None:
    """An MP4 shows a late video late; other containers begin with it."""
    source = tmp_path / f"late.{container}"
    chain = "color=black:s=160x90:r=10:d=1"
    ffmpeg("-itsoffset", str(start), "-f", "lavfi", "-i", chain, "-c:v", "mpeg4", "-fps_mode", "passthrough", source)
    shift = start if container == "mp4" else 0.0
    cue = Cue(shift + 0.2, shift + 0.6, "Hello")
    target = tmp_path / "burned.mp4"
    burned(source, target, Subtitles("captions", [cue]), style=StyleOptions(size=30))
    with av.open(str(target)) as frames:
        seen = [(frame.time, bool(frame.to_ndarray(format="gray").max() > 128)) for frame in frames.decode(video=0)]
    assert [round((time or 0.0) - shift, 2) for time, bright in seen if bright] == [0.2, 0.3, 0.4, 0.5]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("either_ffmpeg")
def test_files_may_have_any_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / name.replace("/", "")
    folder.mkdir()
    monkeypatch.chdir(folder)
    gray_video(tmp_path / "plain.mp4", frames=3).rename(f"{name}.mp4")
    Path(f"{name}.srt").write_text("1\n00:00:00,000 --> 00:00:00,300\nHello\n", "utf-8")
    inputs = ["--", f"{name}.mp4", f"{name}.srt"]
    for command, suffix in (("burn", ".out.mp4"), ("mux", ".out.mkv"), ("preview", ".png")):
        assert main([command, "-q", "-o", f"{name}{suffix}", *inputs]) == 0
    assert contents_of(Path(f"{name}.out.mp4").absolute()).streams[0][1] == "h264"
    assert contents_of(Path(f"{name}.out.mkv").absolute()).streams[1][1] == "srt"
    assert Path(f"{name}.png").read_bytes()[1:4] == b"PNG"
    assert len(list(folder.iterdir())) == 5


def test_audio_that_a_container_cannot_store_is_converted(tmp_path: Path) -> None:
    source = tmp_path / "sound.mkv"
    picture, tone = ("-f", "lavfi", "-i", "color=s=64x48:r=10:d=0.3"), ("-f", "lavfi", "-i", "sine=d=0.3")
    ffmpeg(*picture, *tone, "-map", "0", "-map", "1", "-map", "1", "-c:a:0", "wmav2", "-c:a:1", "aac", source)
    warnings = burned(source, tmp_path / "burned.mp4", captions("Hello", start=0, end=0.3), encoding=QUICK)
    assert warnings == ["stream 1, audio (wmav2), is converted to aac: .mp4 cannot store it"]
    assert payload(tmp_path / "burned.mp4", 2) == payload(source, 2)
    with pytest.raises(FfmpegFailed, match=r"an \.mkv can store every codec"):
        muxed(source, tmp_path / "muxed.mp4", track("en"))


@pytest.mark.usefixtures("either_ffmpeg")
def test_a_truncated_source_gives_a_warning(tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.mp4", tmp_path / "part.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=4", "-c:v", "mpeg4", "-movflags", "+faststart", whole)
    part.write_bytes(whole.read_bytes()[:60_000])
    for warnings in (
        muxed(part, tmp_path / "muxed.mkv", track("en")),
        burned(part, tmp_path / "b.mkv", captions("Hello")),
    ):
        assert warnings == ["parts of it are damaged or missing"] or warnings == [
            "is cut off before its end; the part before is in the new file"
        ]
    assert muxed(whole, tmp_path / "whole.mkv", track("en")) == []


def test_only_the_main_streams_are_kept_if_asked_for(rich: Path, tmp_path: Path) -> None:
    burned(rich, tmp_path / "burned.mp4", captions("Hello"), encoding=QUICK, streams="main")
    kinds = [(kind, codec) for kind, codec, _, _ in contents_of(tmp_path / "burned.mp4").streams if kind != "data"]
    assert kinds == [("video", "h264"), ("audio", "opus")]


Commands = Callable[..., tuple[int, str]]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Commands:
    """The command line, in a folder with a video, captions and invalid captions."""
    monkeypatch.chdir(tmp_path)
    gray_video(Path("film.mp4"), frames=3)
    Path("film.srt").write_text("1\n00:00:00,000 --> 00:00:00,300\nHello\n")
    Path("broken.srt").write_text("1\n00:00:00,000 --> never\nHello\n")
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", "sound.mp3")

    def run(*words: str) -> tuple[int, str]:
        code = main(list(words))
        return code, capfd.readouterr().err.strip()

    return run


@pytest.mark.parametrize("command", ["burn", "mux"])
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (
            ("film.mp4", "broken.srt", "-o", "new.mp4"),
            5,
            "broken.srt: srt line 2: not a timing: '00:00:00,000 --> never'",
        ),
        (("film.mp4", "none.srt", "-o", "new.mp4"), 5, "none.srt: no such file or directory"),
        (("none.mp4", "film.srt", "-o", "new.mp4"), 3, "none.mp4: cannot be read: No such file or directory"),
        (("film.mp4", "film.srt", "-o", "film.mp4"), 2, "film.mp4 would be overwritten; name another file"),
        (("film.mp4", "film.srt", "-o", "./film.srt"), 2, "film.srt would be overwritten; name another file"),
        (("film.mp4", "film.srt:xx-what", "-o", "new.mp4"), 2, "'xx-what' is not a language tag"),
        (("film.mp4", "film.srt", "-o", "film.mp4/new.mp4"), 1, "cannot write film.mp4/new.mp4: file exists"),
        (("film.mp4", "film.srt", "-o", "/dev/null"), 2, "unknown container 'null'"),
        (("film.mp4", "film.srt", "-o", "new.avi"), 2, "unknown container '.avi'"),
    ],
)
def test_an_error_is_one_sentence(
    command: str, words: tuple[str, ...], code: int, sentence: str, commands: Commands
) -> None:
    before = sorted(Path().iterdir())
    exit_code, message = commands(command, "-q", *words)
    assert (exit_code, message.count("\n")) == (code, 0)
    assert message.startswith(f"captioner: {sentence}")
    assert sorted(Path().iterdir()) == before


class WithoutRanges(SimpleHTTPRequestHandler):
    """Sends whole files and ignores byte ranges."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing."""


@pytest.fixture
def server_without_ranges(tmp_path: Path) -> Iterator[str]:
    """The address of a server without byte ranges, with two films: one has its index first, one has it last."""
    folder = tmp_path / "served"
    folder.mkdir()
    noise = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=2,noise=alls=40:allf=t", "-f", "lavfi", "-i", "sine=d=2")
    ffmpeg(*noise, "-c:v", "mpeg4", "-b:v", "2M", folder / "last.mov")
    ffmpeg("-i", folder / "last.mov", "-c", "copy", "-movflags", "+faststart", folder / "first.mov")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(WithoutRanges, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "words",
    [
        ("mux", "{}", "film.srt", "-o", "new.mov"),
        ("burn", "{}", "film.srt", "-o", "new.mov"),
        ("{}", "--backend", "sphinx", "-o", "new.srt"),
    ],
)
def test_a_film_with_its_index_last_needs_a_server_with_byte_ranges(
    words: tuple[str, ...], server_without_ranges: str, commands: Commands
) -> None:
    before = sorted(Path().iterdir())
    address = f"{server_without_ranges}/last.mov"
    reason = "cannot be read from its server: its index comes last, and the server sends no byte ranges"
    sentence = f"captioner: {address}: {reason}; download it first"
    assert commands(*(word.format(address) for word in words), "-q") == (3, sentence)
    assert sorted(Path().iterdir()) == before
    assert commands(*(word.format(f"{server_without_ranges}/first.mov") for word in words), "-q") == (0, "")
    assert Path(words[-1]).is_file()


def test_a_source_without_video_cannot_be_burned_into(commands: Commands) -> None:
    assert commands("burn", "sound.mp3", "film.srt", "-o", "new.mp4") == (
        3,
        "captioner: sound.mp3: has no moving picture, so captions cannot be shown in it",
    )


def test_an_existing_file_is_not_overwritten(commands: Commands) -> None:
    Path("new.mp4").write_text("mine")
    left = (1, "film.mp4: skipped, new.mp4 exists (use --overwrite, or --skip-existing)")
    assert commands("mux", "film.mp4", "film.srt", "-o", "new.mp4") == left
    assert commands("burn", "film.mp4", "film.srt", "-o", "new.mp4") == left
    assert commands("preview", "film.mp4", "film.srt", "-o", "new.mp4") == left
    skipped = (0, "film.mp4: skipped, new.mp4 exists (use --overwrite)")
    assert commands("mux", "film.mp4", "film.srt", "-o", "new.mp4", "--skip-existing") == skipped
    assert Path("new.mp4").read_text() == "mine"
    assert commands("mux", "film.mp4", "film.srt", "-o", "new.mp4", "--overwrite", "-q") == (0, "")
    assert contents_of(Path("new.mp4")).streams[1][:2] == ("subtitle", "mov_text")


def test_language_and_flags_come_from_the_name_or_the_argument(commands: Commands) -> None:
    Path("film.srt").rename("film.pt-BR.forced.srt")
    words = ("film.pt-BR.forced.srt", "film.pt-BR.forced.srt:de:default,sdh")
    assert commands("mux", "-q", "film.mp4", *words, "-o", "new.mkv") == (0, "")
    streams = [(language, flags) for _, _, language, flags in contents_of(Path("new.mkv")).streams[1:]]
    assert streams == [("pt-BR", ("forced",)), ("ger", ("default", "hearing_impaired"))]
    code, message = commands("mux", "film.mp4", "film.pt-BR.forced.srt:de:loud", "-o", "other.mkv")
    assert (code, message) == (2, "captioner: unknown flag 'loud' of a caption track; there is: default, forced, sdh")


def test_flags_without_a_language(commands: Commands) -> None:
    Path("film.srt").rename("film.de.srt")
    assert commands("mux", "-q", "film.mp4", "film.de.srt:sdh", "film.de.srt:default,forced", "-o", "new.mkv")[0] == 0
    streams = [(language, flags) for _, _, language, flags in contents_of(Path("new.mkv")).streams[1:]]
    assert streams == [("ger", ("hearing_impaired",)), ("ger", ("default", "forced"))]


def test_a_video_in_place_of_captions(commands: Commands) -> None:
    assert commands("mux", "film.mp4", "film.mp4", "-o", "new.mkv") == (
        2,
        "captioner: film.mp4 is a video, not a caption file",
    )


def replace_ffmpeg(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "ffmpeg.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("CAPTIONER_FFMPEG", str(program))


WRITE = 'for last; do :; done; echo half > "${last#file:}"'


@pytest.mark.parametrize(
    ("script", "error", "sentence"),
    [
        (f"{WRITE}; kill -9 $$", FfmpegFailed, "ffmpeg failed: it ended with status -9 and no message"),
        (f"{WRITE}; echo '[mp4 @ 0x1] broken' >&2; exit 1", FfmpegFailed, "ffmpeg failed: broken"),
        (f"{WRITE}; echo 'Error writing trailer of x: What' >&2", FfmpegFailed, "ffmpeg failed: Error writing trailer"),
        (f"{WRITE}; echo 'x: No space left on device' >&2; exit 1", OutputNotWritten, "no space left on device"),
        ("exit 0", FfmpegFailed, "ffmpeg failed: it wrote nothing"),
    ],
)
def test_a_failing_ffmpeg_leaves_no_file(
    script: str, error: type[Exception], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = gray_video(tmp_path / "plain.mkv", frames=2)
    replace_ffmpeg(script, tmp_path, monkeypatch)
    (tmp_path / "out").mkdir()
    with pytest.raises(error) as raised:
        muxed(source, tmp_path / "out" / "muxed.mkv", track("en"))
    assert sentence in str(raised.value)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("command", ["burn", "mux"])
def test_a_full_disk_leaves_no_partial_file(command: str, commands: Commands, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    ffmpeg("-f", "lavfi", "-i", "nullsrc=s=160x90:r=10:d=2,geq=random(1)*255:128:128", "-q:v", "1", "noise.mkv")
    script = 'mount -t tmpfs -o size=64k none "$0"; "$@"; code=$?; ls -A "$0"; exit $code'
    captioner = [sys.executable, "-m", "captioner", command, "noise.mkv", "film.srt", "-o", str(disk / "new.mkv")]
    ran = subprocess.run(["unshare", "-rm", "sh", "-c", script, str(disk), *captioner], capture_output=True, text=True)
    if "unshare" in ran.stderr or "mount:" in ran.stderr:
        pytest.skip("mounting a small disk is not permitted here")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.strip().endswith(f"captioner: cannot write {disk}/new.mkv: no space left on device")


@linux_only
@pytest.mark.parametrize(
    ("send", "number", "message"),
    [
        (os.killpg, signal.SIGINT, "captioner: interrupted"),
        (os.kill, signal.SIGINT, "captioner: interrupted"),
        (os.kill, signal.SIGTERM, "captioner: ended by SIGTERM"),
        (os.kill, signal.SIGHUP, "captioner: ended by SIGHUP"),
    ],
)
def test_stopping_while_burning_leaves_no_file(
    send: Callable[[int, int], None], number: signal.Signals, message: str, tmp_path: Path
) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=20", "-c:v", "mpeg4", tmp_path / "film.mp4")
    (tmp_path / "film.srt").write_text("1\n00:00:00,000 --> 00:00:09,000\nHello\n")
    before = sorted(tmp_path.iterdir())
    slow = ("--preset", "veryslow", "--quality", "1", "-q")
    command = [sys.executable, "-m", "captioner", "burn", "film.mp4", "film.srt", "-o", "new.mp4", *slow]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True)
    assert interrupt(running, lambda process, _: send(process, number), delay=1.5) == message
    assert running.returncode == 128 + number
    assert sorted(tmp_path.iterdir()) == before


def test_captioning_can_write_videos_in_the_same_run(tmp_path: Path, speech_file: Path, commands: Commands) -> None:
    """The same captions as a file, in the picture and as a track; a second run skips them all."""
    picture = ("-f", "lavfi", "-i", "color=gray:s=320x180:r=10:d=12")
    ffmpeg(*picture, "-i", speech_file, "-c:v", "mpeg4", "talk.mkv")
    lines = "lines=['One.', 'Two.', 'Three.']"
    words = ("talk.mkv", "--backend", "scripted", "--backend-option", lines, "--burn", "b.mp4", "--mux", "m.mkv")
    code, messages = commands(*words)
    assert code == 0
    assert messages.split("\n")[-2:] == ["talk.mkv -> b.mp4", "talk.mkv -> m.mkv"]
    assert [text for _, _, text in cues_of_track(Path("m.mkv"), 2)] == ["One.", "Two.", "Three."]
    assert contents_of(Path("m.mkv")).streams[2][3] == ("default",)
    assert len({frame.max() > 180 for frame in lumas(Path("b.mp4"))}) == 2
    code, messages = commands(*words)
    assert (code, messages.count("skipped, ")) == (1, 1)
    Path("b.mp4").unlink()
    code, messages = commands(*words, "--skip-existing")
    assert (code, Path("b.mp4").exists()) == (0, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("film.mp4", "sound.mp3", "--burn", "new.mp4"), "--burn and --mux take one input"),
        (("-", "--mux", "new.mp4"), "--burn and --mux take one input"),
        (("film.mp4", "--burn", "film.mp4"), "film.mp4 would be overwritten"),
        (("film.mp4", "--burn", "new.avi"), "unknown container '.avi'"),
        (("film.mp4", "--burn", "new.mp4", "--mux", "./new.mp4"), "--burn and --mux would both be written to new.mp4"),
    ],
)
def test_an_impossible_video_is_refused_before_recognition(
    words: tuple[str, ...], sentence: str, commands: Commands
) -> None:
    code, message = commands(*words, "--backend", "scripted")
    assert (code, message.startswith(f"captioner: {sentence}")) == (2, True)


def test_audio_without_video_is_not_captioned_for_a_video(commands: Commands) -> None:
    sentence = "captioner: sound.mp3: has no moving picture, so captions cannot be shown in it"
    assert commands("sound.mp3", "--burn", "new.mp4", "--backend", "scripted") == (3, sentence)
    assert not Path("sound.srt").exists()
