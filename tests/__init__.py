"""Tests of captioner. Run on every core at once, so each of them keeps to one."""

import os

for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
