"""What a whole call and what follows it leave in the database tells nobody who the patient is."""

import json
from typing import Any

import psycopg
import pytest_asyncio
from psycopg import sql
from support.caller import Caller
from support.patients import To

from calendar_sync.bookings import (
    call_backs,
    descriptions,
    event_state,
    invitations,
    patient_changes,
)
from calendar_sync.bookings.booking import Booking, bookings_of_call
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.waiting import entries
from voice.bootstrap import Line
from voice.database.encrypted_fields import ENCRYPTED
from voice.texts import demo_sender, inbound, outbox, received, sender, text_rows
from voice.texts.schedule import PlannedText

DIGITS = "4255550123"
BODY = sender.digest("Your code is 123456.")
NAME, EMAIL = "Ann Marie O'Neil", "ann.oneil@example.org"


@pytest_asyncio.fixture
async def everything(caller: Caller, line: Line, to_consent: To) -> str:
    """A call that is booked, and what its patient and staff may do after it; the visit code."""
    await to_consent(caller)
    await caller.presses("1").hears_everything()
    planned = PlannedText("x", "booked", line.now(), line.now())
    stop = received.Received("SM1", f"+1{DIGITS}", "STOP")
    async with line.pool.connection() as conn:
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
        await patient_changes.store_contact(line.clinic, booking.id, NAME, EMAIL)
        [changed] = await bookings_of_call(conn, caller.who.call_sid)
        await invitations.store_wanted(conn, changed)
        await outbox.require(conn, booking.id, f"+1{DIGITS}", planned, line.now())
        for text in await text_rows.texts_of(conn, booking.id):
            now = line.now()
            await outbox.begin_attempt(conn, text.id, BODY, now, now, link_to_follow=False)
        await event_state.store_written(conn, booking.id, f"CALL: +1{DIGITS}")
        await call_backs.request(conn, changed, Reason.ASKED_FOR_PERSON)
        await inbound.answer(conn, line.texting.config, stop, line.now())
        await entries.add(conn, _waits(changed, line), None)
        await demo_sender.keep(conn, f"+1{DIGITS}", f"Hello {NAME}", line.now())
    return str(changed.visit_code)


def _waits(visit: Booking, line: Line) -> entries.NewEntry:
    return entries.NewEntry(
        call_sid=visit.call_sid, visit=visit.id, number=f"+1{DIGITS}", language="en",
        consent_at=line.now(), wording="1", chart=visit.chart, safety_at=line.now(), at=line.now(),
    )  # fmt: skip


def test_a_dump_holds_no_number_name_email_code_or_answer(everything: str, migrated: str) -> None:
    """Every row of every table is searched, through a connection without the key."""
    rows = _rows(migrated)
    assert {table for table in ENCRYPTED if rows[table]} == set(ENCRYPTED)
    written = json.dumps(rows)
    for digest in (BODY, descriptions.digest(f"CALL: +1{DIGITS}")):
        assert digest not in written
    for private in (DIGITS, "555-0123", NAME, "Marie", EMAIL, "oneil", f'"{everything}"'):
        assert private not in written
    for words in ("6 of 6 answered no", "skipped", "right"):
        assert words not in written


def test_every_column_about_a_person_is_encrypted(everything: str, migrated: str) -> None:
    """A value of these columns is absent, empty, or sealed; a JSON column may hold its default."""
    del everything
    rows = _rows(migrated)
    for table, columns in ENCRYPTED.items():
        for row in rows[table]:
            plain = {name: row[name] for name in columns if row[name] not in (None, "", {}, [])}
            for value in plain.values():
                each = value if isinstance(value, list) else [value]
                assert all(one.startswith("enc1:") for one in each), (table, plain)


def _rows(dsn: str) -> dict[str, list[dict[str, Any]]]:
    """All rows, by table, as whoever has the disk sees them."""
    with psycopg.connect(dsn) as conn:
        tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        query = sql.SQL("SELECT to_jsonb(each) FROM {} AS each")
        return {
            table: [row for (row,) in conn.execute(query.format(sql.Identifier(table)))]
            for (table,) in tables.fetchall()
        }
