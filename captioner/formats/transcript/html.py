"""The transcript as a page, .html, which any browser shows and prints: paragraphs with their time and speaker."""

from __future__ import annotations

from html import escape

from captioner.formats.common.contents import Programme
from captioner.formats.common.lines import one_line
from captioner.formats.transcript.txt import Paragraph, paragraphs
from captioner.timestamps import format_clock
from captioner.values import Transcript

_RULES = "body { max-width: 40em; margin: 2em auto; padding: 0 1em; font: 1.1em/1.5 sans-serif } time { color: #666 }"


def write(transcript: Transcript, programme: Programme) -> str:
    """Return a page in HTML 5. Each paragraph has the direction of its script."""
    language = programme.language or transcript.language
    title = escape(one_line(programme.title or "Transcript"))
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(language)}">' if language else "<html>",
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{title}</title>",
        f"<style>{_RULES}</style>",
        "</head>",
        "<body>",
        f"<h1>{title}</h1>" if programme.title else "",
        *map(_paragraph, paragraphs(transcript)),
        "</body>",
        "</html>",
    ]
    return "".join(f"{line}\n" for line in lines if line)


def _paragraph(paragraph: Paragraph) -> str:
    time = f'<time datetime="PT{paragraph.start:.3f}S">{format_clock(paragraph.start)[:-4]}</time>'
    speaker = f"<b>{escape(one_line(paragraph.speaker), quote=False)}:</b> " if paragraph.speaker else ""
    return f'<p dir="auto">{time} {speaker}{escape(paragraph.text, quote=False)}</p>'
