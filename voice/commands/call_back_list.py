"""Staff's list of call-back requests, as the command `callbacks` shows it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

import phonenumbers
from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs
from calendar_sync.sync import overdue
from voice.database.connection import open_database, open_pool
from voice.settings import Settings

_LANGUAGES = {"en": "English", "es": "Spanish"}


async def lines(settings: Settings) -> list[str]:
    """One line a request: its id, when (the clinic's time), number, language and reason.

    Before them, if the calendar could not be read lately, since when.
    """
    async with connected(settings) as conn:
        requests = await call_backs.open_requests(conn)
        unread = await overdue.unread_since(conn)
    listed = [_line(request, settings) for request in requests] or ["Nobody waits for a call."]
    return [*([_unread(unread, settings)] if unread else []), *listed]


async def mark_done(settings: Settings, request: int) -> bool:
    """Staff have called; False when no open request has that id."""
    async with connected(settings) as conn:
        return await call_backs.mark_done(conn, request)


@asynccontextmanager
async def connected(settings: Settings) -> AsyncGenerator[AsyncConnection]:
    """The line's database, whether a line runs on it or not."""
    async with (
        open_database(settings, alone=False) as dsn,
        open_pool(dsn, size=1) as pool,
        pool.connection() as conn,
    ):
        yield conn


def _unread(since: datetime, settings: Settings) -> str:
    when = since.astimezone(settings.zone).strftime("%a %b %d %H:%M")
    return f"The calendar was last read on {when}: the line knows of no change in it since then."


def _line(request: call_backs.CallBack, settings: Settings) -> str:
    when = request.asked_at.astimezone(settings.zone).strftime("%a %b %d %H:%M")
    language = _LANGUAGES.get(request.language, request.language)
    return f"{request.id:>4}  {when}  {_spaced(request.number):<17} {language:<8} {request.reason}"


def _spaced(number: str | None) -> str:
    """A number as people write it."""
    if number is None:
        return "number withheld"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        parsed, style.NATIONAL if parsed.country_code == 1 else style.INTERNATIONAL
    )
