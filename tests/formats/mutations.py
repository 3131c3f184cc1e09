"""Caption files damaged at random, but the same way every time."""

from __future__ import annotations

import random

SCRAPS = (
    b'', b'\x00', b'\r', b'\n\n', b'-->', b'00:00:01,000 --> 00:00:02,000', b'\xff\xfe', b'\xef\xbb\xbf', b'<',
    b'</i>', b'&#', b'{\\an8}', b'{', b'}', b'"', b'[', b']', b'99999999999', b'-1', b'1e999', b'\x80\x81', b'\t',
    b',', b';', b'\\N', b'<v ', b'WEBVTT', b'[Events]', b'STYLE\n', b'<SYNC Start=', b'\xed\xa0\x80', b'\xd9\xa3',
    b'\xd7\xd6', b'<tt>', b'|',
)  # fmt: skip


def damaged(data: bytes, seed: int) -> bytes:
    """The file with one to four pieces cut out, doubled, moved, flipped or put in; never twice as long."""
    chance = random.Random(seed)
    mutated = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        first = chance.randrange(len(mutated) + 1)
        last = min(len(mutated), first + chance.choice((1, 1, 4, 30, 400)))
        kind = chance.randrange(5)
        if kind == 0:
            del mutated[first:last]
        elif kind == 1:
            mutated[first:first] = mutated[first:last]
        elif kind == 2 and first < last:
            mutated[first] ^= 1 << chance.randrange(8)
        elif kind == 3:
            mutated[first:first] = chance.choice(SCRAPS)
        else:
            mutated[first:last] = chance.choice(SCRAPS)
    return bytes(mutated[: 2 * len(data) + 100])
