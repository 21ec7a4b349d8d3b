"""With two therapists everything that is shown of a visit names the right one and their room."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from support.clinic import SetClock, confirm, span
from support.data_key import DATA_KEY
from support.patient_page import patient_of
from support.two_therapists import COLLEAGUE, TEAM

from calendar_sync.bookings import free_times, holds, patient_changes
from calendar_sync.bookings.booking import booking
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinician import DEFAULT_ID
from calendar_sync.sync.insert import insert
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.staff_jobs import follow_all, look
from voice.alerts import conditions
from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.commands import check_clinicians
from voice.settings import Settings
from voice.staff_page.overview import overview

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
ROOM = "https://video.example.org/rivera"


@pytest.fixture
def line(database: AsyncConnectionPool, now: SetClock) -> Line:
    """A line with two therapists and no worker."""
    settings = Settings.load("demo").model_copy(update={"clinicians": str(TEAM)})
    return line_on(settings, database, now)


@pytest_asyncio.fixture
async def visit(line: Line) -> AsyncGenerator[int]:
    """A visit with the second therapist; its booking's id."""
    await follow_all(line.clinic)
    await free_times.refresh_all(line.clinic)
    async with line.pool.connection() as conn:
        held = await holds.hold(conn, "CA1", "hold", NINE, COLLEAGUE)
    assert isinstance(held, holds.Held)
    await confirm(line.clinic, held.booking_id)
    await insert(line.clinic, held.booking_id)
    yield held.booking_id


async def found(line: Line, visit: int, whose: str) -> CalendarEvent | None:
    """The visit's event in a therapist's calendar, if it is live there."""
    async with line.pool.connection() as conn:
        event = (await booking(conn, visit)).event_id or ""
    seen = await line.clinic.of(whose).calendar.find(event)
    return seen if isinstance(seen, CalendarEvent) and not seen.cancelled else None


async def test_the_pages_name_the_therapist(line: Line, visit: int, now: SetClock) -> None:
    """The patient's page also leads to that therapist's room; the calendar entry names nobody."""
    patient = await patient_of(line, create_app(line), visit)
    assert "With Dr. Ana Rivera" in (await patient.opens()).text
    assert "Con Dr. Ana Rivera" in (await patient.opens("?in=es")).text
    assert "Rivera" not in (await patient.opens("/visit.ics")).html
    now.at = NINE.start - timedelta(minutes=1)
    assert ROOM in (await patient.opens()).links()
    assert [each.therapist for each in (await overview(line)).coming] == ["Dr. Ana Rivera"]


async def test_a_visit_handed_over_gets_the_other_room(line: Line, visit: int) -> None:
    """Its event is rewritten, and texts lead to the room of the one who has it now."""
    seen = await found(line, visit, COLLEAGUE)
    assert seen is not None
    assert ROOM in seen.description
    await LocalCalendar(line.pool, COLLEAGUE).hand_over(seen.event_id, DEFAULT_ID)
    await follow_all(line.clinic)
    await look(line.clinic, visit)
    seen = await found(line, visit, DEFAULT_ID)
    assert seen is not None
    assert ROOM not in seen.description + seen.location
    assert "THERAPIST: Dr. Joel Spring" in seen.description
    async with line.pool.connection() as conn:
        booked = await booking(conn, visit)
    assert line.texting.config.video(booked) == ""
    assert line.texting.config.video(replace(booked, clinician_id=COLLEAGUE)) == ROOM


async def test_a_patient_who_moves_a_visit_keeps_the_therapist(line: Line, visit: int) -> None:
    """The times are that therapist's, and the event moves within that calendar."""
    picked = await patient_changes.hold_for(line.clinic, visit, TEN)
    assert isinstance(picked, holds.Held)
    await patient_changes.move(line.clinic, visit, picked.booking_id)
    await carry_out(line.clinic, picked.booking_id)
    seen = await found(line, visit, COLLEAGUE)
    assert seen is not None
    assert seen.span == TEN


async def test_the_check_names_whose_visits_are_left(line: Line, visit: int, migrated: str) -> None:
    """A therapist who is no longer in the file, and a line that runs with another file."""
    assert visit
    own = {"database_url": SecretStr(migrated), "data_key": SecretStr(DATA_KEY)}
    settings = line.settings.model_copy(update=own)
    with psycopg.connect(migrated, autocommit=True) as conn:
        conn.execute("UPDATE booking SET during = tstzrange(now() + '1 day', now() + '2 days')")
    assert check_clinicians.visits(settings, migrated) == []
    [left] = check_clinicians.visits(settings.model_copy(update={"clinicians": ""}), migrated)
    assert left.state == "wrong"
    assert '"rivera": CLINICIANS does not name them any more' in left.says
    assert "(1) are kept but not followed; put the entry back with new_visits = false" in left.says
    with psycopg.connect(migrated, autocommit=True) as conn:
        conn.execute("UPDATE booking SET state = 'cancelled'")
        conn.execute("UPDATE busy_times SET read_at = now()")
    assert check_clinicians.visits(settings, migrated) == []
    [other] = check_clinicians.visits(settings.model_copy(update={"clinicians": ""}), migrated)
    assert "another file of CLINICIANS than this one (differs in: rivera)" in other.says
    names = [each.says for each in check_clinicians.look(settings)]
    assert names == [
        "therapist Dr. Joel Spring: new visits, speaks en",
        "therapist Dr. Ana Rivera: new visits, speaks en and es",
    ]


async def test_a_removed_therapist_raises_no_alert(line: Line, visit: int, now: SetClock) -> None:
    """Their busy times are not read any more, and nobody can change that."""
    assert visit
    alone = replace(line.clinic, clinicians=line.clinic.clinicians[:1])
    now.forward(minutes=20)
    await free_times.refresh_all(alone)
    names = [each.code for each in await conditions.find_problems(alone, None)]
    assert "calendar" not in names
    assert "calendar" in [each.code for each in await conditions.find_problems(line.clinic, None)]
