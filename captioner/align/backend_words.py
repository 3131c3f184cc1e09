"""The `backend` aligner: keeps the word times of a backend; a text without any is timed by the default aligner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from captioner.align import Alignment, SpokenText, align_recording, open_aligner
from captioner.values import Audio


class BackendWords:
    """Returns the anchors of a text as its words. A text without anchors is aligned by itself."""

    name = "backend"

    def __init__(self) -> None:
        self._other = open_aligner()

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        """Return the words of `text` by the default aligner."""
        return self._aligned(SpokenText(clip, text, language))

    def align_recording(self, texts: Iterable[SpokenText]) -> Iterator[Alignment]:
        """Yield the alignment of each text."""
        return (Alignment(spoken.anchors) if spoken.anchors else self._aligned(spoken) for spoken in texts)

    def _aligned(self, spoken: SpokenText) -> Alignment:
        assert self._other is not None
        (alignment,) = align_recording(self._other, [spoken])
        return replace(alignment, timed_by=alignment.timed_by or self._other.name)
