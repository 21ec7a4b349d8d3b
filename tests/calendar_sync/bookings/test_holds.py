"""A time has one holder; a hold ends with its call, after five minutes, or as a booking."""

import pytest
from support.clinic import confirm, confirmed, expire, hold, row, span, standing

from calendar_sync.availability.span import Span
from calendar_sync.bookings import holds
from calendar_sync.bookings.booking import Pending, Taken, bookings_of_call, live_bookings
from calendar_sync.bookings.confirmation import Confirmed
from calendar_sync.bookings.holds import Held
from calendar_sync.clinic import Clinic

NINE, HALF_PAST = span("2026-12-01 09:00"), span("2026-12-01 09:30")


async def try_to_hold(
    clinic: Clinic, call_sid: str, step: str = "hold", slot: Span = NINE
) -> Held | Taken:
    """Try to hold the time, and return the outcome."""
    async with clinic.pool.connection() as conn:
        return await holds.hold(conn, call_sid, step, slot)


async def test_a_held_time_is_nobody_elses(clinic: Clinic) -> None:
    """The first caller has the time; the next one is refused it or any part of it."""
    first = await hold(clinic, NINE, "CA1")
    assert await try_to_hold(clinic, "CA2") == Taken()
    assert await try_to_hold(clinic, "CA3", slot=span("2026-12-01 09:10")) == Taken()
    assert await standing(clinic, first) == Pending()


async def test_back_to_back_times_do_not_meet(clinic: Clinic) -> None:
    """The end of one is the start of the next."""
    await hold(clinic, NINE, "CA1")
    await hold(clinic, span("2026-12-01 09:20"), "CA2")


async def test_a_hold_lasts_five_minutes_by_the_databases_clock(clinic: Clinic) -> None:
    """The clock of the application's machine does not affect a hold."""
    held = await hold(clinic, NINE)
    async with clinic.pool.connection() as conn:
        cursor = await conn.execute(
            "SELECT expires_at - now() BETWEEN interval '4 min 50 s' AND interval '5 min'"
            " FROM booking WHERE id = %s",
            [held],
        )
        assert await cursor.fetchone() == (True,)


async def test_a_doubled_webhook_holds_once(clinic: Clinic) -> None:
    """The same call and step get the same hold."""
    assert await hold(clinic, NINE) == await hold(clinic, NINE)


async def test_the_same_step_never_holds_another_time(clinic: Clinic) -> None:
    """Only the time that was read back can be booked."""
    held = await hold(clinic, NINE)
    assert await try_to_hold(clinic, "CA1", slot=HALF_PAST) == Taken()
    assert (await row(clinic, held)).slot == NINE


async def test_choosing_another_time_lets_the_first_go(clinic: Clinic) -> None:
    """A call holds one time; choosing another frees the first for others."""
    first = await hold(clinic, NINE, step="hold")
    await hold(clinic, HALF_PAST, step="hold.2")
    assert (await row(clinic, first)).state == "released"
    await hold(clinic, NINE, "CA2")


async def test_a_caller_may_choose_the_same_time_again(clinic: Clinic) -> None:
    """Choosing the same time again does not conflict with the caller's own hold."""
    first = await hold(clinic, NINE, step="hold")
    second = await hold(clinic, NINE, step="hold.2")
    assert (await row(clinic, first)).state == "released"
    assert (await row(clinic, second)).state == "held"


async def test_a_lost_race_keeps_the_hold_one_has(clinic: Clinic) -> None:
    """Failing to get a taken time does not cost the caller the current hold."""
    mine = await hold(clinic, NINE, "CA1")
    await hold(clinic, HALF_PAST, "CA2")
    assert await try_to_hold(clinic, "CA1", "hold.2", HALF_PAST) == Taken()
    assert (await row(clinic, mine)).state == "held"


async def test_an_expired_hold_stands_in_nobodys_way(clinic: Clinic) -> None:
    """After five minutes the next caller gets the time, even before cleanup."""
    first = await hold(clinic, NINE, "CA1")
    await expire(clinic, first)
    await hold(clinic, NINE, "CA2")
    assert await standing(clinic, first) == Taken()


async def test_expired_holds_are_let_go_and_nothing_else(clinic: Clinic) -> None:
    """Fresh holds and confirmed bookings stay, whatever their age."""
    expired = await hold(clinic, NINE, "CA1")
    fresh = await hold(clinic, HALF_PAST, "CA2")
    kept = await confirmed(clinic, span("2026-12-01 10:00"), "CA3")
    for booking_id in (expired, kept):
        await expire(clinic, booking_id)
    async with clinic.pool.connection() as conn:
        assert await holds.release_expired(conn) == 1
        assert await holds.release_expired(conn) == 0
    assert [(await row(clinic, each)).state for each in (expired, fresh, kept)] == [
        "released",
        "held",
        "held",
    ]


async def test_hanging_up_lets_go_of_what_was_not_confirmed(clinic: Clinic) -> None:
    """A caller who hangs up releases the hold at once; bookings and other calls' holds stay."""
    kept = await confirmed(clinic, HALF_PAST, "CA1", "hold")
    mine = await hold(clinic, NINE, "CA1", "hold.2")
    other = await hold(clinic, span("2026-12-01 10:00"), "CA2")
    async with clinic.pool.connection() as conn:
        assert await holds.release_unconfirmed(conn, "CA1") == 1
        assert await holds.release_unconfirmed(conn, "CA1") == 0
    assert [(await row(clinic, each)).state for each in (mine, kept, other)] == [
        "released",
        "held",
        "held",
    ]


@pytest.mark.parametrize("how", ["expired", "hung up"])
async def test_a_lapsed_hold_is_still_confirmed_while_nobody_took_it(
    clinic: Clinic, how: str
) -> None:
    """A late confirmation, even after hang-up, still gets the time if it is free."""
    held = await hold(clinic, NINE, "CA1")
    await expire(clinic, held)
    async with clinic.pool.connection() as conn:
        if how == "expired":
            await holds.release_expired(conn)
        else:
            await holds.release_unconfirmed(conn, "CA1")
    assert isinstance(await confirm(clinic, held), Confirmed)
    assert await try_to_hold(clinic, "CA2") == Taken()


async def test_a_lapsed_hold_that_somebody_took_is_taken(clinic: Clinic) -> None:
    """Repeating or confirming a lapsed hold takes nothing from the new holder."""
    lapsed = await hold(clinic, NINE, "CA1")
    await expire(clinic, lapsed)
    other = await hold(clinic, NINE, "CA2")
    assert await confirm(clinic, lapsed) == Taken()
    assert await try_to_hold(clinic, "CA1") == Taken()
    assert await standing(clinic, other) == Pending()


async def test_a_late_repeat_takes_no_second_time_for_a_call_that_went_on(clinic: Clinic) -> None:
    """After another time is chosen, a late webhook does not restore the first hold."""
    first = await hold(clinic, NINE, "CA1", "hold")
    second = await hold(clinic, HALF_PAST, "CA1", "hold.2")
    assert await try_to_hold(clinic, "CA1", "hold") == Taken()
    assert await confirm(clinic, first) == Taken()
    assert (await row(clinic, second)).state == "held"


async def test_a_repeat_of_a_released_hold_holds_it_again(clinic: Clinic) -> None:
    """A repeated webhook gives the same outcome while the time is free."""
    held = await hold(clinic, NINE, "CA1")
    async with clinic.pool.connection() as conn:
        await holds.release_unconfirmed(conn, "CA1")
    assert await try_to_hold(clinic, "CA1") == Held(held)
    assert (await row(clinic, held)).state == "held"


async def test_live_bookings_are_what_may_not_be_offered(clinic: Clinic) -> None:
    """Fresh holds and confirmed bookings block times, whatever their age; expired holds do not."""
    expired = await hold(clinic, NINE, "CA1")
    await expire(clinic, expired)
    await hold(clinic, HALF_PAST, "CA2")
    old = await confirmed(clinic, span("2026-12-01 10:00"), "CA3")
    await expire(clinic, old)
    await hold(clinic, span("2026-12-02 09:00"), "CA4")
    async with clinic.pool.connection() as conn:
        found = await live_bookings(conn, span("2026-12-01 00:00", 24 * 60))
    assert found == (HALF_PAST, span("2026-12-01 10:00"))


async def test_a_calls_bookings_in_the_order_it_made_them(clinic: Clinic) -> None:
    """A call's bookings include the released ones, for later review."""
    ids = [await hold(clinic, NINE, step="hold"), await hold(clinic, HALF_PAST, step="hold.2")]
    await hold(clinic, NINE, "CA2")
    async with clinic.pool.connection() as conn:
        found = await bookings_of_call(conn, "CA1")
    assert [(each.id, each.state) for each in found] == [(ids[0], "released"), (ids[1], "held")]


async def test_asking_for_a_booking_that_never_was_is_a_fault(clinic: Clinic) -> None:
    """An unknown id raises an error that says what to ask with."""
    with pytest.raises(LookupError, match="no booking 404"):
        await standing(clinic, 404)
