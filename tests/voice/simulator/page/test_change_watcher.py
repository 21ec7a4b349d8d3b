"""The page says what the line did about a booking, and whose change it followed."""

import asyncio
import json

from support.clinic import own_event, span
from support.patient_visit import booked, held

from calendar_sync.bookings import patient_changes
from calendar_sync.sync.move import carry_out
from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.page.session import Session
from voice.texts import demo_sender

ONE, TWO, THREE = (span(f"2026-12-01 {hour}:00") for hour in (13, 14, 15))


async def test_the_page_tells_whom_the_line_follows(session: Session) -> None:
    """Changes by staff and by the patient are told apart."""
    clinic, watch = session.line.clinic, session.watcher
    visit = await booked(clinic, ONE)
    watch.follow("CA1")
    await watch.look()
    there = await own_event(clinic, visit)
    await clinic.calendar.move(there.event_id, TWO, there.etag)
    await watch.look()
    picked = await held(clinic, visit, THREE)
    await patient_changes.move(clinic, visit, picked)
    await carry_out(clinic, picked)
    await watch.look()
    await patient_changes.cancel(clinic, visit)
    await watch.look()
    session.events.close()
    told = [event.rpartition("data: ")[2] async for event in session.events.subscribe(0)][1:]
    words = [str(json.loads(each).get("words", "")) for each in told]
    first, second, *follows = [
        said for said in words if said.startswith(("Held", "Booked", "Staff", "The patient"))
    ]
    assert first == "Held Tuesday, December 1st, at 1 PM for this caller; nobody else can book it."
    assert second.startswith("Booked Tuesday, December 1st, at 1 PM in the clinic's calendar")
    assert follows == [
        "Staff moved the visit to Tuesday, December 1st, at 2 PM.",
        "The patient moved the visit to Tuesday, December 1st, at 3 PM.",
        "The patient canceled the visit on Tuesday, December 1st, at 3 PM.",
    ]


async def test_a_terminal_is_told_too(line: Line) -> None:
    """The terminal shows each change once in the clinic's time, even without an open page."""
    said = asyncio.Queue[str]()
    session = Session(line, create_app(line), said.put_nowait)
    await session.watcher.look()  # what was there before is no news
    async with line.pool.connection() as conn:
        await demo_sender.keep(conn, "+14255550123", "BodyFix: hello. More.", line.now())
    told = await asyncio.wait_for(said.get(), 60)
    assert told == "7:50 AM  Texted ··0123: “BodyFix: hello.”"
    session.close()
    assert said.empty()
