"""If the process dies at any point while sending, the patient still gets exactly one text."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from procrastinate import PsycopgConnector
from psycopg.errors import LockNotAvailable
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import Twilio
from support.clinic import at, span
from support.forked import Forked
from support.killing import KilledAt
from support.text_clinic import PATIENT, TextClinic
from support.text_worker import notify_and_work

from calendar_sync.availability.span import Span
from calendar_sync.job_queue import TEXTS
from calendar_sync.retry import NotYet
from voice.worker import jobs

FIRST = span("2026-12-03 00:00")
EVERY = 5
"""Every fifth await is tried; a statement takes about five, and they are all alike."""


@pytest_asyncio.fixture
async def one_thread() -> AsyncGenerator[None]:
    """What a killed process had started ends before the next request starts."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as one:
        loop.set_default_executor(one)
        yield
        loop.set_default_executor(ThreadPoolExecutor())


@pytest.mark.usefixtures("one_thread")
async def test_killed_anywhere_in_sending(clinic: TextClinic, twilio: Twilio) -> None:
    """Half a minute later the job sends the text or finds it at Twilio; one message is stored."""

    async def notify_and_send(visit: int) -> None:
        await clinic.texting.notify(visit)
        for row in await clinic.rows(visit):
            if row.kind == "booked":
                await clinic.texting.send(row.id)

    for number in range(1, 60):
        slot = Span(FIRST.start + timedelta(hours=number), FIRST.end + timedelta(hours=number))
        patient = f"+14255550{number + 100}"
        visit = await clinic.visit(slot, f"CA{number}", patient)
        dying = KilledAt(notify_and_send(visit), number * EVERY)
        await dying
        clinic.now.forward(seconds=31)
        await clinic.notify(visit)
        assert len(twilio.bodies(patient)) == 1, number
        [text] = [each for each in await clinic.rows(visit) if each.kind == "booked"]
        assert (text.state, text.sid) == ("accepted", twilio.last().sid), number
        if dying.survived:
            assert number > 5
            return
    pytest.fail("no attempt survived")


@pytest.mark.parametrize("sent", [False, True])
async def test_kill_9_before_and_after_twilio_has_it(
    clinic: TextClinic, twilio: Twilio, migrated: str, tmp_path: Path, *, sent: bool
) -> None:
    """A job whose worker was killed before Twilio answered checks before it sends again."""
    visit = await clinic.visit(FIRST)
    twilio.faults = [Fault("messages.create", "hang", after=sent)]
    given = (migrated, twilio.url, visit)
    with (tmp_path / "log").open("ab") as log:
        worker = Forked(notify_and_work, *given, folder=tmp_path, env={}, output=log.fileno())
    reached = await asyncio.to_thread(twilio.reached.wait, 60)
    worker.kill()
    assert reached
    assert len(twilio.bodies()) == sent
    assert (await clinic.texts(visit))["booked"] == "sending"
    await revive(clinic)
    await clinic.work()
    assert len(twilio.bodies()) == sent, "the attempt might still be running"
    assert twilio.asked("messages.list") == []
    clinic.now.forward(seconds=31)
    await clinic.work()
    assert len(twilio.asked("messages.list")) == 1
    assert len(twilio.bodies(PATIENT)) == 1
    assert (await clinic.texts(visit))["booked"] == "accepted"


async def revive(clinic: TextClinic) -> None:
    """Put the job of the killed worker back into the queue, as `retry_stalled` does."""
    with jobs.replace_connector(PsycopgConnector()) as app:
        await app.open_async(clinic.clinic.pool)
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=0):
            if job.queue == TEXTS:
                await app.job_manager.retry_job(job)


async def test_two_workers_send_a_text_once(clinic: TextClinic, twilio: Twilio) -> None:
    """Duplicate jobs for two texts send each text once."""

    async def attempt(text_id: int) -> None:
        with suppress(NotYet, LockNotAvailable):  # the job tries again
            await clinic.texting.send(text_id)

    visits = [await clinic.visit(span(f"2026-12-0{day} 10:00"), f"CA{day}") for day in (2, 3)]
    await asyncio.gather(*(clinic.texting.notify(visit) for visit in visits * 2))
    texts = [row.id for visit in visits for row in await clinic.rows(visit) if row.kind == "booked"]
    await asyncio.gather(*(attempt(text_id) for text_id in texts * 4))
    await clinic.work()
    assert len(twilio.bodies()) == 2


async def test_a_doubt_about_a_text_that_nobody_needs_any_more_is_not_sent_again(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """A reminder of unknown outcome is not sent again after the visit is cancelled."""
    visit = await clinic.visit(FIRST)
    await clinic.notify(visit)
    clinic.now.at = FIRST.start - timedelta(hours=16)
    twilio.faults = [Fault("messages.create", "reset")]
    await clinic.check()
    assert (await clinic.texts(visit))["day before"] == "sending"
    await clinic.moved(visit, None)
    clinic.now.forward(minutes=2)
    await clinic.notify(visit)
    clinic.now.forward(seconds=61)
    await clinic.check()
    assert [body[9:25] for body in twilio.bodies()] == ["booked Thu Dec 3", "the clinic had t"]
    assert (await clinic.texts(visit))["day before"] == "dropped"


async def test_news_go_before_reminders(clinic: TextClinic, twilio: Twilio) -> None:
    """When both are due, notices go before reminders."""
    reminded = await clinic.visit(span("2026-12-02 10:00"))
    await clinic.notify(reminded)
    clinic.now.at = at("2026-12-01 10:00")
    booked = await clinic.visit(span("2026-12-04 10:00"), "CA2", "+14255550124")
    await clinic.texting.notify(booked)
    await clinic.work(one_by_one=True)
    assert [body[9:17] for body in twilio.bodies()] == ["booked W", "booked F", "reminder"]


async def test_a_text_without_a_job_gets_one(clinic: TextClinic, twilio: Twilio) -> None:
    """Texts of an older version have no jobs; each gets one, and waits until it is due."""
    visit = await clinic.visit(span("2026-12-03 10:00"))
    await clinic.texting.notify(visit)
    async with clinic.clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM procrastinate_jobs")
    await clinic.work()
    assert twilio.bodies() == []
    for _ in range(2):
        await clinic.check()
    assert [body[9:17] for body in twilio.bodies()] == ["booked T"]
    await clinic.until("2026-12-03 11:00")
    assert len(twilio.bodies()) == 3


async def test_each_text_has_one_job(clinic: TextClinic) -> None:
    """Planning again and the check of each minute add no job for a waiting text."""
    visit = await clinic.visit(span("2026-12-03 10:00"))
    for _ in range(3):
        await clinic.texting.notify(visit)
        await clinic.texting.check()
    async with clinic.clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT args ->> 'text_id' FROM procrastinate_jobs WHERE queue_name = %s ORDER BY 1",
            [TEXTS],
        )
        assert await rows.fetchall() == [("1",), ("2",), ("3",)]
