"""A yes is stored once, with the job it owes; consent to texts is kept with its wording."""

from datetime import timedelta

import pytest
from psycopg_pool import AsyncConnectionPool
from support.clinic import NOTE, confirm, confirmed, expire, hold, jobs_waiting, row, span, standing

from calendar_sync.bookings import confirmation
from calendar_sync.bookings.confirmation import (
    Booked,
    BookingNote,
    Confirmed,
    NotBooked,
    Pending,
    Taken,
)
from calendar_sync.bookings.event_text import event_id
from calendar_sync.clinic import Desk

NINE, HALF_PAST = span("2026-12-01 09:00"), span("2026-12-01 09:30")


async def settle(desk: Desk, booking_id: int, state: str, outcome: str | None = None) -> None:
    """Put a booking into a state that only the diary's answer brings about."""
    new = [state, outcome, booking_id]
    async with desk.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = %s, outcome = %s WHERE id = %s", new)


async def test_a_yes_is_stored_with_the_job_it_owes(desk: Desk) -> None:
    """Note, code, event id and job: all or nothing, and not yet booked."""
    held = await hold(desk, NINE)
    answer = await confirm(desk, held)
    stored = await row(desk, held)
    assert answer == Confirmed(stored.visit_code or "")
    assert stored.confirmed_at is not None
    assert stored.event_id == event_id("CA1", "hold", 0)
    assert (stored.language, stored.number) == ("en", "+14255550123")
    assert stored.chart == (("Foot", "right"), ("How long", "skipped"))
    assert await jobs_waiting(desk) == ["insert_event"]
    assert await standing(desk, held) == Pending()


async def test_the_answers_keep_the_order_in_which_they_were_asked(desk: Desk) -> None:
    """Long labels and short ones, as the caller heard them."""
    asked = {"Pain, 0 to 10": "4", "Foot": "left", "A": "1", "Numb or tingling": "no"}
    held = await hold(desk, NINE)
    await confirm(desk, held, BookingNote("es", None, asked))
    stored = await row(desk, held)
    assert stored.chart == tuple(asked.items())
    assert (stored.language, stored.number) == ("es", None)


async def test_a_repeated_yes_gives_the_same_code_and_no_second_job(desk: Desk) -> None:
    """Whatever the repeat brings, the first yes stands."""
    held = await hold(desk, NINE)
    first = await confirm(desk, held)
    await expire(desk, held)
    assert await confirm(desk, held, BookingNote("es", "+12065550199", {})) == first
    assert (await row(desk, held)).language == "en"
    assert await jobs_waiting(desk) == ["insert_event"]


@pytest.mark.parametrize(
    ("state", "outcome"), [("booked", None), ("released", "taken"), ("cancelled", None)]
)
async def test_a_late_repeat_changes_nothing_that_came_after(
    desk: Desk, state: str, outcome: str | None
) -> None:
    """The diary has answered meanwhile: the same code, and the state stays."""
    held = await hold(desk, NINE)
    first = await confirm(desk, held)
    await settle(desk, held, state, outcome)
    assert await confirm(desk, held) == first
    assert (await row(desk, held)).state == state


async def test_the_job_is_gone_when_the_transaction_is(desk: Desk) -> None:
    """A yes that was not committed owes nothing."""
    held = await hold(desk, NINE)
    async with desk.pool.connection() as conn, conn.transaction(force_rollback=True):
        await confirmation.confirm(conn, held, NOTE)
    assert (await row(desk, held)).confirmed_at is None
    assert await jobs_waiting(desk) == []


async def test_visit_codes_are_six_digits_and_live_ones_differ(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code that a live booking has is drawn again; one that is over may come back."""
    drawn = iter([7, 7, 8, 7])

    def next_drawn(_: int) -> int:
        return next(drawn)

    monkeypatch.setattr("secrets.randbelow", next_drawn)
    one = await hold(desk, NINE, "CA1")
    assert await confirm(desk, one) == Confirmed("000007")
    two = await hold(desk, HALF_PAST, "CA2")
    assert await confirm(desk, two) == Confirmed("000008")
    await settle(desk, one, "cancelled")
    three = await hold(desk, NINE, "CA3")
    assert await confirm(desk, three) == Confirmed("000007")


async def test_what_may_be_spoken_in_each_state(desk: Desk) -> None:
    """Booked only when the row says so; a lost time is taken, a refused one is not booked."""
    booking_id = await confirmed(desk, NINE)
    code = (await row(desk, booking_id)).visit_code or ""
    for state, outcome, expected in (
        ("held", None, Pending()),
        ("booked", None, Booked(NINE, code)),
        ("released", "taken", Taken()),
        ("released", "failed", NotBooked()),
        ("released", None, Taken()),
        ("cancelled", None, NotBooked()),
    ):
        await settle(desk, booking_id, state, outcome)
        assert await standing(desk, booking_id) == expected


async def test_waiting_ends_as_soon_as_the_booking_is_settled(
    desk: Desk, database: AsyncConnectionPool
) -> None:
    """No longer than needed when settled, no longer than allowed when not."""
    booking_id = await confirmed(desk, NINE)
    assert await confirmation.wait_until_settled(database, booking_id, 0) == Pending()
    assert await confirmation.wait_until_settled(database, booking_id, 0.12) == Pending()
    await settle(desk, booking_id, "booked")
    found = await confirmation.wait_until_settled(database, booking_id, 3600)
    assert isinstance(found, Booked)


async def consent(desk: Desk, booking_id: int, number: str, given: bool, wording: str) -> None:  # noqa: FBT001
    """The caller's answer to "may we text you"."""
    async with desk.pool.connection() as conn:
        await confirmation.keep_consent(conn, "CA1", booking_id, number, given, wording)


async def test_consent_is_kept_with_time_number_and_wording(desk: Desk) -> None:
    """A yes goes to the booking too, and owes its event a new text."""
    booking_id = await confirmed(desk, NINE)
    await consent(desk, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    stored = await row(desk, booking_id)
    assert (stored.text_number, stored.text_wording) == ("+14255550123", "2026-11-1")
    async with desk.pool.connection() as conn:
        rows = await conn.execute("SELECT call_sid, number, given, wording, at FROM consent")
        expected = ("CA1", "+14255550123", True, "2026-11-1", stored.text_consent_at)
        assert await rows.fetchall() == [expected]
    assert await jobs_waiting(desk) == ["insert_event", "rewrite_event", "tell_patient"]


async def test_a_no_is_kept_and_allows_no_text(desk: Desk) -> None:
    """The number stays out of the booking; when and how it was asked stays in."""
    booking_id = await confirmed(desk, NINE)
    await consent(desk, booking_id, "+14255550123", False, "2026-11-1")  # noqa: FBT003
    stored = await row(desk, booking_id)
    assert stored.text_number is None
    assert stored.text_wording == "2026-11-1"


async def test_the_same_answer_again_changes_nothing(desk: Desk) -> None:
    """A doubled webhook keeps the first time and owes no second job."""
    booking_id = await confirmed(desk, NINE)
    await consent(desk, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    first = await row(desk, booking_id)
    await consent(desk, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    assert await row(desk, booking_id) == first
    assert await jobs_waiting(desk) == ["insert_event", "rewrite_event", "tell_patient"]


async def test_the_callers_latest_word_counts(desk: Desk) -> None:
    """A no after a yes takes the consent back, and another number takes its place."""
    booking_id = await confirmed(desk, NINE)
    await consent(desk, booking_id, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    await consent(desk, booking_id, "+14255550123", False, "2026-11-1")  # noqa: FBT003
    assert (await row(desk, booking_id)).text_number is None
    await consent(desk, booking_id, "+12065550199", True, "2026-11-1")  # noqa: FBT003
    assert (await row(desk, booking_id)).text_number == "+12065550199"


async def test_a_call_cannot_consent_for_anothers_booking(desk: Desk) -> None:
    """The answer is kept with its own call, and the other booking stays as it was."""
    other = await confirmed(desk, NINE, "CA2")
    await consent(desk, other, "+14255550123", True, "2026-11-1")  # noqa: FBT003
    assert (await row(desk, other)).text_consent_at is None
    assert await jobs_waiting(desk) == ["insert_event"]


async def test_a_booking_takes_its_whole_time(desk: Desk) -> None:
    """What comes back from the database is the span that went in."""
    assert (await row(desk, await hold(desk, NINE))).slot == NINE
    assert NINE.end - NINE.start == timedelta(minutes=20)
