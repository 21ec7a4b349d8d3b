"""People on the waiting list, in the tests."""

from datetime import datetime

from support.clinic import PACIFIC, confirmed, row, span

from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times, holds, patient_changes
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Event
from calendar_sync.clinic import Clinic
from calendar_sync.private_fields import Lookup
from calendar_sync.sync.insert import insert, withdraw
from calendar_sync.sync.waiting_times import offer_times
from calendar_sync.waiting import entries, offers
from calendar_sync.waiting.entries import Entry, NewEntry
from calendar_sync.waiting.membership import join
from calendar_sync.waiting.offers import Offer

EARLY, SOON = span("2026-12-02 09:00"), span("2026-12-02 14:00")
LATE = [span(f"2026-12-10 {hour:02}:00") for hour in (9, 10, 11, 12)]
NUMBERS = tuple(f"+1425555013{n}" for n in range(10))


async def patient_with_visit(clinic: Clinic, slot: Span, n: int) -> int:
    """The n-th patient's visit in the calendar, with consent to texts; the booking's id."""
    visit = await confirmed(clinic, slot, f"CA{n}")
    await insert(clinic, visit)
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET number = %s, booked_at = %s WHERE id = %s",
            [Lookup(NUMBERS[n]), clinic.now(), visit],
        )
        await store_consent(conn, f"CA{n}", visit, TextConsent(NUMBERS[n], "1", given=True))
    await refresh(clinic)
    return visit


async def waits(
    clinic: Clinic,
    n: int,
    visit: int | None = None,
    *,
    safety_at: datetime | None = None,
    language: str = "en",
) -> None:
    """Put the n-th patient on the list."""
    now = clinic.now()
    chart = () if visit else (("Foot", "right"),)
    await join(
        clinic,
        NewEntry(f"CA{n}", visit, NUMBERS[n], language, now, "1", chart, safety_at or now, now),
    )


async def entry_of(clinic: Clinic, n: int) -> Entry:
    """The n-th patient's latest entry."""
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT id FROM waiting_list WHERE call_sid = %s ORDER BY id DESC", [f"CA{n}"]
        )
        found = await rows.fetchone()
        assert found
        entry = await entries.entry(conn, found[0])
    assert entry
    return entry


async def offers_of(clinic: Clinic, n: int) -> list[Offer]:
    """What the n-th patient was offered."""
    entry = await entry_of(clinic, n)
    async with clinic.pool.connection() as conn:
        return await offers.offers_to(conn, entry.id)


async def offered(clinic: Clinic, n: int) -> list[tuple[str, str]]:
    """Start and outcome ("open", "accepted" too) of each of them."""
    return [
        (
            f"{each.start.astimezone(PACIFIC):%a %H:%M}",
            each.outcome or ("accepted" if each.accepted_at else "open"),
        )
        for each in await offers_of(clinic, n)
    ]


async def note(clinic: Clinic, visit: int) -> str:
    """What the visit's event says about the list."""
    return (await row(clinic, visit)).waiting_note


async def refresh(clinic: Clinic) -> None:
    """Read the busy times, though the clock has not moved since they were read last."""
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE busy_times SET read_at = read_at - interval '2 minutes'")
    await free_times.refresh_all(clinic)


async def reads(clinic: Clinic) -> None:
    """Read the busy times and offer what has opened, as the jobs of each minute do."""
    await refresh(clinic)
    await offer_times(clinic)


async def opens(clinic: Clinic, *slots: Span, offer: bool = True) -> None:
    """Staff open these times in the calendar, and it is read."""
    for slot in slots:
        own = event_id("staff", f"open {slot.start}", 0)
        await clinic.calendar.insert(Event(own, slot, "Open for screenings"))
    await (reads(clinic) if offer else refresh(clinic))


async def frees(clinic: Clinic, visit: int) -> None:
    """The patient cancels, the event goes, and the calendar is read."""
    await patient_changes.cancel(clinic, visit)
    await withdraw(clinic, visit)
    await reads(clinic)


def busy_at(slot: Span) -> Event:
    """Something of staff's own at this time."""
    return Event(event_id("staff", f"busy {slot.start}", 0), slot, "Lunch")


async def was_offered(clinic: Clinic, visit: int, slot: Span) -> int:
    """A visit's patient waits and was offered this time, which they let lapse; the held time."""
    booked, now = await row(clinic, visit), clinic.now()
    number = booked.text_number or ""
    new = NewEntry(booked.call_sid, visit, number, "en", now, "1", (), now, now)
    await join(clinic, new)
    async with clinic.pool.connection() as conn:
        entry = await entries.entry_of_visit(conn, visit)
        assert entry
        held = await holds.hold(conn, entry.holder, "offer", slot)
        assert isinstance(held, holds.Held)
        await conn.execute(
            "UPDATE booking SET text_number = %s WHERE id = %s",
            [Lookup(number), held.booking_id],
        )
        await offers.add(conn, entry.id, held.booking_id, slot.start, now)
        await holds.release_unconfirmed(conn, entry.holder)
    return held.booking_id


async def three_who_wait(clinic: Clinic) -> list[int]:
    """Three patients in line, whose visits are far away."""
    visits = [await patient_with_visit(clinic, LATE[n], n) for n in range(3)]
    for n, visit in enumerate(visits):
        await waits(clinic, n, visit)
    return visits


async def held_for(clinic: Clinic, n: int) -> int:
    """The held time of the latest offer to the n-th patient."""
    return (await offers_of(clinic, n))[-1].booking
