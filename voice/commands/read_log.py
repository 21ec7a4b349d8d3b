"""Who read about people on the command line, as the command `read-log` shows it."""

from datetime import timedelta

from voice import read_log
from voice.clock import utc_now
from voice.commands.call_back_list import connected
from voice.settings import Settings


async def lines(settings: Settings, days: int) -> list[str]:
    """What was read in the last `days`, oldest first: clinic time, user, command, how many."""
    async with connected(settings) as conn:
        found = await read_log.since(conn, utc_now() - timedelta(days=days))
    if not found:
        return ["Nobody has read about anyone."]
    return [
        f"{'When':<16} {'People':>6}  {'Command':<17} User",
        *[
            f"{each.at.astimezone(settings.zone):%a %b %d %H:%M} {each.people:>6} "
            f" {each.command:<17} {each.os_user}"
            for each in found
        ],
    ]
