"""More rows of the table in google_faults: used ids, missing and changed events."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from stand_ins.google.faults import Fault
from stand_ins.google.server import Google
from support.clinic import agree, confirmed, own_event, requests, row, span, standing
from support.google_clinic import calendar_at

from calendar_sync.bookings.booking import Booked, NotBooked
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.event_text import event_for
from calendar_sync.bookings.free_times import refresh
from calendar_sync.calendars.contract import Unknown
from calendar_sync.calendars.google import errors
from calendar_sync.calendars.google.calendar import GoogleCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert, withdraw
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import follow_all
from calendar_sync.sync.watch_channels import renew

NINE = span("2026-12-01 09:00")


@pytest.fixture
def clinic(google: Google, clinic: Clinic, tmp_path: Path) -> Generator[Clinic]:
    """A clinic with that calendar."""
    with calendar_at(google, tmp_path) as calendar:
        yield replace(clinic, calendar=calendar)


async def test_an_event_of_ours_under_the_used_id_is_booked(clinic: Clinic, google: Google) -> None:
    """After a 409 for an insert whose answer was lost, the lookup finds our event."""
    booking_id = await confirmed(clinic, NINE)
    await clinic.calendar.insert(event_for(clinic, await row(clinic, booking_id)))
    await insert(clinic, booking_id)
    assert [each.status for each in google.asked("events.insert")] == [200]
    assert isinstance(await standing(clinic, booking_id), Booked)


async def lost_answer(clinic: Clinic, google: Google) -> tuple[int, str]:
    """A booking and its event, whose insert response was lost."""
    booking_id = await confirmed(clinic, NINE)
    google.faults.append(Fault("events.insert", "reset", after=True))
    with pytest.raises(NotYet):
        await insert(clinic, booking_id)
    return booking_id, (await row(clinic, booking_id)).event_id or ""


async def test_an_event_that_staff_deleted_is_not_put_in_again(
    clinic: Clinic, google: Google
) -> None:
    """After a 409 for an event that staff deleted, the caller is told and staff call back."""
    booking_id, event = await lost_answer(clinic, google)
    google.screenings.delete(event)
    await insert(clinic, booking_id)
    assert await standing(clinic, booking_id) == NotBooked()
    assert await requests(clinic) == [Reason.DELETED_TOO_SOON.for_staff()]
    assert google.screenings.live() == []
    google.screenings.restore(event)
    await follow_all(clinic)
    assert isinstance(await standing(clinic, booking_id), Booked)


async def test_another_event_under_our_id_is_left_alone(clinic: Clinic, google: Google) -> None:
    """After a 409 for a foreign event, the next id is used."""
    booking_id = await confirmed(clinic, NINE)
    ours = event_for(clinic, await row(clinic, booking_id))
    await clinic.calendar.insert(replace(ours, booking_id="404", span=span("2026-12-01 10:00")))
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)
    assert (await row(clinic, booking_id)).generation == 1
    assert len(google.screenings.live()) == 2


async def booked(clinic: Clinic) -> tuple[int, str]:
    """A booking in the calendar, and its event."""
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    return booking_id, (await row(clinic, booking_id)).event_id or ""


async def test_what_staff_delete_before_we_do_is_gone(clinic: Clinic, google: Google) -> None:
    """A 410 for our deletion means that it is done."""
    booking_id, event = await booked(clinic)
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'cancelled' WHERE id = %s", [booking_id])
    google.meanwhile["events.delete"] = lambda: google.screenings.delete(event)
    await withdraw(clinic, booking_id)
    assert [each.status for each in google.asked("events.delete")] == [410]


async def test_a_sync_token_that_has_expired_begins_anew(clinic: Clinic, google: Google) -> None:
    """After a 410 for the sync token, a full sync still finds what staff changed."""
    await follow_all(clinic)
    booking_id, event = await booked(clinic)
    google.screenings.life += 1
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).slot == span("2026-12-01 10:00")


async def test_what_staff_write_at_the_same_moment_stays(clinic: Clinic, google: Google) -> None:
    """After a 412 nothing is written, and the next run keeps staff's text."""
    booking_id, event = await booked(clinic)
    google.screenings.edit(event, location="Room 2")
    await agree(clinic, booking_id)
    google.meanwhile["events.patch"] = lambda: google.screenings.edit(event, description="Mine")
    with pytest.raises(NotYet, match="staff changed"):
        await rewrite(clinic, booking_id)
    await rewrite(clinic, booking_id)
    there = await own_event(clinic, booking_id)
    assert (there.description, there.location) == ("Mine", "Room 2")


async def test_a_missing_permission_is_logged_each_minute(
    clinic: Clinic, google: Google, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the permission neither changes nor busy times are read, and the log says why."""
    google.faults.append(Fault("", status=403, reason="insufficientPermissions", times=99))
    await follow_all(clinic)
    assert (
        "cannot read what changed in the calendar: Google answered 403 insufficientPermissions"
        in caplog.text
    )
    answer = await refresh(clinic)
    assert answer == Unknown("Google answered 403 insufficientPermissions")


ROWS = {
    "sign-in expired (RefreshError), 401": "test_a_revoked_sign_in_is_pending_and_heals",
    "403 of permissions or access": "test_what_is_refused_is_not_booked_and_called_back",
    "403 rate limits, 429": "test_what_is_open_is_pending_and_heals",
    "403 quotaExceeded": "test_what_is_open_is_pending_and_heals",
    "404 on the calendar (no longer shared)": "test_what_is_refused_is_not_booked_and_called_back",
    "a busy calendar no longer shared": "test_a_calendar_that_is_unshared_is_pending",
    "409, the id is used by our own event": "test_an_event_of_ours_under_the_used_id_is_booked",
    "409, staff deleted that event": "test_an_event_that_staff_deleted_is_not_put_in_again",
    "409, the id is used by another event": "test_another_event_under_our_id_is_left_alone",
    "410 on delete": "test_what_staff_delete_before_we_do_is_gone",
    "410 on a sync token": "test_a_sync_token_that_has_expired_begins_anew",
    "412": "test_what_staff_write_at_the_same_moment_stays",
    "no push channel": "test_nothing_is_missed_without_a_channel",
    '400 "Invalid conference type value."': (
        "test_without_a_link_of_googles_the_clinics_room_is_used"
    ),
    "400, any other": "test_what_is_refused_is_not_booked_and_called_back",
    "500, 503": "test_what_is_open_is_pending_and_heals",
    "slow or hanging, reset before or after the effect": "test_what_is_open_is_pending_and_heals",
    "an answer that is not JSON, or not what was asked for": (
        "test_what_is_open_is_pending_and_heals"
    ),
}
"""Each row of the table, and the test, here or in test_google_rows, that shows it."""


async def test_nothing_is_missed_without_a_channel(clinic: Clinic, google: Google) -> None:
    """Without a watch channel, polling finds the change within a minute."""
    assert isinstance(clinic.calendar, GoogleCalendar)
    push = clinic.calendar.push_to("https://line.example.org/calendar/changed")
    google.faults.append(Fault("events.watch", status=403, reason="forbidden", times=9))
    await follow_all(clinic)
    await renew(replace(clinic, push=push))
    booking_id, event = await booked(clinic)
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).slot == span("2026-12-01 10:00")


def test_every_row_of_the_table_has_its_test() -> None:
    """Each row of the table has a test, and each test a row."""
    lines = (errors.__doc__ or "").splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert set(rows) - {"failure"} == set(ROWS)
    texts = [file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py")]
    assert all(any(f"def {test}(" in text for text in texts) for test in ROWS.values())
