"""Tests of captioner. pytest runs a worker on each core, so each test keeps to one thread of numerical work."""

import os

for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
