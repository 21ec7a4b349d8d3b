"""What monitoring can ask the line, and how little outsiders learn."""

import asyncio
import time
from dataclasses import replace

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from starlette.types import Message, Receive, Scope, Send
from support.asking import ask
from support.data_key import CIPHER

from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.database.connection import open_pool
from voice.metrics import Measured
from voice.settings import Settings
from voice.worker import work


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool) -> Line:
    """A line without a worker."""
    return line_on(Settings.load("demo"), database)


async def test_a_process_that_runs_is_alive(line: Line) -> None:
    """The liveness check passes whatever else is down."""
    assert await ask(create_app(line), "/healthz") == (200, "alive\n")


async def test_ready_means_a_worker_is_up(line: Line) -> None:
    """Without a worker the line is not ready, since no booking would reach the calendar."""
    app = create_app(line)
    assert await ask(app, "/readyz") == (503, "no worker is up\n")
    assert await ask(app, "/readyz", client="203.0.113.9") == (503, "not ready\n")
    async with run_in_background(work(line.clinic)), asyncio.timeout(60):
        while await ask(app, "/readyz") != (200, "ready\n"):  # noqa: ASYNC110  # no event to wait for
            await asyncio.sleep(0.02)


async def test_ready_means_the_database_answers(line: Line, migrated: str) -> None:
    """Without its database the line is not ready."""
    async with open_pool(migrated, cipher=CIPHER, size=1) as gone:
        pass
    closed = replace(line, clinic=replace(line.clinic, pool=gone))
    assert await ask(create_app(closed), "/readyz") == (503, "the database does not answer\n")


async def test_answers_are_measured_by_route(line: Line) -> None:
    """Metrics are labeled by the declared route, never by the requested address."""
    app = create_app(line)
    await ask(app, "/voice/incoming", "POST")
    await ask(app, "/wp-login.php")
    status, body = await ask(app, "/metrics")
    assert status == 200
    assert 'answer_seconds_count{route="/voice/incoming",status="403"}' in body
    assert 'route="none",status="404"' in body
    assert "wp-login" not in body


async def test_a_refusal_that_is_held_back_counts_as_fast_as_it_was_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server sends refusals late; that says nothing about how long callers wait."""
    now = 100.0
    monkeypatch.setattr(time, "perf_counter", lambda: now)

    async def application(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 418})

    async def late(_: Message) -> None:
        nonlocal now
        now += 60

    async def receive() -> Message:
        return {}

    await Measured(application)({"type": "http"}, receive, late)
    labels = {"route": "none", "status": "418"}
    assert REGISTRY.get_sample_value("screening_line_answer_seconds_sum", labels) == 0


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("203.0.113.9", {}),
        ("", {}),
        ("127.0.0.1", {"x_forwarded_for": "203.0.113.9"}),
        ("127.0.0.1", {"forwarded": "for=203.0.113.9"}),
        ("127.0.0.1", {"via": "1.1 proxy"}),
        ("127.0.0.1", {"host": "line.example.org"}),
        ("127.0.0.1", {"host": "[::1"}),
        ("127.0.0.1", {"host": ""}),
        ("127.0.0.1", {"authorization": "Bearer wrong"}),
        ("203.0.113.9", {"authorization": "Basic s3cret"}),
        ("203.0.113.9", {"authorization": "Bearer "}),
    ],
)
async def test_strangers_read_no_metrics(line: Line, client: str, headers: dict[str, str]) -> None:
    """Metrics are refused to other computers, including through a local proxy."""
    app = create_app(with_token(line))
    assert await ask(app, "/metrics", client=client, **headers) == (403, "")


async def test_metrics_are_for_this_computer_and_whoever_has_the_token(line: Line) -> None:
    """The token gives access through a proxy too; without the setting no token does."""
    token = {"x_forwarded_for": "203.0.113.9", "authorization": "Bearer s3cret"}
    for app in (create_app(line), create_app(with_token(line))):
        for host in ("127.0.0.1:8000", "localhost", "[::1]:8000"):
            assert (await ask(app, "/metrics", host=host))[0] == 200
    assert (await ask(create_app(with_token(line)), "/metrics", client="::ffff:1", **token))[
        0
    ] == 200
    assert (await ask(create_app(line), "/metrics", **token))[0] == 403


def with_token(line: Line) -> Line:
    """The same line with METRICS_TOKEN set."""
    secret = {"metrics_token": SecretStr("s3cret")}
    return replace(line, settings=line.settings.model_copy(update=secret))


async def test_nothing_else_is_served(line: Line) -> None:
    """There is no API description, and each route has one spelling."""
    app = create_app(line)
    for path in ("/docs", "/redoc", "/openapi.json", "/healthz/", "/"):
        assert (await ask(app, path))[0] == 404
