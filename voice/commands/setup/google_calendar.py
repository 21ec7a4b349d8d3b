"""The clinic's Google Calendar: the sign-in, the calendars by name, and the video link."""

import asyncio
from contextlib import closing
from pathlib import Path

from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from calendar_sync.errors import CalendarError
from voice.calendar_setup import api_url
from voice.commands.authorize_google import (
    MADE_BY_HAND,
    MADE_HERE,
    WEEK,
    AuthorizeOptions,
    NotAuthorizedError,
    make_calendar,
    sign_in,
)
from voice.commands.google_calendars import Listed, calendars, first_event
from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import (
    agree,
    ask,
    ask_setting,
    choose,
    choose_any,
    say,
)

_FILE = "google-credentials.json"
_CLIENT = """
Google wants to know which app signs in. Once, in Google's console (console.cloud.google.com):
make a project, turn on the Google Calendar API, make an OAuth client of the type Desktop app,
and download its JSON file. Publish the app (Audience): the sign-in of one in testing ends after
7 days.
"""
_WIDER = (
    "Let the line make one, or run `screening-line setup --only calendar` and sign in again for "
    "a calendar that exists."
)
_KINDS = (
    "sign in now, with a browser on this computer",
    "a file from `screening-line authorize-google` elsewhere, or a service account's key",
    "no Google Calendar: the line keeps a calendar of its own",
)


def ask_calendar(answers: Answers) -> None:
    """Sign in, choose or make the calendars, and choose where video screenings are."""
    file = _signed_in(answers)
    listed = _choose_calendars(answers, Path(file)) if file else []
    if file:
        say("\nGoogle Meet makes a link for each screening, unless you have a video room.")
    ask_setting(answers, "video_url", "Address of your own video room (Enter: none)")
    say("\nSeveral therapists have a file with their calendars and hours: docs/therapists.md.")
    for each in listed:
        say(f"  {each.name}: {each.id}")
    ask_setting(answers, "clinicians", "Therapists' file (Enter: one therapist, no file)")


def _signed_in(answers: Answers) -> str:
    """The credentials file, or "" for no Google Calendar."""
    current = answers.get("google_credentials_file")
    if current and Path(current).is_file():
        say(f"Signed in with {current}.")
        if not agree("Sign in again, or with another account?", default=False):
            return current
    kind = choose(
        "Google Calendar", _KINDS, 0 if current or not answers.has("google_credentials_file") else 2
    )
    if kind == 2:  # noqa: PLR2004  # the third
        answers.put("google_credentials_file", "")
        return ""
    if kind == 1:
        return _existing_file(answers)
    return _sign_in(answers, current or _FILE)


def _existing_file(answers: Answers) -> str:
    while True:
        file = ask_setting(answers, "google_credentials_file", "That file", needed=True)
        try:
            GoogleAccess(Path(file)).close()
        except CalendarError as error:
            say(f"{error}")
            continue
        return file


def _sign_in(answers: Answers, file: str) -> str:
    say(_CLIENT)
    made = ["a new calendar for screenings, which the line makes (recommended)", "one that exists"]
    scopes = MADE_BY_HAND if choose("Bookings go into", made) else MADE_HERE
    if answers.dry_run:
        say(f"Would open a browser to sign in, and write {file}.")
        answers.put("google_credentials_file", file)
        return file
    while True:
        client = ask("The client's JSON file")
        if not client:
            continue
        say("A browser opens. Sign in with the clinic's account, and tick every box.")
        try:
            sign_in(AuthorizeOptions(Path(client).expanduser(), Path(file), ""), scopes)
        except NotAuthorizedError as error:
            say(f"{error}")
            continue
        answers.put("google_credentials_file", file)
        say(f"Signed in. {WEEK}")
        return file


def _choose_calendars(answers: Answers, file: Path) -> list[Listed]:
    """Choose by name: where bookings go, what blocks times, what invites patients.

    Returns the calendars that can be chosen.
    """
    listed = asyncio.run(_listed(answers, file)) if file.is_file() else []
    if isinstance(listed, RequestFailure):
        say(f"The calendars cannot be listed ({listed.why}).")
        say("Copy the calendar's id from its settings, under Integrate calendar.")
        ask_setting(answers, "google_screenings_calendar_id", "Id of the calendar", needed=True)
        ask_setting(answers, "google_busy_calendar_ids", "Ids of calendars that block times")
        return []
    listed += _unlisted(answers, {each.id for each in listed})
    own = [each for each in listed if each.can_write]
    screenings = _one(answers, file, own, "google_screenings_calendar_id", "Screenings")
    rest = [each for each in listed if each.id != screenings]
    say("\nWhich calendars block times, such as the clinician's own?")
    known = answers.settings().busy_calendar_ids
    default = [no for no, each in enumerate(rest) if (each.id in known if known else each.primary)]
    if rest:
        chosen = choose_any("Calendars", [each.name for each in rest], default)
        answers.put("google_busy_calendar_ids", ",".join(rest[no].id for no in chosen))
    say(
        "\nPatients may give an email on their page and get an invitation, from a calendar of its\n"
        "own that repeats the screenings without answers."
    )
    if agree("Invite patients?", default=True):
        busy = answers.settings().busy_calendar_ids
        others = [each for each in own if each.id not in {screenings, *busy}]
        _one(answers, file, others, "google_invitations_calendar_id", "Screenings: invitations")
    else:
        answers.put("google_invitations_calendar_id", "")
    return listed


def _unlisted(answers: Answers, listed: set[str]) -> list[Listed]:
    """Calendars that are set and not in the account's list, so that Enter keeps them."""
    settings = answers.settings()
    known = (
        settings.google_screenings_calendar_id,
        settings.google_invitations_calendar_id,
        *settings.busy_calendar_ids,
    )
    return [
        Listed(each, each, primary=False, can_write=each not in settings.busy_calendar_ids, zone="")
        for each in dict.fromkeys(known)
        if each and each not in listed
    ]


def _one(answers: Answers, file: Path, own: list[Listed], name: str, new: str) -> str:
    """Choose a calendar of the account, or make one; its id.

    Enter keeps the one that is set, or takes one that was made under the name `new` elsewhere.
    """
    current = answers.get(name) or next((each.id for each in own if each.name == new), "")
    options = [each.name for each in own] + [f"make a new one, called {new}"]
    default = next((no for no, each in enumerate(own) if each.id == current), len(own))
    say()
    while (chosen := choose(f"The calendar for {new.lower()}", options, default)) < len(own):
        failed = asyncio.run(_unreachable(answers, file, own[chosen].id))
        if failed is None:
            answers.put(name, own[chosen].id)
            return own[chosen].id
        say(f"The sign-in does not reach that calendar ({failed.why}). {_WIDER}")
    if answers.dry_run:
        say(f"Would make the calendar {new}.")
        return ""
    made = asyncio.run(make_calendar(answers.settings(), file, new))
    answers.put(name, made)
    say(f"Made the calendar {new}.")
    return made


async def _unreachable(answers: Answers, file: Path, calendar: str) -> RequestFailure | None:
    """Why the calendar's events cannot be read; None if they can."""
    with closing(GoogleAccess(file, api_url(answers.settings()))) as access:
        said = await first_event(access, calendar)
    return said if isinstance(said, RequestFailure) else None


async def _listed(answers: Answers, file: Path) -> list[Listed] | RequestFailure:
    with closing(GoogleAccess(file, api_url(answers.settings()))) as access:
        return await calendars(access)
