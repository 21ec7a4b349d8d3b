"""The waiting list on the page of a coming visit: joining and leaving it."""

from datetime import timedelta
from typing import Literal

from fastapi import Response

from calendar_sync.bookings import patient_changes
from calendar_sync.waiting import entries, offers, taking
from calendar_sync.waiting.entries import NewEntry
from calendar_sync.waiting.membership import join, leave
from voice.patient_page.request import VisitRequest

WORDING = "page 2026-11-28"
"""The version of the words beside the button, stored with the consent."""

Waits = Literal["may", "waits", "no"]
"""Whether the visit's patient may wait for an earlier time, does, or can not."""


async def waits(asked: VisitRequest) -> Waits:
    """Only who gets texts can wait, and only while an earlier time could still be offered.

    Whoever has just taken a time waits no more, though it may not be in the calendar yet.
    """
    visit, clinic = asked.visit, asked.line.clinic
    async with asked.line.pool.connection() as conn:
        if (found := await entries.entry_of_visit(conn, visit.id)) is not None:
            offered = await offers.open_offer(conn, found.id)
            return "no" if offered and offered.accepted_at else "waits"
    notice = timedelta(hours=clinic.rules.notice_hours)
    in_time = patient_changes.may_change(visit, clinic) and visit.slot.start > clinic.now() + notice
    texted = visit.text_number and not visit.text_trouble and asked.line.texting.config.can_offer
    return "may" if in_time and texted else "no"


async def join_list(asked: VisitRequest) -> Response:
    """Put the patient on the list."""
    visit, now = asked.visit, asked.line.now()
    if await waits(asked) == "may" and visit.text_number:
        answered_at = visit.booked_at or visit.confirmed_at or now
        new = NewEntry(
            call_sid=visit.call_sid,
            visit=visit.id,
            number=visit.text_number,
            language=visit.language,
            consent_at=now,
            wording=WORDING,
            chart=(),
            safety_at=answered_at,
            at=now,
        )
        await join(asked.line.clinic, new)
    return asked.away("#earlier")


async def leave_list(asked: VisitRequest) -> Response:
    """Take the patient off the list, from the page of the visit or of an offered time."""
    now, zone = asked.line.now(), asked.line.settings.zone
    async with asked.line.pool.connection() as conn, conn.transaction():
        seen = await taking.offered(conn, asked.visit, lock=True)
        found = seen.entry if seen else await entries.entry_of_visit(conn, asked.visit.id)
        if found is not None:
            await leave(conn, found, "left", now, zone)
    return asked.away("#earlier")
