"""What a worker process does that sends one visit's text; a test may kill it."""

import asyncio
from datetime import UTC, datetime

from support.data_key import CIPHER
from support.text_clinic import settings_at

from voice.bootstrap import line_on
from voice.database.connection import open_pool
from voice.worker import work


def _now() -> datetime:
    return datetime(2026, 11, 30, 16, tzinfo=UTC)


def notify_and_work(dsn: str, url: str, booking_id: int) -> None:
    """Text about the booking at this Twilio, and go on working."""
    asyncio.run(_notify_and_work(dsn, url, booking_id))


async def _notify_and_work(dsn: str, url: str, booking_id: int) -> None:
    async with open_pool(dsn, cipher=CIPHER, size=8) as pool:
        clinic = line_on(settings_at(url), pool, _now).clinic
        await clinic.notify(booking_id)
        await work(clinic)
