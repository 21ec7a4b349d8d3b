"""Each row of the table in google_faults: what the call may say, and how it recovers."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from stand_ins.google.faults import Fault
from stand_ins.google.server import Google
from support.clinic import confirmed, jobs_waiting, own_event, requests, row, span, standing
from support.google_clinic import calendar_at

from calendar_sync.bookings.booking import Booked, NotBooked, Pending
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_jobs import look
from calendar_sync.sync.video_links import pick_up

NINE = span("2026-12-01 09:00")


@pytest.fixture
def clinic(google: Google, clinic: Clinic, tmp_path: Path) -> Generator[Clinic]:
    """A clinic with that calendar."""
    with calendar_at(google, tmp_path) as calendar:
        yield replace(clinic, calendar=calendar, makes_links=True)


PENDING = [
    Fault("", status=401, times=9),
    Fault("events.insert", status=403, reason="rateLimitExceeded"),
    Fault("events.insert", status=403, reason="userRateLimitExceeded"),
    Fault("events.insert", status=403, reason="quotaExceeded"),
    Fault("events.insert", status=429, retry_after=30),
    Fault("events.insert", status=500),
    Fault("events.insert", status=503, after=True),
    Fault("events.insert", "hang"),
    Fault("events.insert", "hang", after=True),
    Fault("events.insert", "reset"),
    Fault("events.insert", "reset", after=True),
    Fault("events.insert", "not json", after=True),
    Fault("events.insert", "half", after=True),
    Fault("events.insert", "empty"),
    Fault("events.get", status=503),
    Fault("freebusy.query", "hang"),
    Fault("freebusy.query", "empty"),
]


@pytest.mark.parametrize("fault", PENDING, ids=str)
async def test_what_is_open_is_pending_and_heals(
    clinic: Clinic, google: Google, fault: Fault
) -> None:
    """The call says neither yes nor no, and the next run books exactly one event."""
    booking_id = await confirmed(clinic, NINE)
    google.faults.append(replace(fault))
    with pytest.raises(NotYet) as trouble:
        await insert(clinic, booking_id)
    assert trouble.value.wait == {401: 60, 429: 30}.get(
        fault.status, 3600 if fault.reason == "quotaExceeded" else 0
    )
    assert await standing(clinic, booking_id) == Pending()
    google.faults.clear()
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)
    assert len(google.screenings.live()) == 1


async def test_a_revoked_sign_in_is_pending_and_heals(clinic: Clinic, google: Google) -> None:
    """After a RefreshError nothing is lost until someone signs in again."""
    booking_id = await confirmed(clinic, NINE)
    google.sign_in.revoked = True
    with pytest.raises(NotYet, match="sign in again"):
        await insert(clinic, booking_id)
    google.sign_in.revoked = False
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("events.insert", status=403, reason="insufficientPermissions"),
        Fault("events.insert", status=403, reason="forbidden"),
        Fault("events.insert", status=404),
        Fault("events.insert", status=400, reason="invalid"),
    ],
    ids=str,
)
async def test_what_is_refused_is_not_booked_and_called_back(
    clinic: Clinic, google: Google, fault: Fault
) -> None:
    """A refused insert is announced in the call, and staff call the patient back."""
    booking_id = await confirmed(clinic, NINE)
    google.faults.append(replace(fault))
    await insert(clinic, booking_id)
    assert await standing(clinic, booking_id) == NotBooked()
    assert await requests(clinic) == [Reason.NOT_IN_CALENDAR.for_staff()]


@pytest.mark.parametrize("unshared", ["screenings", "doctor"])
async def test_a_calendar_that_is_unshared_is_pending(
    clinic: Clinic, google: Google, unshared: str
) -> None:
    """An unshared calendar means no insert and no free times until it is shared again."""
    booking_id = await confirmed(clinic, NINE)
    calendar = google.screenings if unshared == "screenings" else google.doctor
    calendar.role = None
    with pytest.raises(NotYet):
        await insert(clinic, booking_id)
    assert google.asked("events.insert") == []
    calendar.role = "owner"
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)


@pytest.mark.parametrize("meets", ["later", "at once", "fail"])
async def test_the_link_follows_or_staff_are_asked_for_one(
    clinic: Clinic, google: Google, meets: str
) -> None:
    """The event says whether the link is being made, ready, or needed."""
    google.world.meets = meets  # type: ignore[assignment]  # one of its values
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    assert "VIDEO: the link is being made" in (await own_event(clinic, booking_id)).description
    google.seen.clear()
    await look(clinic, booking_id)
    assert len(google.asked("events.get")) == 1
    await look(clinic, booking_id)
    assert (await jobs_waiting(clinic)).count("pick_up_link") == (meets != "at once")
    if meets != "at once":
        with pytest.raises(NotYet, match="still being made"):
            await pick_up(clinic, booking_id)
        google.world.finish_meets()
        await pick_up(clinic, booking_id)
    there = await own_event(clinic, booking_id)
    if meets == "fail":
        assert "VIDEO: needs a link" in there.description
    else:
        assert f"VIDEO: {there.link}\n" in there.description
        assert there.location == there.link == (await row(clinic, booking_id)).video_link


async def test_without_a_link_of_googles_the_clinics_room_is_used(
    google: Google, clinic: Clinic, tmp_path: Path
) -> None:
    """With a service account the event uses VIDEO_URL as link and location."""
    room = "https://video.example/room"
    with calendar_at(google, tmp_path, service=True) as calendar:
        clinic = replace(clinic, calendar=calendar, makes_links=True, video_url=room)
        booking_id = await confirmed(clinic, NINE)
        await insert(clinic, booking_id)
        await pick_up(clinic, booking_id)
        there = await own_event(clinic, booking_id)
    assert f"VIDEO: {room}\n" in there.description
    assert there.location == room
