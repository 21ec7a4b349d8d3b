"""Settings of running the line: its database, back-ups, limits, alerts and what staff get.

They follow those of `setting_fields` in `.env.example`.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from voice.setting_types import (
    NO_SECRET,
    Address,
    DatabaseUrl,
    MailServer,
    OptionalEmail,
    PhoneNumber,
    SafeAddress,
    setting,
)


class ServerFields(BaseSettings):
    """The database, and the addresses of services."""

    database_url: Annotated[
        DatabaseUrl, setting("PostgreSQL 14 or newer; unset: the embedded one in DATA_DIR")
    ] = NO_SECRET
    data_dir: Annotated[Path, setting("where the embedded PostgreSQL keeps its data")] = Path(
        "data"
    )
    data_key: Annotated[
        SecretStr, setting("encrypts what is stored about patients, 32 bytes in base64; new,old")
    ] = NO_SECRET
    data_key_file: Annotated[
        str, setting("a file with such keys instead; `encrypt --new-key` makes it")
    ] = ""
    metrics_token: Annotated[
        SecretStr, setting("a bearer token that may read /metrics; unset: only this computer may")
    ] = NO_SECRET
    google_api_url: Annotated[
        Address, setting("base URL of the Calendar API; unset: Google's own")
    ] = ""
    twilio_api_url: Annotated[
        SafeAddress, setting("base URL of Twilio's REST API; unset: Twilio's own")
    ] = ""
    call_check_minutes: Annotated[
        int,
        setting("minutes until a call whose end is missing is looked up at Twilio", ge=1, le=1440),
    ] = 30


class RetentionFields(BaseSettings):
    """Back-ups of the database, and how long it keeps what is about a person."""

    backup_dir: Annotated[Path, setting("where back-ups are written")] = Path("backups")
    backup_key_file: Annotated[
        str, setting("the key that encrypts back-ups; `backup --new-key FILE` makes one")
    ] = ""
    backup_keep: Annotated[int, setting("how many back-ups are kept", ge=1, le=3650)] = 14
    answer_days: Annotated[
        int,
        setting("days until the number and answers of a call without a visit go", ge=7, le=3650),
    ] = 30
    retention_days: Annotated[
        int, setting("days after a visit until everything about it goes", ge=30, le=3650)
    ] = 365
    consent_years: Annotated[
        int, setting("years that consents to texts and STOPs are kept as proof", ge=1, le=30)
    ] = 5


class LimitFields(BaseSettings):
    """What one number, one call, and everybody together may take."""

    limits: Annotated[
        Literal["on", "off"], setting("off: no limits at all, for load tests only")
    ] = "on"
    limit_coming_visits: Annotated[
        int, setting("coming visits per number; two serve a family", ge=1, le=100)
    ] = 2
    limit_calls_per_hour: Annotated[
        int, setting("calls per number and hour that are offered times", ge=1, le=1000)
    ] = 6
    limit_rings_per_call: Annotated[
        int, setting("rings of the staff phone per call", ge=1, le=20)
    ] = 2
    limit_keyed_numbers: Annotated[
        int,
        setting("other numbers that one calling number may have texted in a day", ge=0, le=1000),
    ] = 2
    limit_held_percent: Annotated[
        int, setting("share of the open times that callers may hold at once", ge=1, le=100)
    ] = 25
    limit_code_tries_per_call: Annotated[
        int, setting("wrong visit codes per call, then staff help", ge=1, le=20)
    ] = 5
    limit_code_tries_per_day: Annotated[
        int, setting("wrong visit codes per number and day", ge=1, le=1000)
    ] = 10
    limit_code_guess_odds: Annotated[
        int,
        setting(
            "one in so many: the chance in a day that all callers with a withheld or unverified"
            " number together guess a visit code",
            ge=10,
            le=10000,
        ),
    ] = 100
    limit_visit_changes: Annotated[
        int,
        setting(
            "saves, picked times and moves on one visit's page in an hour; each is written to"
            " the calendar",
            ge=1,
            le=10_000,
        ),
    ] = 20
    limit_bookings_per_day: Annotated[
        int,
        setting(
            "visits booked by phone in a day before every further caller keys a spoken number",
            ge=1,
            le=10_000,
        ),
    ] = 40
    limit_wrong_numbers: Annotated[
        int,
        setting(
            "callers in an hour who do not key the spoken number back before it gets four digits",
            ge=1,
            le=10_000,
        ),
    ] = 20


class AlertFields(BaseSettings):
    """Who gets alerts about the line, and what staff get besides call-backs."""

    alert_number: Annotated[PhoneNumber, setting("gets alerts by text; unset: nobody does")] = ""
    alert_email: Annotated[OptionalEmail, setting("gets alerts by email, sent from itself")] = ""
    smtp_url: Annotated[
        MailServer,
        setting("sends that email: smtps://user:password@host; smtp: for STARTTLS"),
    ] = NO_SECRET
    alert_ping_url: Annotated[
        Address, setting("asked each minute while all is well, such as a healthchecks.io address")
    ] = ""
    staff_page: Annotated[
        Literal["on", "off"],
        setting("on: /staff shows call-backs to who signs in with `screening-line staff-link`"),
    ] = "off"
    daily_summary: Annotated[
        Literal["on", "off"],
        setting("on: an event each working morning has the figures of the days before"),
    ] = "off"
    unfinished_calls: Annotated[
        Literal["count", "call-back"],
        setting(
            "call-back: who hung up on a chosen time, or was given up on, is called back;"
            " count: such calls are only counted"
        ),
    ] = "count"
