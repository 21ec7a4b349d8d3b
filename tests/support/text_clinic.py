"""A clinic that texts: a desk at the stand-in of Twilio, patients with visits, and the clock."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from stand_ins.twilio.server import ACCOUNT, KEY, SECRET, TOKEN, Twilio
from support.clinic import RULES, SetClock, at, confirmed, requests, row

from calendar_sync.availability.span import Span
from calendar_sync.bookings import confirmation
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_changes import follow
from voice.settings import Settings
from voice.texts import outbox
from voice.texts.outbox import TextRow
from voice.texts.texting import Texting, texting_for
from voice.texts.twilio_sender import TwilioAccess, TwilioSender

PATIENT = "+14255550123"
BASE = "https://line.example.org"
MAX_MISSES = 0.5
"""Seconds that the sender of a test waits for Twilio instead of 4."""


def settings_at(url: str, **more: object) -> Settings:
    """A live line's settings, with its Twilio there."""
    given: dict[str, object] = {
        "public_base_url": BASE,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": SecretStr(TOKEN),
        "twilio_api_key_sid": KEY,
        "twilio_api_key_secret": SecretStr(SECRET),
        "twilio_api_url": url,
        **more,
    }
    return Settings().model_copy(update=given)


@dataclass(frozen=True)
class TextClinic:
    """The clinic's desk, what it texts with, and the Twilio it texts through."""

    clinic: Clinic
    texting: Texting
    twilio: Twilio
    now: SetClock

    async def visit(
        self, slot: Span, call_sid: str = "CA1", number: str | None = PATIENT, note: str = "en"
    ) -> int:
        """A visit that is in the calendar; with a number, its patient agreed to texts. Untold."""
        visit = await confirmed(self.clinic, slot, call_sid)
        await insert(self.clinic, visit)
        async with self.clinic.pool.connection() as conn:
            await conn.execute("UPDATE booking SET language = %s WHERE id = %s", [note, visit])
            if number is not None:
                await confirmation.keep_consent(conn, call_sid, visit, number, True, "1")  # noqa: FBT003  # the yes
        return visit

    async def moved(self, visit: int, slot: Span | None) -> None:
        """Staff move it, or with None delete it; the patient is to be told, nobody has yet."""
        event = (await row(self.clinic, visit)).event_id or ""
        there = await self.clinic.calendar.find(event)
        assert isinstance(there, CalendarEvent)
        seen = replace(there, span=slot or there.span, cancelled=slot is None, etag=f"{slot}")
        async with self.clinic.pool.connection() as conn:
            await follow(conn, self.clinic, seen)

    async def until(self, local: str) -> None:
        """Let the clinic's clock go on to a time, sending what is due, every half hour."""
        while self.now() < at(local):
            left = (at(local) - self.now()).total_seconds() / 60
            self.now.forward(minutes=min(30.0, left))
            await self.texting.send_due()

    async def texts(self, visit: int) -> dict[str, str]:
        """Kind and state of each of its texts, the newest of a kind."""
        return {each.kind: each.state for each in await self.rows(visit)}

    async def rows(self, visit: int) -> list[TextRow]:
        """All its texts."""
        async with self.clinic.pool.connection() as conn:
            return await outbox.texts_of(conn, visit)

    async def list(self) -> list[str]:
        """Why staff should call somebody."""
        return await requests(self.clinic)


@asynccontextmanager
async def text_clinic(
    pool: AsyncConnectionPool, now: SetClock, twilio: Twilio, **more: object
) -> AsyncGenerator[TextClinic]:
    """A clinic on this database, until the context ends."""
    settings = settings_at(twilio.url, **more)
    access = TwilioAccess(settings, timeout=MAX_MISSES)
    texting = replace(texting_for(settings, pool, now), sender=TwilioSender(access))
    calendar = LocalCalendar(pool)
    clinic = Clinic(pool, calendar, RULES, now, "full", None, tell=texting.tell)
    try:
        yield TextClinic(clinic, texting, twilio, now)
    finally:
        access.close()
