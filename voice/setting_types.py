"""Types of settings: how each is parsed, and the error for a wrong value.

Every message shows what a valid value looks like.
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers
import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from calendar_sync.availability.federal_holidays import federal_holidays
from calendar_sync.availability.opening_hours import parse_hours
from voice.clock import utc_now

_MAX_CALENDARS = 50
_FEDERAL = "us-federal"
_HOLIDAY_YEARS = 11
"""Longer than any process runs without a restart."""
NO_SECRET = SecretStr("")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_DATABASE_HOST = re.compile(r"[A-Za-z0-9._:/,-]*")
_DATABASE_PORT = re.compile(r"[\d,]*")


def setting(meaning: str, **limits: Any) -> Any:  # noqa: ANN401  # as pydantic's own Field
    """Describe a setting: its meaning, as `.env.example` and messages show it, and its limits."""
    return Field(description=meaning, **limits)


def _number(text: str) -> str:
    """E.164 from any way of writing a US number; "" stays."""
    if not text:
        return text
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        message = f"{text!r} is not a phone number; write it like +12065550199"
        raise ValueError(message)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _folder(text: str) -> str:
    try:
        there = Path(text).is_dir()
    except (OSError, ValueError):  # too long, or no name of a file at all
        there = False
    if text and not there:
        message = f"{text!r} is not a folder here; create it, or leave the setting out"
        raise ValueError(message)
    return text


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, OSError, ValueError) as error:
        message = f"{text!r} is not a time zone; write it like America/Los_Angeles"
        raise ValueError(message) from error


def _hours(text: str) -> str:
    parse_hours(text)
    return text


def _numbers(text: object) -> object:
    """Phone numbers separated by commas, each in E.164."""
    if not isinstance(text, str):
        return text
    return frozenset(_number(part.strip()) for part in text.split(",") if part.strip())


def _dates(text: object) -> object:
    """Dates such as 2026-12-24; "us-federal" adds the holidays of this year and the next ten."""
    if not isinstance(text, str):
        return text
    found: set[date] = set()
    for part in filter(None, re.split(r"[,\s]+", text)):
        if part.lower() == _FEDERAL:
            year = utc_now().year
            found |= federal_holidays(range(year, year + _HOLIDAY_YEARS))
            continue
        try:
            found.add(date.fromisoformat(part))
        except ValueError as error:
            message = (
                f"{part!r} is not a date; write dates like 2026-12-24, 2026-12-25, and {_FEDERAL} "
                "for the federal holidays"
            )
            raise ValueError(message) from error
    return frozenset(found)


def _address(text: str) -> str:
    """An http or https address."""
    if text and not _is_address(text):
        message = f"{text!r} is not an address; write it like https://example.org/path"
        raise ValueError(message)
    return text


def _public(text: str) -> str:
    """The URL that Twilio calls, without a trailing slash."""
    parts = urlsplit(text) if _is_address(text) else None
    safe = parts and (parts.scheme == "https" or parts.hostname in LOOPBACK)
    if text and (parts is None or not safe or parts.query or parts.fragment or parts.username):
        message = (
            f"{text!r} is not an address that Twilio can call; write the public https address of "
            "this line, like https://line.example.org (http only for 127.0.0.1)"
        )
        raise ValueError(message)
    return text.rstrip("/")


def _safe(text: str) -> str:
    """A URL that the account's secrets are sent to: https, or on this computer."""
    parts = urlsplit(_address(text))
    if text and parts.scheme != "https" and parts.hostname not in LOOPBACK:
        message = f"{text!r} would send the account's secrets unencrypted; write an https address"
        raise ValueError(message)
    return text


def _mail_server(given: SecretStr) -> SecretStr:
    """Where email is handed over; the message never quotes it, since it holds a password."""
    text = given.get_secret_value()
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"smtp", "smtps"} or (
            parts.scheme == "smtp-plain" and parts.hostname in LOOPBACK
        )
        good = good and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if text and not good:
        message = "is not a mail server; write it like smtps://user:password@mail.example.org"
        raise ValueError(message)
    return given


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _database(url: SecretStr) -> SecretStr:
    """A libpq URL or connection string; SQLAlchemy's driver suffix, as in +psycopg, is dropped.

    The message never repeats the value: a password may be anywhere in one that does not parse.
    """
    given = re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url.get_secret_value())
    try:
        parts = conninfo_to_dict(given)
    except psycopg.ProgrammingError:
        parts = {"host": "@"}
    host, port, name = (str(parts.get(part) or "") for part in ("host", "port", "dbname"))
    fits = _DATABASE_HOST.fullmatch(host) and _DATABASE_PORT.fullmatch(port) and "@" not in name
    if given and not fits:
        message = (
            "it cannot be parsed; write it like postgresql://user:password@host:5432/database, "
            "with the characters @ : / ? # % in a password written as %40 %3A %2F %3F %23 %25"
        )
        raise ValueError(message)
    return SecretStr(given)


def _account(text: str) -> str:
    if text and not re.fullmatch(r"AC[0-9a-f]{32}", text):
        message = "it must be AC and 32 characters of 0-9 and a-f; copy it from Twilio's console"
        raise ValueError(message)
    return text


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text):
        message = f"{text!r} is not an email address; write it like info@example.org"
        raise ValueError(message)
    return text


def google_account(file: str) -> str:
    """Type of a credentials file: authorized_user or service_account. Raises ValueError."""
    try:
        kind = json.loads(Path(file).read_text("utf-8"))["type"]
    except (OSError, ValueError, KeyError, TypeError):
        kind = None
    if kind not in {"authorized_user", "service_account"}:
        message = (
            f"{file!r} is not a Google credentials file; make one with `screening-line "
            "authorize-google`, or name the JSON key of a service account"
        )
        raise ValueError(message)
    return str(kind)


def check_calendars(ids: str, *, one: bool, account: str) -> None:
    """Check calendar ids, separated by commas. Raises ValueError for those that cannot work."""
    named = [part.strip() for part in ids.split(",") if part.strip()]
    if one and len(named) != 1:
        message = (
            "missing (the id of the calendar that bookings are written to); copy it from that "
            "calendar's settings in Google Calendar, under Integrate calendar"
        )
        raise ValueError(message)
    if account == "service_account" and "primary" in named:
        message = (
            "\"primary\" is the service account's own empty calendar; share the clinic's calendar "
            "with the service account and write that calendar's id here"
        )
        raise ValueError(message)
    if len(named) >= _MAX_CALENDARS:
        message = (
            f"write at most {_MAX_CALENDARS - 1} calendars; Google answers for no more at once"
        )
        raise ValueError(message)


PhoneNumber = Annotated[str, AfterValidator(_number)]
PhoneNumbers = Annotated[frozenset[str], NoDecode, BeforeValidator(_numbers)]
Folder = Annotated[str, AfterValidator(_folder)]
ZoneName = Annotated[str, AfterValidator(_zone)]
OpeningHours = Annotated[str, AfterValidator(_hours)]
Dates = Annotated[frozenset[date], NoDecode, BeforeValidator(_dates)]
Address = Annotated[str, AfterValidator(_address)]
PublicAddress = Annotated[str, AfterValidator(_public)]
SafeAddress = Annotated[str, AfterValidator(_safe)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
AccountSid = Annotated[str, AfterValidator(_account)]
Email = Annotated[str, AfterValidator(_email)]
OptionalEmail = Annotated[str, AfterValidator(lambda text: text and _email(text))]
MailServer = Annotated[SecretStr, AfterValidator(_mail_server)]
Routing = Literal["line", "staff-first", "after-hours", "paused"]
RINGS_STAFF = frozenset({"staff-first", "after-hours"})
"""The ways of routing that need a phone to ring."""
