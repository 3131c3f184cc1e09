"""Addresses of object stores as text. Their names are not percent-encoded, and `?` and `#` are characters of a name."""

from __future__ import annotations

import re

SCHEMES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "memory")
"""Of the addresses that fsspec reads and ffmpeg does not; `memory` is for tests."""

_SIGNATURE = re.compile(
    r"(?<=[?&])(?:X-Amz-[\w-]+|X-Goog-[\w-]+|X-Oss-[\w-]+|AWSAccessKeyId|GoogleAccessId|OSSAccessKeyId|Signature"
    r"|Expires|Policy|Key-Pair-Id|s[vretpkir]|srt|ss|spr|sig|ske|skt|skoid|sktid|sks|skv)=[^&#]*&?",
    re.IGNORECASE,
)
"""Parameters of presigned URLs: AWS S3 and CloudFront, Google Cloud Storage, Alibaba OSS, Azure's SAS."""

_IS_SIGNED = re.compile(r"[?&](?:X-Amz-Signature|X-Goog-Signature|X-Oss-Signature|Signature|sig)=", re.IGNORECASE)


def is_store(address: str) -> bool:
    """Return whether an address is one of an object store.

    >>> is_store("s3://bucket/talk.mp4"), is_store("https://example.org/talk.mp4"), is_store("s3/talk.mp4")
    (True, False, False)
    """
    scheme, separator, _ = address.partition("://")
    return bool(separator) and scheme.lower() in SCHEMES


def is_web(address: str) -> bool:
    """Return whether an address is one of HTTP."""
    return address.lower().startswith(("http://", "https://"))


def joined_address(address: str, below: str) -> str:
    """Return the address of a name below another address.

    >>> joined_address("s3://bucket/out/", "a/b.srt"), joined_address("s3://bucket", ".")
    ('s3://bucket/out/a/b.srt', 's3://bucket')
    """
    return address.rstrip("/") if below in ("", ".") else f"{address.rstrip('/')}/{below}"


def parent_of(address: str) -> str:
    """Return the folder that an object lies in.

    >>> parent_of("s3://bucket/a/talk.mp4")
    's3://bucket/a'
    """
    return address.rstrip("/").rpartition("/")[0]


def unsigned(address: str) -> str:
    """Return a web address without the signature of a presigned URL, which is another one each time.

    >>> unsigned("https://b.s3.amazonaws.com/a.mp4?versionId=7&X-Amz-Date=20261201&X-Amz-Signature=ab")
    'https://b.s3.amazonaws.com/a.mp4?versionId=7'
    >>> unsigned("https://example.org/a.mp4?sr=7")
    'https://example.org/a.mp4?sr=7'
    """
    return _SIGNATURE.sub("", address).rstrip("?&") if is_web(address) and _IS_SIGNED.search(address) else address
