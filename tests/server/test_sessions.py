"""Keys, sessions of browsers, and links to one job."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from captioner.backends import load_backend
from captioner.cli.commands.serve import serve
from captioner.server.api_keys import ApiKeys
from tests.server.jobs.job_client import SPEECH
from tests.server.serving import serving

KEYS = ("first key", "second key")


def client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})


def test_each_key_sees_its_own_jobs(tmp_path: Path) -> None:
    with (
        serving(load_backend("scripted"), tmp_path, api_keys=KEYS) as url,
        client(url, KEYS[0]) as one,
        client(url, KEYS[1]) as other,
    ):
        job = one.post("/v1/jobs", files={"file": ("a.flac", SPEECH.read_bytes())}).json()["id"]
        assert [each["id"] for each in one.get("/v1/jobs").json()] == [job]
        assert other.get("/v1/jobs").json() == []
        for path in ("", "/events", "/media", "/results/srt", "/document"):
            assert other.get(f"/v1/jobs/{job}{path}").json()["error"]["code"] == "no_job"
        assert other.delete(f"/v1/jobs/{job}").status_code == 404
        assert one.get(f"/v1/jobs/{job}").status_code == 200


def test_a_browser_gives_its_key_once(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path, api_keys=KEYS) as url, httpx.Client(base_url=url) as browser:
        assert browser.get("/v1/session").status_code == 401
        assert browser.post("/v1/session", json={"key": "third key"}).status_code == 401
        begun = browser.post("/v1/session", json={"key": KEYS[0]})
        assert begun.json()["keys"] is True
        cookie = begun.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert KEYS[0] not in cookie
        assert browser.get("/v1/session").json()["read_only"] is False
        assert browser.get("/v1/jobs").status_code == 200
        browser.delete("/v1/session")
        assert browser.get("/v1/jobs").status_code == 401


def test_a_link_shows_one_job_and_changes_nothing(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path, api_keys=KEYS) as url:
        with client(url, KEYS[0]) as owner:
            jobs = [
                owner.post("/v1/jobs", files={"file": ("a.flac", SPEECH.read_bytes())}).json()["id"] for _ in range(2)
            ]
            token = owner.post(f"/v1/jobs/{jobs[0]}/share").json()["token"]
        with httpx.Client(base_url=url) as guest:
            assert guest.post("/v1/session", json={"share": f"{jobs[1]}{token[24:]}"}).status_code == 401
            assert guest.post("/v1/session", json={"share": token}).json()["job"] == jobs[0]
            assert guest.get(f"/v1/jobs/{jobs[0]}").status_code == 200
            assert guest.get(f"/v1/jobs/{jobs[0]}/media").status_code == 200
            for method, path in (
                ("GET", f"/v1/jobs/{jobs[1]}"),
                ("GET", "/v1/jobs"),
                ("DELETE", f"/v1/jobs/{jobs[0]}"),
                ("POST", f"/v1/jobs/{jobs[0]}/operations"),
                ("POST", f"/v1/jobs/{jobs[0]}/share"),
            ):
                refused = guest.request(method, path)
                assert (refused.status_code, refused.json()["error"]["code"]) == (403, "read-only"), (method, path)


def test_a_key_is_compared_with_all_keys_in_constant_time() -> None:
    keys = ApiKeys(("a" * 40, "b" * 40), b"secret")
    assert keys.is_key("b" * 40)
    assert not keys.is_key("b" * 39)
    assert not keys.is_key("")
    assert keys.job_of_token("") is None
    assert keys.job_of_token("x.y") is None
    assert keys.job_of_token("é.y") is None


def test_responses_tell_browsers_to_run_nothing(tmp_path: Path) -> None:
    with serving(load_backend("scripted", lines="<script>alert(1)</script>"), tmp_path) as url:
        file = ("<img src=x onerror=alert(1)>.flac", SPEECH.read_bytes())
        job = httpx.post(f"{url}/v1/jobs", files={"file": file}).json()
        for path in ("/v1/jobs", f"/v1/jobs/{job['id']}", f"/v1/jobs/{job['id']}/media", "/v1/none"):
            headers = httpx.get(f"{url}{path}").headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in headers["content-security-policy"]
            assert not headers["content-type"].startswith("text/html")


def test_the_key_of_the_cloud_is_not_that_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTIONER_API_KEY", "paid for")
    monkeypatch.setenv("CAPTIONER_SERVER_KEY", "one two")
    with serve.make_context("serve", []) as context:
        assert context.params["api_keys"] == ("one", "two")
