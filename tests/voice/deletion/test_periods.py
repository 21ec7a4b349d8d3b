"""How long each kind of data is kept."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from psycopg_pool import AsyncConnectionPool
from support.clinic import SetClock, confirmed, row, span
from support.patient_visit import booked, held
from support.patients import Calls, only_booking
from support.whole_patient import (
    CALLS_FROM,
    TEXTED_AT,
    books,
    count,
    dump,
    has,
)

from calendar_sync.bookings import call_backs, patient_changes
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.confirmation import wait_until_settled
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.sync.insert import insert
from voice.bootstrap import Line, line_on
from voice.deletion.retention import delete_old_data
from voice.settings import Settings
from voice.texts import opt_outs
from voice.texts.twilio_errors import OPTED_OUT

Run = Callable[[datetime], Awaitable[None]]


async def age(line: Line, at: datetime) -> None:
    """Make every call, answer, request and hold one of this time."""
    async with line.pool.connection() as conn:
        for statement in (
            "UPDATE call SET began_at = %s",
            "UPDATE journal SET at = %s",
            "UPDATE call_back SET asked_at = %s",
            "UPDATE booking SET expires_at = %s",
        ):
            await conn.execute(statement, [at])


AT = datetime.fromisoformat("2026-11-30T16:00:00Z")


async def test_answers_of_a_call_without_a_visit_go_after_30_days(
    calls: Calls, line: Line, delete_at: Run
) -> None:
    """Its number goes too; that a call came, and how it ended, is still counted for a year."""
    async with await calls("+14255550199") as caller:
        await caller.presses("1").hears("No to all").presses("1").hears_everything()
        while caller.over is None:
            await caller.stays_silent().hears_everything()
    await age(line, AT)
    await delete_at(AT + timedelta(days=30))
    assert await has(line, "+14255550199")
    await delete_at(AT + timedelta(days=30, seconds=1))
    async with line.pool.connection() as conn:
        found = await dump(conn)
        [ended] = await (await conn.execute("SELECT caller, outcome FROM call")).fetchall()
    assert found["journal"] == []
    assert ended == (None, "stopped at a safety question")
    named = {table for table, rows in found.items() if any("0199" in each for each in rows)}
    assert named - {"local_event"} == {"call_back"}, "Staff have not called yet."
    await delete_at(AT + timedelta(days=365, seconds=1))
    assert await count(line, "call") == 0


async def test_a_visit_is_kept_for_a_year_after_its_end(
    calls: Calls, line: Line, delete_at: Run
) -> None:
    """Answers, numbers and texts of a visit go together, 365 days after its end."""
    async with await calls(CALLS_FROM) as caller:
        await books(caller)
    visit = await only_booking(line, caller)
    await age(line, AT)
    await delete_at(visit.slot.end + timedelta(days=365))
    assert (await row(line.clinic, visit.id)).chart == visit.chart
    assert {await count(line, each) > 0 for each in ("journal", "text", "call")} == {True}
    await delete_at(visit.slot.end + timedelta(days=365, seconds=1))
    for table in ("booking", "journal", "text", "visit_link", "call", "local_event"):
        assert await count(line, table) == 0, table
    async with line.pool.connection() as conn:
        left = await conn.execute("SELECT FROM procrastinate_jobs WHERE args ? 'booking_id'")
        assert await left.fetchall() == [], "Jobs without their booking."


async def test_a_visit_goes_with_every_time_that_was_held_for_it(
    line: Line, delete_at: Run
) -> None:
    """A visit that its patient moved once, and looked at other times for, can be deleted."""
    visit = await booked(line.clinic)
    await held(line.clinic, visit, span("2026-12-01 11:00"))
    picked = await held(line.clinic, visit, span("2026-12-02 11:00"))
    await patient_changes.move(line.clinic, visit, picked)
    await patient_changes.wait_until_moved(line.pool, picked, 20)
    await age(line, AT + timedelta(days=1000))
    await delete_at(span("2026-12-02 11:00").end + timedelta(days=365, seconds=1))
    assert await count(line, "booking") == 0


async def test_a_time_that_was_never_booked_goes_after_30_days(line: Line, delete_at: Run) -> None:
    """It may hold the number and the answers of a caller who lost it."""
    lost = await confirmed(line.clinic, span("2026-12-01 09:00"))
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'released', outcome = 'taken'")
    await age(line, AT)
    await delete_at(AT + timedelta(days=30))
    assert (await row(line.clinic, lost)).number == CALLS_FROM
    await delete_at(AT + timedelta(days=30, seconds=1))
    assert await count(line, "booking") == 0


async def test_a_consent_and_a_stop_are_kept_for_five_years(
    line: Line, delete_at: Run, now: SetClock
) -> None:
    """A number that no text can reach is kept no longer than a visit."""
    now.at = datetime.fromisoformat("2028-02-29T16:00:00Z")
    visit = await confirmed(line.clinic, span("2028-03-01 09:00"))
    await wait_until_settled(line.pool, visit, 30)
    async with line.pool.connection() as conn:
        given = TextConsent(TEXTED_AT, "1", given=True, at=now())
        await store_consent(conn, "CA1", visit, given)
        await opt_outs.suppress(conn, TEXTED_AT, OPTED_OUT)
        await opt_outs.suppress(conn, "+14255550188", "a landline")
        await conn.execute("UPDATE text_bar SET at = %s", [now()])
    await delete_at(datetime.fromisoformat("2029-03-05T16:00:00Z"))
    assert not await has(line, "+14255550188")
    await delete_at(datetime.fromisoformat("2033-02-28T15:59:00Z"))
    async with line.pool.connection() as conn:
        assert await opt_outs.is_opted_out(conn, TEXTED_AT)
    assert await count(line, "consent") == 1
    await delete_at(datetime.fromisoformat("2033-03-01T16:00:00Z"))
    assert not await has(line, TEXTED_AT)


async def test_a_call_back_goes_30_days_after_it_was_done(database: AsyncConnectionPool) -> None:
    """One that waits, or whose event may still be in the calendar, is kept for a year."""
    line = line_on(Settings.load("demo"), database)

    async def delete_at(at: datetime) -> None:
        await delete_old_data(database, line.settings, lambda: at)

    async with line.pool.connection() as conn:
        for sid in ("CA1", "CA2", "CA3"):
            asked = call_backs.Caller(sid, CALLS_FROM, "en")
            await call_backs.request(conn, asked, Reason.TEXT_FAILED, sid)
        await conn.execute("UPDATE call_back SET asked_at = %s", [AT])
        await conn.execute(
            "UPDATE call_back SET done_at = %s, event_id = CASE call_sid WHEN 'CA2' THEN 'e' END"
            " WHERE call_sid <> 'CA3'", [AT],
        )  # fmt: skip
    await delete_at(AT + timedelta(days=30))
    assert await count(line, "call_back") == 3
    await delete_at(AT + timedelta(days=30, seconds=1))
    assert await count(line, "call_back") == 2
    await delete_at(AT + timedelta(days=365, seconds=1))
    assert await count(line, "call_back") == 0


async def test_a_coming_visit_and_a_call_under_way_are_left_alone(
    calls: Calls, line: Line, delete_at: Run
) -> None:
    """Whoever is on the line goes on, and a visit far ahead stays however old its call is."""
    await insert(line.clinic, await confirmed(line.clinic, span("2026-12-01 09:00")))
    async with await calls(CALLS_FROM) as caller:
        await caller.presses("1").hears("No to all")
        await delete_at(span("2026-12-01 09:00").start)
        await caller.presses("2").hears_everything()
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET expires_at = '2000-01-01'")
    await delete_at(span("2026-12-01 09:00").start)
    assert await count(line, "booking") == 1
