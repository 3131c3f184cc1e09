"""Requests that the server makes for its clients, who must not reach its own network through it.

public_network.py   connections to public addresses only
url_fetch.py        a URL to a file
webhooks.py         reports the end of jobs
"""
