"""Everything the calendar side works with, put together once when the line opens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg_pool import AsyncConnectionPool

from calendar_sync.diary import Diary
from calendar_sync.opening_hours import Rules


@dataclass(frozen=True, slots=True)
class Desk:
    """The clinic's desk: its database, its diary, its rules, its clock.

    `now` returns aware UTC; `detail` says whether answers are written into events; `video_url` is
    a fixed video room, or None.
    """

    pool: AsyncConnectionPool
    diary: Diary
    rules: Rules
    now: Callable[[], datetime]
    detail: Literal["full", "minimal"]
    clinic_name: str
    video_url: str | None
