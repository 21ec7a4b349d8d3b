"""Quiet hours: 21:00 to 08:00 in the clinic's zone, when nobody gets a text they did not ask for.

Source: 47 CFR 64.1200(c)(1).
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)


def is_quiet(at: datetime, zone: ZoneInfo) -> bool:
    """Whether it is between 21:00 and 08:00 local time."""
    local = at.astimezone(zone).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def end_of_quiet(at: datetime, zone: ZoneInfo) -> datetime:
    """When the quiet hours that `at` falls into end, in UTC."""
    local = at.astimezone(zone)
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, zone).astimezone(at.tzinfo)
