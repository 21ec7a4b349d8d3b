"""Staff's changes in the demo's calendar: the last one wins, as in Google's page."""

from dataclasses import replace
from datetime import date, time

import pytest
from support.clinic import own_event, span
from support.faulty_calendar import FaultyCalendar
from support.patient_visit import booked

from voice.bootstrap import Line
from voice.simulator.page import staff_actions
from voice.simulator.page.session import Session

ONE, THREE = span("2026-12-01 13:00"), span("2026-12-01 15:00")


@pytest.mark.parametrize("does", ["move", "cancel"])
async def test_a_note_that_the_line_writes_meanwhile_is_no_obstacle(
    session: Session, does: str
) -> None:
    """Staff can move or delete a visit while its video link is being added."""
    line, calendar = session.line, session.line.clinic.calendar
    visit = await booked(line.clinic, ONE)
    event = (await own_event(line.clinic, visit)).event_id

    async def write() -> None:
        there = await own_event(line.clinic, visit)
        await calendar.rewrite(event, there.etag, location="https://video.example/room")

    busy = _with(line, FaultyCalendar(calendar, meanwhile={does: write}))
    if does == "move":
        done = await staff_actions.move(busy, event, date(2026, 12, 1), time(15, 0))
        assert done.message == "Staff moved the event to Tue, Dec 1, 3:00 PM."
        assert (await own_event(line.clinic, visit)).span == THREE
    else:
        assert (await staff_actions.delete(busy, event)).ok
        assert (await own_event(line.clinic, visit)).cancelled


async def test_what_is_gone_or_away_is_said(session: Session) -> None:
    """A failed change is reported and never shown as done."""
    line = session.line
    visit = await booked(line.clinic, ONE)
    event = (await own_event(line.clinic, visit)).event_id
    away = _with(
        line, FaultyCalendar(line.clinic.calendar, faults={"move": "before", "cancel": "before"})
    )
    said = "The calendar did not answer. Try again."
    assert (await staff_actions.move(away, event, date(2026, 12, 1), time(15, 0))).message == said
    assert (await staff_actions.delete(away, event)).message == said
    assert (await staff_actions.delete(line, event)).ok
    gone = await staff_actions.delete(line, event)
    assert (gone.message, gone.ok) == ("This event is not in the calendar any more.", False)


def _with(line: Line, calendar: FaultyCalendar) -> Line:
    return replace(line, clinic=replace(line.clinic, calendar=calendar))
