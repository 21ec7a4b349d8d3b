"""How each kind of setting is read and refused; every refusal says what a right one looks like."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from calendar_sync.availability.federal_holidays import federal_holidays
from calendar_sync.availability.opening_hours import parse_hours
from voice.clock import utc_now

_MOST_CALENDARS = 50
_FEDERAL = "us-federal"
_HOLIDAY_YEARS = 11
"""Longer than any process runs without a restart."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def _number(text: str) -> str:
    """E.164, whatever way a US number was written; "" stays."""
    if not text:
        return text
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        message = f"{text!r} is not a phone number; write it like +14252025687"
        raise ValueError(message)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, OSError, ValueError) as trouble:
        message = f"{text!r} is not a time zone; write it like America/Los_Angeles"
        raise ValueError(message) from trouble


def _hours(text: str) -> str:
    parse_hours(text)
    return text


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
        except ValueError as trouble:
            message = (
                f"{part!r} is not a date; write dates like 2026-12-24, 2026-12-25, and {_FEDERAL} "
                "for the federal holidays"
            )
            raise ValueError(message) from trouble
    return frozenset(found)


def _address(text: str) -> str:
    """An http or https address."""
    if text and not _is_address(text):
        message = f"{text!r} is not an address; write it like https://example.org/path"
        raise ValueError(message)
    return text


def _public(text: str) -> str:
    """The address that Twilio calls, without a slash at its end."""
    parts = urlsplit(text) if _is_address(text) else None
    safe = parts and (parts.scheme == "https" or parts.hostname in _LOOPBACK)
    if text and (parts is None or not safe or parts.query or parts.fragment or parts.username):
        message = (
            f"{text!r} cannot be called by Twilio; write the public https address of this line, "
            "like https://line.example.org (http only for 127.0.0.1)"
        )
        raise ValueError(message)
    return text.rstrip("/")


def _safe(text: str) -> str:
    """Where the account's secrets are sent: never in the clear off this computer."""
    parts = urlsplit(_address(text))
    if text and parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        message = f"{text!r} would get the account's secrets in the clear; write an https one"
        raise ValueError(message)
    return text


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _account(text: str) -> str:
    if text and not re.fullmatch(r"AC[0-9a-f]{32}", text):
        message = "it is AC and 32 of 0-9 and a-f; copy it from Twilio's console"
        raise ValueError(message)
    return text


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text):
        message = f"{text!r} is not an email address; write it like info@example.org"
        raise ValueError(message)
    return text


def google_account(file: str) -> str:
    """The kind of account in a credentials file. Raises ValueError."""
    try:
        kind = json.loads(Path(file).read_text("utf-8"))["type"]
    except (OSError, ValueError, KeyError, TypeError):
        kind = None
    if kind not in {"authorized_user", "service_account"}:
        message = (
            f"{file!r} is no credentials file of Google; make one with `screening-line "
            "authorize-google`, or name the JSON key of a service account"
        )
        raise ValueError(message)
    return str(kind)


def check_calendars(ids: str, *, one: bool, account: str) -> None:
    """Refuse calendar ids that cannot work. Raises ValueError."""
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
            "with the account and write its id here"
        )
        raise ValueError(message)
    if len(named) >= _MOST_CALENDARS:
        message = f"at most {_MOST_CALENDARS - 1} calendars; Google answers for no more at once"
        raise ValueError(message)


PhoneNumber = Annotated[str, AfterValidator(_number)]
ZoneName = Annotated[str, AfterValidator(_zone)]
OpeningHours = Annotated[str, AfterValidator(_hours)]
Dates = Annotated[frozenset[date], NoDecode, BeforeValidator(_dates)]
Address = Annotated[str, AfterValidator(_address)]
PublicAddress = Annotated[str, AfterValidator(_public)]
SafeAddress = Annotated[str, AfterValidator(_safe)]
AccountSid = Annotated[str, AfterValidator(_account)]
Email = Annotated[str, AfterValidator(_email)]
