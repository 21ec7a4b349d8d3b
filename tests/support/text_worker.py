"""A process that tells one patient and may be killed at it: run as a program by a test."""

import asyncio
import sys
from datetime import UTC, datetime

from support.text_clinic import settings_at

from voice.database.connection import open_pool
from voice.texts.texting import texting_for
from voice.worker import jobs


def _now() -> datetime:
    return datetime(2026, 11, 30, 16, tzinfo=UTC)


async def _work(dsn: str, url: str, booking_id: int) -> None:
    assert jobs.tasks
    async with open_pool(dsn, size=2) as pool:
        await texting_for(settings_at(url), pool, _now).tell(booking_id)


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], sys.argv[2], int(sys.argv[3])))
