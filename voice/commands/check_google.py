"""What `screening-line check` tries at Google: one line each, with the remedy for each failure."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from calendar_sync.availability.span import Span
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import CalendarEvent, Event, Gone, Inserted
from calendar_sync.calendars.google.calendar import GoogleCalendar
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from calendar_sync.calendars.google.free_busy import free_busy
from calendar_sync.calendars.google.watch import GooglePush
from calendar_sync.calendars.push import Watched
from calendar_sync.errors import CalendarError
from voice.calendar_setup import api_url, push_address
from voice.clock import utc_now
from voice.commands import check_clinicians
from voice.commands.findings import Line
from voice.commands.google_calendars import calendars, first_event
from voice.settings import Settings

_SIGN_IN = "sign in again with `screening-line authorize-google`, as the owner of the calendar"
_SHARE = (
    "in Google Calendar open that calendar's settings, Share with specific people, add the "
    'account that the line signs in with and choose "Make changes to events"'
)
_NO_LINKS = (
    "this account cannot make Meet links; set VIDEO_URL to a video room, or staff have to add a "
    "link to each event"
)
_SHARE_BUSY = (
    "in Google Calendar open that calendar's settings, Share with specific people, add the account "
    'that the line signs in with and choose "See only free/busy"'
)

_DAYS = (
    "in its settings choose {zone}, or an all-day event there blocks other hours than the clinic's "
    "day"
)
_NO_GUESTS = (
    "a service account can invite nobody: leave GOOGLE_INVITATIONS_CALENDAR_ID empty, or sign in "
    "with `screening-line authorize-google`"
)
_INVITE = (
    "check GOOGLE_INVITATIONS_CALENDAR_ID; it must be a calendar of the account that signed in"
)


async def look(settings: Settings) -> list[Line]:
    """Try everything that the line does at Google, and delete the test event again."""
    try:
        access = GoogleAccess(Path(settings.google_credentials_file), api_url(settings))
    except CalendarError as error:
        return [("wrong", str(error))]
    try:
        return await _look(settings, access)
    finally:
        access.close()


async def _look(settings: Settings, access: GoogleAccess) -> list[Line]:
    calendar = settings.google_screenings_calendar_id
    said = await first_event(access, calendar)
    if isinstance(said, RequestFailure):
        return [("wrong", f"{_cannot('read the screenings calendar', said)}")]
    lines: list[Line] = [("ok", "signed in, and the screenings calendar can be read")]
    lines.append(_zone(settings, said))
    asked = dict.fromkeys((calendar, *settings.busy_calendar_ids))
    lines += [await _busy(access, each) for each in asked]
    lines += await _busy_zones(settings, access)
    if not settings.busy_calendar_ids:
        lines.append(
            ("note", "no calendar blocks times; name the clinician's in GOOGLE_BUSY_CALENDAR_IDS")
        )
    screenings = GoogleCalendar(access, calendar, (), settings.zone)
    lines += await _push(settings, access)
    return [
        *lines,
        *await _write(settings, screenings),
        *await _invite(settings, access, screenings),
        *await check_clinicians.at_google(settings, screenings),
    ]


def _zone(settings: Settings, said: dict[str, Any]) -> Line:
    zone = said.get("timeZone")
    if zone == settings.clinic_time_zone:
        return "ok", f"its time zone is the clinic's, {zone}"
    return (
        "note",
        (
            f"its time zone is {zone}, the clinic's is {settings.clinic_time_zone}; change the "
            "calendar's settings, or CLINIC_TIME_ZONE"
        ),
    )


async def _busy_zones(settings: Settings, access: GoogleAccess) -> list[Line]:
    """An all-day event blocks the day of its calendar's time zone, so all must be the clinic's."""
    lines: list[Line] = []
    unread: list[str] = []
    remedy = _DAYS.format(zone=settings.clinic_time_zone)
    listed = await calendars(access)
    zones = {} if isinstance(listed, RequestFailure) else {each.id: each.zone for each in listed}
    for calendar in settings.busy_calendar_ids:
        zone = zones.get(calendar) or await _zone_of(access, calendar)
        if not zone:
            unread.append(calendar)
        elif zone != settings.clinic_time_zone:
            lines.append(("note", f"the time zone of {calendar} is {zone}; {remedy}"))
    if unread:
        named = ", ".join(unread)
        lines.append(("note", f"the time zone of {named} cannot be read; {remedy}"))
    return lines


async def _zone_of(access: GoogleAccess, calendar: str) -> str:
    """The calendar's time zone as its events tell it; "" if they cannot be read."""
    said = await first_event(access, calendar)
    return "" if isinstance(said, RequestFailure) else str(said.get("timeZone") or "")


async def _busy(access: GoogleAccess, calendar: str) -> Line:
    now = utc_now()
    question = {
        "timeMin": now.isoformat(),
        "timeMax": (now + timedelta(hours=1)).isoformat(),
        "items": [{"id": calendar}],
    }
    said = await access.ask(lambda google: google.freebusy().query(body=question))
    if isinstance(said, RequestFailure):
        return "wrong", _cannot("ask for busy times", said)
    answer = await free_busy(access, (calendar,), Span(now, now + timedelta(hours=1)))
    if not isinstance(answer, list):
        return "wrong", f"busy times of {calendar} are not shared with the line: {_SHARE_BUSY}"
    return "ok", f"busy times of {calendar} can be read"


async def _push(settings: Settings, access: GoogleAccess) -> list[Line]:
    """Open a watch channel and stop it again; without one, changes are noticed more slowly."""
    address = push_address(settings)
    if not address:
        return []
    push = GooglePush(access, settings.google_screenings_calendar_id, address)
    channel = str(uuid4())
    opened = await push.watch(channel, secrets.token_hex(16), utc_now() + timedelta(minutes=10))
    if not isinstance(opened, Watched):
        says = f"Google sends no notifications ({opened.why}); changes are noticed within a minute"
        return [("note", says)]
    await push.stop(channel, opened.resource)
    return [("ok", "Google notifies the line at once when staff change something")]


async def _invite(
    settings: Settings, access: GoogleAccess, screenings: GoogleCalendar
) -> tuple[Line, ...]:
    """Whether patients who give an email can be invited; the test invites nobody."""
    calendar = settings.google_invitations_calendar_id
    if not calendar:
        return ()
    if access.is_service:
        return (("wrong", _NO_GUESTS),)
    event = _test_event()
    inviting = screenings.inviting(calendar)
    made = await inviting.insert(event)
    if not isinstance(made, Inserted):
        why = getattr(made, "why", "the id of the test event is used")
        return (("wrong", f"the calendar of invitations cannot be written ({why}): {_INVITE}"),)
    if not isinstance(await inviting.cancel(event.id, made.etag), Gone):
        return (("wrong", f'delete the event "{event.title}" by hand: {_INVITE}'),)
    return (("ok", "patients who give an email can be invited"),)


def _test_event(*, wants_link: bool = False) -> Event:
    """An event 30 days ago, where it is in nobody's way."""
    start = utc_now().replace(microsecond=0) - timedelta(days=30)
    return Event(
        id=event_id("check", secrets.token_hex(16), 0),
        span=Span(start, start + timedelta(minutes=5)),
        title="Screening Line test, to be deleted",
        blocks=False,
        wants_link=wants_link,
    )


async def _write(settings: Settings, calendar: GoogleCalendar) -> list[Line]:
    """Insert an event, read it, and delete it."""
    event = _test_event(wants_link=True)
    async with _deleted(calendar, event) as lines:
        made = await calendar.insert(event)
        if not isinstance(made, Inserted):
            why = getattr(made, "why", "the id of the test event is used")
            lines.append(("wrong", f"a test event cannot be written ({why}): {_SHARE}"))
            return lines
        there = await calendar.find(event.id)
        if not isinstance(there, CalendarEvent) or there.span != event.span:
            lines.append(("wrong", "the test event cannot be read back; try again in a minute"))
            return lines
        lines.append(("ok", "a test event was written and read back"))
        if there.link or there.link_pending:
            lines.append(("ok", "Google makes a Meet link for each screening"))
        elif settings.video_url:
            lines.append(("note", "this account cannot make Meet links; VIDEO_URL is used"))
        else:
            lines.append(("note", _NO_LINKS))
    return lines


@asynccontextmanager
async def _deleted(calendar: GoogleCalendar, event: Event) -> AsyncGenerator[list[Line]]:
    """Delete the event in the end, and add a line that says whether it is gone."""
    lines: list[Line] = []
    yield lines
    there = await calendar.find(event.id)
    if isinstance(there, CalendarEvent) and not there.cancelled:
        if isinstance(await calendar.cancel(event.id, there.etag), Gone):
            lines.append(("ok", "and deleted"))
        else:
            lines.append(("wrong", f'delete the event "{event.title}" by hand: {_SHARE}'))


def _cannot(what: str, error: RequestFailure) -> str:
    """What failed, and what the clinic should do."""
    if "insufficientPermissions" in error.why:
        remedy = f"the sign-in lacks a permission; {_SIGN_IN}, and tick every box that Google shows"
    else:
        remedy = {
            "sign-in": f"{_SIGN_IN}; if it happens weekly, publish the app in Google's console",
            "missing": f"check GOOGLE_SCREENINGS_CALENDAR_ID; then {_SHARE}",
            "set-up": _SHARE,
        }.get(error.kind, "check this computer's internet connection and try again in a minute")
    return f"the line cannot {what} ({error.why}): {remedy}"
