"""A clinic that texts through the Twilio stand-in, with patients, a job queue and a clock."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from procrastinate import PsycopgConnector
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from stand_ins.twilio.server import ACCOUNT, KEY, SECRET, TOKEN, Twilio
from support.clinic import CHART_LABELS, RULES, SetClock, at, confirmed, requests, row

from calendar_sync.availability.span import Span
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import TEXTS
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_changes import follow
from voice.settings import Settings
from voice.texts import text_rows
from voice.texts.text_rows import TextRow
from voice.texts.texting import Texting, texting_for
from voice.texts.twilio_sender import TwilioAccess, TwilioSender
from voice.worker import jobs

PATIENT = "+14255550123"
BASE = "https://line.example.org"
TIMEOUT = 2.0
"""Seconds that a test's sender waits for Twilio instead of 4."""


def settings_at(url: str, **more: object) -> Settings:
    """A live line's settings with this Twilio."""
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


@dataclass
class TextClinic:
    """A clinic, its texting, and the Twilio that it texts through."""

    clinic: Clinic
    texting: Texting
    twilio: Twilio
    now: SetClock
    worked_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Make the queue follow the clinic's clock."""
        self.worked_at = self.now()

    async def work(self, *, one_by_one: bool = False) -> None:
        """Run the jobs that are due by the clinic's clock, as its text worker does.

        The queue goes by the database's clock, so what the clinic's clock has moved on since the
        last time is taken off the waits of jobs.
        """
        async with self.clinic.pool.connection() as conn:
            await conn.execute(
                "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %s"
                " WHERE queue_name = %s AND status = 'todo'",
                [self.now() - self.worked_at, TEXTS],
            )
            due = await conn.execute(
                "SELECT FROM procrastinate_jobs WHERE queue_name = %s AND status = 'todo'"
                " AND coalesce(scheduled_at <= now(), true) LIMIT 1",
                [TEXTS],
            )
            anything = await due.fetchone() is not None
        self.worked_at = self.now()
        if not anything:
            return  # the worker would start and stop, some hundred times in a simulated week
        clinic = replace(
            self.clinic,
            send_text=self.texting.send,
            check_delivery=self.texting.check_delivery,
        )
        with jobs.replace_connector(PsycopgConnector()) as app:
            await app.open_async(self.clinic.pool)
            await app.run_worker_async(
                queues=[TEXTS],
                wait=False,
                concurrency=1 if one_by_one else 4,
                install_signal_handlers=False,
                listen_notify=False,
                additional_context={"clinic": clinic},
            )

    async def check(self) -> None:
        """Run the check of each minute and the jobs that are due."""
        await self.texting.check()
        await self.work()

    async def notify(self, visit: int) -> None:
        """Plan a visit's texts after a change, and send those that are due."""
        await self.texting.notify(visit)
        await self.work()

    async def visit(
        self, slot: Span, call_sid: str = "CA1", number: str | None = PATIENT, note: str = "en"
    ) -> int:
        """Put a visit into the calendar, with consent to texts if a number is given; send none."""
        visit = await confirmed(self.clinic, slot, call_sid)
        await insert(self.clinic, visit)
        async with self.clinic.pool.connection() as conn:
            await conn.execute("UPDATE booking SET language = %s WHERE id = %s", [note, visit])
            if number is not None:
                await store_consent(conn, call_sid, visit, TextConsent(number, "1", given=True))
        return visit

    async def moved(self, visit: int, slot: Span | None) -> None:
        """Move the visit as staff do, or delete it with None; no notice is sent yet."""
        event = (await row(self.clinic, visit)).event_id or ""
        there = await self.clinic.calendar.find(event)
        assert isinstance(there, CalendarEvent)
        seen = replace(there, span=slot or there.span, cancelled=slot is None, etag=f"{slot}")
        async with self.clinic.pool.connection() as conn:
            await follow(conn, self.clinic, seen)

    async def until(self, local: str) -> None:
        """Advance the clinic's clock to a time, sending what is due every half hour."""
        while self.now() < at(local):
            left = (at(local) - self.now()).total_seconds() / 60
            self.now.forward(minutes=min(30.0, left))
            await self.check()

    async def texts(self, visit: int) -> dict[str, str]:
        """Kind and state of each text of a visit, the newest of each kind."""
        return {each.kind: each.state for each in await self.rows(visit)}

    async def rows(self, visit: int) -> list[TextRow]:
        """All texts of a visit."""
        async with self.clinic.pool.connection() as conn:
            return await text_rows.texts_of(conn, visit)

    async def list(self) -> list[str]:
        """The reasons of the open call-backs."""
        return await requests(self.clinic)


@asynccontextmanager
async def text_clinic(
    pool: AsyncConnectionPool, now: SetClock, twilio: Twilio, **more: object
) -> AsyncGenerator[TextClinic]:
    """A clinic on this database until the context ends."""
    settings = settings_at(twilio.url, **more)
    access = TwilioAccess(settings, timeout=TIMEOUT)
    texting = replace(texting_for(settings, pool, now), sender=TwilioSender(access))
    calendar = LocalCalendar(pool)
    clinic = Clinic(
        pool,
        calendar,
        RULES,
        now,
        "full",
        CHART_LABELS,
        None,
        notify=texting.notify,
        send_text=texting.send,
    )
    try:
        yield TextClinic(clinic, texting, twilio, now)
    finally:
        access.close()
