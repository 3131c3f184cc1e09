"""Uploads that can be resumed, by the protocol tus 1.0.

upload_store.py    the unfinished and finished uploads, as files
upload_turns.py     one request at a time for each upload
upload_writing.py   the bytes of a request, written as they come
upload_routes.py   the HTTP API: core, creation, expiration, termination, checksum
"""
