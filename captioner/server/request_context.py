"""What a request knows about the server and its client."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from captioner.server.server_context import ServerContext


def context_of(connection: HTTPConnection) -> ServerContext:
    """Return what all requests share."""
    context: ServerContext = connection.app.state.context
    return context


def client_name(connection: HTTPConnection) -> str:
    """Return the name of the client: a hash of its key, or its address."""
    name: str = connection.scope["client_name"]
    return name
