"""A patient who enters an email on the page gets an invitation from Google if enabled."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.events import Mail
from stand_ins.google.server import DOCTOR, INVITATIONS, SCREENINGS, Google
from support.clinic import SetClock, confirmed, span
from support.google_clinic import signed_in
from support.live_settings import LIVE
from support.patient_page import patient_of

from calendar_sync.sync.insert import insert
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.worker import work

PROMISE = "Google Calendar will send an invitation"


@pytest_asyncio.fixture
async def line(
    google: Google,
    database: AsyncConnectionPool,
    now: SetClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Line]:
    """A live line with all of its settings and a worker."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        **LIVE,
        "TEXTS": "off",
        "GOOGLE_CREDENTIALS_FILE": str(signed_in(google, tmp_path)),
        "GOOGLE_API_URL": google.url,
        "GOOGLE_SCREENINGS_CALENDAR_ID": SCREENINGS,
        "GOOGLE_BUSY_CALENDAR_IDS": DOCTOR,
        "GOOGLE_INVITATIONS_CALENDAR_ID": INVITATIONS,
    }.items():
        monkeypatch.setenv(name, value)
    line = line_on(Settings.load("live"), database, now)
    async with run_in_background(work(line.clinic)):
        yield line


async def first_mail(google: Google) -> Mail:
    """The first email from Google to a guest."""
    async with asyncio.timeout(20):
        while True:
            if google.world.mail:
                return google.world.mail[0]
            await asyncio.sleep(0.02)


async def test_an_email_on_the_page_is_mail_from_google(line: Line, google: Google) -> None:
    """The email is in the patient's language and holds the clinic's contact, but no health data."""
    booked = await confirmed(line.clinic, span("2026-12-01 09:00"))
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET language = 'es' WHERE id = %s", [booked])
    await insert(line.clinic, booked)
    patient = await patient_of(line, create_app(line), booked)
    assert PROMISE in (await patient.opens("?in=en")).text
    await patient.sends(name="Ana", email="ana@example.com")
    mail = await first_mail(google)
    assert mail.to == "ana@example.com"
    assert mail.event["summary"] == "Cita por video, Lakeside Physical Therapy"
    assert mail.event["description"].endswith("llame al 206-555-0199.")
    assert "Ana" not in str({**mail.event, "attendees": None})
