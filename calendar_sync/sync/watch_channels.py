"""Channels for change notifications; the only writer of table `calendar_channel`.

A channel cannot be renewed: a day before its end another one is opened, and only then is the old
one closed, so no change is missed in between. A failure here costs nothing but speed, and is
logged: `follow_staff` reads the changes every minute all the same.
"""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from procrastinate import JobContext
from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync.calendars.contract import Gone, Refused
from calendar_sync.calendars.push import Push, Watched
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import HOUSEKEEPING
from calendar_sync.sync.blueprint import blueprint, clinic_of

log = logging.getLogger(__name__)

LIFETIME = timedelta(days=7)
"""The longest that Google keeps a channel for events."""
REPLACE_BEFORE = timedelta(days=1)
"""How long before its end a channel is replaced."""
RETRY_AFTER = timedelta(minutes=15)
"""After an attempt with an unknown outcome: it may have opened a channel that we cannot close."""

_NO_CHANNEL = sha256(b"the token of no channel").digest()


@dataclass(frozen=True, slots=True)
class Channel:
    """A row; `resource` is None while it is unknown whether the channel was opened."""

    id: str
    token_hash: bytes
    calendar: str
    address: str
    resource: str | None
    asked_at: datetime
    expires_at: datetime


@blueprint.periodic(cron="*/5 * * * *")
@blueprint.task(
    name="renew_channel", queue=HOUSEKEEPING, queueing_lock="renew_channel", pass_context=True
)
async def renew_channel(context: JobContext, timestamp: int) -> None:
    """Every five minutes: see `renew`."""
    del timestamp
    await renew(clinic_of(context))


async def renew(clinic: Clinic) -> None:
    """Keep exactly one channel open for each clinician whose calendar can send notifications."""
    pushes = [each.push for each in clinic.each if each.push]
    for push in pushes:
        await _renew(clinic, push, [other for other in pushes if other is not push])


async def _renew(clinic: Clinic, push: Push, others: list[Push]) -> None:
    """Keep one channel open for `push`; close those that are neither its nor of the others."""
    now = clinic.now()
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM calendar_channel WHERE expires_at <= %s", [now])
        every = await _channels(conn)
    known = [one for one in every if not any(_leads_here(one, other) for other in others)]
    ours = [channel for channel in known if _leads_here(channel, push)]
    fresh = [one for one in ours if one.resource and one.expires_at > now + REPLACE_BEFORE]
    if fresh:
        await _stop_others(clinic, push, fresh[-1], known)
    elif not any(one.resource is None and one.asked_at > now - RETRY_AFTER for one in ours):
        new = await _open(clinic, push, now)
        if new is not None:
            await _stop_others(clinic, push, new, known)


async def is_known(
    conn: AsyncConnection, channel: str, token: str, resource: str, now: datetime
) -> bool:
    """Whether a notification with this token is from a channel of ours, in constant time."""
    known = {one.id: one for one in await _channels(conn)}.get(channel)
    expected = known.token_hash if known else _NO_CHANNEL
    matches = hmac.compare_digest(_hash(token), expected)
    if known is None or not matches or known.expires_at <= now:
        return False
    return known.resource in {None, resource}


async def _open(clinic: Clinic, push: Push, now: datetime) -> Channel | None:
    """Request a channel; it is stored first, as notifications may come before the answer."""
    token = secrets.token_urlsafe(32)
    request = Channel(
        str(uuid4()), _hash(token), push.calendar, push.address, None, now, now + LIFETIME
    )
    async with clinic.pool.connection() as conn:
        await _insert(conn, request)
    answer = await push.watch(request.id, token, request.expires_at)
    if isinstance(answer, Watched):
        async with clinic.pool.connection() as conn:
            await conn.execute(
                "UPDATE calendar_channel SET resource = %s, expires_at = %s WHERE id = %s",
                [answer.resource, answer.expires, request.id],
            )
            return next(one for one in await _channels(conn) if one.id == request.id)
    if isinstance(answer, Refused):
        await _delete(clinic, request)
    log.warning("no notification channel, so changes are seen within a minute: %s", answer.why)
    return None


async def _stop_others(clinic: Clinic, push: Push, current: Channel, known: list[Channel]) -> None:
    """Close the other channels; what cannot be closed now is tried again next time."""
    for channel in known:
        # Google's id for a calendar is always the same, so it closes channels without one too.
        same = current.resource if channel.calendar == current.calendar else None
        resource = channel.resource or same
        if channel.id == current.id or resource is None:
            continue
        if isinstance(await push.stop(channel.id, resource), Gone):
            await _delete(clinic, channel)


async def _delete(clinic: Clinic, gone: Channel) -> None:
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM calendar_channel WHERE id = %s", [gone.id])


async def _channels(conn: AsyncConnection) -> list[Channel]:
    """All channels, the one that expires last at the end."""
    async with conn.cursor(row_factory=class_row(Channel)) as cursor:
        await cursor.execute("SELECT * FROM calendar_channel ORDER BY expires_at, asked_at, id")
        return await cursor.fetchall()


async def _insert(conn: AsyncConnection, new: Channel) -> None:
    await conn.execute(
        "INSERT INTO calendar_channel (id, token_hash, calendar, address, asked_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [new.id, new.token_hash, new.calendar, new.address, new.asked_at, new.expires_at],
    )


def _leads_here(channel: Channel, push: Push) -> bool:
    return (channel.calendar, channel.address) == (push.calendar, push.address)


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
