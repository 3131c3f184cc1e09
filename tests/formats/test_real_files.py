"""Caption files of other projects' tests, in a dozen formats: valid, odd, broken, and broken further here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from captioner.errors import CaptionerError
from captioner.formats import Contents, Programme, format_named, format_of_file, vtt
from tests.formats.mutations import damaged

PROGRAMME = Programme(frame_rate=Fraction(25))

NO_CAPTIONS = {".md", ".mkv", ".mp4"}
ABOUT_THE_FILES = {"readers.json", "expected.json", "expected_vtt.json"}

MUTATIONS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "release" else 2000

NOT_AS_OTHERS_READ_IT = {
    # Text without any time is refused, where others find an empty file; with text before it, too.
    "subs/webvtt_py/invalid_format2.srt",
    "subs/webvtt_py/invalid_format3.srt",
    "subs/webvtt_py/invalid_format4.srt",
    # A cue with the time 00:00:11:890 is read.
    "subs/webvtt_py/invalid_timeframe.srt",
    # A cue without text is left out.
    "subs/webvtt_py/missing_caption_text.srt",
    # Two readers put cues together that are shown at once; two do not, and neither do we.
    "subs/pysubs2/ttml_example.ttml",
    # Without any time a text is shown all the time; others leave it out.
    "subs/ttconv/ttml/referential_styling.ttml",
}


def caption_files(testdata: Path) -> Iterator[Path]:
    for path in sorted((testdata / "subs").rglob("*")):
        if path.is_file() and path.suffix not in NO_CAPTIONS and path.name not in ABOUT_THE_FILES:
            yield path


def read(path: Path, data: bytes) -> Contents | None:
    """What the file holds; None where it is refused in a sentence."""
    try:
        return format_of_file(path, data).read(data, PROGRAMME)
    except CaptionerError as error:
        return None if "\n" not in str(error) else Contents()


def test_every_file_is_read_or_refused_and_goes_through_webvtt_whole(testdata: Path) -> None:
    files = list(caption_files(testdata))
    contents = [read(path, path.read_bytes()) for path in files]
    found = [one.cues for one in contents if one and one.cues is not None]
    assert (len(files), len(found)) == (137, 109)
    for cues in found:
        assert format_named("vtt").write(Contents(cues)).losses == {}
        assert vtt.parse(vtt.write(vtt.representable(cues))).cues == vtt.representable(cues)


def test_other_readers_agree_on_the_times(testdata: Path) -> None:
    files = json.loads((testdata / "subs/readers.json").read_text("utf-8"))["files"]
    agreed = {name: seen["times_ms"] for name, seen in files.items() if seen["times_ms"] is not None}
    differing = set()
    for name, times in agreed.items():
        contents = read(testdata / name, (testdata / name).read_bytes())
        cues = (contents.cues if contents else None) or ()
        if [[round(cue.start * 1000), round(cue.end * 1000)] for cue in cues] != times or not contents:
            differing.add(name)
    assert len(agreed) == 26
    assert differing == NOT_AS_OTHERS_READ_IT


@pytest.mark.parametrize("part", range(4))
def test_a_damaged_file_is_read_or_refused(testdata: Path, part: int) -> None:
    files = [(path, path.read_bytes()) for path in caption_files(testdata)]
    for seed in range(part, MUTATIONS, 4):
        path, data = files[seed % len(files)]
        contents = read(path, damaged(data, seed))
        if contents and contents.cues is not None:
            assert vtt.parse(vtt.write(vtt.representable(contents.cues))).cues == vtt.representable(contents.cues)
