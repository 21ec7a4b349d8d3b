"""One attempt to send one text: at most once as far as Twilio allows, and never lost.

The intent is stored first, with a digest of the body; then the text is sent; then its SID is
stored. An attempt that finds an intent without a SID asks Twilio for a message with that body
before it sends another. Twilio documents no idempotency key for messages, so one rare duplicate is
possible: when a request with no known outcome reaches Twilio only after that look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from calendar_sync.availability.quiet_hours import end_of_quiet
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.retry import NotYet
from voice.texts import outbox, text_rows
from voice.texts.composing import write
from voice.texts.messages import ASKED_FOR, CORRECTIONS
from voice.texts.planning import TextConfig, bring_up_to_date
from voice.texts.quiet_hours import may_disturb
from voice.texts.schedule import of_use
from voice.texts.send_results import accepted, failed, refused
from voice.texts.sender import Absent, Accepted, Busy, Refused, Sender, Unsure, digest
from voice.texts.text_rows import TextRow
from voice.texts.twilio_errors import TOO_MANY

ATTEMPT = timedelta(seconds=30)
"""Longer than one attempt, which takes at most 16 s (two requests, each with 4 s to connect and 4 s
to read): until then another worker leaves the text alone, since its job may still be running."""
_DAY, _HOUR = timedelta(hours=24), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that is ours to send now, and its body."""

    row: TextRow
    body: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """An earlier attempt has no known outcome: look for its message at Twilio first."""

    row: TextRow


@dataclass(frozen=True, slots=True)
class Later:
    """Not before `until`."""

    until: datetime
    why: str


Step = Claimed | InDoubt | Later | None
"""None: nothing is left to do for this text."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that begins `now` (UTC, by the line's clock)."""

    pool: AsyncConnectionPool
    config: TextConfig
    sender: Sender
    now: datetime

    async def send(self, text_id: int) -> None:
        """Send the text if it is still due, needed and allowed; safe to repeat after any crash.

        Raises NotYet if it has to be tried again: with `wait` (seconds) when that is known.
        """
        step = await self._claim(text_id)
        if isinstance(step, InDoubt):
            step = await self._look(step.row)
        if isinstance(step, Later):
            raise NotYet(step.why, _seconds(step.until - self.now))
        if isinstance(step, Claimed):
            answer = await self.sender.send(step.row.number, step.body, step.row.id)
            await self._settle(step.row, answer)

    async def _look(self, row: TextRow) -> Step:
        """Adopt the message of the earlier attempt if Twilio has it; else begin the next one."""
        async with self.pool.connection() as conn:
            known = await text_rows.other_sids(conn, row)
        found = await self.sender.look(row.number, row.digests, known)
        if not isinstance(found, Absent):
            await self._settle(row, found)
            return None
        async with self.pool.connection() as conn, conn.transaction():
            await booking(conn, row.booking, lock=True)
            await outbox.undo_attempt(conn, row.id)
            return await self._claim_in(conn, row)

    async def _claim(self, text_id: int) -> Step:
        async with self.pool.connection() as conn, conn.transaction():
            row = await text_rows.text(conn, text_id)
            return await self._claim_in(conn, row) if row else None

    async def _claim_in(self, conn: AsyncConnection, seen: TextRow) -> Step:
        """Reserve the text for the length of one attempt, under its booking's lock."""
        booked = await bring_up_to_date(conn, self.config, seen.booking, self.now)
        row = await text_rows.text(conn, seen.id)
        if row is None or row.state not in {"owed", "sending"}:
            return None
        if row.ready_at > self.now:
            return Later(row.ready_at, "the text is not due, or another attempt may be running")
        if row.state == "owed":
            return await self._begin(conn, row, booked)
        await outbox.put_off(conn, row.id, self.now + ATTEMPT)
        return InDoubt(row)

    async def _begin(self, conn: AsyncConnection, row: TextRow, booked: Booking) -> Step:
        if not of_use(row.kind, row.about, self.now):
            await outbox.drop(conn, row.id)
            return None
        if not may_disturb(row.kind, row.due, self.now, self.config.clinic.zone):
            until = end_of_quiet(self.now, self.config.clinic.zone)
            return await self._put_off(conn, row, Later(until, "these are quiet hours"))
        if await self._is_over_day_limit(conn, row):
            await failed(conn, self.config, row, TOO_MANY, self.now)
            return None
        if await self._is_over_hour_limit(conn, row):
            until = self.now + timedelta(minutes=1)
            return await self._put_off(conn, row, Later(until, "too many texts in an hour"))
        body = await write(conn, self.config, row, booked)
        await outbox.begin_attempt(
            conn,
            row.id,
            digest(body),
            self.now,
            self.now + ATTEMPT,
            link_to_follow=self.config.link_to_follow(booked),
        )
        return Claimed(row, body)

    async def _put_off(self, conn: AsyncConnection, row: TextRow, later: Later) -> Later:
        await outbox.put_off(conn, row.id, later.until)
        return later

    async def _is_over_hour_limit(self, conn: AsyncConnection, row: TextRow) -> bool:
        if row.kind not in ASKED_FOR:
            return False  # reminders and news from staff are bounded by the visits there are
        attempts = await text_rows.attempts_asked_for(conn, self.now - _HOUR)
        return attempts >= self.config.an_hour

    async def _is_over_day_limit(self, conn: AsyncConnection, row: TextRow) -> bool:
        if row.kind in CORRECTIONS:
            return False  # else the patient's last word from us would be false
        tried_before = row.began is not None and row.began > self.now - _DAY
        attempts = await text_rows.attempts_to(conn, row.number, self.now - _DAY)
        return attempts - tried_before >= self.config.a_day

    async def _settle(self, seen: TextRow, answer: Accepted | Refused | Busy | Unsure) -> None:
        """Store the outcome. Raises NotYet if it is unknown, or nothing could be sent now."""
        async with self.pool.connection() as conn, conn.transaction():
            await booking(conn, seen.booking, lock=True)
            row = await text_rows.text(conn, seen.id)
            if row is None or row.state != "sending":
                return  # a status callback was faster than this answer
            match answer:
                case Accepted():
                    await accepted(conn, row, answer.sid, arrived=answer.arrived)
                case Refused():
                    await refused(conn, self.config, row, answer.code, self.now)
                case Busy():
                    await outbox.undo_attempt(conn, row.id)
                case Unsure():
                    pass
        if isinstance(answer, Busy):
            why = "Twilio has too much to send"
            raise NotYet(why)
        if isinstance(answer, Unsure):
            why = f"Twilio's answer is missing ({answer.why})"
            raise NotYet(why)


def _seconds(wait: timedelta) -> int:
    """Rounded up, so that the job does not run a moment too early."""
    return -(-wait // timedelta(seconds=1))
