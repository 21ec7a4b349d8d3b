"""The link to a patient's page: who has it may see and change that one visit, for a while."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from psycopg import AsyncConnection

LIVES_ON = timedelta(hours=1)
"""After the end of the visit."""
_BYTES = 16


async def new_link(conn: AsyncConnection, booking_id: int) -> str:
    """A new token for the patient's page of this booking: 22 characters that fit in an address.

    128 random bits; only their hash is kept, so a stolen database opens no page. Earlier tokens
    of the booking stay valid.
    """
    token = secrets.token_urlsafe(_BYTES)
    async with conn.transaction():
        await conn.execute(
            "INSERT INTO visit_link (hash, booking) VALUES (%s, %s)", [_hash(token), booking_id]
        )
    return token


async def visit_behind(conn: AsyncConnection, token: str, now: datetime) -> int | None:
    """The booking that a token opens, until an hour after its end; None for every other token.

    `now` is aware UTC. Unknown and outdated tokens look the same.
    """
    cursor = await conn.execute(
        "SELECT booking.id FROM visit_link JOIN booking ON booking.id = visit_link.booking"
        " WHERE hash = %s AND upper(during) > %s",
        [_hash(token), now - LIVES_ON],
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
