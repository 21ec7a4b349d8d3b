"""A booking with everything an event can show, and its event."""

from dataclasses import replace
from typing import Literal
from zoneinfo import ZoneInfo

from psycopg_pool import AsyncConnectionPool
from support.clinic import CHART_LABELS, PACIFIC, RULES, at, span

from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.event_text import event_for, event_id
from calendar_sync.calendars.contract import Event
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic

NOW = at("2026-11-23 09:15")

BOOKING = Booking(
    id=17,
    call_sid="CA00000000000000000000000000000042",
    step="hold",
    clinician=1,
    slot=span("2026-12-01 09:20"),
    state="held",
    expires_at=at("2026-11-23 09:18"),
    confirmed_at=at("2026-11-23 09:15"),
    booked_at=at("2026-11-23 09:15"),
    outcome=None,
    generation=0,
    event_id=event_id("CA00000000000000000000000000000042", "hold", 0),
    etag=None,
    visit_code="482913",
    language="en",
    number="+14255550123",
    chart=(
        ("Safety", "5 of 5 answered no, Nov 23, 9:12 AM PT"),
        ("Foot", "right"),
        ("How long", "skipped"),
        ("Numb or tingling", "no"),
        ("Pain, 0 to 10", "skipped"),
        ("Heard", "summary parts 1, 2"),
    ),
    text_number="+14255550123",
    text_consent_at=at("2026-11-23 09:16"),
    text_wording="2026-11-1",
)


def event_of(
    booking: Booking,
    *,
    detail: Literal["full", "minimal"] = "full",
    zone: ZoneInfo = PACIFIC,
    video_url: str | None = None,
) -> Event:
    """The booking's event at a clinic with these settings, built without a database."""
    pool: AsyncConnectionPool = AsyncConnectionPool(open=False)
    calendar = LocalCalendar(pool)
    rules = replace(RULES, zone=zone)
    return event_for(
        Clinic(pool, calendar, rules, lambda: NOW, detail, CHART_LABELS, video_url), booking
    )
