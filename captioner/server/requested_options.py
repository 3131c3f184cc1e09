"""What a request may change about the recognition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from captioner.align import Aligner, open_aligner
from captioner.errors import UnknownName, UsageError
from captioner.languages import asked_language
from captioner.pipeline import CaptionOptions
from captioner.profiles import profile_named
from captioner.server.client_json import read_json
from captioner.server.refusals import RequestRefused
from captioner.server.request_body import ReceivedForm

REQUESTED_ALIGNERS = ("auto", "espeak", "pauses", "backend", "none")
"""The aligners that a request may name: those that load no model that the operator has not chosen."""


@dataclass(frozen=True, kw_only=True)
class RequestedOptions:
    """What a request may change about the recognition; None and an empty tuple leave what the server has."""

    language: str | None = None
    """A language by its tag or name."""

    prompt: str | None = None

    hotwords: tuple[str, ...] = ()

    profile: str | None = None
    """A caption profile by its name."""

    align: str | None = None
    """One of `REQUESTED_ALIGNERS`."""

    def applied_to(self, options: CaptionOptions) -> CaptionOptions:
        """Return the options with these changes. Raises `RequestRefused`, which names the field."""
        hints = options.hints
        return replace(
            options,
            hints=replace(
                hints,
                language=self._language() or hints.language,
                prompt=self.prompt or hints.prompt,
                hotwords=self.hotwords or hints.hotwords,
            ),
            profile=options.profile if self.profile is None else self._profile(self.profile),
            align=options.align if self.align is None else self._aligner(self.align),
        )

    def _language(self) -> str | None:
        try:
            return None if self.language is None else asked_language(self.language)
        except UsageError as error:
            raise RequestRefused("value", str(error), "language") from None

    def _profile(self, name: str) -> str:
        try:
            profile_named(name)
        except UsageError as error:
            raise RequestRefused("value", str(error), "profile") from None
        return name

    def _aligner(self, name: str) -> Aligner | None:
        if name not in REQUESTED_ALIGNERS:
            raise RequestRefused("value", str(UnknownName("aligner", name, REQUESTED_ALIGNERS)), "align")
        return open_aligner(name)


def requested_options_in(form: ReceivedForm, hotword_fields: Sequence[str]) -> RequestedOptions:
    """Return what a form asks for: language, prompt, hotwords, and our own fields `profile` and `align`.

    Raises `RequestRefused`.
    """
    return RequestedOptions(
        language=form.text("language"),
        prompt=form.text("prompt"),
        hotwords=tuple(word for name in hotword_fields for word in _hotwords(form, name)),
        profile=form.text("profile"),
        align=form.text("align"),
    )


def check_temperature(form: ReceivedForm) -> None:
    """Refuse a temperature that is no number from 0 to 1. A right one changes nothing: the backend has its own.

    Raises `RequestRefused`.
    """
    temperature = form.text("temperature", "0")
    try:
        if 0 <= float(temperature or 0) <= 1:
            return
    except ValueError:
        pass
    raise RequestRefused("value", f"temperature is a number from 0 to 1, not {temperature!r}", "temperature")


def _hotwords(form: ReceivedForm, name: str) -> list[str]:
    """Return the hotwords in the fields of that name: each is a word, or a JSON array of words."""
    words: list[object] = []
    for text in form.fields.get(name, ()):
        try:
            words += read_json(text) if text.lstrip().startswith("[") else [text]
        except ValueError:
            raise RequestRefused("value", f"{name} is not a JSON array", name) from None
    if not all(isinstance(word, str) for word in words):
        raise RequestRefused("value", f"{name} holds something else than words", name)
    return [word for word in words if isinstance(word, str) and word.strip()]
