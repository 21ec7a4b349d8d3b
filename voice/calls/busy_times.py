"""Reads the busy times again when a call arrives, so that it is offered times that are free."""

from datetime import datetime, timedelta

import structlog

from calendar_sync.bookings import free_times
from voice.bootstrap import Line

log = structlog.get_logger(__name__)

FRESH = timedelta(seconds=20)
"""Busy times that this process read so recently are not read again for the next call."""


class BusyTimes:
    """The busy times as this process has read them for its calls; one reading at a time."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._read_at: datetime | None = None

    async def refresh(self) -> None:
        """Read them unless that was done a moment ago; a failure is logged."""
        now = self._line.now()
        if self._read_at is not None and abs(now - self._read_at) <= FRESH:
            return
        self._read_at = now  # other calls need not wait for this one
        try:
            if not await free_times.refresh_all(self._line.clinic):
                return
        except Exception:
            log.exception(
                "busy times could not be refreshed; the stored ones are used until they are stale"
            )
        self._read_at = None
