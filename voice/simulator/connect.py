"""Connects a call from this computer: to the running demo, or to a line started for the call."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, bookings_of_call
from calendar_sync.bookings.confirmation import wait_until_settled
from voice.app import create_app
from voice.bootstrap import open_line
from voice.clock import utc_now
from voice.database.connection import open_database, open_pool
from voice.dialogue import speech
from voice.settings import Settings
from voice.simulator.running_demo import running_demo
from voice.simulator.transport import InProcess, OverHttp, Post

SETTLED = 10.0
"""Seconds to wait for the calendar before showing what the call booked."""

_DONE = {
    "kept the visit": "The caller kept the visit.",
    "moved the visit": "The caller moved the visit.",
    "canceled the visit": "The caller canceled the visit.",
    "waiting for a time": "The caller is on the waiting list: a text comes when a time opens.",
}
"""Outcomes of calls that booked nothing, in words."""


@dataclass(frozen=True, slots=True)
class ConnectedLine:
    """A line, and its database for looking up the outcome of the call."""

    post: Post
    settings: Settings
    pool: AsyncConnectionPool

    def local_now(self) -> datetime:
        """The time in the clinic's zone."""
        return utc_now().astimezone(self.settings.zone)

    async def outcome(self, call_sid: str, *, brief: bool = False) -> list[str]:
        """Bookings and call-back requests of the call, one sentence each.

        If `brief`, what happened on the line is shown beside it and not repeated here.
        """
        async with self.pool.connection() as conn:
            made = await bookings_of_call(conn, call_sid)
        for booking in made:
            if booking.state == "held" and booking.confirmed_at is not None:
                await wait_until_settled(self.pool, booking.id, SETTLED)
        async with self.pool.connection() as conn:
            made = await bookings_of_call(conn, call_sid)
            asked = [
                request
                for request in await call_backs.open_requests(conn)
                if request.call_sid == call_sid
            ]
        told = [self._told(each, brief=brief) for each in made if each.confirmed_at is not None]
        if not told and not asked:
            return [await self._done(call_sid)]
        return told + [f"Call-back request: {each.reason}." for each in asked if not brief]

    async def _done(self, call_sid: str) -> str:
        """What the call did to a visit that was booked before it."""
        async with self.pool.connection() as conn:
            rows = await conn.execute("SELECT outcome FROM call WHERE sid = %s", [call_sid])
            row = await rows.fetchone()
        return _DONE.get(row[0] if row else "", "Nothing was booked.")

    def _told(self, booking: Booking, *, brief: bool) -> str:
        zone = self.settings.zone
        when = speech.day_and_time(booking.slot.start, zone).en + ", " + speech.zone_name(zone).en
        match booking.state:
            case "booked":
                texts = f"texts to {booking.text_number}" if booking.text_number else "no texts"
                if brief:
                    return f"Visit code {booking.visit_code}; {texts}."
                return f"Booked: {when}; visit code {booking.visit_code}; {texts}."
            case "held":
                return f"Saved, but not in the calendar yet: {when}."
            case "released" | "cancelled":
                return f"Not booked: {when} ({booking.outcome or booking.state})."


@asynccontextmanager
async def connect(settings: Settings) -> AsyncGenerator[ConnectedLine]:
    """Connect to the running demo of this data folder, or start a line just for this call.

    Raises DatabaseError.
    """
    demo = running_demo(settings.data_dir)
    if demo is None:
        async with open_line(settings) as line:
            post = InProcess(create_app(line), settings.public_base_url, settings.tokens[0])
            yield ConnectedLine(post, settings, line.pool)
        return
    async with (
        open_database(settings, alone=False) as dsn,
        open_pool(dsn, cipher=None, size=1) as pool,
    ):
        yield ConnectedLine(OverHttp(demo.url, demo.token), settings, pool)
