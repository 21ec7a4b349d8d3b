"""The stand-in's error responses, in Twilio's format.

Source of the envelope: https://www.twilio.com/docs/usage/twilios-response; of codes and messages:
https://www.twilio.com/docs/api/errors.
"""

import json
from dataclasses import dataclass, field

MESSAGES = {
    20003: (401, "Authenticate"),
    20009: (409, "Cannot delete this resource before it is complete"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "Invalid 'To' Phone Number"),
    21408: (400, "Permission to send an SMS has not been enabled for the region"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' phone number is not a valid, SMS-capable Twilio phone number"),
    21608: (400, "The number is unverified. Trial accounts cannot send to unverified numbers"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21635: (400, "'To' number cannot be a landline"),
    21705: (400, "The Messaging Service Sid is invalid"),
    21609: (400, "Invalid 'StatusCallback' URL"),
}


@dataclass
class Refusal(Exception):  # noqa: N818  # the name states the event
    """An error response; `rule` is set when the request broke a rule that a client can know."""

    status: int
    code: int
    message: str
    rule: bool = False
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def body(self) -> bytes:
        """The JSON body from which the client reads the code."""
        info = f"https://www.twilio.com/docs/errors/{self.code}"
        said = {"code": self.code, "message": self.message, "more_info": info}
        return json.dumps({**said, "status": self.status}).encode()


def refusal(code: int, *, rule: bool = False) -> Refusal:
    """The refusal for an error code."""
    status, message = MESSAGES[code]
    return Refusal(status, code, message, rule)


def broken(message: str) -> Refusal:
    """An invalid request, refused even where Twilio accepts some of them."""
    return Refusal(400, 20001, message, rule=True)
