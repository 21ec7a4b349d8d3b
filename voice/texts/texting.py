"""What the desk tells patients with: it keeps their texts up to date, and sends what is due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from psycopg_pool import AsyncConnectionPool

from voice.settings import Settings
from voice.texts import outbox
from voice.texts.demo_sender import DemoSender
from voice.texts.inbound import forget_old
from voice.texts.planning import TextConfig, bring_up_to_date
from voice.texts.rendering import ClinicFacts, short_name
from voice.texts.send_attempt import list_late, send_text
from voice.texts.sender import Sender
from voice.texts.twilio_sender import TwilioAccess, TwilioSender

log = structlog.get_logger(__name__)

_AT_A_TIME = 50
_A_DEMOS_DAY = 100
"""Whoever tries the line books again and again from the same number."""


@dataclass(frozen=True, slots=True)
class Texting:
    """`now` returns aware UTC; without a `sender` every text becomes a call-back."""

    pool: AsyncConnectionPool
    now: Callable[[], datetime]
    config: TextConfig
    sender: Sender | None

    async def tell(self, booking_id: int) -> None:
        """A booking has news: owe what its patient should get, and send what is due now."""
        async with self.pool.connection() as conn:
            await bring_up_to_date(conn, self.config, booking_id, self.now())
            due = await outbox.due(conn, self.now(), booking_id, _AT_A_TIME)
        for text_id, _ in due:
            await self._send(text_id)

    async def send_due(self) -> None:
        """Send all that is due, and list for staff what should have gone out long ago.

        A text that fails for a reason of ours does not keep the others from going out.
        """
        async with self.pool.connection() as conn:
            due = await outbox.due(conn, self.now(), None, _AT_A_TIME)
        for text_id, _ in due:
            try:
                await self._send(text_id)
            except Exception:
                log.exception("a text could not be sent; it is tried again", text=text_id)
        async with self.pool.connection() as conn:
            await list_late(conn, self.now())
            await forget_old(conn, self.now())

    def close(self) -> None:
        """Close the sender's connections; no text is on its way any more."""
        if self.sender is not None:
            self.sender.close()

    async def _send(self, text_id: int) -> None:
        if self.sender is not None:
            await send_text(self.pool, self.config, self.sender, text_id, self.now())


def texting_for(
    settings: Settings, pool: AsyncConnectionPool, now: Callable[[], datetime]
) -> Texting:
    """The line's way to text."""
    sender = _sender(settings, pool, now)
    facts = ClinicFacts(
        name=short_name(settings.clinic_name),
        number=settings.clinic_number,
        page=f"{settings.public_base_url}/visit/",
        zone=settings.zone,
    )
    config = TextConfig(
        facts,
        can_send=sender is not None,
        video_url=settings.video_url,
        makes_links=settings.uses_google,
    )
    if settings.is_demo:
        config = replace(config, a_day=_A_DEMOS_DAY)
    return Texting(pool, now, config, sender)


def _sender(
    settings: Settings, pool: AsyncConnectionPool, now: Callable[[], datetime]
) -> Sender | None:
    if settings.is_demo:
        return DemoSender(pool, now)
    return TwilioSender(TwilioAccess(settings)) if settings.sends_texts else None
