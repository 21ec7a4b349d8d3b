"""A worker process that sends one visit's text; a test may kill it."""

import asyncio
import sys
from datetime import UTC, datetime

from support.data_key import CIPHER
from support.text_clinic import settings_at

from voice.bootstrap import line_on
from voice.database.connection import open_pool
from voice.worker import work


def _now() -> datetime:
    return datetime(2026, 11, 30, 16, tzinfo=UTC)


async def _notify_and_work(dsn: str, url: str, booking_id: int) -> None:
    async with open_pool(dsn, cipher=CIPHER, size=8) as pool:
        clinic = line_on(settings_at(url), pool, _now).clinic
        await clinic.notify(booking_id)
        await work(clinic)


if __name__ == "__main__":
    asyncio.run(_notify_and_work(sys.argv[1], sys.argv[2], int(sys.argv[3])))
