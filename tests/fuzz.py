"""The command `python -m tests.fuzz`: damaged caption files, media, settings and playlists, the same for each seed.

A fault is an exception that is not captioner's own, a message of more than one line, more than ten seconds of work,
more than 600 MiB of memory, or a result that is there but not complete. Caption files are read in this process, the
rest by the command line in processes of their own (`tests/command_process.py`). tests/test_fuzz.py runs a part.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import FrameType

import av
import click

from captioner.cli.work.example_settings import example_settings
from captioner.errors import CaptionerError
from captioner.formats import FORMATS, Contents, Format, Programme, format_named, format_of_file, srt, vtt
from captioner.values import RegionReport, Report, Segment, Transcript
from tests.command_process import MOST_MEMORY, MOST_SECONDS, CommandRun
from tests.formats.editor_cues import CUES, WORLD
from tests.formats.mutations import corrupted, damaged, reshaped
from tests.media.media_factory import CODECS, ffmpeg, picture_source
from tests.paths import DATA

PROGRAMME = Programme(title="Talk", language="en", frame_rate=Fraction(25))

SPEECH = DATA / "three_sentences.flac"

SCRIPTED = ("--backend", "scripted", "--no-journal", "--offline")

CAPTIONS = "1\n00:00:00,500 --> 00:00:02,000\nThe first cue.\n\n2\n00:00:02,500 --> 00:00:04,000\nThe second cue.\n"

LATIN = {"scc", "stl"}
"""Formats whose own files are made of cues in Latin letters."""

WRITTEN_INTO = ("vtt", "srt", "ass", "ttml", "sami", "sbv", "lrc", "csv", "ebuttd", "fcpxml", "json", "scc", "stl")
"""Formats that the cues of a damaged file are written into, besides WebVTT one for each seed."""


@dataclass(frozen=True)
class Fault:
    """One damaged input that was not handled as it should be."""

    kind: str
    """What was damaged: captions, media, settings, playlists."""

    seed: int
    """The seed of the input: `--seed` with `--count 1` repeats it."""

    what: str
    """What happened to which input."""

    name: str
    """The name of the damaged file."""

    data: bytes
    """The damaged file."""


class TooLong(BaseException):
    """The work took longer than it may. No `except Exception` stops it."""


@contextmanager
def limits() -> Iterator[None]:
    """Raise `TooLong` after ten seconds of the processor, and `MemoryError` at 600 MiB more than now."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    main_thread = threading.current_thread() is threading.main_thread()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + MOST_MEMORY, before[1]))
    previous = signal.signal(signal.SIGPROF, stop) if main_thread else None
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS if main_thread else 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if previous is not None:
            signal.signal(signal.SIGPROF, previous)
        resource.setrlimit(resource.RLIMIT_AS, before)


# Caption files


def caption_sources() -> list[tuple[str, bytes]]:
    """Return a file of our own in each format that can be read, and with CAPTIONER_TESTDATA the real ones too."""
    files = [(f"own{format.suffix}", _own_file(format)) for format in FORMATS.values() if format.readable]
    if folder := os.environ.get("CAPTIONER_TESTDATA"):
        real = (path for path in sorted((Path(folder) / "subs2").rglob("*")) if path.is_file())
        files += [(path.name, path.read_bytes()) for path in real if path.suffix not in {".md", ".xsd", ".dtd", ".mcc"}]
    return files


def _own_file(format: Format) -> bytes:
    cues = CUES[1:3] if format.name in LATIN else [*CUES, *WORLD]
    cues = sorted(cues, key=lambda cue: cue.start)
    segments = tuple(Segment(cue.start, cue.end, cue.text) for cue in cues)
    regions = tuple(RegionReport(cue.start, cue.end, index, "ok", cue.text) for index, cue in enumerate(cues))
    report = Report("talk.mp4", 4000.0, "scripted", None, "en", regions=regions)
    data = format.write(Contents(cues, Transcript(segments, "en"), report, PROGRAMME)).data
    return data.encode() if isinstance(data, str) else data


def fuzz_captions(seeds: range) -> Iterator[Fault]:
    """Read damaged caption files, and write what they hold into WebVTT and another format."""
    sources = caption_sources()
    own = sum(name.startswith("own.") for name, _ in sources)
    for seed in seeds:
        chance = random.Random(seed)
        # Half of the files are our own: each reader is reached as often as the others.
        name, data = sources[chance.randrange(own if seed % 2 else len(sources))]
        data = (damaged if chance.random() < 0.5 else reshaped)(data, seed)
        if what := caption_fault(name, data, WRITTEN_INTO[seed % len(WRITTEN_INTO)]):
            yield Fault("captions", seed, f"{name}: {what}", name, data)


def caption_fault(name: str, data: bytes, target: str) -> str | None:
    """What is wrong with the way a caption file is read, and written into the format `target`; None if nothing is."""
    try:
        with limits():
            return _read_and_written(name, data, target)
    except TooLong:
        return f"read or written for over {MOST_SECONDS} s"
    except CaptionerError as error:
        return f"a message of several lines: {str(error)!r}" if "\n" in str(error) else None
    except Exception as error:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        return f"{type(error).__name__} at {place} (to {target}): {str(error)[:150]}"


def _read_and_written(name: str, data: bytes, target: str) -> str | None:
    contents = format_of_file(name, data).read(data, PROGRAMME)
    if contents.cues is None:
        return None
    held = vtt.representable(contents.cues)
    if vtt.parse(vtt.write(held)).cues != held:
        return "WebVTT of its cues is read as other cues"
    format = format_named(target)
    parts = Contents(contents.cues, programme=PROGRAMME)
    if "cues" in format.parts:
        stored = format.representable(parts)
        if (again := format.read(format.write(parts).data, PROGRAMME).cues) != stored:
            first = next((pair for pair in zip(again or (), stored or (), strict=False) if pair[0] != pair[1]), None)
            return f"{target} of its cues is read as other cues, the first: {first!r}"[:600]
    return None


# Media


def media_sources(folder: Path) -> list[Path]:
    """Write four seconds of speech in each container, with a picture where it holds one."""
    paths = []
    for container, (audio_codec, video_codec) in CODECS.items():
        path = folder / f"talk.{container}"
        picture = ("-f", "lavfi", "-i", picture_source(4), "-c:v", video_codec) if video_codec else ()
        title = ("-metadata", "title=Talk", "-metadata", "artist=\udcd6\udcd0")  # in GBK, as old files have it
        ffmpeg("-t", "4", "-i", SPEECH, *picture, "-c:a", audio_codec, "-ar", "48000", *title, path)
        paths.append(path)
    return paths


def fuzz_media(seeds: range) -> Iterator[Fault]:
    """Caption damaged media, mux captions into them and burn captions in."""
    with temporary_folder() as folder:
        sources = media_sources(_made(folder / "sources"))
        for seed in seeds:
            source = sources[seed % len(sources)]
            data = corrupted(source.read_bytes(), seed)
            run = _made(folder / f"run{seed}")
            (run / source.name).write_bytes(data)
            (run / "cues.srt").write_text(CAPTIONS)
            has_picture = CODECS[source.suffix[1:]][1] is not None
            command = ("caption", "mux", "caption", "burn")[seed % 4] if has_picture else "caption"
            ended = CommandRun(_media_words(command, source.name), run).wait()
            result = run / {"caption": "result.srt", "mux": "result.mkv", "burn": "result.mp4"}[command]
            complete = captions_complete if command == "caption" else video_complete
            what = ended.fault or result_fault(ended.code, result, complete)
            what = what or leftovers(run, {source.name, "cues.srt", result.name})
            if what:
                yield Fault("media", seed, f"{command} {source.name}: {what}", source.name, data)
            shutil.rmtree(run)


def _media_words(command: str, name: str) -> list[str]:
    if command == "caption":
        return [name, "-o", "result.srt", *SCRIPTED]
    return [command, name, "cues.srt:en", "-o", "result.mkv" if command == "mux" else "result.mp4"]


def result_fault(code: int | None, result: Path, complete: Callable[[Path], bool]) -> str | None:
    """What is wrong with a result: there after a failure, missing after a success, or half written."""
    if result.exists() != (code in (0, 7)):
        return f"exit code {code}, and {result.name} is {'there' if result.exists() else 'missing'}"
    return f"{result.name} is not complete" if result.exists() and not complete(result) else None


def captions_complete(path: Path) -> bool:
    """Whether an SRT file ends with a whole cue: the writer gives the same file of what is read."""
    text = path.read_text("utf-8")
    return srt.write(srt.representable(srt.parse(text).cues or ())).rstrip("\n") == text.rstrip("\n")


def video_complete(path: Path) -> bool:
    """Whether a video opens, and has a packet."""
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            return bool(container.streams) and any(packet.size for packet in container.demux())
    except av.FFmpegError:
        return False


def leftovers(folder: Path, expected: set[str]) -> str | None:
    """The files that should not be in a folder."""
    rest = sorted({path.name for path in folder.iterdir()} - expected)
    return f"left behind: {', '.join(rest)}" if rest else None


# Settings

VALUES = (
    "1", "-1", "0", "1e999", "nan", "-inf", "1.5", "true", "false", '""', '"x"', '" "', '"\\u0000"', '"ä/ö"', "[]",
    "[1]", '["x", "x"]', '[["cps"]]', "[[[[]]]]", "{}", "{a = 1}", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z",
    '"1e999"', '"-1"', '"99999999999999999999"', "9223372036854775808", "0x7f", '"{}"', '"{0}"', '"%s"', '["=", "a="]',
    '"1:99:99"', '"\\n"', '["\\n"]', f'"{"x" * 5000}"', "[" * 900 + "]" * 900, '"/"', '"."', '["cps=x", "lines=-1"]',
)  # fmt: skip
"""Values that a key of the settings may be given by mistake."""

KEPT_OFFLINE = {"backend", "align", "hotwords-file", "dry-run"}
"""Keys that are left alone: they fetch models, or end the run before the others are used."""


def fuzz_settings(seeds: range) -> Iterator[Fault]:
    """Caption a file with a settings file whose values or syntax are wrong."""
    example = "\n".join(example_settings()).splitlines()
    lines = [line.removeprefix("#") for line in example if line[:2] not in ("# ", "#", "")]
    lines = [line for line in lines if line.partition(" =")[0] not in KEPT_OFFLINE]
    with temporary_folder() as folder:
        for seed in seeds:
            data = settings_file(lines, seed)
            run, settings = _made(folder / f"run{seed}"), _made(folder / f"settings{seed}")
            (settings / "config.toml").write_bytes(data)
            (run / "talk.flac").write_bytes(SPEECH.read_bytes())
            environment = {"CAPTIONER_CONFIG_DIR": str(settings), "HF_HUB_OFFLINE": "1"}
            ended = CommandRun(["talk.flac", *SCRIPTED], run, environment).wait()
            parts = ", ".join(path.name for path in run.rglob("*.part"))
            if what := ended.fault or (f"left behind: {parts}" if parts else None):
                yield Fault("settings", seed, what, "config.toml", data)
            shutil.rmtree(run)


def settings_file(lines: list[str], seed: int) -> bytes:
    """Some of the example's lines, in its order, most with a wrong value; one file of five is damaged besides."""
    chance = random.Random(seed)
    chosen = set(chance.sample([line for line in lines if not line.startswith("[")], chance.randint(1, 4)))
    written, table = [], ""
    for line in lines:
        if line.startswith("["):
            table = line
        elif line in chosen:
            key, _, value = line.partition(" = ")
            written += [table] if table else []
            written.append(f"{key} = {chance.choice(VALUES) if chance.random() < 0.8 else value}")
            table = ""
    data = "\n".join(written).encode()
    return (damaged, reshaped)[seed % 2](data, seed) if chance.random() < 0.2 else data


# Playlists


def playlist_sources(folder: Path) -> list[Path]:
    """Write HLS of four seconds of speech: media playlists of MPEG-TS and fMP4, and a master playlist."""
    # Without the silence at the beginning: libav does not know a segment of few packets as MPEG-TS.
    audio: tuple[str | Path, ...] = ("-ss", "0.8", "-t", "4", "-i", SPEECH, "-c:a", "aac", "-ar", "48000")
    audio += ("-f", "hls", "-hls_time", "2", "-hls_list_size", "0")
    ffmpeg(*audio, "ts.m3u8", cwd=folder)
    fragments = ("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4", "-hls_flags", "program_date_time")
    ffmpeg(*audio, *fragments, "fmp4.m3u8", cwd=folder)
    (folder / "master.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:6\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",DEFAULT=YES,URI="fmp4.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2",AUDIO="a"\nts.m3u8\n'
    )
    size = (folder / "ts0.ts").stat().st_size
    (folder / "ranges.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n"
        f"#EXTINF:2.0,\n#EXT-X-BYTERANGE:{size}@0\nts0.ts\n"
        "#EXT-X-DISCONTINUITY\n#EXTINF:2.0,title\nts1.ts\n#EXT-X-ENDLIST\n"
    )
    return sorted(folder.glob("*.m3u8"))


LIVE = ("--from-start", "--reconnect", "1", "-o", "result.srt", "--backend", "scripted")

RUNS_FOR = 4.0
"""Seconds after which a live run is ended by SIGTERM, if its damaged playlist does not end it."""


def fuzz_playlists(seeds: range) -> Iterator[Fault]:
    """Caption damaged playlists live. A run that goes on, as of a playlist that has no end any more, gets SIGTERM."""
    with temporary_folder() as folder:
        sources = playlist_sources(_made(folder / "sources"))
        for seed in seeds:
            source = sources[seed % len(sources)]
            data = (reshaped if seed // len(sources) % 2 else damaged)(source.read_bytes(), seed)
            run = folder / f"run{seed}"
            shutil.copytree(folder / "sources", run)
            (run / source.name).write_bytes(data)
            words = [
                "live",
                source.name,
                "--from-start",
                "--reconnect",
                "1",
                "-o",
                "result.srt",
                "--backend",
                "scripted",
            ]
            ended = CommandRun(words, run, {"CAPTIONER_JOURNAL": str(run / "journal")}).terminate_after(RUNS_FOR)
            parts = ", ".join(path.name for path in run.rglob("*.part"))
            if what := ended.fault or (f"left behind: {parts}" if parts else None):
                yield Fault("playlists", seed, f"{source.name}: {what}", source.name, data)
            shutil.rmtree(run)


# The command


@contextmanager
def temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="captioner-fuzz-") as folder:
        yield Path(folder)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


KINDS: dict[str, tuple[Callable[[range], Iterator[Fault]], int, int]] = {
    "captions": (fuzz_captions, 400, 5000),
    "media": (fuzz_media, 9, 500),
    "settings": (fuzz_settings, 8, 500),
    "playlists": (fuzz_playlists, 4, 200),
}
"""What can be damaged: the function, and how many inputs a short run and a long one have."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("kinds", nargs=-1, type=click.Choice(list(KINDS)), metavar="[KIND]...")
@click.option("--seed", default=0, help="Seed of the first input.  [default: 0]")
@click.option("--count", type=click.IntRange(1), help="Inputs of each kind.  [default: as many as the tests have]")
@click.option("--long", is_flag=True, help="5,000 caption files, 500 media files, 500 settings, 200 playlists.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="FOLDER", help="Keep the inputs that show faults.")
def main(kinds: tuple[str, ...], seed: int, count: int | None, long: bool, keep: Path | None) -> None:
    """Damage inputs of each KIND (captions, media, settings, playlists) and print the faults that they show."""
    total = 0
    for kind in kinds or KINDS:
        fuzz, few, many = KINDS[kind]
        size = count or (many if long else few)
        faults = 0
        for fault in fuzz(range(seed, seed + size)):
            faults += 1
            click.echo(f"{fault.kind} --seed {fault.seed}: {fault.what}")
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{fault.kind}-{fault.seed}-{fault.name}").write_bytes(fault.data)
        click.echo(f"{kind}: {size} inputs, {faults} faults")
        total += faults
    raise SystemExit(1 if total else 0)


if __name__ == "__main__":
    main()
