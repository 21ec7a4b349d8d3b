"""`screening-line authorize-google`: sign in to Google as the clinic, once."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from google_auth_oauthlib.flow import InstalledAppFlow

from calendar_sync.calendars.google.client import SCOPE, SCOPES, GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from voice.calendar_setup import api_url
from voice.clock import utc_now
from voice.errors import ReportedError
from voice.private_file import replace_private
from voice.settings import Settings

_LIST = SCOPE + "calendar.calendarlist.readonly"
MADE_HERE = [SCOPE + "calendar.app.created", SCOPES[1], _LIST]
"""To make calendars and write into those alone, to read busy times, to list calendars by name."""
MADE_BY_HAND = [SCOPES[0], *MADE_HERE]
"""The same, and to write into every calendar of the account."""
WEEK = (
    "If the app's publishing status in Google's console is Testing, this sign-in ends after 7 days:"
    " publish the app, then sign in again."
)


class NotAuthorizedError(ReportedError):
    """Google did not grant what the line needs."""


@dataclass(frozen=True, slots=True)
class AuthorizeOptions:
    """Google's client file, the file to write, and the name of a calendar to create or ""."""

    client_file: Path
    credentials_file: Path
    make_calendar: str
    browser: str | None = None


async def authorize(
    settings: Settings, options: AuthorizeOptions, say: Callable[[str], None]
) -> None:
    """Sign in with a browser, write the credentials, create the calendars.

    Raises NotAuthorizedError.
    """
    sign_in(options, MADE_HERE if options.make_calendar else MADE_BY_HAND)
    say(f"Signed in. In .env: GOOGLE_CREDENTIALS_FILE={options.credentials_file}")
    if options.make_calendar:
        name, file = options.make_calendar, options.credentials_file
        made = await make_calendar(settings, file, name)
        say(f"Made the calendar. In .env: GOOGLE_SCREENINGS_CALENDAR_ID={made}")
        made = await make_calendar(settings, file, f"{name}: invitations")
        say(
            "Made a calendar that invites patients who give an email. Staff need not see it, so "
            f"untick it in Google Calendar's list. In .env: GOOGLE_INVITATIONS_CALENDAR_ID={made}"
        )
    say(WEEK)


def sign_in(options: AuthorizeOptions, scopes: list[str]) -> None:
    """Sign in with a browser and write the credentials. Raises NotAuthorizedError."""
    _write(options.credentials_file, _signed_in(options, scopes))


def _signed_in(options: AuthorizeOptions, scopes: list[str]) -> dict[str, Any]:
    """Run the installed-app flow with offline access, renewed consent, and PKCE."""
    try:
        flow = InstalledAppFlow.from_client_secrets_file(
            str(options.client_file),
            scopes=scopes,
            autogenerate_code_verifier=True,
        )
    except (OSError, ValueError) as error:
        message = (
            f"{options.client_file} is not a Google client file. In Google's console create an "
            "OAuth client of the type Desktop app and download its JSON."
        )
        raise NotAuthorizedError(message) from error
    try:
        got = flow.run_local_server(
            port=0, access_type="offline", prompt="consent", browser=options.browser
        )
    except Exception as error:
        message = f"The sign-in was not finished ({type(error).__name__}). Run it again."
        raise NotAuthorizedError(message) from error
    if not got.refresh_token:
        message = (
            "Google gave no refresh token. Remove the app at myaccount.google.com/permissions, "
            "then run this again."
        )
        raise NotAuthorizedError(message)
    now = utc_now()
    ends_in = flow.oauth2session.token.get("refresh_token_expires_in")
    return {
        "type": "authorized_user",
        "client_id": got.client_id,
        "client_secret": got.client_secret,
        "refresh_token": got.refresh_token,
        "token_uri": flow.client_config["token_uri"],
        "scopes": list(got.scopes or ()),
        "signed_in_at": now.isoformat(),
        # Google tells the end of access for a limited time, as of an app in testing.
        "ends_at": (now + timedelta(seconds=float(ends_in))).isoformat() if ends_in else None,
    }


def _write(file: Path, credentials: dict[str, Any]) -> None:
    """Write the file, and the folder that it is in if need be."""
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_private(file, json.dumps(credentials, indent=1))


async def make_calendar(settings: Settings, credentials: Path, name: str) -> str:
    """Make a calendar in the clinic's time zone; its id. Raises NotAuthorizedError."""
    body = {"summary": name, "timeZone": settings.clinic_time_zone}
    with closing(GoogleAccess(credentials, api_url(settings))) as access:
        made = await access.ask(lambda google: google.calendars().insert(body=body))
    if isinstance(made, RequestFailure):
        message = (
            f'The calendar "{name}" could not be created: {made.why}. Create it in Google '
            "Calendar, or delete what was created and run this again."
        )
        raise NotAuthorizedError(message)
    return str(made["id"])
