"""What a booking stores about its patient's texts, beside the consent to them."""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync import job_queue


async def keep_text_trouble(conn: AsyncConnection, booking_id: int, trouble: str) -> None:
    """Why the patient, who agreed to texts, gets none; "" when nothing is in the way."""
    await conn.execute("UPDATE booking SET text_trouble = %s WHERE id = %s", [trouble, booking_id])


async def keep_confirmed_by_text(conn: AsyncConnection, booking_id: int, at: datetime) -> None:
    """The patient confirmed the visit by text, at this time (UTC); its event will say so."""
    await conn.execute("UPDATE booking SET confirmed_by_text = %s WHERE id = %s", [at, booking_id])
    await job_queue.rewrite_event(conn, booking_id)
