"""What Twilio's error codes mean for a clinic: plain words for staff, and what follows.

Source of the codes: https://www.twilio.com/docs/api/errors, one page each.
"""

from dataclasses import dataclass
from typing import Literal

Follows = Literal["suppress", "stop", "once more", "set-up"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """`words` complete the sentence "the text did not arrive: ...".

    "suppress": never text this number again. "stop": this text is lost. "once more": the phone may
    only be off. "set-up": not the patient's fault; somebody has to fix the Twilio account.
    """

    words: str
    follows: Follows


OPTED_OUT = "they asked for no more texts"
SWITCHED_OFF = "this line sends no texts"
NOT_A_MOBILE = "the number is not a US mobile phone"
TOO_MANY_NUMBERS = "the caller had texts sent to too many other numbers that day"
OUR_OWN = "the number is the clinic's own"
TOO_MANY = "three texts in a day are the most"

MEANINGS: dict[int, Meaning] = {
    21610: Meaning(OPTED_OUT, "suppress"),
    21614: Meaning("the phone is a landline", "suppress"),
    21635: Meaning("the phone is a landline", "suppress"),
    30006: Meaning("the phone is a landline", "suppress"),
    21211: Meaning("the number does not exist", "suppress"),
    21217: Meaning("the number does not exist", "suppress"),
    21612: Meaning("texts cannot reach that number", "suppress"),
    21265: Meaning("texts cannot reach that number", "suppress"),
    30003: Meaning("the phone is off or out of reach", "once more"),
    30004: Meaning("the phone blocks our texts", "suppress"),
    30005: Meaning("the number does not exist", "suppress"),
    30007: Meaning("the phone company took it for spam", "stop"),
    30008: Meaning("the phone company does not say why", "stop"),
    20003: Meaning("Twilio does not accept the line's sign-in", "set-up"),
    20005: Meaning("the Twilio account is not active", "set-up"),
    21212: Meaning("the line's own number is wrong", "set-up"),
    21408: Meaning("the Twilio account may not text the US", "set-up"),
    21606: Meaning("the line's number cannot send texts", "set-up"),
    21608: Meaning("the Twilio account is a trial account", "set-up"),
    21703: Meaning("the messaging service has no number", "set-up"),
    21705: Meaning("the messaging service does not exist", "set-up"),
    30002: Meaning("the Twilio account is suspended", "set-up"),
    30032: Meaning("the line's toll-free number is not verified", "set-up"),
    30034: Meaning("the line's number is not registered for texts", "set-up"),
}
"""21211 "invalid To", 21212 "invalid From", 21703/21705 messaging service, 3003x registration."""

REMEDIES: dict[int, str] = {
    20003: "check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and the API key in .env",
    20005: "look at the front page of Twilio's console",
    21212: "set CLINIC_NUMBER to the number bought at Twilio",
    21408: "in Twilio's console switch on Messaging, Settings, Geo permissions, United States",
    21606: "set CLINIC_NUMBER to the number bought at Twilio, and see that it can send SMS",
    21608: "upgrade the account at Twilio: a trial account texts verified numbers only",
    21703: "add the clinic's number to the messaging service's sender pool",
    21705: "copy TWILIO_MESSAGING_SERVICE_SID from Twilio's console",
    30002: "look at the front page of Twilio's console",
    30032: "verify the toll-free number in Twilio's console, under Regulatory compliance",
    30034: "register the number for A2P 10DLC, in Twilio's console under Messaging",
}

_UNKNOWN = Meaning("Twilio refused it", "stop")
_REFUSED_SIGN_IN = {401: 20003, 403: 20003}


def meaning_of(code: int) -> Meaning:
    """What a code means; one not listed here stops this text, and staff read the code."""
    found = MEANINGS.get(code)
    return found or Meaning(f"{_UNKNOWN.words} (error {code})", _UNKNOWN.follows)


def code_of(status: int, code: int | None) -> int:
    """The code of a refusal, or its HTTP status if it came without one."""
    return code or _REFUSED_SIGN_IN.get(status, status)
