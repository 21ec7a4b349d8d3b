"""What a machine asks the line: is it alive, is it ready, what does it measure."""

import asyncio
from dataclasses import replace

import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp, Message, Scope

from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.database.connection import open_pool
from voice.settings import Settings
from voice.worker import work


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool) -> Line:
    """A line without a worker."""
    return line_on(Settings.load("demo"), database)


async def ask(app: ASGIApp, path: str, method: str = "GET") -> tuple[int, str]:
    """One request; its status and body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": [], "client": None, "server": None,
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()


async def test_a_process_that_runs_is_alive(line: Line) -> None:
    """Whatever else is away."""
    assert await ask(create_app(line), "/healthz") == (200, "alive\n")


async def test_ready_means_a_worker_is_up(line: Line) -> None:
    """Without a worker no booking would reach the calendar."""
    app = create_app(line)
    assert await ask(app, "/readyz") == (503, "no worker is up\n")
    async with run_in_background(work(line.clinic)), asyncio.timeout(10):
        while await ask(app, "/readyz") != (200, "ready\n"):  # noqa: ASYNC110  # told by the database
            await asyncio.sleep(0.02)


async def test_ready_means_the_database_answers(line: Line, migrated: str) -> None:
    """A line that cannot ask its database sends callers elsewhere."""
    async with open_pool(migrated, size=1) as gone:
        pass
    closed = replace(line, clinic=replace(line.clinic, pool=gone))
    assert await ask(create_app(closed), "/readyz") == (503, "the database does not answer\n")


async def test_answers_are_measured_by_route(line: Line) -> None:
    """A route as it was declared, never an address as it was asked for."""
    app = create_app(line)
    await ask(app, "/voice/incoming", "POST")
    await ask(app, "/wp-login.php")
    status, body = await ask(app, "/metrics")
    assert status == 200
    assert 'answer_seconds_count{route="/voice/incoming",status="403"}' in body
    assert 'route="none",status="404"' in body
    assert "wp-login" not in body


async def test_nothing_else_is_served(line: Line) -> None:
    """No description of the routes, and no second spelling of one."""
    app = create_app(line)
    for path in ("/docs", "/redoc", "/openapi.json", "/healthz/", "/"):
        assert (await ask(app, path))[0] == 404
