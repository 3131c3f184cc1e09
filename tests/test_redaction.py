"""Passwords and tokens are hidden wherever a URL is printed."""

from __future__ import annotations

import pytest

from captioner.cli.messages import printable
from captioner.errors import FfmpegFailed, MediaNotReadable, StreamLost, UsageError
from captioner.redaction import without_url_secrets

SECRET = "PW"

HIDDEN = [
    ("http://user:PW@host/x?token=PW", "http://user:***@host/x?token=***"),
    ("rtmp://PW@host/app", "rtmp://***@host/app"),
    ("srt://host:9?mode=caller&passphrase=PW&latency=9", "srt://host:9?mode=caller&passphrase=***&latency=9"),
    ("https://h/a.m3u8?X-Amz-Signature=PW&X-Amz-Date=1", "https://h/a.m3u8?X-Amz-Signature=***&X-Amz-Date=1"),
    ("https://h/a?sv=1&sig=PW%3D", "https://h/a?sv=1&sig=***"),
    ("https://h/a?api_key=PW#access_token=PW", "https://h/a?api_key=***#access_token=***"),
    ("cannot open 'https://a:b@c:PW@h/x?auth=PW': refused", "cannot open 'https://a:***@h/x?auth=***': refused"),
    ("[https @ 0x1] http://u:PW@a/x and http://u:PW@b/y", "[https @ 0x1] http://u:***@a/x and http://u:***@b/y"),
    ("GET /live?token=PW failed", "GET /live?token=*** failed"),
    ("refused: Basic dXNlcjpQVw==", "refused: Basic ***"),
]

PLAIN = ["talk.mp4: 3 cues", "https://example.org/a?id=7&page=2", "me@example.org wrote", "Basic authentication fails",
         "what?", "C:\\films\\a.mp4"]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_what_is_hidden(text: str, shown: str) -> None:
    assert without_url_secrets(text) == shown
    assert printable(text) == shown


@pytest.mark.parametrize("text", PLAIN)
def test_what_stays(text: str) -> None:
    assert without_url_secrets(text) == text


def test_errors_show_no_secret() -> None:
    url = "http://user:PW@host/x?token=PW"
    for error in (MediaNotReadable(url, "is gone"), StreamLost(url, url), FfmpegFailed(url), UsageError(f"{url}: no")):
        assert SECRET not in str(error)
        assert "user:***@host/x?token=***" in str(error)
