"""A text from a patient's phone, as Twilio posts it, and the line's reply.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request and
https://www.twilio.com/docs/messaging/twiml/message.
"""

import secrets
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError, fromstring

from voice.setting_fields import DEMO_NUMBER
from voice.settings import DEMO_ACCOUNT
from voice.simulator.caller_id import location_fields
from voice.simulator.transport import Answer, Form

LONGEST = 1600
"""Longest message that Twilio accepts, in characters: https://www.twilio.com/docs/api/errors/21617."""
_OK = 200
_ONE_PART = 160


def _new_sid() -> str:
    return "SM" + secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text from ``number`` (E.164) to the line's number; each instance is a new message."""

    number: str
    words: str
    line: str = DEMO_NUMBER
    account_sid: str = DEMO_ACCOUNT
    sid: str = field(default_factory=_new_sid)

    def fields(self) -> Form:
        """The form fields of its webhook."""
        return (
            ("MessageSid", self.sid),
            ("SmsSid", self.sid),
            ("SmsMessageSid", self.sid),
            ("SmsStatus", "received"),
            ("AccountSid", self.account_sid),
            ("From", self.number),
            ("To", self.line),
            ("Body", self.words),
            ("NumMedia", "0"),
            ("NumSegments", str(max(-(-len(self.words) // _ONE_PART), 1))),
            ("ApiVersion", "2010-04-01"),
            *location_fields("From", self.number),
            *location_fields("To", self.line),
        )


def messages_of(answer: Answer) -> list[str]:
    """The body of each <Message> that Twilio would send; none when it would reject the document."""
    if answer.status != _OK:
        return []
    try:
        root = fromstring(answer.body)  # noqa: S314  # only the line's own documents
    except ParseError:
        return []
    return ["".join(each.itertext()).strip() for each in root.iter("Message")]
