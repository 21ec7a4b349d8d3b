"""A Google notification triggers a sync at once, and a forged one never does."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.push import headers, post
from stand_ins.google.server import Google
from support.browser import page_of
from support.clinic import SetClock, confirmed, jobs_waiting, row, span
from support.data_key import CIPHER
from support.google_clinic import calendar_at

from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_jobs import follow_all
from calendar_sync.sync.watch_channels import renew
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.calendar_setup import push_address
from voice.database.connection import open_pool
from voice.settings import Settings
from voice.worker import work

PATH = "/calendar/changed"
PUBLIC = {"public_base_url": "https://line.example.org/"}


@pytest.fixture
def line(
    database: AsyncConnectionPool, now: SetClock, google: Google, tmp_path: Path
) -> Generator[Line]:
    """A line that Google can reach, without a worker."""
    settings = Settings.load("demo").model_copy(update=PUBLIC)
    made = line_on(settings, database, now)
    with calendar_at(google, tmp_path) as calendar:
        push = calendar.push_to(push_address(settings))
        yield replace(made, clinic=replace(made.clinic, calendar=calendar, push=push))


@pytest_asyncio.fixture
async def door(line: Line) -> AsyncGenerator[str]:
    """The local address that the proxy forwards to."""
    async with page_of(line) as page:
        yield page.removesuffix("/phone")


async def deliver(google: Google, door: str) -> list[tuple[str, int]]:
    """Let Google post its pending notifications."""
    return await asyncio.to_thread(google.channels.deliver, door)


async def test_the_first_message_tells_of_nothing(line: Line, google: Google, door: str) -> None:
    """The first notification, with state "sync", only says that the channel is open."""
    await renew(line.clinic)
    assert await deliver(google, door) == [("sync", 204)]
    assert await jobs_waiting(line.clinic) == []


async def test_many_changes_told_at_once_are_one_reading(
    line: Line, google: Google, door: str
) -> None:
    """Repeated notifications queue one job, and each is answered."""
    await renew(line.clinic)
    await deliver(google, door)
    for hour in (12, 13):
        google.screenings.add(f"2026-12-01 {hour}:00", f"2026-12-01 {hour}:30")
        assert await deliver(google, door) == [("exists", 204)]
    assert await jobs_waiting(line.clinic) == ["follow_staff"]


async def test_a_drag_that_is_told_moves_the_booking_at_once(
    line: Line, google: Google, door: str
) -> None:
    """A notified move reaches the booking without polling."""
    booking_id = await confirmed(line.clinic, span("2026-12-01 09:00"))
    await insert(line.clinic, booking_id)
    await follow_all(line.clinic)
    await renew(line.clinic)
    await deliver(google, door)
    event_id = (await row(line.clinic, booking_id)).event_id or ""
    google.screenings.drag(event_id, "2026-12-01 15:00", "2026-12-01 15:20")
    async with run_in_background(work(line.clinic)), asyncio.timeout(60):
        assert await deliver(google, door) == [("exists", 204)]
        while (await row(line.clinic, booking_id)).slot != span("2026-12-01 15:00"):  # noqa: ASYNC110  # no event to wait for
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Goog-Channel-ID", "another"),
        ("X-Goog-Channel-Token", "guessed"),
        ("X-Goog-Channel-Token", ""),
        ("X-Goog-Resource-ID", "another"),
    ],
)
async def test_a_message_of_somebody_else_is_refused_without_effect(
    line: Line, google: Google, door: str, name: str, value: str
) -> None:
    """A notification must match one of our channels by channel, token and resource."""
    await renew(line.clinic)
    [channel] = google.channels.open.values()
    said = headers(channel, "exists")
    assert await asyncio.to_thread(post, door + PATH, {**said, name: value}) == 403
    assert await jobs_waiting(line.clinic) == []
    assert await asyncio.to_thread(post, door + PATH, said) == 204
    assert await jobs_waiting(line.clinic) == ["follow_staff"]


async def test_while_the_database_is_away_google_is_asked_to_come_again(
    line: Line, google: Google, migrated: str
) -> None:
    """Without a database the answer is 503, after which Google repeats the notification."""
    await renew(line.clinic)
    [channel] = google.channels.open.values()
    async with open_pool(migrated, cipher=CIPHER, size=1) as gone:
        pass
    closed = replace(line, clinic=replace(line.clinic, pool=gone))
    async with page_of(closed) as page:
        where = page.removesuffix("/phone") + PATH
        assert await asyncio.to_thread(post, where, headers(channel, "exists")) == 503


async def test_a_database_that_dies_under_a_message_is_told_to_google(
    line: Line, google: Google, door: str, database: AsyncConnectionPool
) -> None:
    """If the channel is found but the job cannot be queued, the answer is 503, not 500."""
    await renew(line.clinic)
    [channel] = google.channels.open.values()
    async with database.connection() as conn:
        await conn.execute("ALTER TABLE procrastinate_jobs RENAME TO gone")
        try:
            assert await asyncio.to_thread(post, door + PATH, headers(channel, "exists")) == 503
        finally:
            await conn.execute("ALTER TABLE gone RENAME TO procrastinate_jobs")


async def test_a_line_that_google_cannot_call_has_no_such_route(line: Line) -> None:
    """Without HTTPS or without Google the route does not exist."""
    alone = replace(line, clinic=replace(line.clinic, push=None))
    async with page_of(alone) as page:
        assert await asyncio.to_thread(post, page.removesuffix("/phone") + PATH, {}) == 404


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://line.example.org", "https://line.example.org/calendar/changed"),
        ("https://line.example.org/", "https://line.example.org/calendar/changed"),
        ("http://127.0.0.1:8000", ""),
    ],
)
def test_only_https_is_given_to_google(base: str, address: str) -> None:
    """Only an https address is given to Google, and one function decides it."""
    settings = Settings.load("demo").model_copy(update={"public_base_url": base})
    assert push_address(settings) == address
