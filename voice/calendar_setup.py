"""Chooses the calendar from the settings: Google's with credentials, else the local one."""

from pathlib import Path

from psycopg_pool import AsyncConnectionPool

from calendar_sync.calendars.contract import Calendar
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.calendars.push import Push
from calendar_sync.clinic import Invitations
from calendar_sync.errors import CalendarError
from voice.clinician_file import ClinicianEntry
from voice.errors import SettingsError
from voice.icalendar import entry
from voice.settings import Settings


def calendar_for(settings: Settings, pool: AsyncConnectionPool) -> Calendar:
    """The line's calendar; a demo always has a local one. Raises SettingsError."""
    return google_calendar(settings) if settings.uses_google else LocalCalendar(pool)


def push_for(settings: Settings, calendar: Calendar) -> Push | None:
    """Push channels for changes; None for a local calendar or an address Google cannot call."""
    address = push_address(settings)
    if not (settings.uses_google and address):
        return None
    from calendar_sync.calendars.google.calendar import GoogleCalendar  # noqa: PLC0415  # slow

    return calendar.push_to(address) if isinstance(calendar, GoogleCalendar) else None


def calendar_of(
    settings: Settings, pool: AsyncConnectionPool, clinics: Calendar, entry: ClinicianEntry
) -> Calendar:
    """A therapist's calendar, of the same account as `clinics`, the clinic's own.

    An entry that names no screenings calendar has the clinic's, with what blocks times there.
    """
    if not settings.uses_google:
        return LocalCalendar(pool, entry.id)
    return google_calendar_of(settings, clinics, entry)


def google_calendar_of(settings: Settings, clinics: Calendar, entry: ClinicianEntry) -> Calendar:
    """The same for a line that uses Google."""
    busy = entry.busy_calendars
    if not entry.screenings_calendar:
        own = settings.google_screenings_calendar_id
        return google_calendar_at(clinics, own, busy or settings.busy_calendar_ids)
    return google_calendar_at(clinics, entry.screenings_calendar, busy)


def google_calendar_at(clinics: Calendar, calendar_id: str, busy: tuple[str, ...] = ()) -> Calendar:
    """The calendar with this id, of the same account as `clinics`; `busy` close its times."""
    from calendar_sync.calendars.google.calendar import GoogleCalendar  # noqa: PLC0415  # slow

    if not isinstance(clinics, GoogleCalendar):
        return clinics
    return clinics.beside(calendar_id, busy)


def invitations_for(settings: Settings, calendar: Calendar) -> Invitations | None:
    """The calendar that invites patients; None if no calendar is set for it."""
    if not (settings.uses_google and settings.google_invitations_calendar_id):
        return None
    from calendar_sync.calendars.google.calendar import GoogleCalendar  # noqa: PLC0415  # slow

    if not isinstance(calendar, GoogleCalendar):
        return None

    def words(language: str) -> tuple[str, str]:
        title, note = entry(settings.clinic_number, "es" if language == "es" else "en")
        return f"{title}, {settings.clinic_name}", note

    return Invitations(calendar.inviting(settings.google_invitations_calendar_id), words)


def push_address(settings: Settings) -> str:
    """The address of push messages; "" unless it is https, which Google requires."""
    base = settings.public_base_url.rstrip("/")
    return f"{base}/calendar/changed" if base.startswith("https://") else ""


def google_calendar(settings: Settings) -> Calendar:
    """The clinic's Google calendars. Raises SettingsError."""
    # Google's client takes 0.2 s and 30 MB to import, so only a line that uses it does.
    from calendar_sync.calendars.google.calendar import GoogleCalendar  # noqa: PLC0415  # slow
    from calendar_sync.calendars.google.client import GoogleAccess  # noqa: PLC0415  # slow

    try:
        access = GoogleAccess(Path(settings.google_credentials_file), api_url(settings))
    except CalendarError as error:
        raise SettingsError(str(error)) from error
    return GoogleCalendar(
        access,
        settings.google_screenings_calendar_id,
        settings.busy_calendar_ids,
        settings.zone,
    )


def api_url(settings: Settings) -> str:
    """The Calendar API's base address with the trailing slash the client needs; "": default."""
    url = settings.google_api_url
    return f"{url.rstrip('/')}/" if url else ""
