"""A live line at the stand-ins of Google and Twilio, which its settings name for commands too."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stand_ins.google.server import DOCTOR, INVITATIONS, SCREENINGS, Google
from stand_ins.twilio.calls import Call
from stand_ins.twilio.resources import CLINIC
from stand_ins.twilio.server import ACCOUNT, TOKEN, Twilio
from support.caller import Caller
from support.command_line import Run
from support.google_clinic import signed_in
from support.live_settings import AGREED, LIVE
from support.whole_patient import CALLS_FROM, books, gives_contact

from calendar_sync.bookings.booking import Booking, bookings_of_call
from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import InProcess

FORGET = ("forget", CALLS_FROM, "--yes")
"""Forgets `WholeLine.patient`."""


def variables(google: Google, twilio: Twilio, folder: Path) -> Mapping[str, str]:
    """The settings as environment variables, but for the database."""
    return {
        **LIVE,
        **AGREED,
        "CLINIC_NUMBER": CLINIC,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": twilio.url,
        "GOOGLE_CREDENTIALS_FILE": str(signed_in(google, folder)),
        "GOOGLE_API_URL": google.url,
        "GOOGLE_SCREENINGS_CALENDAR_ID": SCREENINGS,
        "GOOGLE_BUSY_CALENDAR_IDS": DOCTOR,
        "GOOGLE_INVITATIONS_CALENDAR_ID": INVITATIONS,
    }


@dataclass
class WholeLine:
    """The line, what it talks to, and the command line of whoever runs it."""

    line: Line
    google: Google
    twilio: Twilio
    run: Run
    dsn: str

    async def command(self, *words: str) -> tuple[int, str]:
        """Run `screening-line` with these words: exit code and output, without logs before it."""
        code, said = await asyncio.to_thread(self.run, *words)
        return code, said[max(said.find("One phone number at"), 0) :]

    async def call(self, number: str, on_the_phone: Callable[[Caller], Awaitable[object]]) -> str:
        """Call from a number, and hang up at the end; the call's SID, as Twilio has it too."""
        base = self.line.settings.public_base_url
        post = InProcess(create_app(self.line), base, TOKEN)
        who = CallerId(number, line=CLINIC, account_sid=ACCOUNT)
        async with Caller(post, who) as caller:
            await on_the_phone(caller)
        self.twilio.calls[who.call_sid] = Call("completed", caller=number, to=CLINIC)
        return who.call_sid

    async def patient(self, number: str = CALLS_FROM) -> Booking:
        """A patient who booked, agreed to texts, gave name and email, and has them all."""
        sid = await self.call(number, books)
        async with self.line.pool.connection() as conn:
            [booked] = await bookings_of_call(conn, sid)
        await gives_contact(self.line, booked.id)
        await self.settled()
        for message in self.twilio.messages.sent:
            message.status = "delivered"
        return booked

    async def settled(self) -> None:
        """Wait until the worker has nothing to do."""
        async with asyncio.timeout(30), self.line.pool.connection() as conn:
            while True:
                busy = await conn.execute(
                    "SELECT FROM procrastinate_jobs WHERE queue_name <> 'housekeeping'"
                    " AND (status = 'doing' OR status = 'todo'"
                    "      AND coalesce(scheduled_at <= now(), true)) LIMIT 1"
                )
                if await busy.fetchone() is None:
                    return
                await asyncio.sleep(0.02)

    def events(self) -> list[str]:
        """Every event in any calendar of Google that is not cancelled, as text."""
        return [
            str(event)
            for calendar in self.google.world.calendars.values()
            for event in calendar.events.values()
            if event["status"] != "cancelled"
        ]

    async def bookings(self) -> list[str]:
        """The states of all bookings."""
        async with self.line.pool.connection() as conn:
            rows = await conn.execute("SELECT state FROM booking ORDER BY id")
            return [str(state) for (state,) in await rows.fetchall()]

    async def finishes(self) -> None:
        """Forget the patient; now nothing is left anywhere."""
        code, said = await self.command(*FORGET)
        assert code == 0, said
        assert await self.bookings() == []
        assert self.events() == []
        assert self.twilio.messages.sent == []
        assert self.twilio.calls == {}
