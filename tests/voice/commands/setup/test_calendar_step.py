"""Setup chooses Google's calendars by name."""

from pathlib import Path

import pytest
from stand_ins.google.calendars import Calendar
from stand_ins.google.server import DOCTOR, Google
from support.google_clinic import signed_in
from support.live_settings import LIVE
from support.setup_command import Setup, stored, write_env

SHARED = "shared@group.calendar.google.com"


@pytest.fixture
def folder(google: Google, tmp_path: Path) -> Path:
    """A folder with a sign-in; the account also reads a colleague's calendar, and has another."""
    write_env(tmp_path, **LIVE)
    google.sign_in.scopes |= {"calendar.events.owned"}
    google.world.calendars[SHARED] = Calendar(SHARED, name="Front desk")
    google.world.calendars["bob@example.org"] = Calendar(
        "bob@example.org", role="reader", name="Bob"
    )
    signed_in(google, tmp_path)
    return tmp_path


def test_calendars_that_exist_are_chosen_by_name(setup: Setup, folder: Path) -> None:
    """Bookings go only into one that may be written; every page of the list is read."""
    with setup("--only", "calendar") as terminal:
        terminal.answers("Google Calendar [1]", "2").answers("That file", "nowhere.json")
        terminal.sees("nowhere.json").answers("That file", "user.json")
        terminal.sees("1  Dr. Ann Lee").sees("2  Front desk").sees("3  make a new one, called")
        terminal.answers("The calendar for screenings [3]", "2")
        terminal.sees("1  Dr. Ann Lee").sees("2  Bob").answers("for none) [1]", "2, 9")
        terminal.sees("Type numbers from 1 to 2").answers("for none) [1]", "1, 2")
        terminal.answers("Invite patients?", "n").answers("Address of your own video room")
        terminal.sees(f"Front desk: {SHARED}").answers("Therapists' file", "nowhere.toml")
        terminal.sees("CLINICIANS:").answers("Therapists' file")
        assert terminal.ends() == 0
    chosen = stored(folder)
    assert chosen["GOOGLE_CREDENTIALS_FILE"] == "user.json"
    assert chosen["GOOGLE_SCREENINGS_CALENDAR_ID"] == SHARED
    assert chosen["GOOGLE_BUSY_CALENDAR_IDS"] == f"{DOCTOR},bob@example.org"
    assert chosen["GOOGLE_INVITATIONS_CALENDAR_ID"] == ""


def test_calendars_that_the_line_made_elsewhere_are_suggested(
    setup: Setup, google: Google, folder: Path
) -> None:
    """After `authorize-google --make-calendar` on another computer, Enter makes no second ones."""
    for each, name in (("made", "Screenings"), ("invites", "Screenings: invitations")):
        google.world.calendars[each] = Calendar(each, made_by_app=True, name=name)
    with setup("--only", "calendar") as terminal:
        terminal.answers("Google Calendar [1]", "2").answers("That file", "user.json")
        terminal.answers("The calendar for screenings [3]").answers("for none) [1]")
        terminal.answers("Invite patients?").answers("The calendar for screenings: invitations [2]")
        terminal.answers("Address of your own video room").answers("Therapists' file")
        assert terminal.ends() == 0
    chosen = stored(folder)
    assert chosen["GOOGLE_SCREENINGS_CALENDAR_ID"] == "made"
    assert chosen["GOOGLE_INVITATIONS_CALENDAR_ID"] == "invites"


def test_another_run_begins_with_what_was_chosen(setup: Setup, folder: Path) -> None:
    """Enter at every question changes nothing, also not what the account does not list."""
    write_env(
        folder,
        GOOGLE_CREDENTIALS_FILE="user.json",
        GOOGLE_SCREENINGS_CALENDAR_ID=SHARED,
        GOOGLE_BUSY_CALENDAR_IDS="bob@example.org,room@example.org",
        GOOGLE_INVITATIONS_CALENDAR_ID="",
        VIDEO_URL="https://video.example/room",
        CLINICIANS="",
    )
    before = stored(folder)
    with setup("--only", "calendar") as terminal:
        terminal.answers("Sign in again").answers("The calendar for screenings [2]")
        terminal.sees("3  room@example.org").answers("for none) [2, 3]").answers(
            "Invite patients?", "n"
        )
        terminal.answers("(- for none) [https://video.example/room]").answers("Therapists' file")
        assert terminal.sees("Nothing was changed.").ends() == 0
    assert stored(folder) == before


def test_a_list_that_is_refused_leads_to_the_id_by_hand(
    setup: Setup, google: Google, folder: Path
) -> None:
    """A sign-in of an earlier version may not list calendars."""
    google.sign_in.scopes = frozenset({"calendar.events.owned", "calendar.freebusy"})
    write_env(folder, GOOGLE_CREDENTIALS_FILE="user.json")
    with setup("--only", "calendar") as terminal:
        terminal.answers("Sign in again").sees("The calendars cannot be listed")
        terminal.answers("Id of the calendar", SHARED).answers("Ids of calendars", DOCTOR)
        terminal.answers("Address of your own video room").answers("Therapists' file")
        assert terminal.ends() == 0
    assert stored(folder)["GOOGLE_SCREENINGS_CALENDAR_ID"] == SHARED


def test_a_clinic_without_google_keeps_the_lines_own_calendar(setup: Setup, folder: Path) -> None:
    """No calendar is asked then, and the step counts as done."""
    with setup("--only", "calendar") as terminal:
        terminal.answers("Google Calendar [1]", "3")
        terminal.answers("Address of your own video room")
        assert terminal.answers("Therapists' file").ends() == 0
    assert stored(folder)["GOOGLE_CREDENTIALS_FILE"] == ""
