"""A caller whose confirmed time is lost hears it on the line, or staff call after a hang-up."""

import pytest
from support.clinic import confirmed, requests, span

from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.calendars.contract import Event
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.jobs import reconcile

NINE = span("2026-12-01 09:00")
LUNCH = Event("lunch", NINE, "Lunch")
HEARD = "booked.1~0"
"""What the journal has of a caller who heard "you are booked"."""


@pytest.mark.parametrize("order", ["hung up first", "taken first"])
async def test_a_caller_who_hung_up_and_lost_the_time_is_called(clinic: Clinic, order: str) -> None:
    """One call-back is requested, however often it is checked and whichever event came first."""
    await clinic.calendar.insert(LUNCH)
    booking_id = await confirmed(clinic, NINE)
    await on_the_line(clinic, ended=order == "hung up first")
    await insert(clinic, booking_id)
    await on_the_line(clinic, ended=True)
    await reconcile(clinic)
    await reconcile(clinic)
    assert await requests(clinic) == [Reason.TAKEN_AFTER_ALL.words()]


async def test_a_caller_who_is_still_there_is_not_called(clinic: Clinic) -> None:
    """A caller still on the line is offered other times instead of a call-back."""
    await clinic.calendar.insert(LUNCH)
    await on_the_line(clinic, ended=False)
    await insert(clinic, await confirmed(clinic, NINE))
    await reconcile(clinic)
    assert await requests(clinic) == []


async def test_a_caller_who_took_another_time_is_not_called(clinic: Clinic) -> None:
    """A caller who booked another time needs no call-back."""
    await clinic.calendar.insert(LUNCH)
    await insert(clinic, await confirmed(clinic, NINE))
    await insert(clinic, await confirmed(clinic, span("2026-12-01 15:00"), step="hold-2"))
    await on_the_line(clinic, ended=True)
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO journal (call_sid, name, value) VALUES ('CA1', %s, '')", [HEARD]
        )
    await reconcile(clinic)
    assert await requests(clinic) == []


async def on_the_line(clinic: Clinic, *, ended: bool) -> None:
    """Start the call of these bookings, active or ended."""
    async with clinic.pool.connection() as conn:
        await conn.execute(
            """
            INSERT INTO call (sid, ended_at) VALUES ('CA1', CASE WHEN %(ended)s THEN now() END)
            ON CONFLICT (sid) DO UPDATE SET ended_at = excluded.ended_at
            """,
            {"ended": ended},
        )
