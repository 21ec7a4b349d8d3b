"""Links to the patient's page: a link gives access to one visit until an hour after its end."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from psycopg import AsyncConnection

VALID_AFTER_VISIT = timedelta(hours=1)
_BYTES = 16


async def new_link(conn: AsyncConnection, booking_id: int) -> str:
    """Create a token for the patient's page of this booking: 22 URL-safe characters.

    128 random bits. Only the hash is stored, so a stolen database opens no page. Earlier tokens
    of the booking stay valid.
    """
    token = secrets.token_urlsafe(_BYTES)
    await conn.execute(
        "INSERT INTO visit_link (hash, booking) VALUES (%s, %s)", [_hash(token), booking_id]
    )
    return token


async def visit_behind(conn: AsyncConnection, token: str, now: datetime) -> int | None:
    """The id of the booking that a token opens, or None for an unknown or expired token.

    `now` is aware UTC.
    """
    cursor = await conn.execute(
        "SELECT booking.id FROM visit_link JOIN booking ON booking.id = visit_link.booking"
        " WHERE hash = %s AND upper(during) > %s",
        [_hash(token), now - VALID_AFTER_VISIT],
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])


async def delete_links(conn: AsyncConnection, booking_ids: Sequence[int]) -> None:
    """Delete the links to these bookings."""
    await conn.execute("DELETE FROM visit_link WHERE booking = ANY (%s)", [list(booking_ids)])


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
