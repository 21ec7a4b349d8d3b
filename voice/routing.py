"""How calls are answered: the ROUTING setting, or what staff switched to; the only writer of it.

The switch is in the database, so it applies to the next call at every process. A call keeps the
routing that it began with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from psycopg import AsyncConnection

from voice.setting_types import Routing

NAMES: tuple[Routing, ...] = get_args(Routing)


@dataclass(frozen=True, slots=True)
class Switched:
    """What staff switched to, from `since` to `until` (aware); None: until the next switch."""

    name: Routing
    since: datetime
    until: datetime | None


async def current(conn: AsyncConnection, setting: Routing, now: datetime) -> Routing:
    """The routing of a call that begins now (aware)."""
    found = await switched(conn, now)
    return found.name if found else setting


async def switched(conn: AsyncConnection, now: datetime) -> Switched | None:
    """What staff switched to and is in force now; None while the setting rules."""
    rows = await conn.execute(
        "SELECT name, since, until FROM routing WHERE until IS NULL OR until > %s", [now]
    )
    row = await rows.fetchone()
    if row is None or row[0] not in NAMES:  # one of a newer version
        return None
    return Switched(*row)


async def switch(conn: AsyncConnection, to: Switched) -> None:
    """Answer calls so from now on."""
    await conn.execute(
        """
        INSERT INTO routing (name, since, until) VALUES (%s, %s, %s)
        ON CONFLICT (one) DO UPDATE SET name = excluded.name, since = excluded.since,
            until = excluded.until
        """,
        [to.name, to.since, to.until],
    )


async def end_switch(conn: AsyncConnection) -> None:
    """Let the setting rule again."""
    await conn.execute("DELETE FROM routing")
