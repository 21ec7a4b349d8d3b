"""What the desk tells patients with: it keeps their texts up to date, and sends what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from psycopg_pool import AsyncConnectionPool

from voice.texts import outbox
from voice.texts.inbound import forget_old
from voice.texts.planning import TextConfig, bring_up_to_date
from voice.texts.send_attempt import list_late, send_text
from voice.texts.sender import Sender

log = structlog.get_logger(__name__)

_AT_A_TIME = 50


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
