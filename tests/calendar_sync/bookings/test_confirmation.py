"""A confirmation is stored once, with its job; consent to texts is stored with its wording."""

from datetime import timedelta

import pytest
from psycopg_pool import AsyncConnectionPool
from support.clinic import (
    NOTE,
    confirm,
    confirmed,
    expire,
    hold,
    jobs_waiting,
    row,
    span,
    standing,
)

from calendar_sync.bookings import confirmation
from calendar_sync.bookings.booking import Booked, BookingNote, NotBooked, Pending, Taken
from calendar_sync.bookings.confirmation import Confirmed
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.bookings.event_text import event_id
from calendar_sync.clinic import Clinic

NINE, HALF_PAST = span("2026-12-01 09:00"), span("2026-12-01 09:30")


async def settle(clinic: Clinic, booking_id: int, state: str, outcome: str | None = None) -> None:
    """Put a booking into a state that only the calendar's answer leads to."""
    new = [state, outcome, booking_id]
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = %s, outcome = %s WHERE id = %s", new)


async def test_a_yes_is_stored_with_its_job(clinic: Clinic) -> None:
    """Chart note, code, event id and job are stored together, and the booking is not yet booked."""
    held = await hold(clinic, NINE)
    answer = await confirm(clinic, held)
    stored = await row(clinic, held)
    assert answer == Confirmed(stored.visit_code or "")
    assert stored.confirmed_at is not None
    assert stored.event_id == event_id("CA1", "hold", 0)
    assert (stored.language, stored.number) == ("en", "+14255550123")
    assert stored.chart == (("Foot", "right"), ("How long", "skipped"))
    assert await jobs_waiting(clinic) == ["insert_event"]
    assert await standing(clinic, held) == Pending()


async def test_the_answers_keep_the_order_in_which_they_were_asked(clinic: Clinic) -> None:
    """Answers keep the order in which they were asked, whatever the length of their labels."""
    asked = {"Pain, 0 to 10": "4", "Foot": "left", "A": "1", "Numb or tingling": "no"}
    held = await hold(clinic, NINE)
    await confirm(clinic, held, BookingNote("es", None, asked))
    stored = await row(clinic, held)
    assert stored.chart == tuple(asked.items())
    assert (stored.language, stored.number) == ("es", None)


async def test_a_repeated_yes_gives_the_same_code_and_no_second_job(clinic: Clinic) -> None:
    """The first confirmation stands, whatever a repeat contains."""
    held = await hold(clinic, NINE)
    first = await confirm(clinic, held)
    await expire(clinic, held)
    assert await confirm(clinic, held, BookingNote("es", "+12065550199", {})) == first
    assert (await row(clinic, held)).language == "en"
    assert await jobs_waiting(clinic) == ["insert_event"]


@pytest.mark.parametrize(
    ("state", "outcome"), [("booked", None), ("released", "taken"), ("cancelled", None)]
)
async def test_a_late_repeat_changes_nothing_that_came_after(
    clinic: Clinic, state: str, outcome: str | None
) -> None:
    """A repeat after the calendar's answer returns the same code and keeps the state."""
    held = await hold(clinic, NINE)
    first = await confirm(clinic, held)
    await settle(clinic, held, state, outcome)
    assert await confirm(clinic, held) == first
    assert (await row(clinic, held)).state == state


async def test_the_job_is_gone_when_the_transaction_is(clinic: Clinic) -> None:
    """A confirmation that was not committed queues nothing."""
    held = await hold(clinic, NINE)
    async with clinic.pool.connection() as conn, conn.transaction(force_rollback=True):
        await confirmation.confirm(conn, held, NOTE)
    assert (await row(clinic, held)).confirmed_at is None
    assert await jobs_waiting(clinic) == []


async def test_visit_codes_are_six_digits_and_live_ones_differ(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visit code is unique among live bookings and may be reused afterwards."""
    drawn = iter([7, 7, 8, 7])

    def next_drawn(_: int) -> int:
        return next(drawn)

    monkeypatch.setattr("secrets.randbelow", next_drawn)
    one = await hold(clinic, NINE, "CA1")
    assert await confirm(clinic, one) == Confirmed("000007")
    two = await hold(clinic, HALF_PAST, "CA2")
    assert await confirm(clinic, two) == Confirmed("000008")
    await settle(clinic, one, "cancelled")
    three = await hold(clinic, NINE, "CA3")
    assert await confirm(clinic, three) == Confirmed("000007")


async def test_what_may_be_spoken_in_each_state(clinic: Clinic) -> None:
    """The line says booked only when the row says so, and tells a lost time from a refused one."""
    booking_id = await confirmed(clinic, NINE)
    code = (await row(clinic, booking_id)).visit_code or ""
    for state, outcome, expected in (
        ("held", None, Pending()),
        ("booked", None, Booked(NINE, code)),
        ("released", "taken", Taken()),
        ("released", "failed", NotBooked()),
        ("released", None, Taken()),
        ("cancelled", None, NotBooked()),
    ):
        await settle(clinic, booking_id, state, outcome)
        assert await standing(clinic, booking_id) == expected


async def test_waiting_ends_as_soon_as_the_booking_is_settled(
    clinic: Clinic, database: AsyncConnectionPool
) -> None:
    """The wait ends as soon as the booking is settled, or at its limit."""
    booking_id = await confirmed(clinic, NINE)
    assert await confirmation.wait_until_settled(database, booking_id, 0) == Pending()
    assert await confirmation.wait_until_settled(database, booking_id, 0.12) == Pending()
    await settle(clinic, booking_id, "booked")
    found = await confirmation.wait_until_settled(database, booking_id, 3600)
    assert isinstance(found, Booked)


async def consent(clinic: Clinic, booking_id: int, number: str, given: bool, wording: str) -> None:  # noqa: FBT001
    """The caller's answer to "may we text you"."""
    async with clinic.pool.connection() as conn:
        await store_consent(conn, "CA1", booking_id, TextConsent(number, wording, given=given))


async def test_consent_is_kept_with_time_number_and_wording(clinic: Clinic) -> None:
    """Consent is stored with the booking too, and queues a new text for its event."""
    booking_id = await confirmed(clinic, NINE)
    await consent(clinic, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    stored = await row(clinic, booking_id)
    assert (stored.text_number, stored.text_wording) == ("+14255550123", "2026-11-1")
    async with clinic.pool.connection() as conn:
        rows = await conn.execute("SELECT call_sid, number, given, wording, at FROM consent")
        expected = ("CA1", "+14255550123", True, "2026-11-1", stored.text_consent_at)
        assert await rows.fetchall() == [expected]
    assert await jobs_waiting(clinic) == ["insert_event", "rewrite_event", "tell_patient"]


async def test_a_no_is_kept_and_allows_no_text(clinic: Clinic) -> None:
    """A no stores when and how it was asked, but no number in the booking."""
    booking_id = await confirmed(clinic, NINE)
    await consent(clinic, booking_id, "+14255550123", False, "2026-11-1")  # noqa: FBT003
    stored = await row(clinic, booking_id)
    assert stored.text_number is None
    assert stored.text_wording == "2026-11-1"


async def test_the_same_answer_again_changes_nothing(clinic: Clinic) -> None:
    """A repeated webhook keeps the first time and queues no second job."""
    booking_id = await confirmed(clinic, NINE)
    await consent(clinic, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    first = await row(clinic, booking_id)
    await consent(clinic, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    assert await row(clinic, booking_id) == first
    assert await jobs_waiting(clinic) == ["insert_event", "rewrite_event", "tell_patient"]


async def test_the_callers_latest_word_counts(clinic: Clinic) -> None:
    """A later no revokes consent, and a later number replaces the first."""
    booking_id = await confirmed(clinic, NINE)
    await consent(clinic, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    await consent(clinic, booking_id, "+14255550123", False, "2026-11-1")  # noqa: FBT003
    assert (await row(clinic, booking_id)).text_number is None
    await consent(clinic, booking_id, "+12065550199", True, "2026-11-1")  # noqa: FBT003
    assert (await row(clinic, booking_id)).text_number == "+12065550199"


async def test_a_call_cannot_consent_for_anothers_booking(clinic: Clinic) -> None:
    """The answer is stored with its own call, and the other booking does not change."""
    other = await confirmed(clinic, NINE, "CA2")
    await consent(clinic, other, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    assert (await row(clinic, other)).text_consent_at is None
    assert await jobs_waiting(clinic) == ["insert_event"]


async def test_a_booking_takes_its_whole_time(clinic: Clinic) -> None:
    """The span read back from the database is the span that was stored."""
    assert (await row(clinic, await hold(clinic, NINE))).slot == NINE
    assert NINE.end - NINE.start == timedelta(minutes=20)
