"""Deletes bookings with every row that refers to them."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from calendar_sync import job_rows
from calendar_sync.bookings import deletion
from voice import visit_links
from voice.texts import outbox


async def delete_bookings(conn: AsyncConnection, booking_ids: Sequence[int]) -> int:
    """Delete these bookings with their texts, links, notices, invitations, and jobs.

    Call it in a transaction. Returns how many bookings that were.
    """
    texts = await outbox.delete_texts(conn, booking_ids)
    await job_rows.delete_jobs(conn, (), texts)
    await visit_links.delete_links(conn, booking_ids)
    return await deletion.delete_bookings(conn, booking_ids)
