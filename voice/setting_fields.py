"""Every setting, grouped: its name in capitals in the environment or `.env`, meaning, default.

`.env.example` lists the same settings in the same order; a test compares them.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from voice.setting_types import (
    AccountSid,
    Address,
    DatabaseUrl,
    Dates,
    Email,
    Folder,
    MailServer,
    OpeningHours,
    OptionalEmail,
    PhoneNumber,
    PhoneNumbers,
    PublicAddress,
    SafeAddress,
    ZoneName,
)

NO_SECRET = SecretStr("")
DEMO_NUMBER = "+14252025687"
REQUIRED = (
    "public_base_url",
    "twilio_account_sid",
    "twilio_auth_token",
    "clinic_name",
    "clinic_number",
    "clinic_email",
    "clinic_time_zone",
)
"""What a live line cannot guess: the defaults of these are empty or the demo clinic's."""


def _setting(meaning: str, **limits: Any) -> Any:  # noqa: ANN401  # as pydantic's own Field
    return Field(description=meaning, **limits)


class RequiredFields(BaseSettings):
    """What every clinic must set."""

    public_base_url: Annotated[
        PublicAddress, _setting("the public https address of this line, which Twilio calls")
    ] = ""
    twilio_account_sid: Annotated[AccountSid, _setting("your Twilio account, AC...")] = ""
    twilio_auth_token: Annotated[
        SecretStr, _setting("verifies that requests are Twilio's; while you rotate it: new,old")
    ] = NO_SECRET
    clinic_name: Annotated[str, _setting("as callers hear it", min_length=1)] = (
        "BodyFix Physical Therapy"
    )
    clinic_number: Annotated[PhoneNumber, _setting("the number that patients call")] = DEMO_NUMBER
    clinic_email: Annotated[Email, _setting("offered to callers")] = "info@bodyfixpt.com"
    clinic_time_zone: Annotated[
        ZoneName, _setting("the time zone of the opening hours and of spoken times")
    ] = "America/Los_Angeles"


class ClinicFields(BaseSettings):
    """The clinician, the clinic's phones and the video room."""

    clinician_name: Annotated[
        str, _setting("the clinician's name in writing; unset on a live line: none is given")
    ] = "Dr. Joel Spring"
    clinician_spoken_en: Annotated[
        str, _setting("the clinician as callers hear it; unset on a live line: no name is said")
    ] = "Doctor Joel Spring, physical therapist,"
    clinician_spoken_es: Annotated[str, _setting("the same in Spanish")] = (
        "El doctor Joel Spring, fisioterapeuta,"
    )
    staff_number: Annotated[
        PhoneNumber, _setting("the phone that key 0 rings; unset: callers get a call-back instead")
    ] = ""
    clinic_phones: Annotated[
        PhoneNumbers,
        _setting("the clinic's other phones, so that a call they forward is not taken for theirs"),
    ] = frozenset()
    video_url: Annotated[
        Address, _setting("a fixed video room; unset: Google Meet, or staff add a link")
    ] = ""


class ScreeningFields(BaseSettings):
    """When screenings are."""

    opening_hours: Annotated[OpeningHours, _setting("in the clinic's time zone")] = (
        "Mon-Fri 09:00-17:00"
    )
    closed_dates: Annotated[
        Dates, _setting("closed days, with commas between; us-federal: all federal holidays")
    ] = frozenset()
    availability: Annotated[
        Literal["hours", "calendar"],
        _setting(
            'hours: opening hours and events titled "Open for screenings"; calendar: only those'
        ),
    ] = "hours"
    screening_minutes: Annotated[
        int, _setting("length of a screening in minutes", ge=5, le=480)
    ] = 20
    buffer_minutes: Annotated[
        int, _setting("minutes kept free before and after a screening", ge=0, le=480)
    ] = 10
    notice_hours: Annotated[
        int, _setting("hours between the call and the first time offered", ge=0, le=720)
    ] = 4
    horizon_days: Annotated[int, _setting("how many days ahead times are offered", ge=1, le=60)] = (
        14
    )


class GoogleFields(BaseSettings):
    """The Google account and its calendars."""

    google_credentials_file: Annotated[
        str, _setting("authorized-user or service-account JSON; unset: a local calendar")
    ] = ""
    google_screenings_calendar_id: Annotated[
        str, _setting("the calendar that bookings are written to")
    ] = ""
    google_busy_calendar_ids: Annotated[
        str, _setting("calendars whose events block times, with commas between")
    ] = ""
    google_invitations_calendar_id: Annotated[
        str,
        _setting("a separate calendar that invites patients who give an email; unset: none does"),
    ] = ""
    calendar_detail: Annotated[
        Literal["full", "minimal"],
        _setting("full: the caller's answers are in the event; minimal: they are not"),
    ] = "full"


class TextFields(BaseSettings):
    """Texts, and how the line signs in to Twilio."""

    texts: Annotated[
        Literal["on", "off"], _setting("on: patients who agree get texts; off: staff call them")
    ] = "on"
    twilio_messaging_service_sid: Annotated[
        str, _setting("sends the texts, MG...; unset: CLINIC_NUMBER sends them")
    ] = ""
    twilio_api_key_sid: Annotated[
        str, _setting("an API key for Twilio's REST API, SK...; unset: the auth token signs in")
    ] = ""
    twilio_api_key_secret: Annotated[SecretStr, _setting("the secret of that key")] = NO_SECRET


class VoiceFields(BaseSettings):
    """The voices, and whether their wording must be signed."""

    voice_en: Annotated[
        str,
        _setting(
            "Twilio's name of the English voice; a booked call takes about 2 cents of speech with a"
            " standard voice, 9 with a neural one (...-Neural), 35 with a generative one"
        ),
    ] = "Polly.Joanna"
    voice_es: Annotated[
        str, _setting("Twilio's name of the Spanish voice; the same kinds and prices")
    ] = "Polly.Lupe"
    recordings_dir: Annotated[
        Folder,
        _setting("a folder with recordings of your own voice; unset: the voices above alone"),
    ] = ""
    unsigned_wording: Annotated[
        Literal["refuse", "allow"],
        _setting("refuse: do not start until the clinician has signed the wording; or allow"),
    ] = "refuse"


class ServerFields(BaseSettings):
    """The database, and the addresses of services."""

    database_url: Annotated[
        DatabaseUrl, _setting("PostgreSQL 14 or newer; unset: the embedded one in DATA_DIR")
    ] = NO_SECRET
    data_dir: Annotated[Path, _setting("where the embedded PostgreSQL keeps its data")] = Path(
        "data"
    )
    metrics_token: Annotated[
        SecretStr, _setting("a bearer token that may read /metrics; unset: only this computer may")
    ] = NO_SECRET
    google_api_url: Annotated[
        Address, _setting("base URL of the Calendar API; unset: Google's own")
    ] = ""
    twilio_api_url: Annotated[
        SafeAddress, _setting("base URL of Twilio's REST API; unset: Twilio's own")
    ] = ""


class BackupFields(BaseSettings):
    """Back-ups of the database."""

    backup_dir: Annotated[Path, _setting("where back-ups are written")] = Path("backups")
    backup_key_file: Annotated[
        str, _setting("the key that encrypts back-ups; `backup --new-key FILE` makes one")
    ] = ""
    backup_keep: Annotated[int, _setting("how many back-ups are kept", ge=1, le=3650)] = 14


class LimitFields(BaseSettings):
    """What one number, one call, and everybody together may take."""

    limits: Annotated[
        Literal["on", "off"], _setting("off: no limits at all, for load tests only")
    ] = "on"
    limit_coming_visits: Annotated[
        int, _setting("coming visits per number; two serve a family", ge=1, le=100)
    ] = 2
    limit_calls_per_hour: Annotated[
        int, _setting("calls per number and hour that are offered times", ge=1, le=1000)
    ] = 6
    limit_rings_per_call: Annotated[
        int, _setting("rings of the staff phone per call", ge=1, le=20)
    ] = 2
    limit_held_percent: Annotated[
        int, _setting("share of the open times that callers may hold at once", ge=1, le=100)
    ] = 25


class AlertFields(BaseSettings):
    """Who gets alerts about the line, and what staff get besides call-backs."""

    alert_number: Annotated[PhoneNumber, _setting("gets alerts by text; unset: nobody does")] = ""
    alert_email: Annotated[OptionalEmail, _setting("gets alerts by email, sent from itself")] = ""
    smtp_url: Annotated[
        MailServer,
        _setting("sends that email: smtps://user:password@host; smtp: for STARTTLS"),
    ] = NO_SECRET
    alert_ping_url: Annotated[
        Address, _setting("asked each minute while all is well, such as a healthchecks.io address")
    ] = ""
    staff_page: Annotated[
        Literal["on", "off"],
        _setting("on: /staff shows call-backs to who signs in with `screening-line staff-link`"),
    ] = "off"
    daily_summary: Annotated[
        Literal["on", "off"],
        _setting("on: an event each working morning has the figures of the days before"),
    ] = "off"
