"""The transcript in Markdown, to read and edit: a title, and paragraphs with their time and speaker."""

from __future__ import annotations

import re

from captioner.formats.common.contents import Programme
from captioner.formats.common.lines import one_line
from captioner.formats.transcript.txt import paragraphs
from captioner.timestamps import format_clock
from captioner.values import Transcript

# Characters that have a meaning anywhere in a line. Those that have one only at its beginning need no escape, since a
# paragraph begins with its time (CommonMark 2.4 and 6).
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|]")


def write(transcript: Transcript, programme: Programme) -> str:
    """Return the title, if there is one, and the paragraphs, each with the time at which it begins."""
    title = [f"# {_escaped(one_line(programme.title))}\n"] if programme.title else []
    return "\n".join(
        title
        + [
            f"**{format_clock(paragraph.start)[:-4]}** "
            + (f"**{_escaped(one_line(paragraph.speaker))}:** " if paragraph.speaker else "")
            + f"{_escaped(paragraph.text)}\n"
            for paragraph in paragraphs(transcript)
        ]
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)
