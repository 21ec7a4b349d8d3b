"""Who may see the staff page: links that sign in once, sessions, and a record of every view.

Tokens have 128 random bits, and only their hashes are stored: a stolen database signs nobody in.
Their lifetimes go by the database's clock, which no demo moves.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from psycopg import AsyncConnection

log = structlog.get_logger(__name__)

LINK_VALID = timedelta(hours=1)
SESSION_VALID = timedelta(hours=12)
"""A working day."""
_PREFIX = 8
"""Hex digits of a session's hash that tell sessions apart in the record and in logs."""


async def new_link(conn: AsyncConnection) -> str:
    """Create a token that signs in one browser, once, within the hour: 22 URL-safe characters."""
    token = secrets.token_urlsafe(16)
    async with conn.transaction():
        await _delete_expired(conn)
        await conn.execute("INSERT INTO staff_link (hash) VALUES (%s)", [_hash(token)])
    return token


async def is_valid_link(conn: AsyncConnection, token: str) -> bool:
    """Whether the token of a link can sign in now."""
    rows = await conn.execute(
        "SELECT FROM staff_link WHERE hash = %s AND used_at IS NULL AND made_at > now() - %s",
        [_hash(token), LINK_VALID],
    )
    return await rows.fetchone() is not None


async def sign_in(conn: AsyncConnection, token: str) -> str | None:
    """Use a link: the token of a new session, or None if the link is unknown, used, or expired."""
    session = secrets.token_urlsafe(16)
    async with conn.transaction():
        used = await conn.execute(
            "UPDATE staff_link SET used_at = now()"
            " WHERE hash = %s AND used_at IS NULL AND made_at > now() - %s",
            [_hash(token), LINK_VALID],
        )
        if used.rowcount != 1:
            return None
        await conn.execute("INSERT INTO staff_session (hash) VALUES (%s)", [_hash(session)])
        await record(conn, session, "signed in")
    return session


async def is_signed_in(conn: AsyncConnection, session: str) -> bool:
    """Whether this is the token of a session that has not ended."""
    rows = await conn.execute(
        "SELECT FROM staff_session WHERE hash = %s AND began_at > now() - %s",
        [_hash(session), SESSION_VALID],
    )
    return await rows.fetchone() is not None


async def sign_out(conn: AsyncConnection, session: str) -> None:
    """End a session."""
    async with conn.transaction():
        await conn.execute("DELETE FROM staff_session WHERE hash = %s", [_hash(session)])
        await record(conn, session, "signed out")


async def record(conn: AsyncConnection, session: str, what: str) -> None:
    """Record and log what a session saw or did; `what` names no person and no phone number."""
    name = _hash(session).hex()[:_PREFIX]
    await conn.execute("INSERT INTO staff_view (session, what) VALUES (%s, %s)", [name, what])
    log.info("staff page", session=name, what=what)


async def delete_old(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete expired links and sessions, and records of views from before then, at most `limit`.

    Returns how many records that were.
    """
    await _delete_expired(conn)
    deleted = await conn.execute(
        "DELETE FROM staff_view WHERE id IN"
        " (SELECT id FROM staff_view WHERE at < %s ORDER BY id LIMIT %s)",
        [before, limit],
    )
    return deleted.rowcount


async def _delete_expired(conn: AsyncConnection) -> None:
    await conn.execute("DELETE FROM staff_link WHERE made_at < now() - %s", [LINK_VALID])
    await conn.execute("DELETE FROM staff_session WHERE began_at < now() - %s", [SESSION_VALID])


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
