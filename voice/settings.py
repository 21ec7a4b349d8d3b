"""Every setting of the line: its name in capitals in the environment or in `.env`, and its meaning.

`.env.example` says the same words; a test compares them.
"""

import secrets
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from calendar_sync.availability.opening_hours import Rules, parse_hours
from voice.errors import SettingsError
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
    check_calendars,
    google_account,
)

Mode = Literal["demo", "live"]
NO_SECRET = SecretStr("")
DEMO_ACCOUNT = "AC" + "0" * 32


def _says(meaning: str, **limits: Any) -> Any:  # noqa: ANN401  # as pydantic's own Field
    return Field(description=meaning, **limits)


class Settings(BaseSettings):
    """What the environment and `.env` say; the environment wins. An empty value is an unset one."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    public_base_url: Annotated[PublicAddress, _says("the https address that Twilio calls")] = ""
    database_url: Annotated[
        SecretStr, _says("PostgreSQL 14 or newer; unset: the embedded one in DATA_DIR")
    ] = NO_SECRET
    data_dir: Annotated[Path, _says("where the embedded PostgreSQL keeps its data")] = Path("data")
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
    clinic_name: Annotated[str, _says("as it is spoken", min_length=1)] = "BodyFix Physical Therapy"
    clinic_number: Annotated[PhoneNumber, _says("the number that patients call")] = "+14252025687"
    clinic_email: Annotated[Email, _says("offered to callers")] = "info@bodyfixpt.com"
    clinic_time_zone: Annotated[
        ZoneName, _says("the zone of the opening hours and of spoken times")
    ] = "America/Los_Angeles"
    staff_number: Annotated[PhoneNumber, _says("the phone that 0 rings; unset: call-back only")] = (
        ""
    )
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
    voice_en: Annotated[str, _says("Twilio's name of the English voice")] = "Polly.Joanna"
    voice_es: Annotated[str, _says("Twilio's name of the Spanish voice")] = "Polly.Lupe"
    unsigned_wording: Annotated[
        Literal["refuse", "allow"],
        _says("refuse: no start while the clinician has not signed the wording; or allow"),
    ] = "refuse"

    @classmethod
    def load(cls, mode: Mode, port: int = 8000) -> "Settings":
        """Read them. Raises SettingsError, which names every wrong or missing one.

        "demo" needs none, has its own address on this computer and makes a new token at each start.
        """
        kind = _Live if mode == "live" else _Demo
        try:
            read = kind()
        except ValidationError as trouble:
            wrong = [_refusal(dict(error)) for error in trouble.errors()]
            raise SettingsError("\n".join(["Please mend these settings:", *wrong])) from trouble
        return read if mode == "live" else read.model_copy(update=_demo_line(port))

    is_demo: ClassVar[bool] = False
    database_name: ClassVar[str] = "screening_line"
    """Of the embedded PostgreSQL; a demo has its own beside it."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that may sign requests, the one in use first."""
        written = self.twilio_auth_token.get_secret_value().split(",")
        return tuple(token for token in (part.strip() for part in written) if token)

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's zone."""
        return ZoneInfo(self.clinic_time_zone)

    @property
    def rest_login(self) -> tuple[str, str]:
        """User and password of Twilio's REST API: the API key when there is one, else the token."""
        secret = self.twilio_api_key_secret.get_secret_value()
        if self.twilio_api_key_sid and secret:
            return self.twilio_api_key_sid, secret
        return self.twilio_account_sid, (*self.tokens, "")[0]

    @property
    def sends_texts(self) -> bool:
        """Whether texts go out at Twilio; never in a demo."""
        return self.texts == "on" and not self.is_demo and bool(self.twilio_account_sid)

    @property
    def uses_google(self) -> bool:
        """Whether bookings go to Google Calendar; never in a demo."""
        return bool(self.google_credentials_file) and not self.is_demo

    @property
    def busy_calendar_ids(self) -> tuple[str, ...]:
        """The calendars that block times."""
        return tuple(filter(None, map(str.strip, self.google_busy_calendar_ids.split(","))))

    @property
    def rules(self) -> Rules:
        """What makes a time bookable."""
        return Rules(
            hours=parse_hours(self.opening_hours),
            zone=self.zone,
            minutes=self.screening_minutes,
            buffer_minutes=self.buffer_minutes,
            notice_hours=self.notice_hours,
            horizon_days=self.horizon_days,
            closed_dates=self.closed_dates,
        )


class _Demo(Settings):
    """A line that nobody but this computer can call."""

    is_demo: ClassVar[bool] = True
    database_name: ClassVar[str] = "demo"


def _demo_line(port: int) -> dict[str, object]:
    """What stands in for a line at Twilio; nothing of a real account is used in a demo."""
    return {
        "public_base_url": f"http://127.0.0.1:{port}",
        "twilio_account_sid": DEMO_ACCOUNT,
        "twilio_auth_token": SecretStr(secrets.token_hex(16)),
    }


class _Live(Settings):
    """What must be set before Twilio may call: without these nobody could tell its requests."""

    model_config = SettingsConfigDict(validate_default=True)

    @field_validator("public_base_url", "twilio_account_sid", "twilio_auth_token")
    @classmethod
    def _is_set(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        if value in {"", NO_SECRET}:
            meaning = cls.model_fields[str(info.field_name)].description
            message = f"missing ({meaning}); set it in .env"
            raise ValueError(message)
        return value

    @field_validator("google_credentials_file")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        if value:
            google_account(value)
        return value

    @field_validator("google_invitations_calendar_id")
    @classmethod
    def _stands_apart(cls, value: str, info: ValidationInfo) -> str:
        busy = str(info.data.get("google_busy_calendar_ids", "")).split(",")
        if value in {info.data.get("google_screenings_calendar_id"), *map(str.strip, busy)} - {""}:
            message = "must be a calendar of its own: its events repeat those of the screenings"
            raise ValueError(message)
        return value

    @field_validator("google_screenings_calendar_id", "google_busy_calendar_ids")
    @classmethod
    def _fits_the_account(cls, value: str, info: ValidationInfo) -> str:
        if credentials := info.data.get("google_credentials_file"):
            one = info.field_name == "google_screenings_calendar_id"
            check_calendars(value, one=one, account=google_account(credentials))
        return value


def _refusal(error: dict[str, Any]) -> str:
    """One line for one wrong setting, without its value when that could be a secret."""
    name = str(error["loc"][0]).upper() if error["loc"] else "settings"
    if error["type"] == "extra_forbidden":
        return f"  {name} is not a setting; look for its right name in .env.example"
    return f"  {name}: {str(error['msg']).removeprefix('Value error, ')}"
