"""Score a digits model: `python digit_scoring.py FOLDER DTYPE`, with captioner on the PYTHONPATH."""

from __future__ import annotations

import sys

import jiwer
from digit_speech import TRAINED_ACCENTS, TRAINED_VARIANTS, UNSEEN_ACCENTS, UNSEEN_VARIANTS, spoken_digits

from captioner.backends import Hints
from captioner.backends.nano.backend import Dtype, GlmNano
from captioner.values import Audio

COUNT = 120


def main(folder: str, dtype: Dtype) -> None:
    backend = GlmNano(model=folder, dtype=dtype)
    for name, seed, accents, variants in (
        ("known voices", 2, TRAINED_ACCENTS, TRAINED_VARIANTS),
        ("unseen voices", 3, UNSEEN_ACCENTS, UNSEEN_VARIANTS),
    ):
        digits = list(spoken_digits(COUNT, seed, accents, variants, held_out=True))
        results = backend.transcribe((Audio(one.samples, 16_000) for one in digits), Hints())
        references, hypotheses = [one.text for one in digits], [result.text for result in results]
        exact = sum(map(str.__eq__, references, hypotheses))
        print(f"{name}: {jiwer.wer(references, hypotheses):.2%} wrong, {exact} of {COUNT} exact")
    backend.close()


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
