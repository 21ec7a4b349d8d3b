"""A patient who leaves something in as many tables as a patient can."""

import re

from psycopg import AsyncConnection, sql
from support.caller import Caller
from support.data_key import CIPHER
from support.keypad import answers_safety, answers_triage
from support.patient_page import patient_of
from support.text_clinic import BASE

from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.transport import InProcess

_SEALED = re.compile(r"enc1:\w+:[\w=-]+")

CALLS_FROM, TEXTED_AT = "+14255550123", "+14255550178"
NAME, EMAIL = "Zenobia Quill", "zq@example.org"
ANSWER = "7#"
"""How much it hurts."""


async def books(caller: Caller) -> None:
    """Call, book the first time offered, and agree to texts at another number."""
    await caller.presses("1")
    await answers_safety(caller)
    await answers_triage(caller, ANSWER)
    await caller.hears("In Pacific time")
    await caller.presses("1").presses("1")
    await caller.hears("You are booked").stays_silent().hears("One more, for your visit.")
    await caller.presses("2").presses("3").hears("Please enter your ten digit phone number")
    await caller.presses(f"{TEXTED_AT.removeprefix('+1')}#").hears("I have").presses("1")
    await caller.hears("A text with your link is on its way.").stays_silent().hears_everything()


async def gives_contact(line: Line, booking_id: int) -> None:
    """Open the link in the text, and give a name and an email."""
    page = await patient_of(line, create_app(line), booking_id)
    await page.opens()
    await page.sends(name=NAME, email=EMAIL)


async def replies(line: Line, body: str, sender: str, sid: str) -> None:
    """Text the line."""
    settings = line.settings
    form = {
        "MessageSid": sid, "AccountSid": settings.twilio_account_sid, "From": sender,
        "To": settings.line_number, "Body": body, "NumMedia": "0", "NumSegments": "1",
    }  # fmt: skip
    way = InProcess(create_app(line), settings.public_base_url or BASE, settings.tokens[0])
    await way(f"{settings.public_base_url}/sms/incoming", list(form.items()))


async def tables(conn: AsyncConnection) -> list[str]:
    """The names of all tables."""
    rows = await conn.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    )
    return [str(name) for (name,) in await rows.fetchall()]


async def dump(conn: AsyncConnection) -> dict[str, list[str]]:
    """Every row of every table as text, with encrypted values opened."""
    found: dict[str, list[str]] = {}
    for name in await tables(conn):
        each = await conn.execute(
            sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(name))
        )
        found[name] = [_SEALED.sub(_opened, str(text)) for (text,) in await each.fetchall()]
    return found


def _opened(sealed: re.Match[str]) -> str:
    return CIPHER.open(sealed[0])


async def count(line: Line, table: str) -> int:
    """How many rows a table has."""
    async with line.pool.connection() as conn:
        return len((await dump(conn))[table])


async def has(line: Line, words: str) -> bool:
    """Whether any row of any table holds these words."""
    async with line.pool.connection() as conn:
        return any(words in each for rows in (await dump(conn)).values() for each in rows)
