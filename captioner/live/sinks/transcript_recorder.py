"""Records the transcript of a stream as a file, from which captions can be exported once the stream is over.

While the stream runs, a line for each region is appended to `FILE.lines`; at its end they become the transcript. So a
day of speech needs no memory, and a killed run loses nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

from captioner.atomic_file import atomic_write_text
from captioner.formats.transcript import json as transcript
from captioner.live.events import Event, RegionReported, StreamEnded, StreamProgress
from captioner.live.sinks.growing_files import ROUNDING, GrowingFile
from captioner.values import RegionReport, Report, Segment, Transcript


class TranscriptRecorder:
    """Writes the transcript to `target`. `report` names the source and the backend; its regions are filled in."""

    def __init__(self, target: str, report: Report, language: str | None = None) -> None:
        self._path = Path(target)
        self._report, self._language = report, language
        self._lines = GrowingFile(f"{target}.lines")
        before, separator, _ = self._lines.text().rpartition("\n")
        self._lines.keep_only(before + separator)
        self._last_end = max((entry[0].end for entry in self._entries()), default=0.0)
        self._audio_end = self._last_end
        self._began = self._ended = False

    def handle(self, event: Event) -> None:
        """Append the line of a region."""
        self._began = True
        if isinstance(event, RegionReported) and event.report.start >= self._last_end - ROUNDING:
            segments = (event.segment,) if event.segment else ()
            text = transcript.write(Transcript(segments), replace(self._report, regions=(event.report,)))
            self._lines.append(json.dumps(json.loads(text), ensure_ascii=True) + "\n")
            self._last_end = event.report.end
        elif isinstance(event, StreamProgress):
            self._audio_end = event.audio_end
        elif isinstance(event, StreamEnded):
            self._ended = True

    def close(self) -> None:
        """Write the transcript. The lines stay unless the stream has ended; no file is left where no stream began."""
        if not self._began and self._lines.remove_if_created():
            return
        entries = self._entries()
        segments = tuple(segment for _, of_region in entries for segment in of_region)
        regions = tuple(replace(region, index=index) for index, (region, _) in enumerate(entries))
        languages = Counter(segment.language for segment in segments if segment.language)
        language = self._language or next((tag for tag, _ in languages.most_common(1)), None)
        report = replace(self._report, regions=regions, duration=self._audio_end, language=language)
        atomic_write_text(self._path, transcript.write(Transcript(segments, language), report))
        if self._ended:
            self._lines.path.unlink()

    def _entries(self) -> list[tuple[RegionReport, tuple[Segment, ...]]]:
        """Return the report of each region so far, and its segments."""
        read = [transcript.parse(line) for line in self._lines.text().split("\n") if line]
        return [
            (contents.report.regions[0], contents.transcript.segments)
            for contents in read
            if contents.report and contents.transcript
        ]
