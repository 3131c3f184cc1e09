"""The fonts for tests of video: DejaVu Sans is the default, whatever fonts the machine has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <match target="pattern">
    <test name="family"><string>Arial</string></test>
    <edit name="family" mode="assign" binding="strong"><string>DejaVu Sans</string></edit>
  </match>
  <match target="pattern"><edit name="family" mode="append"><string>DejaVu Sans</string></edit></match>
  <include ignore_missing="yes">{system}</include>
  <cachedir>{folder}/cache</cachedir>
</fontconfig>
"""


@pytest.fixture(scope="package", autouse=True)
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The machine's fonts beside DejaVu Sans, which comes with matplotlib and stands in for Arial."""
    folder = tmp_path_factory.mktemp("fonts")
    matplotlib = find_spec("matplotlib")
    assert matplotlib
    assert matplotlib.origin
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        shutil.copy(Path(matplotlib.origin).parent / "mpl-data/fonts/ttf" / name, folder)
    system = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    (folder / "fonts.conf").write_text(CONFIGURATION.format(folder=folder, system=system), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FONTCONFIG_FILE", str(folder / "fonts.conf"))
        yield
