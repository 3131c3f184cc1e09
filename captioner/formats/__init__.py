"""Caption formats, text in and text out: no format opens a file.

`FORMATS` lists them. Code that writes or reads captions calls `Format.write` and `Format.read` for every format.
A new format is one module and one entry in `format_registry.py`. Its module, which is imported when the format is first
used, has

- `write`, which takes the parts that the format is made of and returns the file, a text or bytes;
- `representable`, if the format is made of cues, with the same parameters: the cues as the file can hold them, by
  start and on its time grid. `write` gets these, and what they lack is reported as `Written.losses`;
- `parse`, if the format can be read, which takes the file and returns `Contents`. `parse` reads a file that
  `write` made of representable cues as the same cues.
"""

from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Part, Programme
from captioner.formats.common.encodings import decoded
from captioner.formats.common.losses import CueLosses
from captioner.formats.common.retiming import shift_and_stretch
from captioner.formats.common.speaker_labels import with_speaker_labels
from captioner.formats.format import Format, Written
from captioner.formats.format_registry import (
    ENGLISH_UNLESS_NAMED,
    FORMATS,
    WITH_TIMECODE,
    format_named,
    format_of_file,
    format_of_path,
)
from captioner.formats.transcript.from_cues import transcript_of
from captioner.formats.transcript.report import write as render_report
from captioner.formats.transcript.report import write_failure as render_failure

__all__ = [
    "ENGLISH_UNLESS_NAMED",
    "FORMATS",
    "UNKNOWN_PROGRAMME",
    "WITH_TIMECODE",
    "Contents",
    "CueLosses",
    "Format",
    "Part",
    "Programme",
    "Written",
    "decoded",
    "format_named",
    "format_of_file",
    "format_of_path",
    "render_failure",
    "render_report",
    "shift_and_stretch",
    "transcript_of",
    "with_speaker_labels",
]
