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
    whole = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        first = chance.randrange(len(whole) + 1)
        last = min(len(whole), first + chance.choice((1, 1, 4, 30, 400)))
        kind = chance.randrange(5)
        if kind == 0:
            del whole[first:last]
        elif kind == 1:
            whole[first:first] = whole[first:last]
        elif kind == 2 and first < last:
            whole[first] ^= 1 << chance.randrange(8)
        elif kind == 3:
            whole[first:first] = chance.choice(SCRAPS)
        else:
            whole[first:last] = chance.choice(SCRAPS)
    return bytes(whole[: 2 * len(data) + 100])
