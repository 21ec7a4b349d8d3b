"""Each alert reaches its owner once when its problem is there, and once when it is over."""

import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.server import Google
from stand_ins.mail_server import MailServer
from stand_ins.twilio.server import Twilio
from support.alerts import ADD_CALL_BACK, OWNER, Switch, execute
from support.google_clinic import calendar_at

from voice.alerts.conditions import Code
from voice.alerts.watch import Watch

ADD_FAILED_TEXTS = """
WITH visit AS (INSERT INTO booking (call_sid, step, during, state, expires_at)
  VALUES ('CA1', 'h', '[2099-12-01 18:00Z, 2099-12-01 18:20Z)', 'booked', now()) RETURNING id)
INSERT INTO text (booking, name, kind, about, number, due, state)
  SELECT id, each::text, 'booked', now(), '+14255550123', %s, 'failed'
  FROM visit, generate_series(1, 3) AS each
"""
WORDS: dict[Code, str] = {
    "database": "The database does not answer",
    "worker": "No worker is running",
    "google sign-in": "The sign-in at Google has ended",
    "calendar": "The calendar was not read for 15 minutes",
    "call-backs": "1 call-back requests have waited",
    "texts": "Texts do not reach patients",
    "disk": "14 % of the disk is free",
    "clock": "The clock of this computer was set back by 60 minutes",
}
Told = tuple[Twilio, MailServer, Switch]
Break = Callable[[Code], Awaitable[None]]


@pytest.fixture
def told(twilio: Twilio, mail: MailServer, switch: Switch) -> Told:
    """Where an alert shows."""
    return twilio, mail, switch


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The disk under the embedded database."""
    usage = SimpleNamespace(total=100, free=15)

    def look(_: Path) -> SimpleNamespace:
        return usage

    monkeypatch.setattr("shutil.disk_usage", look)
    return usage


@pytest.fixture
def breaks(  # noqa: C901  # one case an alert
    watch: Watch, google: Google, tmp_path: Path, disk: SimpleNamespace
) -> Generator[Break]:
    """Bring about the problem of an alert."""
    now = watch.clinic.now

    async def unread() -> None:
        read_at = now() - timedelta(minutes=16)
        await execute(watch, "UPDATE busy_times SET read_at = %s", read_at)

    async def go(code: Code) -> None:
        match code:
            case "database":
                away: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
                watch.clinic = replace(watch.clinic, pool=away)
            case "worker":
                await execute(watch, "DELETE FROM procrastinate_workers")
            case "google sign-in":
                google.sign_in.revoked = True
                calendar = stack.enter_context(calendar_at(google, tmp_path))
                watch.clinic = replace(watch.clinic, calendar=calendar)
                await unread()
            case "calendar":
                await unread()
            case "call-backs":
                await execute(watch, ADD_CALL_BACK, now() - timedelta(days=4))
            case "texts":
                await execute(watch, ADD_FAILED_TEXTS, now())
            case "disk":
                disk.free = 14
            case "clock":
                await watch.clocks.wrong(watch.clinic.pool)
                watch.clocks.clock = lambda: time.time() - 3600

    with ExitStack() as stack:
        yield go


@pytest.mark.parametrize("code", get_args(Code))
async def test_each_alert_is_sent_once_and_when_it_is_over(
    watch: Watch, told: Told, breaks: Break, disk: SimpleNamespace, code: Code
) -> None:
    """By text and by email; without a database or a worker the pings stop too."""
    twilio, mail, switch = told
    well = watch.clinic
    await breaks(code)
    await watch.look()
    await watch.look()
    [text] = twilio.bodies(OWNER)
    assert text.startswith(WORDS[code])
    [message] = mail.messages
    assert WORDS[code] in str(message.get_payload())
    assert "555" not in text
    assert switch.pings == (0 if code in {"database", "worker"} else 2)
    watch.clinic, watch.clocks.clock = well, time.time
    await execute(watch, "UPDATE call_back SET done_at = now()")
    await execute(watch, "UPDATE text SET state = 'dropped'")
    await execute(watch, "UPDATE busy_times SET read_at = %s", well.now())
    await execute(watch, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    disk.free = 15
    await watch.look()
    await watch.look()
    assert [each.startswith("Over: ") for each in twilio.bodies(OWNER)] == [False, True]
