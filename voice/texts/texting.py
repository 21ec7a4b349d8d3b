"""How the line texts its patients: plans what each booking needs, and sends it when it is due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from psycopg_pool import AsyncConnectionPool

from calendar_sync.retry import NotYet
from voice.clinician_file import read_clinicians
from voice.settings import Settings
from voice.texts import outbox, reply_deletion, text_rows
from voice.texts.delivery_checks import DeliveryCheck
from voice.texts.demo_sender import DemoSender
from voice.texts.late_texts import list_late
from voice.texts.planning import TextConfig, bring_up_to_date
from voice.texts.rendering import ClinicFacts, short_name
from voice.texts.send_attempt import Attempt
from voice.texts.sender import Sender
from voice.texts.twilio_sender import TwilioAccess, TwilioSender

log = structlog.get_logger(__name__)

_DEMO_TEXTS_A_DAY = 100
"""Whoever tries the line books again and again from the same number."""
_UNTIL_NEXT_CHECK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Texting:
    """`now` returns aware UTC; without a `sender` every text becomes a call-back."""

    pool: AsyncConnectionPool
    now: Callable[[], datetime]
    config: TextConfig
    sender: Sender | None

    async def notify(self, booking_id: int) -> None:
        """Plan the texts of a booking that has changed; a job is queued for each."""
        async with self.pool.connection() as conn:
            await bring_up_to_date(conn, self.config, booking_id, self.now())

    async def send(self, text_id: int) -> None:
        """Send one text, if it is due and still needed. Raises NotYet if it has to be retried."""
        if self.sender is not None:
            await Attempt(self.pool, self.config, self.sender, self.now()).send(text_id)

    async def check_delivery(self, text_id: int) -> None:
        """Ask what became of one text. Raises NotYet if that is still open."""
        if self.sender is not None:
            await DeliveryCheck(self.pool, self.config, self.sender, self.now()).run(text_id)

    async def check(self) -> None:
        """Queue texts that have no job, and list for staff what should have gone out by now."""
        async with self.pool.connection() as conn:
            now = self.now()
            for row in await text_rows.without_job(conn, now + _UNTIL_NEXT_CHECK):
                log.warning("a text had no job: queued", text=row.id)
                await outbox.queue_again(conn, row, now)
            await list_late(conn, now)
            await reply_deletion.delete_old(conn, now)

    async def clock_was_set(self) -> None:
        """Only in a demo: send what is due by the new time, and queue the rest by it.

        The queue runs by the database's clock, which the demo's clock may be ahead of.
        """
        async with self.pool.connection() as conn:
            waiting = await text_rows.waiting(conn)
            for row in waiting:
                await outbox.queue_again(conn, row, self.now())
        for row in waiting:
            try:
                await self.send(row.id)
            except NotYet as reason:
                log.debug("a text is not sent yet", text=row.id, why=str(reason))

    def close(self) -> None:
        """Close the sender's connections; no text may be under way."""
        if self.sender is not None:
            self.sender.close()


def texting_for(
    settings: Settings, pool: AsyncConnectionPool, now: Callable[[], datetime]
) -> Texting:
    """Text through Twilio, in a demo to its own page, or not at all."""
    sender = _sender(settings, pool, now)
    config = TextConfig(
        ClinicFacts(
            name=short_name(settings.clinic_name),
            number=settings.clinic_number,
            page=f"{settings.public_base_url}/visit/",
            zone=settings.zone,
        ),
        can_send=sender is not None,
        video_url=settings.video_url,
        video_urls={
            each.id: each.video_room or settings.video_url
            for each in read_clinicians(settings.clinicians)
        },
        makes_links=settings.uses_google,
        keyed_a_day=settings.limit_keyed_numbers if settings.limits == "on" else None,
    )
    if settings.is_demo:
        config = replace(config, a_day=_DEMO_TEXTS_A_DAY, keyed_a_day=None, undo_wait=timedelta(0))
    return Texting(pool, now, config, sender)


def _sender(
    settings: Settings, pool: AsyncConnectionPool, now: Callable[[], datetime]
) -> Sender | None:
    if settings.is_demo:
        return DemoSender(pool, now)
    return TwilioSender(TwilioAccess(settings)) if settings.sends_texts else None
