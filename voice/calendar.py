"""Which calendar the line keeps: Google's when it has credentials, else the local diary."""

from pathlib import Path

from psycopg_pool import AsyncConnectionPool

from calendar_sync.diary import Diary
from calendar_sync.faults import CalendarFault
from calendar_sync.local_diary import LocalDiary
from voice.faults import SettingsWrong
from voice.settings import Settings


def diary_for(settings: Settings, pool: AsyncConnectionPool) -> Diary:
    """The diary of the settings; a demo always keeps a local one. Raises SettingsWrong."""
    return google_diary(settings) if settings.uses_google else LocalDiary(pool)


def google_diary(settings: Settings) -> Diary:
    """The clinic's calendars at Google. Raises SettingsWrong."""
    # Google's client takes 0.2 s and 30 MB: only a line that uses it pays for it.
    from calendar_sync.google_access import GoogleAccess  # noqa: PLC0415  # as said
    from calendar_sync.google_diary import GoogleDiary  # noqa: PLC0415  # as said

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
