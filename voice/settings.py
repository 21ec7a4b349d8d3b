"""Every setting of the line: its name in capitals in the environment or in `.env`, and its meaning.

`.env.example` says the same words; a test compares them.
"""

import secrets
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from calendar_sync.availability.opening_hours import Rules, parse_hours
from voice.errors import SettingsError
from voice.setting_fields import (
    NO_SECRET,
    BackupFields,
    ClinicFields,
    GoogleFields,
    ScreeningFields,
    ServerFields,
    TwilioFields,
    VoiceFields,
)
from voice.setting_types import check_calendars, google_account

Mode = Literal["demo", "live"]
DEMO_ACCOUNT = "AC" + "0" * 32


class Settings(  # the last base's fields come first
    BackupFields,
    VoiceFields,
    ScreeningFields,
    ClinicFields,
    GoogleFields,
    TwilioFields,
    ServerFields,
):
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
