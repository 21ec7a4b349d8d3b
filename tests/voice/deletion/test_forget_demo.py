"""A demo, whose calendar and texts are rows of its database, forgets too."""

import asyncio

from support.clinic import span
from support.patient_visit import held
from support.patients import Calls, only_booking
from support.whole_patient import CALLS_FROM, EMAIL, NAME, TEXTED_AT, books, dump, gives_contact

from calendar_sync.bookings import patient_changes
from calendar_sync.sync.staff_jobs import follow_all
from voice.bootstrap import Line
from voice.deletion.forget import forget


async def test_events_and_texts_of_a_demo_go(calls: Calls, line: Line) -> None:
    """With the time to which the patient was moving the visit, and the page of the call-back."""
    async with await calls(CALLS_FROM) as caller:
        await books(caller)
        await caller.hears_everything()
    async with await calls(CALLS_FROM) as again:
        await again.presses("0").hears_everything()
    visit = await only_booking(line, caller)
    await gives_contact(line, visit.id)
    picked = await held(line.clinic, visit.id, span("2026-12-03 11:00"))
    await patient_changes.move(line.clinic, visit.id, picked)
    await follow_all(line.clinic)
    async with asyncio.timeout(30):
        while (await forget(line.clinic, line.settings, CALLS_FROM)).problems:
            pass  # the worker is moving the visit
    async with line.pool.connection() as conn:
        found = await dump(conn)
    words = (CALLS_FROM, TEXTED_AT, "0123", "0178", NAME, EMAIL)
    named = {t for t, rows in found.items() for each in rows if any(w in each for w in words)}
    assert named == {"consent"}
    for table in ("booking", "local_event", "demo_text", "telling", "visit_link", "effect"):
        assert found[table] == [], table
