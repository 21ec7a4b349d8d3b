"""The settings of a line, read from the environment and `.env`."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from calendar_sync.availability.opening_hours import Rules, parse_hours
from voice.errors import SettingsError
from voice.operation_fields import AlertFields, LimitFields, RetentionFields, ServerFields
from voice.setting_errors import explain
from voice.setting_fields import (
    REQUIRED,
    ClinicFields,
    GoogleFields,
    RequiredFields,
    ScreeningFields,
    TextFields,
    VoiceFields,
)
from voice.setting_types import check_calendars, google_account

Mode = Literal["demo", "live"]
DEMO_ACCOUNT = "AC" + "0" * 32
UNNAMED_CLINICIAN = {
    "clinician_name": "",
    "clinician_spoken_en": "Our physical therapist",
    "clinician_spoken_es": "Nuestro fisioterapeuta",
}
"""The clinician of a live line that does not name one."""


class Settings(  # the fields of the last base come first
    LimitFields,
    AlertFields,
    RetentionFields,
    ServerFields,
    VoiceFields,
    TextFields,
    GoogleFields,
    ScreeningFields,
    ClinicFields,
    RequiredFields,
):
    """All settings. The environment wins over `.env`; an empty value counts as not set."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    is_demo: ClassVar[bool] = False
    database_name: ClassVar[str] = "screening_line"
    """In the embedded PostgreSQL; the demo's database is another one on the same server."""

    @property
    def own_numbers(self) -> frozenset[str]:
        """Every number of the clinic's, in E.164: no patient calls from one of them."""
        named = {self.clinic_number, self.twilio_number, self.staff_number}
        return self.clinic_phones | named - {""}

    @property
    def line_number(self) -> str:
        """The number at Twilio that the line answers and texts from, in E.164."""
        return self.twilio_number or self.clinic_number

    @classmethod
    def load(cls, mode: Mode, port: int = 8000) -> "Settings":
        """Read the settings. Raises SettingsError, which names everything wrong or missing.

        "demo" needs none: it gets a loopback address and a new token each time.
        """
        kind = _Live if mode == "live" else _Demo
        read, wrong = _read(kind)
        if read is None:
            lines = [explain(error, cls.model_fields) for error in wrong]
            raise SettingsError("\n".join(["Fix these settings:", *lines]))
        return read if mode == "live" else read.model_copy(update=_demo_line(port))

    @classmethod
    def load_only(cls, needed: Collection[str], mode: Mode) -> "Settings":
        """Read the settings for a command that uses only those named in `needed`.

        Any other one that is wrong or missing has its default. Raises SettingsError.
        """
        kind = _DemoDatabase if mode == "demo" else _LiveDatabase
        read, wrong = _read(kind)
        if read is not None:
            return read
        named = {str(error["loc"][0]).lower(): error for error in wrong if error["loc"]}
        if spoiled := [explain(named[name], cls.model_fields) for name in named if name in needed]:
            raise SettingsError("\n".join(["Fix these settings:", *spoiled]))
        return kind(**{name: cls.model_fields[name].default for name in named})

    @property
    def tokens(self) -> tuple[str, ...]:
        """The auth tokens that may sign requests, the current one first."""
        written = self.twilio_auth_token.get_secret_value().split(",")
        return tuple(token for token in (part.strip() for part in written) if token)

    @property
    def base_path(self) -> str:
        """The path in PUBLIC_BASE_URL, which a proxy strips, such as "/line"; usually "".

        Every path that we send out begins with it.
        """
        return urlsplit(self.public_base_url).path

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.clinic_time_zone)

    @property
    def rest_login(self) -> tuple[str, str]:
        """User and password for Twilio's REST API: the API key if there is one, else the token."""
        secret = self.twilio_api_key_secret.get_secret_value()
        if self.twilio_api_key_sid and secret:
            return self.twilio_api_key_sid, secret
        return self.twilio_account_sid, (*self.tokens, "")[0]

    @property
    def sends_texts(self) -> bool:
        """Whether texts are sent through Twilio; never in a demo."""
        return self.texts == "on" and not self.is_demo and bool(self.twilio_account_sid)

    @property
    def uses_google(self) -> bool:
        """Whether bookings are written to Google Calendar; never in a demo."""
        return bool(self.google_credentials_file) and not self.is_demo

    @property
    def busy_calendar_ids(self) -> tuple[str, ...]:
        """The calendars whose events block times."""
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
    """A line that only this computer can call."""

    is_demo: ClassVar[bool] = True
    database_name: ClassVar[str] = "demo"


class _DemoDatabase(_Demo):
    """A demo's settings for a command that only reads its database."""

    model_config = SettingsConfigDict(extra="ignore")


class _LiveDatabase(Settings):
    """A live line's settings for a command that only reads its database."""

    model_config = SettingsConfigDict(extra="ignore")


class _Live(Settings):
    """A line that Twilio calls: refuses to start with what only the clinic can know left out."""

    model_config = SettingsConfigDict(validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _without_the_demo_clinic(cls, given: dict[str, Any]) -> dict[str, Any]:
        return dict.fromkeys(REQUIRED, "") | UNNAMED_CLINICIAN | given

    @field_validator(*REQUIRED, mode="before")
    @classmethod
    def _is_set(cls, value: str, info: ValidationInfo) -> str:
        if not value.strip():
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
    def _is_separate(cls, value: str, info: ValidationInfo) -> str:
        busy = str(info.data.get("google_busy_calendar_ids", "")).split(",")
        if value in {info.data.get("google_screenings_calendar_id"), *map(str.strip, busy)} - {""}:
            message = "must be a separate calendar: its events repeat those of the screenings"
            raise ValueError(message)
        return value

    @field_validator("google_screenings_calendar_id", "google_busy_calendar_ids")
    @classmethod
    def _fits_the_account(cls, value: str, info: ValidationInfo) -> str:
        if credentials := info.data.get("google_credentials_file"):
            one = info.field_name == "google_screenings_calendar_id"
            check_calendars(value, one=one, account=google_account(credentials))
        return value


def _read(kind: type[Settings]) -> tuple[Settings | None, Sequence[Mapping[str, Any]]]:
    """The settings, or what is wrong with them. Raises SettingsError when .env is unreadable."""
    try:
        return kind(), []
    except ValidationError as error:
        return None, error.errors()
    except UnicodeDecodeError as error:
        message = "Fix these settings:\n  .env is not UTF-8 text; save it as UTF-8"
        raise SettingsError(message) from error
    except OSError as error:
        message = f"Fix these settings:\n  .env cannot be read: {error.strerror}"
        raise SettingsError(message) from error


def _demo_line(port: int) -> dict[str, object]:
    """What replaces a Twilio account: nothing of a real account is used in a demo."""
    return {
        "public_base_url": f"http://127.0.0.1:{port}",
        "twilio_account_sid": DEMO_ACCOUNT,
        "twilio_auth_token": SecretStr(secrets.token_hex(16)),
    }
