"""The daily summary gives the line's figures in a few lines and nothing about any person."""

from datetime import timedelta

import pytest
from psycopg_pool import AsyncConnectionPool
from support.clinic import SetClock, at
from support.waiting import waits

from calendar_sync.sync.daily_summary import summarize
from voice.bootstrap import line_on
from voice.settings import Settings


@pytest.mark.parametrize("setting", ["on", "off"])
async def test_the_event_has_yesterdays_figures_if_it_is_on(
    database: AsyncConnectionPool, now: SetClock, setting: str
) -> None:
    """The event lists calls, bookings, stops, hang-ups and open call-backs, without any number."""
    settings = Settings.load("demo")
    assert settings.daily_summary == "off"
    line = line_on(settings.model_copy(update={"daily_summary": setting}), database, now)
    yesterday = at("2026-11-30 23:59")
    now.at = yesterday + timedelta(hours=8)
    async with database.connection() as conn:
        await conn.execute(
            "INSERT INTO call (sid, caller, began_at, ended_at, outcome) VALUES"
            " ('CA1', '+14255550123', %(at)s, now(), 'hung up'),"
            " ('CA2', '+14255550124', %(at)s, now(), 'hung up'),"
            " ('CA3', '+14255550125', %(at)s + interval '1 minute', now(), 'silent')",
            {"at": yesterday},
        )
        await conn.execute(
            "INSERT INTO call_back (call_sid, reason, number, language)"
            " VALUES ('CA2', 'stopped at safety.both_legs', '+14255550124', 'en')"
        )
        await conn.execute(
            "INSERT INTO booking (call_sid, step, during, state, expires_at, cancelled_at)"
            " VALUES ('CA3', 'hold', tstzrange(%(at)s, %(at)s + interval '1 hour'), 'cancelled',"
            " now(), %(at)s)",
            {"at": yesterday},
        )
    await waits(line.clinic, 0)
    await summarize(line.clinic)
    async with database.connection() as conn:
        rows = await conn.execute("SELECT title, description, blocks FROM local_event")
        found = await rows.fetchall()
    if setting == "off":
        assert found == []
        return
    title, text, blocks = found[0]
    assert (len(found), title, blocks) == (1, "Phone line: 2 calls, 0 booked", False)
    assert text.splitlines() == [
        "Mon Nov 30: 2 calls, 0 booked.",
        "Call-backs waiting now: 1.",
        "On the waiting list for a time: 1.",
        "Visits changed by patients: 0 moved, 1 canceled.",
        "Stopped at the safety question: both legs 1.",
        "Hung up, by what they had reached: called 1.",
        "How calls ended: hung up 1, stopped at a safety question 1.",
        "More: screening-line report. You may delete this event.",
    ]
