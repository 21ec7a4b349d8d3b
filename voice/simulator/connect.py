"""The line that a call from here reaches: the demo that runs, or one started for the call."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.confirmation import Booking, bookings_of_call, wait_until_settled
from voice.app import create_app
from voice.bootstrap import open_line
from voice.clock import utc_now
from voice.database.connection import open_database, open_pool
from voice.dialogue import speech
from voice.settings import Settings
from voice.simulator.running_demo import running_demo
from voice.simulator.transport import InProcess, OverHttp, Post

SETTLED = 10.0
"""Seconds that the calendar gets before the call's bookings are shown."""


@dataclass(frozen=True, slots=True)
class ConnectedLine:
    """A line, and its database to look up afterwards what the call came to."""

    post: Post
    settings: Settings
    pool: AsyncConnectionPool

    def local_now(self) -> datetime:
        """The time on the clinic's wall."""
        return utc_now().astimezone(self.settings.zone)

    async def outcome(self, call_sid: str) -> list[str]:
        """What the call left behind, one sentence each: bookings and call-back requests."""
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
        told = [self._told(booking) for booking in made if booking.confirmed_at is not None]
        told += [f"Call-back request: {request.reason}." for request in asked]
        return told or ["Nothing was booked."]

    def _told(self, booking: Booking) -> str:
        zone = self.settings.zone
        when = speech.day_and_time(booking.slot.start, zone).en + ", " + speech.zone_name(zone).en
        match booking.state:
            case "booked":
                texts = f"texts to {booking.text_number}" if booking.text_number else "no texts"
                return f"Booked: {when}; visit code {booking.visit_code}; {texts}."
            case "held":
                return f"Saved, but not in the calendar yet: {when}."
            case "released" | "cancelled":
                return f"Not booked: {when} ({booking.outcome or booking.state})."


@asynccontextmanager
async def connect(settings: Settings) -> AsyncGenerator[ConnectedLine]:
    """The running demo of this data folder; when none runs, a line of our own for this call.

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
        open_pool(dsn, size=1) as pool,
    ):
        yield ConnectedLine(OverHttp(demo.url, demo.token), settings, pool)
