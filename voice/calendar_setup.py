"""Which calendar the line keeps: Google's when it has credentials, else the local diary."""

from pathlib import Path

from psycopg_pool import AsyncConnectionPool

from calendar_sync.calendars.contract import Calendar
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.calendars.push import Push
from calendar_sync.clinic import Invitations
from calendar_sync.errors import CalendarError
from voice.errors import SettingsError
from voice.icalendar import entry
from voice.settings import Settings


def calendar_for(settings: Settings, pool: AsyncConnectionPool) -> Calendar:
    """The diary of the settings; a demo always keeps a local one. Raises SettingsError."""
    return google_calendar(settings) if settings.uses_google else LocalCalendar(pool)


def push_for(settings: Settings, calendar: Calendar) -> Push | None:
    """How Google tells of changes at once; None for a local diary or an address it cannot call."""
    address = push_address(settings)
    if not (settings.uses_google and address):
        return None
    from calendar_sync.calendars.google.calendar import GoogleCalendar  # noqa: PLC0415  # as below

    return calendar.push_to(address) if isinstance(calendar, GoogleCalendar) else None


def invitations_for(settings: Settings, calendar: Calendar) -> Invitations | None:
    """Where patients are invited from; None without a calendar for it."""
    if not (settings.uses_google and settings.google_invitations_calendar_id):
        return None
    from calendar_sync.calendars.google.calendar import GoogleCalendar  # noqa: PLC0415  # as below

    if not isinstance(calendar, GoogleCalendar):
        return None

    def words(language: str) -> tuple[str, str]:
        title, note = entry(settings.clinic_number, "es" if language == "es" else "en")
        return f"{title}, {settings.clinic_name}", note

    return Invitations(calendar.inviting(settings.google_invitations_calendar_id), words)


def push_address(settings: Settings) -> str:
    """Where Google's messages go; "" unless the line is called by https, as Google demands."""
    base = settings.public_base_url.rstrip("/")
    return f"{base}/calendar/changed" if base.startswith("https://") else ""


def google_calendar(settings: Settings) -> Calendar:
    """The clinic's calendars at Google. Raises SettingsError."""
    # Google's client takes 0.2 s and 30 MB: only a line that uses it pays for it.
    from calendar_sync.calendars.google.calendar import GoogleCalendar  # noqa: PLC0415  # as said
    from calendar_sync.calendars.google.client import GoogleAccess  # noqa: PLC0415  # as said

    try:
        access = GoogleAccess(Path(settings.google_credentials_file), api_url(settings))
    except CalendarError as trouble:
        raise SettingsError(str(trouble)) from trouble
    return GoogleCalendar(
        access,
        settings.google_screenings_calendar_id,
        settings.busy_calendar_ids,
        settings.zone,
    )


def api_url(settings: Settings) -> str:
    """The Calendar API's address with the slash at its end that the client needs; "": Google's."""
    url = settings.google_api_url
    return f"{url.rstrip('/')}/" if url else ""
