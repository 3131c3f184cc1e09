"""How well a digits model reads: `python digit_scoring.py FOLDER DTYPE`, with captioner on the PYTHONPATH."""

from __future__ import annotations

import sys

import jiwer
from digit_speech import TRAINED_ACCENTS, TRAINED_VARIANTS, UNHEARD_ACCENTS, UNHEARD_VARIANTS, sayings

from captioner.backends import Hints
from captioner.backends.nano.backend import Dtype, GlmNano
from captioner.values import Audio

COUNT = 120


def main(folder: str, dtype: Dtype) -> None:
    backend = GlmNano(model=folder, dtype=dtype)
    for name, seed, accents, variants in (
        ("known voices", 2, TRAINED_ACCENTS, TRAINED_VARIANTS),
        ("unheard voices", 3, UNHEARD_ACCENTS, UNHEARD_VARIANTS),
    ):
        said = list(sayings(COUNT, seed, accents, variants, held_out=True))
        heard = [one.text for one in backend.transcribe((Audio(one.samples, 16_000) for one in said), Hints())]
        exact = sum(one.text == text for one, text in zip(said, heard, strict=True))
        print(f"{name}: {jiwer.wer([one.text for one in said], heard):.2%} wrong, {exact} of {COUNT} exact")
    backend.close()


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
