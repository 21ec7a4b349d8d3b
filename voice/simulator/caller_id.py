"""Who is calling: the form fields that Twilio sends with every request of a call.

Source: https://www.twilio.com/docs/voice/twiml (request parameters) and
https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir (StirVerstat).
"""

import secrets
from dataclasses import dataclass, field

from voice.setting_fields import DEMO_NUMBER
from voice.settings import DEMO_ACCOUNT

WITHHELD = "+266696687"
"""What Twilio sends when the number is withheld: ANONYMOUS spelled on a keypad."""


VOUCHED = "TN-Validation-Passed-A"
"""What Twilio sends when the caller's carrier vouches for the number."""


def _new_sid() -> str:
    return "CA" + secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class CallerId:
    """A caller and their call. ``number`` is sent as From unchanged: E.164, empty, sip:, client:.

    ``stir_verstat`` is None when the carrier signed nothing. Each instance is a new call;
    ``parent`` is the CallSid of the call that dialed this one.
    """

    number: str
    stir_verstat: str | None = None
    line: str = DEMO_NUMBER
    call_sid: str = field(default_factory=_new_sid)
    account_sid: str = DEMO_ACCOUNT
    parent: str | None = None

    def dialling(self, number: str) -> "CallerId":
        """The leg that <Dial> opens to another phone."""
        account, parent = self.account_sid, self.call_sid
        return CallerId(self.line, line=number, account_sid=account, parent=parent)

    def fields(self, status: str) -> tuple[tuple[str, str], ...]:
        """The form fields of a request while the call has this CallStatus."""
        here, there = (
            location_fields("From", self.number, "Caller"),
            location_fields("To", self.line, "Called"),
        )
        signed = () if self.stir_verstat is None else (("StirVerstat", self.stir_verstat),)
        parent = () if self.parent is None else (("ParentCallSid", self.parent),)
        return (
            ("CallSid", self.call_sid),
            ("AccountSid", self.account_sid),
            ("From", self.number),
            ("To", self.line),
            ("CallStatus", status),
            ("ApiVersion", "2010-04-01"),
            ("Direction", "inbound" if self.parent is None else "outbound-dial"),
            ("Caller", self.number),
            ("Called", self.line),
            *here,
            *there,
            *signed,
            *parent,
        )


def location_fields(name: str, number: str, *others: str) -> tuple[tuple[str, str], ...]:
    """The location fields of a number; Twilio leaves unknown ones empty."""
    country = "US" if number.startswith("+1") else ""
    return tuple(
        (each + part, country if part == "Country" else "")
        for each in (name, *others)
        for part in ("City", "State", "Zip", "Country")
    )
