"""Requests that schemathesis makes of /openapi.json, to a real server: `python -m tests.server_requests`.

No response may have status 500, or one that is not described. `st` of schemathesis must be on the PATH; its packages do
not fit those of the tests, so it has an environment of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from captioner.backends import load_backend
from tests.server.jobs.job_client import finished, submit
from tests.server.serving import serving

CHECKS = "not_a_server_error,status_code_conformance"


def main() -> int:
    """Run schemathesis twice: with ids that it makes up, and with that of a job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", default="10", help="requests for each operation")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, serving(load_backend("scripted"), Path(name) / "state") as url:
        job = finished(url, submit(url)["id"])["id"]
        settings = Path(name) / "schemathesis.toml"
        settings.write_text(f'[parameters]\n"path.id" = "{job}"\n')
        run = [f"{url}/openapi.json", "--checks", CHECKS, "-n", asked.examples, "--phases", "coverage,fuzzing"]
        run += ["--exclude-path-regex", "events$"]  # which have no end
        made_up = ["st", "run", *run]
        known = ["st", "--config-file", str(settings), "run", *run, "--include-path-regex", r"jobs/\{id\}"]
        known += ["--exclude-method", "DELETE"]
        return max([subprocess.run(command, check=False).returncode for command in (made_up, known)])


if __name__ == "__main__":
    sys.exit(main())
