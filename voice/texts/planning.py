"""Brings the texts of one booking up to date with it, in one transaction that has its row.

The row's lock is the one lock of a booking: whoever changes a booking has it, so a move and a
cancel, or a move and a reminder, come one after the other.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs, notices
from calendar_sync.bookings.booking import Booking, booking
from voice.texts import outbox
from voice.texts.opt_outs import trouble_of
from voice.texts.rendering import ClinicFacts
from voice.texts.schedule import fresh, planned_texts


@dataclass(frozen=True, slots=True)
class TextConfig:
    """What keeping texts needs to know of the line; `can_send`: there is a sender at all."""

    clinic: ClinicFacts
    can_send: bool
    video_url: str = ""
    makes_links: bool = False
    a_day: int = 3
    """Texts to one number in 24 hours."""

    def video(self, booked: Booking) -> str:
        """The video link as it is known now; "" while there is none."""
        if self.makes_links and booked.video_link is None:
            return ""
        return booked.video_link or self.video_url

    def link_to_follow(self, booked: Booking) -> bool:
        """Whether the calendar is still making it."""
        return self.makes_links and booked.video_link is None


async def bring_up_to_date(
    conn: AsyncConnection, config: TextConfig, booking_id: int, now: datetime
) -> Booking:
    """Make the rows of texts what they should be; the booking, locked. Raises BookingNotFoundError.

    What cannot be texted becomes a call-back at once, and its event says so.
    """
    async with conn.transaction():
        booked = await booking(conn, booking_id, lock=True)
        trouble = await trouble_of(conn, booked, own=config.clinic.number, can_send=config.can_send)
        telling = await notices.open_notice(conn, booking_id)
        there = await outbox.texts_of(conn, booking_id)
        past = outbox.history_of(there, booked.text_number, config.video(booked))
        zone = config.clinic.zone
        owed = () if trouble else planned_texts(booked, telling, past, now, zone)
        number = booked.text_number or ""
        wanted, waiting = {(each.name, number) for each in owed}, set[str]()
        for row in there:
            if row.state == "owed" and (row.name, row.number) in wanted:
                waiting.add(row.name)
            elif row.state == "owed":
                await outbox.drop(conn, row.id)
        for each in owed:
            if each.name in waiting or fresh(each, now):
                await outbox.owe(conn, booking_id, number, each)
        if trouble and telling:
            await notices.by_phone(conn, telling, zone)
        if trouble != booked.text_trouble:
            await _keep_trouble(conn, booked, trouble, now)
        return booked


def no_texts(trouble: str) -> str:
    """What staff read on the list when a patient can get no texts."""
    return f"no texts possible ({trouble}): call with the time and the video link"


async def _keep_trouble(
    conn: AsyncConnection, booked: Booking, trouble: str, now: datetime
) -> None:
    """Staff see it in the event, and on the call-back list while the visit is ahead."""
    await conn.execute("UPDATE booking SET text_trouble = %s WHERE id = %s", [trouble, booked.id])
    if booked.text_trouble:
        await call_backs.withdraw(conn, booked.call_sid, no_texts(booked.text_trouble))
    if booked.state != "booked" or booked.slot.end <= now:
        return
    await job_queue.rewrite_event(conn, booked.id)
    if trouble:
        await call_backs.ask_anew(
            conn, booked.call_sid, no_texts(trouble), booked.number, booked.language
        )
