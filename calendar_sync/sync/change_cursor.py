"""How far each clinician's changes were read; the only writer of table `calendar_cursor`."""

from collections.abc import Collection
from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.bookings.deadlines import OVERDUE_AFTER
from calendar_sync.clinician import DEFAULT_ID


async def current(conn: AsyncConnection, clinician_id: str = DEFAULT_ID) -> str | None:
    """The cursor to read on from; None before the first reading."""
    rows = await conn.execute(
        "SELECT cursor FROM calendar_cursor WHERE clinician_id = %s", [clinician_id]
    )
    row = await rows.fetchone()
    return None if row is None else str(row[0])


async def store(conn: AsyncConnection, cursor: str, clinician_id: str = DEFAULT_ID) -> None:
    """Everything up to this cursor is followed."""
    await conn.execute(
        "INSERT INTO calendar_cursor (one, clinician_id, cursor)"
        " VALUES (CASE %s WHEN 'default' THEN true END, %s, %s)"
        " ON CONFLICT (clinician_id) DO UPDATE SET cursor = excluded.cursor, read_at = now()",
        [clinician_id, clinician_id, cursor],  # the release before this one looks for `one`
    )


async def overdue_since(
    conn: AsyncConnection, clinician_ids: Collection[str] = (DEFAULT_ID,)
) -> datetime | None:
    """When one of these clinicians' changes were last read (UTC), if too long ago; else None."""
    rows = await conn.execute(
        "SELECT min(read_at) FROM calendar_cursor"
        " WHERE read_at < now() - %s AND clinician_id = ANY (%s)",
        [OVERDUE_AFTER, list(clinician_ids)],
    )
    row = await rows.fetchone()
    return None if row is None else row[0]
