"""Looks every minute for what is wrong, and tells it: once, then daily, and when it is over."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from calendar_sync.clinic import Clinic
from voice.alerts.clocks import Clocks
from voice.alerts.conditions import Problem, find_problems
from voice.alerts.delivery import Delivery
from voice.bootstrap import Line
from voice.settings import Settings
from voice.texts.twilio_sender import TwilioAccess

log = structlog.get_logger(__name__)

_FIRST, _INTERVAL = 15.0, 60.0
"""Seconds from the start to the first look, and between two looks. A line that starts has no worker
yet, and the busy times are as old as its last run; neither is worth an alert.
"""
AGAIN = timedelta(days=1)
_ONE_AT_A_TIME = 7_340_021
"""Key of the advisory lock: of several web processes one looks, the others skip the minute."""


def watch_over(line: Line) -> "Watch":
    """The watch of a live line; without ALERT_NUMBER no text is sent."""
    settings = line.settings
    twilio = TwilioAccess(settings) if settings.alert_number else None
    return Watch(settings, line.clinic, Delivery(settings, twilio))


@dataclass(slots=True)
class Watch:
    """One process's watch. `told_without_database`: when it last told that the database is away."""

    settings: Settings
    clinic: Clinic
    delivery: Delivery
    told_without_database: datetime | None = field(default=None, init=False)
    clocks: Clocks = field(default_factory=Clocks)

    async def run(self) -> None:
        """Look every minute until cancelled, for the first time once the line has started."""
        await asyncio.sleep(_FIRST)
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("looking for problems failed; it is tried again in a minute")
            await asyncio.sleep(_INTERVAL)

    async def look(self) -> None:
        """Look once. A problem counts as told only when the message was delivered."""
        embedded = not self.settings.database_url.get_secret_value()
        data_dir = self.settings.data_dir if embedded else None
        problems = await find_problems(self.clinic, data_dir, self.clocks)
        now = self.clinic.now()
        if any(each.code == "database" for each in problems):
            await self._tell_without_database(problems[0], now)
            return
        if self.told_without_database is not None:
            await self.delivery.send("Over: the database answers again.")
            self.told_without_database = None
        try:
            await self._tell(problems, now)
        except (psycopg.Error, PoolTimeout):
            log.warning("the database went away while alerts were being told")
            return
        if not any(each.code == "worker" for each in problems):
            await self.delivery.ping()

    async def _tell_without_database(self, problem: Problem, now: datetime) -> None:
        """Nothing can be stored, so each process remembers for itself what it has told."""
        told = self.told_without_database
        if (told is None or told + AGAIN <= now) and await self.delivery.send(problem.text):
            self.told_without_database = now

    async def _tell(self, problems: list[Problem], now: datetime) -> None:
        async with self.clinic.pool.connection() as conn, conn.transaction():
            turn = await conn.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
            if await turn.fetchone() != (True,):
                return
            rows = await conn.execute("SELECT code, told_at FROM alert")
            told: dict[str, datetime] = dict(await rows.fetchall())
            for each in problems:
                due = each.code not in told or told[each.code] + AGAIN <= now
                if due and await self.delivery.send(each.text):
                    await conn.execute(
                        "INSERT INTO alert (code, began_at, told_at) VALUES (%(code)s, %(now)s,"
                        " %(now)s) ON CONFLICT (code) DO UPDATE SET told_at = excluded.told_at",
                        {"code": each.code, "now": now},
                    )
            for code in told.keys() - {each.code for each in problems}:
                if await self.delivery.send(f"Over: {code}."):
                    await conn.execute("DELETE FROM alert WHERE code = %s", [code])
