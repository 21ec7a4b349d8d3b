"""Phone numbers: which ones we can call or text, and how they are written."""

import phonenumbers

_PLACEHOLDERS = {
    "+266696687",
    "+7378742833",
    "+17378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
}
"""Withheld numbers as some carriers send them: ANONYMOUS, RESTRICTED, and the like on a keypad."""
_REACHABLE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE,
}
_TEXTABLE = _REACHABLE - {phonenumbers.PhoneNumberType.FIXED_LINE}
"""In the US nearly every number is "fixed line or mobile": only Twilio tells a landline."""


def usable(number: str, own: str = "") -> str:
    """The number in E.164 when it is a US number that staff can call back, else "".

    ``own`` is the clinic's number: a call that the clinic forwards shows it instead of the
    caller's.
    """
    if number in _PLACEHOLDERS or number == own:
        return ""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    in_the_us = phonenumbers.region_code_for_number(parsed) == "US"
    if not in_the_us or phonenumbers.number_type(parsed) not in _REACHABLE:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def textable(number: str) -> bool:
    """Whether a number in E.164 is a US number that may be a mobile phone."""
    if not usable(number):
        return False
    return phonenumbers.number_type(phonenumbers.parse(number, None)) in _TEXTABLE


def keyed(digits: str) -> str:
    """A number keyed by a caller, ten digits or eleven with a leading 1, in E.164; else ""."""
    return usable("+1" + digits.removeprefix("1"))


def masked(number: str) -> str:
    """A number as logs may show it: the last two digits."""
    return f"··{number[-2:]}" if number else "withheld"


def shown_number(e164: str) -> str:
    """A US number in writing: 206-555-0199; others stay in E.164."""
    if e164.startswith("+1") and len(e164) == len("+12065550199"):
        return f"{e164[2:5]}-{e164[5:8]}-{e164[8:]}"
    return e164
