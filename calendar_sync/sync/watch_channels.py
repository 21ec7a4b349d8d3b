"""Being told of changes by the calendar itself; the calendar_channel table's only writer.

A channel cannot be prolonged: a day before its end another one is opened, and the old one is
stopped only then, so that no change falls between them. Whatever goes wrong here costs nothing but
speed and leaves one line in the log: `follow_staff` reads the changes every minute all the same.
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

LASTS = timedelta(days=7)
"""The longest that Google keeps a channel for events."""
RENEW = timedelta(days=1)
"""So long before its end a channel is followed by another one."""
AGAIN = timedelta(minutes=15)
"""After an attempt whose outcome is open, which may have opened a channel that we cannot name."""

_NOBODYS = sha256(b"the token of no channel").digest()


@dataclass(frozen=True, slots=True)
class Channel:
    """A row: `resource` is None while nobody knows whether the channel was opened."""

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
    """See to it that one channel is open and none is left over; nothing where none can be."""
    if clinic.push is None:
        return
    now = clinic.now()
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM calendar_channel WHERE expires_at <= %s", [now])
        known = await _channels(conn)
    ours = [each for each in known if _leads_here(each, clinic.push)]
    good = [each for each in ours if each.resource and each.expires_at > now + RENEW]
    if good:
        await _stop_others(clinic, clinic.push, good[-1], known)
    elif not any(each.resource is None and each.asked_at > now - AGAIN for each in ours):
        new = await _open(clinic, clinic.push, now)
        if new is not None:
            await _stop_others(clinic, clinic.push, new, known)


async def is_known(
    conn: AsyncConnection, channel: str, token: str, resource: str, now: datetime
) -> bool:
    """Whether a message with this token is of a channel of ours; compared in constant time."""
    known = {each.id: each for each in await _channels(conn)}.get(channel)
    wanted = known.token_hash if known else _NOBODYS
    right = hmac.compare_digest(_hash(token), wanted)
    if known is None or not right or known.expires_at <= now:
        return False
    return known.resource in {None, resource}


async def _open(clinic: Clinic, push: Push, now: datetime) -> Channel | None:
    """Ask for a new channel, which is stored first: its messages may come before the answer."""
    token = secrets.token_urlsafe(32)
    request = Channel(
        str(uuid4()), _hash(token), push.calendar, push.address, None, now, now + LASTS
    )
    async with clinic.pool.connection() as conn:
        await _keep(conn, request)
    answer = await push.watch(request.id, token, request.expires_at)
    if isinstance(answer, Watched):
        async with clinic.pool.connection() as conn:
            await conn.execute(
                "UPDATE calendar_channel SET resource = %s, expires_at = %s WHERE id = %s",
                [answer.resource, answer.expires, request.id],
            )
            return next(each for each in await _channels(conn) if each.id == request.id)
    if isinstance(answer, Refused):
        await _forget(clinic, request)
    log.warning("changes are seen within a minute, not at once: no channel (%s)", answer.why)
    return None


async def _stop_others(clinic: Clinic, push: Push, kept: Channel, known: list[Channel]) -> None:
    """End what was replaced, or leads elsewhere; what cannot be ended now is tried again."""
    for each in known:
        # Google's name for the calendar is always the same, so it serves unnamed channels too.
        same = kept.resource if each.calendar == kept.calendar else None
        resource = each.resource or same
        if each.id == kept.id or resource is None:
            continue
        if isinstance(await push.stop(each.id, resource), Gone):
            await _forget(clinic, each)


async def _forget(clinic: Clinic, gone: Channel) -> None:
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM calendar_channel WHERE id = %s", [gone.id])


async def _channels(conn: AsyncConnection) -> list[Channel]:
    """Every channel, the one that ends last at the end."""
    async with conn.cursor(row_factory=class_row(Channel)) as cursor:
        await cursor.execute("SELECT * FROM calendar_channel ORDER BY expires_at, asked_at, id")
        return await cursor.fetchall()


async def _keep(conn: AsyncConnection, new: Channel) -> None:
    await conn.execute(
        "INSERT INTO calendar_channel (id, token_hash, calendar, address, asked_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [new.id, new.token_hash, new.calendar, new.address, new.asked_at, new.expires_at],
    )


def _leads_here(channel: Channel, push: Push) -> bool:
    return (channel.calendar, channel.address) == (push.calendar, push.address)


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
