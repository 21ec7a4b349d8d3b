"""The call-back requests, as the command `callbacks` shows them and marks them done."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

import phonenumbers
from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_entries import Entry, entries, half_day_words
from calendar_sync.sync import change_cursor
from voice import phone_numbers, read_log
from voice.clock import utc_now
from voice.database.connection import open_database, open_pool
from voice.database.data_key import field_cipher
from voice.errors import ReportedError
from voice.settings import Settings

_LANGUAGES = {"en": "English", "es": "Spanish"}
_MAX_ID_DIGITS = 6
"""Longer ones are phone numbers."""


class NoSuchRequestError(ReportedError):
    """No open request has the given number."""


async def lines(settings: Settings) -> list[str]:
    """The list to print: danger signs first, then overdue calls, then the longest waiting.

    Each has the request's number, when it was made (clinic time), the phone number, the language,
    and the reason; further reasons and what was promised follow on lines of their own. A line
    before them says if the calendar has not been read lately.
    """
    async with connected(settings) as conn:
        requests = await call_backs.open_requests(conn)
        found = entries(settings.rules, requests, utc_now())
        unread = await change_cursor.overdue_since(conn)
        await read_log.record(conn, "callbacks", len(found))
    warning = [_unread(unread, settings)] if unread else []
    if not found:
        return [*warning, "No open call-back requests."]
    return [
        *warning,
        f"{'No.':>4}  {'Asked at':<16} {'Phone number':<17} {'Language':<8} Reason",
        *[line for entry in found for line in _lines(entry, settings)],
        "After the call: screening-line callbacks --done NO (or the phone number)",
    ]


async def mark_done(settings: Settings, which: str) -> list[str]:
    """Mark the requests of one person done, by a request's number or the phone number.

    Returns what was done. Raises NoSuchRequestError.
    """
    async with connected(settings) as conn, conn.transaction():
        found = entries(settings.rules, await call_backs.open_requests(conn), utc_now())
        meant = [entry for entry in found if _is_meant(entry, which)]
        done = [
            each
            for entry in meant
            for each in entry.requests
            if await call_backs.mark_done(conn, each.id)
        ]
        await read_log.record(conn, "callbacks --done", len(meant))
    if not done:
        message = (
            f"There is no open request {which}. Give the number at the start of a line of "
            "`screening-line callbacks`, or the caller's phone number."
        )
        raise NoSuchRequestError(message)
    return [f"Done: request {each.id}, {_spaced(each.number)}, {each.reason}." for each in done]


@asynccontextmanager
async def connected(settings: Settings) -> AsyncGenerator[AsyncConnection]:
    """A connection to the line's database, whether or not the line is running."""
    async with (
        open_database(settings, alone=False) as dsn,
        open_pool(dsn, cipher=field_cipher(settings), size=1) as pool,
        pool.connection() as conn,
    ):
        yield conn


def _is_meant(entry: Entry, which: str) -> bool:
    which = which.strip().removeprefix("#")
    if which.isascii() and which.isdecimal() and len(which) <= _MAX_ID_DIGITS:
        return int(which) in entry.ids
    return bool(number := phone_numbers.typed(which)) and entry.number == number


def _unread(since: datetime, settings: Settings) -> str:
    when = since.astimezone(settings.zone).strftime("%a %b %d %H:%M")
    return f"The calendar was last read on {when}; changes made in it since then are not known."


def _lines(entry: Entry, settings: Settings) -> list[str]:
    when = entry.first.asked_at.astimezone(settings.zone).strftime("%a %b %d %H:%M")
    language = _LANGUAGES.get(entry.language, entry.language)
    why, *more = entry.reasons
    overdue = "OVERDUE: " if entry.is_overdue else ""
    if entry.promised:
        more.append(f"promised for {half_day_words(entry.promised.start, settings.zone)}")
    asked = f"{entry.first.id:>4}  {when:<16} {_spaced(entry.number):<17} {language:<8} "
    return [f"{asked}{overdue}{why}", *(" " * len(asked) + line for line in more)]


def _spaced(number: str | None) -> str:
    """A phone number as people write it."""
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
