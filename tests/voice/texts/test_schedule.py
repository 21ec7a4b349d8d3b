"""Reminders go out once, a day and an hour before, outside quiet hours."""

from datetime import datetime, timedelta

import pytest
from stand_ins.twilio.server import Twilio
from support.clinic import PACIFIC, at, row, span
from support.text_clinic import TextClinic

from calendar_sync.availability.quiet_hours import is_quiet
from calendar_sync.availability.span import Span
from calendar_sync.bookings.booking import Booking
from voice.texts.schedule import PlannedText, TextHistory, Timing, planned_texts

VISIT = span("2026-12-03 10:00")


async def test_reminders_come_a_day_and_an_hour_before(clinic: TextClinic, twilio: Twilio) -> None:
    """Each reminder is sent once, by the clinic's clock."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    await clinic.until("2026-12-02 09:55")
    assert len(twilio.bodies()) == 1
    await clinic.until("2026-12-02 10:00")
    assert "reminder: visit Thu Dec 3, 10:00 AM PT" in twilio.bodies()[1]
    await clinic.until("2026-12-03 08:55")
    assert len(twilio.bodies()) == 2
    await clinic.until("2026-12-03 11:00")
    assert "today at 10:00 AM PT" in twilio.bodies()[2]
    assert len(twilio.bodies()) == 3


async def test_reminders_over_the_night_the_clocks_change(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Reminders count elapsed hours: a 10 AM visit after the change is announced at 9 AM."""
    clinic.now.at = at("2027-03-12 12:00")
    visit = await clinic.visit(span("2027-03-14 10:00"))
    await clinic.notify(visit)
    sent: list[tuple[str, str]] = []
    while clinic.now() < at("2027-03-14 11:00"):
        clinic.now.forward(minutes=30)
        before = len(twilio.bodies())
        await clinic.check()
        sent += [
            (f"{clinic.now().astimezone(PACIFIC):%m-%d %H:%M}", body)
            for body in twilio.bodies()[before:]
        ]
    assert [when for when, _ in sent] == ["03-13 09:00", "03-14 09:00"]
    assert all("10:00 AM PT" in body for body in [*twilio.bodies()])


@pytest.mark.parametrize(
    ("visit", "day", "hour"),
    [
        ("2026-12-03 10:00", "2026-12-02 10:00", "2026-12-03 09:00"),
        ("2026-12-03 06:00", "2026-12-02 08:00", None),
        ("2026-12-03 08:10", "2026-12-02 08:10", None),
        ("2026-12-03 08:30", "2026-12-02 08:30", "2026-12-03 08:00"),
        ("2026-12-03 21:30", "2026-12-02 20:30", "2026-12-03 20:30"),
        ("2027-03-15 06:30", "2027-03-14 08:00", None),
        ("2027-03-14 09:00", "2027-03-13 08:00", "2027-03-14 08:00"),
        ("2027-11-07 08:30", "2027-11-06 09:30", "2027-11-07 08:00"),
    ],
)
async def test_when_reminders_are_due(
    clinic: TextClinic, visit: str, day: str, hour: str | None
) -> None:
    """Reminders are due a day and an hour before, never between 21:00 and 08:00 local time."""
    booked = await row(clinic.clinic, await clinic.visit(span(visit)))
    due = {each.kind: each.due for each in planned(booked, span(visit), clinic.now())}
    assert due["day before"] == at(day)
    assert due.get("hour before") == (at(hour) if hour else None)
    for kind in ("day before", "hour before"):
        if kind in due:
            assert not is_quiet(due[kind], PACIFIC)


def planned(booked: Booking, visit: Span, now: datetime) -> tuple[PlannedText, ...]:
    """The scheduled texts of a booking whose patient knows the time."""
    return planned_texts(booked, None, TextHistory(frozenset({visit.start})), now, Timing(PACIFIC))


async def test_a_visit_that_is_near_needs_no_reminder_of_the_day_before(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """A visit booked the evening before gets only the reminder an hour before."""
    clinic.now.at = at("2026-12-02 09:00")
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    assert set(await clinic.texts(visit)) == {"booked", "hour before"}
    clinic.now.forward(hours=25, minutes=30)
    await clinic.check()
    assert len(twilio.bodies()) == 1, "after the visit has begun a reminder is of no use"
    assert timedelta(0) < clinic.now() - VISIT.start
