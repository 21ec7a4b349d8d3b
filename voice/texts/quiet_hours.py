"""Which texts may be sent in the quiet hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

from calendar_sync.availability.quiet_hours import is_quiet
from voice.texts.messages import ASKED_FOR, Kind


def may_disturb(kind: Kind, due: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Whether this may be sent now: outside quiet hours, or asked for, or due in them (urgent)."""
    return not is_quiet(now, zone) or kind in ASKED_FOR or is_quiet(due, zone)
