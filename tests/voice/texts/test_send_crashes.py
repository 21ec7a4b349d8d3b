"""The process dies anywhere in the sending of a text: it is sent in the end, and seen only once."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import Twilio
from support.clinic import span
from support.killing import KilledAt
from support.text_clinic import PATIENT, TextClinic

from calendar_sync.availability.span import Span
from voice.texts import outbox

FIRST = span("2026-12-03 00:00")
TESTS = Path(__file__).parents[2]
EVERY = 5
"""Each fifth await is tried: a statement has about as many, none of which leaves a mark."""


@pytest_asyncio.fixture
async def one_thread() -> AsyncGenerator[None]:
    """What a killed process had begun ends before the next one's request begins."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as one:
        loop.set_default_executor(one)
        yield
        loop.set_default_executor(ThreadPoolExecutor())


@pytest.mark.usefixtures("one_thread")
async def test_killed_anywhere_in_sending(clinic: TextClinic, twilio: Twilio) -> None:
    """A minute later another worker sends it, or finds it at Twilio: one message, kept."""
    for number in range(1, 60):
        slot = Span(FIRST.start + timedelta(hours=number), FIRST.end + timedelta(hours=number))
        patient = f"+14255550{number + 100}"
        visit = await clinic.visit(slot, f"CA{number}", patient)
        dying = KilledAt(clinic.texting.tell(visit), number * EVERY)
        await dying
        clinic.now.forward(seconds=31)
        await clinic.texting.tell(visit)
        assert len(twilio.bodies(patient)) == 1, number
        [text] = [each for each in await clinic.rows(visit) if each.kind == "booked"]
        assert (text.state, text.sid) == ("accepted", twilio.last().sid), number
        if dying.survived:
            assert number > 5
            return
    pytest.fail("no try survived")


@pytest.mark.parametrize("sent", [False, True])
async def test_kill_9_before_and_after_twilio_has_it(
    clinic: TextClinic, twilio: Twilio, migrated: str, *, sent: bool
) -> None:
    """A real process, killed while Twilio has not answered: with the text there, or not."""
    visit = await clinic.visit(FIRST)
    twilio.faults = [Fault("messages.create", "hang", after=sent)]
    words = [sys.executable, "-m", "support.text_worker", migrated, twilio.url, str(visit)]
    where = {**os.environ, "PYTHONPATH": f"{TESTS.parent}:{TESTS}"}
    with subprocess.Popen(words, env=where) as worker:  # noqa: ASYNC220  # it is killed in a moment
        reached = await asyncio.to_thread(twilio.reached.wait, 60)
        worker.kill()
    assert reached
    assert len(twilio.bodies()) == sent
    assert (await clinic.texts(visit))["booked"] == "sending"
    await clinic.texting.send_due()
    assert len(twilio.bodies()) == sent, "its lease is not over"
    clinic.now.forward(seconds=31)
    await clinic.texting.send_due()
    assert len(twilio.bodies(PATIENT)) == 1
    assert (await clinic.texts(visit))["booked"] == "accepted"


async def test_two_workers_send_a_text_once(clinic: TextClinic, twilio: Twilio) -> None:
    """Four at once, for two visits."""
    visits = [await clinic.visit(span(f"2026-12-0{day} 10:00"), f"CA{day}") for day in (2, 3)]
    await asyncio.gather(*(clinic.texting.tell(visit) for visit in visits * 2))
    await asyncio.gather(*(clinic.texting.send_due() for _ in range(4)))
    assert len(twilio.bodies()) == 2


async def test_a_doubt_about_a_text_that_nobody_needs_any_more_is_not_sent_again(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Twilio does not have the reminder, and the visit is cancelled by then."""
    visit = await clinic.visit(FIRST)
    await clinic.texting.tell(visit)
    clinic.now.at = FIRST.start - timedelta(hours=16)
    twilio.faults = [Fault("messages.create", "reset")]
    await clinic.texting.send_due()
    assert (await clinic.texts(visit))["day before"] == "sending"
    await clinic.moved(visit, None)
    clinic.now.forward(minutes=2)
    await clinic.texting.tell(visit)
    await clinic.texting.send_due()
    assert [body[9:25] for body in twilio.bodies()] == ["booked Thu Dec 3", "the clinic had t"]
    assert (await clinic.texts(visit))["day before"] == "dropped"


async def test_news_go_before_reminders(clinic: TextClinic) -> None:
    """When much is due at once, what a patient has to know comes first."""
    first = await clinic.visit(span("2026-12-02 10:00"))
    async with clinic.clinic.pool.connection() as conn:
        for kind in ("hour before", "day before", "booked"):
            await conn.execute(
                "INSERT INTO text (booking, name, kind, about, number, due)"
                " VALUES (%s, %s, %s, now(), '+1', %s)",
                [first, kind, kind, clinic.now()],
            )
        due = await outbox.due(conn, clinic.now(), None, 10)
        kinds = [row.kind for text, _ in due if (row := await outbox.text(conn, text))]
    assert kinds == ["booked", "hour before", "day before"]
