"""Which calendar the line keeps: Google's when it has credentials, else the local diary."""

from pathlib import Path

from psycopg_pool import AsyncConnectionPool

from calendar_sync.calendars.contract import Diary
from calendar_sync.calendars.local import LocalDiary
from calendar_sync.calendars.push import Push
from calendar_sync.clinic import Invitations
from calendar_sync.errors import CalendarFault
from voice.errors import SettingsWrong
from voice.icalendar import entry
from voice.settings import Settings


def diary_for(settings: Settings, pool: AsyncConnectionPool) -> Diary:
    """The diary of the settings; a demo always keeps a local one. Raises SettingsWrong."""
    return google_diary(settings) if settings.uses_google else LocalDiary(pool)


def push_for(settings: Settings, diary: Diary) -> Push | None:
    """How Google tells of changes at once; None for a local diary or an address it cannot call."""
    address = push_address(settings)
    if not (settings.uses_google and address):
        return None
    from calendar_sync.calendars.google.calendar import GoogleDiary  # noqa: PLC0415  # as below

    return diary.push_to(address) if isinstance(diary, GoogleDiary) else None


def invitations_for(settings: Settings, diary: Diary) -> Invitations | None:
    """Where patients are invited from; None without a calendar for it."""
    if not (settings.uses_google and settings.google_invitations_calendar_id):
        return None
    from calendar_sync.calendars.google.calendar import GoogleDiary  # noqa: PLC0415  # as below

    if not isinstance(diary, GoogleDiary):
        return None

    def words(language: str) -> tuple[str, str]:
        title, note = entry(settings.clinic_number, "es" if language == "es" else "en")
        return f"{title}, {settings.clinic_name}", note

    return Invitations(diary.inviting(settings.google_invitations_calendar_id), words)


def push_address(settings: Settings) -> str:
    """Where Google's messages go; "" unless the line is called by https, as Google demands."""
    base = settings.public_base_url.rstrip("/")
    return f"{base}/calendar/changed" if base.startswith("https://") else ""


def google_diary(settings: Settings) -> Diary:
    """The clinic's calendars at Google. Raises SettingsWrong."""
    # Google's client takes 0.2 s and 30 MB: only a line that uses it pays for it.
    from calendar_sync.calendars.google.calendar import GoogleDiary  # noqa: PLC0415  # as said
    from calendar_sync.calendars.google.client import GoogleAccess  # noqa: PLC0415  # as said

    try:
        access = GoogleAccess(Path(settings.google_credentials_file), api_url(settings))
    except CalendarFault as trouble:
        raise SettingsWrong(str(trouble)) from trouble
    return GoogleDiary(
        access,
        settings.google_screenings_calendar_id,
        settings.busy_calendar_ids,
        settings.zone,
    )


def api_url(settings: Settings) -> str:
    """The Calendar API's address with the slash at its end that the client needs; "": Google's."""
    url = settings.google_api_url
    return f"{url.rstrip('/')}/" if url else ""
