"""Makes the text rows of one booking match it, in one transaction that holds the booking's row.

That row's lock serializes everything about a booking: whoever changes it holds the lock, so a move
and a cancellation, or a move and a reminder, happen one after the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs, notices, text_state
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.transactions import in_transaction
from calendar_sync.waiting.entries import is_offer
from calendar_sync.waiting.membership import leave_all
from voice.texts import outbox, text_rows
from voice.texts.messages import TEXTS
from voice.texts.opt_outs import reason_for_no_texts
from voice.texts.rendering import ClinicFacts, written
from voice.texts.schedule import Timing, planned_texts, worth_planning
from voice.texts.text_rows import TextRow


@dataclass(frozen=True, slots=True)
class TextConfig:
    """What planning and sending need to know of the line; `can_send`: there is a sender."""

    clinic: ClinicFacts
    can_send: bool
    video_url: str = ""
    video_urls: Mapping[str, str] = field(default_factory=dict[str, str])
    """The video rooms of therapists, by id; empty for a clinic that does not list them."""
    makes_links: bool = False
    a_day: int = 3
    """Texts to one number in 24 hours, except those that correct an earlier one."""
    an_hour: int = 200
    """Texts to all numbers in an hour that a caller can cause: against text pumping."""
    keyed_a_day: int | None = None
    """Other numbers that one calling number may have texted in 24 hours; None: any."""
    undo_wait: timedelta = timedelta(minutes=1)
    """How long news of a deletion waits for staff to undo it."""

    @property
    def can_offer(self) -> bool:
        """Whether times can be offered by text: there is a sender, and the page's link fits in."""
        longest = {"when": "miercoles 30 sep, 10:00 a.m. PT", "time": "10:30 a.m. PT"}
        link = f"{self.clinic.page}{'w' * 22}"
        words = written(TEXTS["open time"][:1], "es", self.clinic, link=link, **longest)
        return self.can_send and words is not None

    def video(self, booked: Booking) -> str:
        """The video link as known now; "" while there is none."""
        if self.link_to_follow(booked):
            return ""
        room = self.video_urls.get(booked.clinician_id, "") if self.video_urls else self.video_url
        return booked.video_link or room

    def link_to_follow(self, booked: Booking) -> bool:
        """Whether the calendar is still making the link."""
        return self.makes_links and booked.video_link is None


async def bring_up_to_date(
    conn: AsyncConnection, config: TextConfig, booking_id: int, now: datetime
) -> Booking:
    """Add and drop text rows as the booking requires; return it, locked.

    What cannot be texted becomes a call-back at once, and the event says so. Raises
    BookingNotFoundError.
    """
    async with in_transaction(conn):
        booked = await booking(conn, booking_id, lock=True)
        reason = await reason_for_no_texts(
            conn,
            booked,
            own=config.clinic.number,
            can_send=config.can_send,
            keyed_a_day=config.keyed_a_day,
        )
        notice = await notices.open_notice(conn, booking_id)
        rows = await text_rows.texts_of(conn, booking_id)
        past = text_rows.history_of(rows, booked.text_number, config.video(booked))
        timing = Timing(config.clinic.zone, config.undo_wait)
        planned = () if reason else planned_texts(booked, notice, past, now, timing)
        waiting = await _drop_unneeded(conn, booked, rows, {each.name for each in planned})
        stored = {row.name: row for row in rows if row.number == booked.text_number}
        for each in planned:
            if (row := stored.get(each.name)) and outbox.stands(row, each):
                continue
            if each.name in waiting or worth_planning(each, now):
                await outbox.require(conn, booking_id, booked.text_number or "", each, now)
        if reason and is_offer(booked):
            await leave_all(conn, booked.text_number or "", "not textable", now, timing.zone)
        if reason and notice:
            await notices.by_phone(conn, notice, timing.zone)
        if reason != booked.text_trouble:
            await _show_reason(conn, booked, reason, now)
        return booked


async def _drop_unneeded(
    conn: AsyncConnection, booked: Booking, rows: list[TextRow], needed: set[str]
) -> set[str]:
    """Drop what waits and is not needed, or goes to a former number; names of what still waits."""
    still_waiting = set[str]()
    for row in rows:
        if row.state != "owed":
            continue
        if row.name in needed and row.number == booked.text_number:
            still_waiting.add(row.name)
        else:
            await outbox.drop(conn, row.id)
    return still_waiting


async def _show_reason(conn: AsyncConnection, booked: Booking, reason: str, now: datetime) -> None:
    """Show it to staff in the event, and on the call-back list while the visit is ahead."""
    await text_state.store_text_trouble(conn, booked.id, reason)
    if booked.text_trouble:
        await call_backs.withdraw(conn, booked.call_sid, Reason.NO_TEXTS, booked.text_trouble)
    if booked.state != "booked" or booked.slot.end <= now:
        return
    await job_queue.rewrite_event(conn, booked.id)
    if reason:
        await call_backs.request_again(conn, booked, Reason.NO_TEXTS, reason)
