"""Requests to an application as any client sends them, without a server."""

from starlette.types import ASGIApp, Message, Scope


async def ask(
    app: ASGIApp, path: str, method: str = "GET", *, client: str = "127.0.0.1", **headers: str
) -> tuple[int, str]:
    """Send a request to the loopback address; return its status and body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    named = {"host": "127.0.0.1:8000", **headers}.items()
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "client": (client, 1) if client else None, "server": None,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named],
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()
