"""A stream with faults; the long version is `python -m tests.benchmarks live`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.live_soak import Soak


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_region_is_captioned_once_and_in_order_despite_faults(seed: int, tmp_path: Path) -> None:
    soak = Soak(tmp_path, seconds=400.0, faults=12, seed=seed)
    soak.run()
    assert not soak.broken
    assert soak.most_lag <= 30.0
    assert soak.lost
    assert soak.regions >= 0.9 * soak.spoken - soak.lost
    assert soak.captions >= soak.regions - 1
