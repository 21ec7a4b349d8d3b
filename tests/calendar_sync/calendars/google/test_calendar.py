"""Google's calendar satisfies the Calendar contract, with the real client over HTTP."""

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from stand_ins.google.faults import Fault
from stand_ins.google.server import Google
from support.calendar_contract import DAY, OURS, TEN, CalendarContract, find, put, read
from support.calendar_contract_times import TimesContract
from support.clinic import span
from support.google_clinic import calendar_at

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import (
    Calendar,
    Clash,
    CursorExpired,
    Inserted,
    Refused,
    Unknown,
)
from calendar_sync.calendars.google.calendar import GoogleCalendar


@pytest.fixture
def calendar(google: Google, tmp_path: Path) -> Generator[GoogleCalendar]:
    """The clinic's calendar at the stand-in."""
    with calendar_at(google, tmp_path) as calendar:
        yield calendar


class TestGoogleCalendar(CalendarContract, TimesContract):
    """The calendar contract over HTTP."""

    @pytest.fixture
    def calendar(self, google: Google, tmp_path: Path) -> Generator[Calendar]:
        """Two empty calendars at Google: the clinic's and one with busy times."""
        with calendar_at(google, tmp_path) as calendar:
            yield calendar

    @pytest.fixture
    def unreachable(self, google: Google, tmp_path: Path) -> Generator[Calendar]:
        """A Google that answers every request with a server error."""
        google.faults.append(Fault("", status=503, times=99))
        with calendar_at(google, tmp_path) as calendar:
            yield calendar


async def test_an_event_of_a_whole_day_opens_nothing(
    google: Google, calendar: GoogleCalendar
) -> None:
    """Patients would be offered midnight; one with hours opens them, and neither blocks."""
    google.screenings.add("2026-12-01", "2026-12-02", "Open for screenings")
    assert await calendar.opened(DAY) == ()
    google.screenings.add("2026-12-01 10:00", "2026-12-01 10:20", "Open for screenings")
    assert await calendar.opened(DAY) == (span("2026-12-01 10:00", minutes=20),)
    assert await calendar.busy(DAY) == ()


async def test_everything_goes_in_with_one_request(
    google: Google, calendar: GoogleCalendar
) -> None:
    """One insert sets privacy, no notifications, guests or reminders, the zone and the booking."""
    await put(calendar, replace(OURS, wants_link=True, urgency="first"))
    [seen] = google.asked("events.insert")
    assert seen.query == {
        "sendUpdates": ["none"],
        "conferenceDataVersion": ["1"],
        "alt": ["json"],
    }
    key = {"type": "hangoutsMeet"}
    assert seen.body == {
        "id": OURS.id,
        "summary": OURS.title,
        "description": OURS.description,
        "location": OURS.location,
        "start": {"dateTime": "2026-12-01T09:00:00-08:00", "timeZone": "America/Los_Angeles"},
        "end": {"dateTime": "2026-12-01T09:20:00-08:00", "timeZone": "America/Los_Angeles"},
        "visibility": "private",
        "transparency": "opaque",
        "reminders": {"useDefault": False, "overrides": []},
        "extendedProperties": {"private": {"booking_id": "17"}},
        "colorId": "11",
        "conferenceData": {"createRequest": {"requestId": OURS.id, "conferenceSolutionKey": key}},
    }


async def test_a_meet_link_comes_later(google: Google, calendar: GoogleCalendar) -> None:
    """A Meet link is pending at first, read once Google has made it, and kept by later writes."""
    there = await put(calendar, replace(OURS, wants_link=True))
    assert (there.link, there.link_pending) == ("", True)
    google.world.finish_meets()
    there = await find(calendar, OURS.id)
    assert there.link.startswith("https://meet.google.com/")
    await calendar.rewrite(OURS.id, there.etag, title="Another title")
    assert (await find(calendar, OURS.id)).link == there.link


async def test_a_service_account_books_without_a_link(google: Google, tmp_path: Path) -> None:
    """If Google refuses to create a Meet link, the event is inserted without one."""
    with calendar_at(google, tmp_path, service=True) as calendar:
        there = await put(calendar, replace(OURS, wants_link=True))
    assert (there.link, there.link_pending) == ("", False)
    assert [seen.status for seen in google.asked("events.insert")] == [400, 200]


def _said(whole: object, *asked: object) -> object:
    """Give this answer to every request."""
    assert asked
    return whole


@pytest.mark.parametrize("hole", ["errors", "missing", "no busy"])
async def test_a_hole_in_free_busy_is_never_free(
    google: Google, calendar: GoogleCalendar, hole: str
) -> None:
    """Errors within a 200, a missing calendar, or an answer without busy never count as free."""
    if hole == "errors":
        google.doctor.role = None
    else:
        answers: dict[str, object] = {} if hole == "missing" else {google.doctor.id: {}}
        none: list[object] = []
        whole = {"calendars": {google.screenings.id: {"busy": none}, **answers}}
        google.methods["freebusy.query"] = partial(_said, whole)
    assert isinstance(await calendar.busy(DAY), Unknown)


async def test_the_doctors_calendar_blocks_too(google: Google, calendar: GoogleCalendar) -> None:
    """Recurring, all-day and free events of a busy calendar count as they do at Google."""
    google.doctor.add(
        "2026-12-01 12:00", "2026-12-01 13:00", recurrence=["RRULE:FREQ=DAILY;COUNT=3"]
    )
    google.doctor.add("2026-12-02", "2026-12-03", "Holiday", transparency="transparent")
    google.doctor.add("2026-12-04", "2026-12-05", "Away", eventType="outOfOffice")
    noon, day_off = span("2026-12-01 12:00", 60), span("2026-12-04 00:00", 24 * 60)
    week = Span(noon.start, day_off.end)
    assert await calendar.busy(week) == (
        noon,
        span("2026-12-02 12:00", 60),
        span("2026-12-03 12:00", 60),
        day_off,
    )


async def test_a_calendar_that_is_no_longer_shared_is_not_an_empty_one(
    google: Google, calendar: GoogleCalendar
) -> None:
    """Google answers 404 for a calendar and for an event; only the event's means absent."""
    there = await put(calendar, OURS)
    google.screenings.role = None
    assert isinstance(await calendar.find(OURS.id), Unknown)
    assert isinstance(await calendar.cancel(OURS.id, there.etag), Unknown)
    assert isinstance(await calendar.changes(None), Unknown)
    assert isinstance(await calendar.insert(replace(OURS, id="another1")), Refused)


async def test_a_used_id_that_google_does_not_show_is_unknown(
    google: Google, calendar: GoogleCalendar
) -> None:
    """After a 409 the event may be ours, cancelled or foreign, or the lookup may fail."""
    there = await put(calendar, OURS)
    assert await calendar.insert(OURS) == Inserted(there.etag)
    google.faults.append(Fault("events.get", status=503))
    assert isinstance(await calendar.insert(OURS), Unknown)
    assert await calendar.insert(replace(OURS, span=TEN)) == Clash("foreign")
    await calendar.cancel(OURS.id, there.etag)
    assert await calendar.insert(OURS) == Clash("cancelled")


async def test_every_page_of_a_sync_is_read(google: Google, calendar: GoogleCalendar) -> None:
    """A page may be short, and the token comes with the last page."""
    google.world.page = 2
    ids = [google.screenings.add("2026-12-01 12:00", "2026-12-01 13:00") for _ in range(5)]
    first = await read(calendar, None)
    assert [each.event_id for each in first.entries] == ids
    google.screenings.delete(ids[3])
    [gone] = (await read(calendar, first.cursor)).entries
    assert (gone.event_id, gone.cancelled, gone.span) == (ids[3], True, None)
    google.screenings.life += 1
    assert await calendar.changes(first.cursor) == CursorExpired()


async def test_a_lost_page_loses_the_whole_sync(google: Google, calendar: GoogleCalendar) -> None:
    """A sync that misses a page returns nothing."""
    google.world.page = 1
    for _ in range(3):
        google.screenings.add("2026-12-01 12:00", "2026-12-01 13:00")
    google.faults.append(Fault("events.list", status=500, skip=1))
    assert isinstance(await calendar.changes(None), Unknown)
