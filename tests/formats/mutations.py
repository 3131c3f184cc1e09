"""Files damaged at random, but the same way every time: caption files, media, settings and playlists."""

from __future__ import annotations

import random
import re

SCRAPS = (
    b'', b'\x00', b'\r', b'\n\n', b'-->', b'00:00:01,000 --> 00:00:02,000', b'\xff\xfe', b'\xef\xbb\xbf', b'<',
    b'</i>', b'&#', b'{\\an8}', b'{', b'}', b'"', b'[', b']', b'99999999999', b'-1', b'1e999', b'\x80\x81', b'\t',
    b',', b';', b'\\N', b'<v ', b'WEBVTT', b'[Events]', b'STYLE\n', b'<SYNC Start=', b'\xed\xa0\x80', b'\xd9\xa3',
    b'\xd7\xd6', b'<tt>', b'|',
)  # fmt: skip

NUMBERS = (
    b'0', b'00', b'1', b'-1', b'59', b'60', b'61', b'100', b'0.0000001', b'1e9', b'1e999', b'NaN', b'inf',
    b'99999999999', b'9' * 400, b'1' * 5000, b'', b'0x1F', b'1_000', b'\xd9\xa3', b'\xef\xbc\x91', b'1/0', b'1,5',
)  # fmt: skip

WORDS = (b"", b"x", b" ", b"A" * 2000, b"\xc3\xa9", b"\xe2\x80\x8f", b"%s", b"none", b"true", b"\x00", b"xml:id")


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


def reshaped(data: bytes, seed: int) -> bytes:
    """The file with one to four of its numbers, words or lines replaced, doubled, moved or left out.

    Its syntax mostly stays whole, so that readers come further than with the pieces of `damaged`.
    """
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        kind = chance.randrange(4)
        if kind < 2:
            data = _with_another_token(data, rb"\d+", NUMBERS, chance)
        elif kind == 2:
            data = _with_another_token(data, rb"[A-Za-z]\w*", WORDS, chance)
        else:
            data = _with_lines_moved(data, chance)
    return data


def corrupted(data: bytes, seed: int) -> bytes:
    """A binary file cut off, or with zeros, noise or a changed byte in its head or anywhere."""
    chance = random.Random(seed)
    if chance.random() < 0.2:
        return data[: chance.randrange(len(data))]
    mutated = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        first = chance.randrange(min(len(mutated), chance.choice((64, 1024, len(mutated)))))
        size = min(chance.choice((1, 1, 4, 200)), len(mutated) - first)
        flipped = bytes([mutated[first] ^ 1 << chance.randrange(8)]) + bytes(mutated[first + 1 : first + size])
        mutated[first : first + size] = chance.choice((chance.randbytes(size), bytes(size), b"\xff" * size, flipped))
    return bytes(mutated)


def _with_another_token(data: bytes, pattern: bytes, others: tuple[bytes, ...], chance: random.Random) -> bytes:
    """The file with one match of the pattern replaced by one of the others, or by another match."""
    found = list(re.finditer(pattern, data))
    if not found:
        return data
    match = chance.choice(found)
    other = chance.choice(found)[0] if chance.random() < 0.3 else chance.choice(others)
    return data[: match.start()] + other + data[match.end() :]


def _with_lines_moved(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    line = lines[chance.randrange(len(lines))]
    if chance.random() < 0.5:
        lines.remove(line)
    if chance.random() < 0.7:
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"".join(lines)
