"""Asks Twilio about texts whose final status was never reported, or whose report was lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from psycopg_pool import AsyncConnectionPool

from calendar_sync.retry import NotYet
from voice.texts import text_rows
from voice.texts.outbox import DELIVERY_CHECKS
from voice.texts.planning import TextConfig
from voice.texts.sender import Absent, Sender, Unsure
from voice.texts.status_callbacks import StatusReport, keep_status

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryCheck:
    """A check that begins `now` (UTC, by the line's clock)."""

    pool: AsyncConnectionPool
    config: TextConfig
    sender: Sender
    now: datetime

    async def run(self, text_id: int) -> None:
        """Store what became of the text; nothing to do once its status is final.

        Raises NotYet until the last of `DELIVERY_CHECKS`: some carriers never report delivery.
        """
        async with self.pool.connection() as conn:
            row = await text_rows.text(conn, text_id)
        if row is None or row.sid is None or row.began is None:
            return
        if row.state not in {"accepted", "sent"}:
            return
        found = await self.sender.status(row.sid)
        if isinstance(found, Unsure):
            why = f"Twilio does not say what became of the text ({found.why})"
            raise NotYet(why)
        if isinstance(found, Absent):
            log.warning("Twilio does not know a text that it accepted", text=text_id)
            return
        report = StatusReport(text_id, row.sid, found.status, found.code)
        async with self.pool.connection() as conn:
            await keep_status(conn, self.config, report, self.now)
            latest = await text_rows.text(conn, text_id)
        if latest is not None and latest.state in {"accepted", "sent"}:
            self._check_again(self.now - row.began)

    def _check_again(self, age: timedelta) -> None:
        wait = next((each - age for each in DELIVERY_CHECKS if each > age), None)
        if wait is not None:
            why = "the text is not delivered yet"
            raise NotYet(why, max(1, int(wait.total_seconds())))
