"""The watch of a healthy line, with every channel for alerts."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from stand_ins.mail_server import MailServer
from stand_ins.twilio.server import Twilio
from support.alerts import ADD_WORKER, ADDRESS, OWNER, Switch
from support.clinic import CHART_LABELS, RULES, SetClock
from support.faulty_calendar import FaultyCalendar
from support.text_clinic import settings_at

from calendar_sync.bookings import free_times
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from voice.alerts.delivery import Delivery
from voice.alerts.watch import Watch
from voice.settings import Settings
from voice.texts.twilio_sender import TwilioAccess


class LivingWorker(Watch):
    """A watch beside a worker, if there is one, that lives however long the test takes."""

    worker_at: AsyncConnectionPool

    async def look(self) -> None:
        """Look once, just after the worker's heartbeat."""
        async with self.worker_at.connection() as conn:
            await conn.execute("UPDATE procrastinate_workers SET last_heartbeat = now()")
        await super().look()


@pytest.fixture
def mail() -> Generator[MailServer]:
    """The owner's mail server."""
    with MailServer() as mail:
        yield mail


@pytest.fixture
def switch() -> Generator[Switch]:
    """The address that is pinged while all is well."""
    with Switch() as switch:
        yield switch


@pytest.fixture
def calendar(database: AsyncConnectionPool) -> FaultyCalendar:
    """A calendar that fails where a test tells it to."""
    return FaultyCalendar(LocalCalendar(database))


@pytest.fixture
def settings(twilio: Twilio, mail: MailServer, switch: Switch, tmp_path: Path) -> Settings:
    """Settings with every alert channel."""
    return settings_at(
        twilio.url,
        alert_number=OWNER,
        alert_email=ADDRESS,
        smtp_url=SecretStr(mail.url),
        alert_ping_url=f"{switch.base}/ping",
        data_dir=tmp_path,
    )


@pytest_asyncio.fixture
async def watch(
    database: AsyncConnectionPool, now: SetClock, calendar: FaultyCalendar, settings: Settings
) -> AsyncGenerator[Watch]:
    """The watch of a healthy line, with a worker and a fresh calendar."""
    clinic = Clinic(database, calendar, RULES, now, "full", CHART_LABELS, None)
    async with database.connection() as conn:
        await conn.execute(ADD_WORKER)
    await free_times.refresh(clinic)
    access = TwilioAccess(settings, timeout=30)
    watch = LivingWorker(settings, clinic, Delivery(settings, access))
    watch.worker_at = database
    yield watch
    access.close()
