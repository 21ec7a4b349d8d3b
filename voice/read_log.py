"""Who read about people on the command line: table `command_view`, which this module alone writes.

It holds which user of the computer ran which command, when, and how many people or texts it
showed; nothing about them. The staff page has a record of its own, see `staff_access`.
"""

import os
import pwd
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Read:
    """One run of a command; `at` is aware."""

    at: datetime
    os_user: str
    command: str
    people: int


async def record(conn: AsyncConnection, command: str, people: int) -> None:
    """Record that this process's user runs a command that shows so many people.

    Call it before they are shown.
    """
    await conn.execute(
        "INSERT INTO command_view (os_user, command, people) VALUES (%s, %s, %s)",
        [os_user(), command, people],
    )


async def since(conn: AsyncConnection, begin: datetime) -> list[Read]:
    """What was read since then (aware), oldest first."""
    async with conn.cursor(row_factory=class_row(Read)) as cursor:
        await cursor.execute(
            "SELECT at, os_user, command, people FROM command_view WHERE at >= %s ORDER BY id",
            [begin],
        )
        return await cursor.fetchall()


async def delete_old(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete records from before then, at most `limit`; how many."""
    deleted = await conn.execute(
        "DELETE FROM command_view WHERE id IN"
        " (SELECT id FROM command_view WHERE at < %s ORDER BY id LIMIT %s)",
        [before, limit],
    )
    return deleted.rowcount


def os_user() -> str:
    """The user of this process; with sudo, also the one who called it.

    From the process and not from LOGNAME or USER, which anybody may set.
    """
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid {uid}"
    caller = os.environ.get("SUDO_USER", "") if uid == 0 else ""
    return f"{name} (sudo by {caller})" if caller else name
