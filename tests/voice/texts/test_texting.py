"""A line texts through Twilio, to the demo's page, or not at all."""

import logging

import pytest
from psycopg_pool import AsyncConnectionPool
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import Twilio
from support.clinic import SetClock, row, span
from support.text_clinic import PATIENT, TextClinic, text_clinic

from voice.bootstrap import Line, line_on
from voice.errors import SettingsError
from voice.settings import Settings
from voice.texts.demo_sender import texts_to

VISIT = span("2026-12-03 10:00")


async def notify(demo: Line, visit: int) -> None:
    """Plan a visit's texts and send those that are due, without a worker."""
    await demo.texting.notify(visit)
    await demo.texting.clock_was_set()


async def test_a_demo_keeps_its_texts_for_its_own_phone(clinic: TextClinic) -> None:
    """A demo's texts are delivered at once to its own page, without Twilio."""
    demo = line_on(Settings.load("demo"), clinic.clinic.pool, clinic.now)
    visit = await clinic.visit(VISIT)
    await notify(demo, visit)
    clinic.now.forward(hours=50)
    await demo.texting.clock_was_set()
    async with clinic.clinic.pool.connection() as conn:
        first, second = await texts_to(conn, PATIENT)
        assert await texts_to(conn, PATIENT, after=first.id) == [second]
        assert await texts_to(conn, "+14255550199") == []
    assert "booked Thu Dec 3, 10:00 AM PT" in first.body
    assert "reminder" in second.body
    assert second.at == clinic.now()
    assert (await clinic.texts(visit))["booked"] == "delivered"
    assert clinic.twilio.seen == []


async def test_whoever_tries_a_demo_may_book_all_day(clinic: TextClinic) -> None:
    """A demo has no limits against misuse, so one number may book all day."""
    demo = line_on(Settings.load("demo"), clinic.clinic.pool, clinic.now)
    for day in range(1, 6):
        await notify(demo, await clinic.visit(span(f"2026-12-0{day} 10:00"), f"CA{day}"))
    async with clinic.clinic.pool.connection() as conn:
        assert len(await texts_to(conn, PATIENT)) == 5


async def test_without_texts_staff_call_whoever_had_agreed(
    database: AsyncConnectionPool, now: SetClock, twilio: Twilio
) -> None:
    """With TEXTS=off the event and the list say so, and Twilio is not asked."""
    async with text_clinic(database, now, twilio, texts="off") as clinic:
        visit = await clinic.visit(VISIT)
        for _ in range(2):
            await clinic.notify(visit)
        assert (await row(clinic.clinic, visit)).text_trouble == "this line sends no texts"
        [reason] = await clinic.list()
        assert reason.startswith("no texts possible (this line sends no texts): call")
        await clinic.moved(visit, span("2026-12-04 14:00"))
        await clinic.notify(visit)
        assert any("moved by staff to Fri Dec 4" in each for each in await clinic.list())
        assert twilio.seen == []


def test_a_secret_never_leaves_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """TWILIO_API_URL gets the credentials, so it must use https or loopback."""
    monkeypatch.setenv("TWILIO_API_URL", "http://twilio.example.org")
    with pytest.raises(SettingsError, match="unencrypted"):
        Settings.load("demo")
    monkeypatch.setenv("TWILIO_API_URL", "https://twilio.example.org")
    assert Settings.load("demo").twilio_api_url
    monkeypatch.setenv("TWILIO_API_URL", "http://127.0.0.1:4010")
    assert Settings.load("demo").twilio_api_url


async def test_neither_log_nor_table_has_the_words_and_no_log_the_number(
    clinic: TextClinic,
    twilio: Twilio,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither our logs nor those of Twilio's client, which logs numbers at INFO, show a number."""
    with caplog.at_level(logging.INFO):
        twilio.faults = [Fault("messages.create", "reset", after=True)]
        twilio.messages.refuse["+14255550199"] = 21614
        visit = await clinic.visit(VISIT)
        other = await clinic.visit(span("2026-12-04 10:00"), "CA2", "+14255550199")
        for each in (visit, other):
            await clinic.notify(each)
        clinic.now.forward(minutes=1)
        await clinic.check()
    assert twilio.asked("messages.list")
    logged = caplog.text + capsys.readouterr().out
    assert "a text failed" in logged
    for secret in (PATIENT[2:], "4255550199", "/visit/", "10:00 AM"):
        assert secret not in logged
    code = (await row(clinic.clinic, visit)).visit_code or "none"
    async with clinic.clinic.pool.connection() as conn:
        kept = await (await conn.execute("SELECT text::text FROM text")).fetchall()
    assert not any(code in str(each) or "/visit/" in str(each) for each in kept)
