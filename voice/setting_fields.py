"""The settings, grouped: each field's name in capitals, its type, its default, and its meaning."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from voice.setting_types import (
    AccountSid,
    Address,
    Dates,
    Email,
    OpeningHours,
    PhoneNumber,
    PublicAddress,
    SafeAddress,
    ZoneName,
)

NO_SECRET = SecretStr("")


def _says(meaning: str, **limits: Any) -> Any:  # noqa: ANN401  # as pydantic's own Field
    return Field(description=meaning, **limits)


class ServerFields(BaseSettings):
    """Where the line answers, and where it keeps its data."""

    public_base_url: Annotated[PublicAddress, _says("the https address that Twilio calls")] = ""
    database_url: Annotated[
        SecretStr, _says("PostgreSQL 14 or newer; unset: the embedded one in DATA_DIR")
    ] = NO_SECRET
    data_dir: Annotated[Path, _says("where the embedded PostgreSQL keeps its data")] = Path("data")


class TwilioFields(BaseSettings):
    """The account at Twilio, and whether patients get texts."""

    twilio_account_sid: Annotated[AccountSid, _says("the account at Twilio, AC...")] = ""
    twilio_auth_token: Annotated[
        SecretStr, _says("checks that requests are Twilio's; while it changes: new,old")
    ] = NO_SECRET
    twilio_api_key_sid: Annotated[str, _says("preferred for Twilio's REST API, SK...")] = ""
    twilio_api_key_secret: Annotated[SecretStr, _says("the secret of that key")] = NO_SECRET
    twilio_messaging_service_sid: Annotated[
        str, _says("sender of texts, MG...; unset: CLINIC_NUMBER sends")
    ] = ""
    twilio_api_url: Annotated[
        SafeAddress, _says("base address of Twilio's REST API; unset: Twilio's own")
    ] = ""
    texts: Annotated[
        Literal["on", "off"], _says("on: patients who agree get texts; off: staff call them")
    ] = "on"


class GoogleFields(BaseSettings):
    """The account at Google, and its calendars."""

    google_credentials_file: Annotated[
        str, _says("authorized-user or service-account JSON; unset: the local diary")
    ] = ""
    google_screenings_calendar_id: Annotated[str, _says("the calendar that is written to")] = ""
    google_busy_calendar_ids: Annotated[
        str, _says("calendars that block times, with commas between")
    ] = ""
    google_invitations_calendar_id: Annotated[
        str, _says("a calendar of its own, to invite patients from who give an email; unset: none")
    ] = ""
    google_api_url: Annotated[
        Address, _says("base address of the Calendar API; unset: Google's own")
    ] = ""


class ClinicFields(BaseSettings):
    """What callers hear and read of the clinic."""

    clinic_name: Annotated[str, _says("as it is spoken", min_length=1)] = "BodyFix Physical Therapy"
    clinic_number: Annotated[PhoneNumber, _says("the number that patients call")] = "+14252025687"
    clinic_email: Annotated[Email, _says("offered to callers")] = "info@bodyfixpt.com"
    clinic_time_zone: Annotated[
        ZoneName, _says("the zone of the opening hours and of spoken times")
    ] = "America/Los_Angeles"
    staff_number: Annotated[PhoneNumber, _says("the phone that 0 rings; unset: call-back only")] = (
        ""
    )


class ScreeningFields(BaseSettings):
    """When screenings are, and what staff see of them."""

    opening_hours: Annotated[OpeningHours, _says("in the clinic's zone")] = "Mon-Fri 09:00-17:00"
    screening_minutes: Annotated[int, _says("length of a screening", ge=5, le=480)] = 20
    buffer_minutes: Annotated[int, _says("kept free around it", ge=0, le=480)] = 10
    notice_hours: Annotated[int, _says("between the call and the first time", ge=0, le=720)] = 4
    horizon_days: Annotated[int, _says("how far ahead times are offered", ge=1, le=60)] = 14
    closed_dates: Annotated[
        Dates, _says("closed days, with commas between; us-federal: all federal holidays")
    ] = frozenset()
    availability: Annotated[
        Literal["hours", "calendar"],
        _says('hours: opening hours and events titled "Open for screenings"; calendar: only those'),
    ] = "hours"
    calendar_detail: Annotated[
        Literal["full", "minimal"], _says("full: the answers are in the event; or minimal")
    ] = "full"
    video_url: Annotated[Address, _says("a fixed video room")] = ""


class VoiceFields(BaseSettings):
    """The line's voices, and the signature under what they say."""

    voice_en: Annotated[str, _says("Twilio's name of the English voice")] = "Polly.Joanna"
    voice_es: Annotated[str, _says("Twilio's name of the Spanish voice")] = "Polly.Lupe"
    unsigned_wording: Annotated[
        Literal["refuse", "allow"],
        _says("refuse: no start while the clinician has not signed the wording; or allow"),
    ] = "refuse"


class BackupFields(BaseSettings):
    """Back-ups of the database."""

    backup_dir: Annotated[Path, _says("where back-ups are written")] = Path("backups")
    backup_key_file: Annotated[
        str, _says("the key that encrypts back-ups; `backup --new-key FILE` makes one")
    ] = ""
    backup_keep: Annotated[int, _says("how many back-ups are kept", ge=1, le=3650)] = 14
