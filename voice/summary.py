"""The words of the daily summary event: figures of the line, and nothing about one person."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg_pool import AsyncConnectionPool

from calendar_sync.waiting.entries import how_many
from voice.figures import Figures, figures

Summarize = Callable[[datetime, datetime], Awaitable[tuple[str, str]]]


def summary_of(pool: AsyncConnectionPool, zone: ZoneInfo) -> Summarize:
    """A function that gives title and description for a period (two aware instants)."""

    async def summarize(begin: datetime, end: datetime) -> tuple[str, str]:
        async with pool.connection() as conn:
            found = await figures(conn, begin, end)
            waiting = await how_many(conn)
        return words(found, begin.astimezone(zone), end.astimezone(zone), waiting)

    return summarize


def words(found: Figures, begin: datetime, end: datetime, waiting: int = 0) -> tuple[str, str]:
    """Title and description; the period is in the clinic's zone and ends before midnight `end`."""
    first, last = f"{begin:%a %b %-d}", f"{end - timedelta(seconds=1):%a %b %-d}"
    period = first if first == last else f"{first} to {last}"
    booked = found.funnel["booked"]
    lines = [
        f"{period}: {found.calls} calls, {booked} booked.",
        f"Call-backs waiting now: {found.call_backs_waiting}.",
        f"On the waiting list for a time: {waiting}.",
        f"Visits changed by patients: {found.moved} moved, {found.canceled} canceled.",
        *_listed("Stopped at the safety question", found.stops),
        *_listed("Flagged at the safety question", found.flags),
        *_listed("Hung up, by what they had reached", found.hung_up),
        *_listed("How calls ended", found.endings),
        "More: screening-line report. You may delete this event.",
    ]
    return f"Phone line: {found.calls} calls, {booked} booked", "\n".join(lines)


def _listed(title: str, counts: Mapping[str, int]) -> list[str]:
    """One line, or none if nothing was counted."""
    parts = ", ".join(f"{name} {count}" for name, count in counts.items())
    return [f"{title}: {parts}."] if parts else []
