"""Each problem is reported once, then daily, and when it ends, without patient data."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from psycopg_pool import AsyncConnectionPool
from stand_ins.mail_server import MailServer
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import Twilio
from support.alerts import ADD_CALL_BACK, ADD_WORKER, ADDRESS, OWNER, Switch, execute
from support.clinic import SetClock
from support.faulty_calendar import FaultyCalendar

from calendar_sync.availability.opening_hours import next_opening_time
from calendar_sync.bookings import free_times
from calendar_sync.calendars.contract import Unknown
from voice.alerts import conditions
from voice.alerts.watch import Watch
from voice.worker import HEARTBEAT


async def test_a_line_that_is_well_pings_and_tells_nobody(
    watch: Watch, twilio: Twilio, mail: MailServer, switch: Switch
) -> None:
    """A healthy line pings; missing pings show that the computer is down."""
    await watch.look()
    assert (switch.pings, twilio.bodies(), mail.messages) == (1, [], [])


async def test_a_line_that_just_started_tells_nothing_yet(
    watch: Watch, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker needs a moment; the first look is after that."""
    await execute(watch, "DELETE FROM procrastinate_workers")
    told = list[int]()

    async def worker_comes(seconds: float) -> None:
        told.append(len(mail.messages))
        if len(told) > 1:
            raise asyncio.CancelledError
        assert seconds > HEARTBEAT
        await execute(watch, ADD_WORKER)

    monkeypatch.setattr("voice.alerts.watch.asyncio", SimpleNamespace(sleep=worker_comes))
    with pytest.raises(asyncio.CancelledError):
        await watch.run()
    assert told == [0, 0]


async def test_a_problem_is_told_once_then_daily_and_when_it_is_over(
    watch: Watch, twilio: Twilio, mail: MailServer, switch: Switch, now: SetClock
) -> None:
    """Alerts go out by text and email, and there are no pings while no worker runs."""
    await execute(watch, "DELETE FROM procrastinate_workers")
    for _ in range(3):
        await watch.look()
    assert len(twilio.bodies(OWNER)) == len(mail.messages) == 1
    assert "No worker is running" in twilio.bodies(OWNER)[0]
    assert mail.messages[0]["Subject"] == "Screening line: No worker is running"
    assert (mail.messages[0]["To"], len(mail.logins), switch.pings) == (ADDRESS, 1, 0)
    now.forward(hours=25)
    await free_times.refresh(watch.clinic)
    await watch.look()
    assert len(twilio.bodies(OWNER)) == 2
    await execute(watch, ADD_WORKER)
    for _ in range(2):
        await watch.look()
    assert twilio.bodies(OWNER)[-1] == "Over: worker."
    assert (len(twilio.bodies(OWNER)), switch.pings) == (3, 2)


async def test_an_alert_that_reached_nobody_is_sent_again(
    watch: Watch, twilio: Twilio, mail: MailServer
) -> None:
    """An alert counts as sent when at least one channel worked."""
    nobody = replace(watch.delivery, settings=watch.settings.model_copy(update={"alert_email": ""}))
    watch.delivery = nobody
    await execute(watch, "DELETE FROM procrastinate_workers")
    twilio.faults = [Fault("messages.create", "reset")]
    await watch.look()
    assert twilio.bodies(OWNER) == []
    await watch.look()
    assert (len(twilio.bodies(OWNER)), mail.messages) == (1, [])


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("the sign-in at Google has ended; sign in again", "google sign-in"),
        ("Google answered 401", "google sign-in"),
        ("Google answered 503", "calendar"),
    ],
)
async def test_a_calendar_unread_for_a_quarter_of_an_hour(
    watch: Watch, now: SetClock, monkeypatch: pytest.MonkeyPatch, why: str, code: str
) -> None:
    """The alert gives the reason and what to do."""

    async def unknown(*_: object, **__: object) -> Unknown:  # as the contract says
        return Unknown(why)

    monkeypatch.setattr(FaultyCalendar, "busy", unknown)
    now.forward(minutes=14)
    assert await conditions.find_problems(watch.clinic, None) == []
    now.forward(minutes=2)
    [problem] = await conditions.find_problems(watch.clinic, None)
    assert problem.code == code


async def test_a_call_back_unseen_for_half_an_hour_of_opening_hours(
    watch: Watch, now: SetClock
) -> None:
    """A request from Sunday may wait until 9:30 on Monday; marking it done ends the alert."""
    await execute(watch, ADD_CALL_BACK, now() - timedelta(days=1))
    rules = watch.clinic.rules
    opening = next_opening_time(rules, now())
    assert opening is not None
    now.at = opening + timedelta(minutes=29)
    await free_times.refresh(watch.clinic)
    assert await conditions.find_problems(watch.clinic, None) == []
    now.forward(minutes=1)
    [problem] = await conditions.find_problems(watch.clinic, None)
    assert problem.code == "call-backs"
    assert "555" not in problem.text
    await execute(watch, "UPDATE call_back SET done_at = now()")
    assert await conditions.find_problems(watch.clinic, None) == []


async def test_texts_that_fail(watch: Watch) -> None:
    """A wrong Twilio configuration is reported until it is fixed."""
    await execute(watch, "INSERT INTO text_alarm (code) VALUES (30034)")
    [problem] = await conditions.find_problems(watch.clinic, None)
    assert problem.code == "texts"


async def test_a_disk_that_fills_up(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alert comes under 15 percent free space on the embedded database's disk."""

    def usage(_: Path) -> object:
        return SimpleNamespace(total=100, free=14)

    monkeypatch.setattr("shutil.disk_usage", usage)
    [problem] = await conditions.find_problems(watch.clinic, tmp_path)
    assert (problem.code, "14 %" in problem.text) == ("disk", True)
    assert await conditions.find_problems(watch.clinic, None) == []


async def test_a_database_that_is_away_is_told_once_and_when_it_is_back(
    watch: Watch, twilio: Twilio, switch: Switch
) -> None:
    """Without a database, the process remembers which alerts it has sent."""
    well = watch.clinic
    async with AsyncConnectionPool(
        "host=/nowhere", min_size=0, max_size=1, timeout=0.1, open=False
    ) as away:
        watch.clinic = replace(well, pool=away)
        for _ in range(2):
            await watch.look()
    assert len(twilio.bodies(OWNER)) == 1
    assert "database does not answer" in twilio.bodies(OWNER)[0]
    watch.clinic = well
    await watch.look()
    assert twilio.bodies(OWNER)[-1] == "Over: the database answers again."
    assert switch.pings == 1


async def test_of_several_processes_one_tells(watch: Watch, twilio: Twilio) -> None:
    """A process that does not get the lock leaves this minute to the other."""
    await execute(watch, "DELETE FROM procrastinate_workers")
    async with watch.clinic.pool.connection() as conn, conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(7340021)")
        await watch.look()
    assert twilio.bodies() == []


@pytest.mark.parametrize("seconds", [-40, 40])
async def test_a_database_with_another_time_is_told(watch: Watch, seconds: int) -> None:
    """Neither clock was set since the start, but holds and jobs go by both."""
    watch.clocks.clock = lambda: time.time() - seconds
    [problem] = await conditions.find_problems(watch.clinic, None, watch.clocks)
    assert problem.text.startswith("The clock of the database is 40 s off this computer's: ")
    watch.clocks.clock = lambda: time.time() - seconds / 2
    assert "database is" not in await watch.clocks.wrong(watch.clinic.pool)
