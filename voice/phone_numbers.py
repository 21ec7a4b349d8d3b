"""Phone numbers: which ones we can call or text, and how they are written."""

import re
from collections.abc import Collection
from functools import lru_cache

import phonenumbers

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NANP = re.compile(r"\+1(?!.11)(?!900)[2-9][0-9]{2}(?!.11)[2-9][0-9]{6}")
"""Numbers of the North American Numbering Plan; 900 is a pay-per-call prefix, which rings nobody.

https://nationalnanpa.com/area_codes/: codes that end in 11 are services, not numbers.
"""
_PLACEHOLDERS = {
    "+266696687",
    "+7378742833",
    "+17378742833",
    "+7378742883",
    "+17378742883",
    "+2562533",
    "+8656696",
    "+86282452253",
}
"""Withheld numbers as some carriers send them: ANONYMOUS, RESTRICTED, and the like on a keypad."""
_DOMESTIC = {"US", "PR", "VI", "GU", "AS", "MP", None}
"""The US and its territories, and what the table does not know: it may be newer than the table."""
_NO_TEXTS = {
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.PAGER,
}
"""In the US nearly every number is "fixed line or mobile": only Twilio tells a landline."""


def usable(number: str, own: Collection[str] = ()) -> str:
    """The number of whoever called or wrote, in E.164; "" if none was given.

    A well-formed number can be called back, whatever country it is in and however new its area code
    is; no table of numbers decides that. `own` are the clinic's numbers: a call that the clinic
    forwards shows one of them instead of the caller's.
    """
    number = number.strip()
    pattern = _NANP if number.startswith("+1") else _E164
    if number in _PLACEHOLDERS or number in own or not pattern.fullmatch(number):
        return ""
    return number


def domestic(number: str) -> bool:
    """Whether a number in E.164 is in the US or its territories, as far as is known."""
    return bool(_NANP.fullmatch(number)) and _region(number) in _DOMESTIC


@lru_cache(maxsize=1024)
def textable(number: str) -> bool:
    """Whether texts may be tried: a domestic number that is not known to be a landline."""
    if not usable(number) or not domestic(number):
        return False
    return phonenumbers.number_type(phonenumbers.parse(number, None)) not in _NO_TEXTS


def keyed(digits: str) -> str:
    """A number keyed by a caller, ten digits or eleven with a leading 1, in E.164; else ""."""
    return usable("+1" + digits.removeprefix("1"))


def typed(text: str) -> str:
    """A number as a person types it, such as "(425) 555-0123", in E.164; else "".

    Without a country code it is one of the US.
    """
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return ""
    return usable(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _region(number: str) -> str | None:
    return phonenumbers.region_code_for_number(phonenumbers.parse(number, None))


def masked(number: str) -> str:
    """A number as logs may show it: the last two digits."""
    return f"··{number[-2:]}" if number else "withheld"


def shown_number(e164: str) -> str:
    """A US number in writing: 206-555-0199; others stay in E.164."""
    if e164.startswith("+1") and len(e164) == len("+12065550199"):
        return f"{e164[2:5]}-{e164[5:8]}-{e164[8:]}"
    return e164
