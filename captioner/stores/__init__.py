"""Object stores such as S3, through fsspec: what lies in them, fetched and written as whole objects.

    store_address.py    the addresses of stores, and web addresses without their signatures
    object_store.py     one store: find, list, sign, fetch, read and write

A store that can sign URLs is read by ffmpeg over HTTP, so only the parts of an object that are needed are fetched.
Credentials are those that the library of each store finds by itself, and no message has them.
"""

from __future__ import annotations

from captioner.stores.object_store import (
    StoredObject,
    StoreNotUsable,
    fetch,
    find_all,
    find_object,
    names_in,
    objects_below,
    objects_of_glob,
    plain_part,
    read_object,
    signed_url,
    write_object,
)
from captioner.stores.store_address import is_store, is_web, joined_address, parent_of, unsigned

__all__ = [
    "StoreNotUsable",
    "StoredObject",
    "fetch",
    "find_all",
    "find_object",
    "is_store",
    "is_web",
    "joined_address",
    "names_in",
    "objects_below",
    "objects_of_glob",
    "parent_of",
    "plain_part",
    "read_object",
    "signed_url",
    "unsigned",
    "write_object",
]
