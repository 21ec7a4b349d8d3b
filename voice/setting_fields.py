"""Every setting, grouped: its name in capitals in the environment or `.env`, meaning, default.

`.env.example` lists the same settings in the same order; a test compares them.
"""

from typing import Annotated, Literal

from pydantic import SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from voice.clinician_file import ClinicianFile
from voice.setting_types import (
    NO_SECRET,
    RINGS_STAFF,
    AccountSid,
    Address,
    Dates,
    Email,
    Folder,
    OpeningHours,
    PhoneNumber,
    PhoneNumbers,
    PublicAddress,
    Routing,
    ZoneName,
    setting,
)

Agreement = Literal["yes", "no", "not-needed", "unknown"]
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


class RequiredFields(BaseSettings):
    """What every clinic must set."""

    public_base_url: Annotated[
        PublicAddress, setting("the public https address of this line, which Twilio calls")
    ] = ""
    twilio_account_sid: Annotated[AccountSid, setting("your Twilio account, AC...")] = ""
    twilio_auth_token: Annotated[
        SecretStr, setting("verifies that requests are Twilio's; while you rotate it: new,old")
    ] = NO_SECRET
    clinic_name: Annotated[str, setting("as callers hear it", min_length=1)] = (
        "BodyFix Physical Therapy"
    )
    clinic_number: Annotated[PhoneNumber, setting("the number that patients call")] = DEMO_NUMBER
    clinic_email: Annotated[Email, setting("offered to callers")] = "info@bodyfixpt.com"
    clinic_time_zone: Annotated[
        ZoneName, setting("the time zone of the opening hours and of spoken times")
    ] = "America/Los_Angeles"


class ClinicFields(BaseSettings):
    """The clinician, the clinic's phones and the video room."""

    clinician_name: Annotated[
        str, setting("the clinician's name in writing; unset on a live line: none is given")
    ] = "Dr. Joel Spring"
    clinician_spoken_en: Annotated[
        str, setting("the clinician as callers hear it; unset on a live line: no name is said")
    ] = "Doctor Spring"
    clinician_spoken_es: Annotated[str, setting("the same in Spanish")] = "El doctor Spring"
    staff_number: Annotated[
        PhoneNumber, setting("the phone that key 0 rings; unset: callers get a call-back instead")
    ] = ""
    clinic_phones: Annotated[
        PhoneNumbers,
        setting("the clinic's other phones, so that a call they forward is not taken for theirs"),
    ] = frozenset()
    twilio_number: Annotated[
        PhoneNumber,
        setting("your number at Twilio, if CLINIC_NUMBER is elsewhere and forwards to it"),
    ] = ""
    routing: Annotated[
        Routing,
        setting(
            "who answers: line; staff-first: staff's phone rings 15 s, then the line; after-hours:"
            " staff's phone rings during opening hours; paused: call-backs only"
        ),
    ] = "line"
    video_url: Annotated[
        Address, setting("a fixed video room; unset: Google Meet, or staff add a link")
    ] = ""
    clinicians: Annotated[
        ClinicianFile,
        setting("a TOML file with your therapists, if there are several: docs/therapists.md"),
    ] = ""

    @field_validator("routing")
    @classmethod
    def _has_a_phone_to_ring(cls, value: str, info: ValidationInfo) -> str:
        # A demo has a staff phone of its own.
        has_phone = info.data.get("staff_number") or getattr(cls, "is_demo", False)
        if value in RINGS_STAFF and not has_phone:
            message = f"{value} rings staff's phone: set STAFF_NUMBER too, or write line"
            raise ValueError(message)
        return value


class ScreeningFields(BaseSettings):
    """When screenings are."""

    opening_hours: Annotated[OpeningHours, setting("in the clinic's time zone")] = (
        "Mon-Fri 09:00-17:00"
    )
    closed_dates: Annotated[
        Dates, setting("closed days, with commas between; us-federal: all federal holidays")
    ] = frozenset()
    availability: Annotated[
        Literal["hours", "calendar"],
        setting(
            'hours: opening hours and events titled "Open for screenings"; calendar: only those'
        ),
    ] = "hours"
    screening_minutes: Annotated[int, setting("length of a screening in minutes", ge=5, le=480)] = (
        20
    )
    buffer_minutes: Annotated[
        int, setting("minutes kept free before and after a screening", ge=0, le=480)
    ] = 10
    notice_hours: Annotated[
        int, setting("hours between the call and the first time offered", ge=0, le=720)
    ] = 4
    horizon_days: Annotated[int, setting("how many days ahead times are offered", ge=1, le=60)] = 14
    waiting_list_days: Annotated[
        int,
        setting(
            "a caller may ask to be texted when an earlier time opens, if the first open time is"
            " more than this many days ahead",
            ge=0,
            le=60,
        ),
    ] = 3


class GoogleFields(BaseSettings):
    """The Google account and its calendars."""

    google_credentials_file: Annotated[
        str, setting("authorized-user or service-account JSON; unset: a local calendar")
    ] = ""
    google_screenings_calendar_id: Annotated[
        str, setting("the calendar that bookings are written to")
    ] = ""
    google_busy_calendar_ids: Annotated[
        str, setting("calendars whose events block times, with commas between")
    ] = ""
    google_invitations_calendar_id: Annotated[
        str,
        setting("a separate calendar that invites patients who give an email; unset: none does"),
    ] = ""
    calendar_detail: Annotated[
        Literal["full", "minimal"],
        setting("full: the caller's answers are in the event; minimal: they are not"),
    ] = "full"
    baa_google: Annotated[
        Agreement,
        setting(
            "business associate agreement with Google: yes (signed), no (HIPAA applies, none"
            " signed), or not-needed; minimal events until it is yes or not-needed"
        ),
    ] = "unknown"
    baa_twilio: Annotated[Agreement, setting("the same with Twilio")] = "unknown"


class TextFields(BaseSettings):
    """Texts, and how the line signs in to Twilio."""

    texts: Annotated[
        Literal["on", "off"], setting("on: patients who agree get texts; off: staff call them")
    ] = "on"
    twilio_messaging_service_sid: Annotated[
        str, setting("sends the texts, MG...; unset: the number at Twilio sends them")
    ] = ""
    twilio_api_key_sid: Annotated[
        str, setting("an API key for Twilio's REST API, SK...; unset: the auth token signs in")
    ] = ""
    twilio_api_key_secret: Annotated[SecretStr, setting("the secret of that key")] = NO_SECRET


class VoiceFields(BaseSettings):
    """The voices, and whether their wording must be signed."""

    voice_en: Annotated[
        str,
        setting(
            "Twilio's name of the English voice; a booked call takes about 2 cents of speech with a"
            " standard voice, 9 with a neural one (...-Neural), 35 with a generative one"
        ),
    ] = "Polly.Joanna"
    voice_es: Annotated[
        str, setting("Twilio's name of the Spanish voice; the same kinds and prices")
    ] = "Polly.Lupe"
    recordings_dir: Annotated[
        Folder,
        setting("a folder with recordings of your own voice; unset: the voices above alone"),
    ] = ""
    unsigned_wording: Annotated[
        Literal["refuse", "allow"],
        setting("refuse: do not start until the clinician has signed the wording; or allow"),
    ] = "refuse"
