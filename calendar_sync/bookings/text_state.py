"""What a booking stores about its patient's texts, beside the consent to them."""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes


async def store_text_trouble(conn: AsyncConnection, booking_id: int, trouble: str) -> None:
    """Why the patient, who agreed to texts, gets none; "" if nothing is in the way."""
    await booking_writes.store(conn, booking_id, text_trouble=trouble)


async def store_confirmed_by_text(conn: AsyncConnection, booking_id: int, at: datetime) -> None:
    """The patient confirmed the visit by text, at this time (UTC); its event will say so."""
    await booking_writes.store(conn, booking_id, confirmed_by_text=at)
    await job_queue.rewrite_event(conn, booking_id)


async def store_confirmed_by_phone(conn: AsyncConnection, booking_id: int, at: datetime) -> None:
    """The same in a call."""
    await booking_writes.store(conn, booking_id, confirmed_by_phone=at)
    await job_queue.rewrite_event(conn, booking_id)


async def store_reaction(conn: AsyncConnection, booking_id: int, at: datetime) -> None:
    """The patient's phone reported a reaction to a text, at this time (UTC); staff read so."""
    await booking_writes.store(conn, booking_id, reacted_by_text=at)
    await job_queue.rewrite_event(conn, booking_id)


async def request_text_again(conn: AsyncConnection, booking_id: int, at: datetime) -> None:
    """The patient asked for the text about the visit once more, at this time (UTC)."""
    if await booking_writes.store(conn, booking_id, if_state="booked", text_again_at=at):
        await job_queue.notify_patient(conn, booking_id)
