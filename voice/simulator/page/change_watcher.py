"""Looks at the diary, the page's calls and the texts, and tells every page what has changed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog

from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs, free_times
from calendar_sync.bookings.confirmation import Booking, bookings_of_call
from calendar_sync.calendars.contract import Changes
from calendar_sync.sync.staff_jobs import follow_all
from voice.bootstrap import Line
from voice.dialogue import speech
from voice.simulator.page.event_stream import EventStream
from voice.simulator.page.patient_phone import PatientPhone
from voice.texts import text_rows

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.2
"""Seconds; only while a page is open."""


class ChangeWatcher:
    """What the open pages know so far of the diary, and of the calls placed from a page."""

    def __init__(self, line: Line, events: EventStream, phone: PatientPhone) -> None:
        self._line, self._events, self._phone = line, events, phone
        self._calls: dict[str, None] = {}
        self._known: dict[int, Booking] = {}
        self._asked: set[int] = set()
        self._owed: dict[int, object] = {}
        self._cursor: str | None = None
        self._pages = 0
        self._task: asyncio.Task[None] | None = None

    def follow(self, sid: str) -> None:
        """Tell of this call's bookings from now on."""
        self._calls[sid] = None

    @property
    def held(self) -> list[Span]:
        """Times that a call from the page holds and that are not in the diary yet."""
        return [known.slot for known in self._known.values() if known.state == "held"]

    @asynccontextmanager
    async def page_open(self) -> AsyncGenerator[None]:
        """Look as long as at least one page is open; a look that has begun comes to its end."""
        self._pages += 1
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())
        try:
            yield
        finally:
            self._pages -= 1

    async def _go_on(self) -> None:
        while self._pages:
            try:
                await self.look()
            except Exception:
                log.exception("the page could not look at the line; it looks again")
            await asyncio.sleep(LOOK_EVERY)
        self._task = None

    async def look(self) -> None:
        """Tell what is new since the last look."""
        moved = await self._calendar_changed()
        for sid in list(self._calls):
            moved |= await self._call_changed(sid)
        if moved:
            self._events.publish("week")
        if await self._texts_changed():
            self._events.publish("texts")

    async def _calendar_changed(self) -> bool:
        first = self._cursor is None
        changes = await self._line.clinic.calendar.changes(self._cursor)
        if not isinstance(changes, Changes):
            self._cursor = None
            return False
        self._cursor = changes.cursor
        if first or not changes.entries:
            return False
        await free_times.refresh(self._line.clinic)
        await follow_all(self._line.clinic)  # else a visitor would wait for the minute to be full
        return True

    async def _call_changed(self, sid: str) -> bool:
        async with self._line.pool.connection() as conn:
            made = await bookings_of_call(conn, sid)
            asked = [each for each in await call_backs.open_requests(conn) if each.call_sid == sid]
        for request in asked:
            if request.id not in self._asked:
                self._asked.add(request.id)
                self._did(sid, f"Asked staff to call back: {request.reason}.")
        changed = False
        for booking in made:
            before = self._known.get(booking.id)
            self._known[booking.id] = booking
            for words in self._news(before, booking):
                changed = True
                self._did(sid, words, booking if booking.state == "booked" else None)
        return changed

    async def _texts_changed(self) -> bool:
        """Whether a text came, or other texts wait for their time than before."""
        async with self._line.pool.connection() as conn:
            changed = await self._phone.anything_new(conn)
            for known in self._known.values():
                texts = await text_rows.texts_of(conn, known.id)
                owed = (known.text_trouble, [(text.name, text.state, text.due) for text in texts])
                changed |= self._owed.get(known.id) != owed
                self._owed[known.id] = owed
        return changed

    def _did(self, sid: str, words: str, booked: Booking | None = None) -> None:
        event_id = booked.event_id if booked else None
        start = booked.slot.start.astimezone(self._line.settings.zone) if booked else None
        day = f"{start:%Y-%m-%d}" if start else None
        self._events.publish("did", call=sid, words=words, event=event_id, day=day)

    def _news(self, before: Booking | None, now: Booking) -> list[str]:
        zone = self._line.settings.zone
        when = speech.day_and_time(now.slot.start, zone).en
        news: list[str] = []
        if before is None:  # every booking began as a hold, seen or not
            news.append(f"Holds {when} for this caller; nobody else can get it.")
        elif before.slot != now.slot:
            whom = "staff" if before.moved_at == now.moved_at else "the patient"
            news.append(f"Follows {whom}: the booking is on {when} now.")
        if now.state != (before.state if before else "held"):
            why = f" ({now.outcome})" if now.outcome else ""
            whom = "the patient" if now.outcome == "patient" else "staff"
            news.append(
                {
                    "held": f"Holds {when} again.",
                    "booked": f"Booked {when} in the clinic's calendar, visit code"
                    f" {now.visit_code}.",
                    "released": f"Let {when} go again{why}.",
                    "cancelled": f"Follows {whom}: the booking on {when} is cancelled.",
                }[now.state]
            )
        if now.text_number and (before is None or not before.text_number):
            news.append("Kept the caller's consent to texts.")
        return news
