"""Reads the body of a request up to a limit."""

from fastapi import Request
from starlette.requests import ClientDisconnect


async def bounded_body(request: Request, max_bytes: int) -> bytes | None:
    """The body, or None when it is longer than `max_bytes` or the client hung up."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:10]) > max_bytes:
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
