"""Messages: create, list, fetch, delete, and their statuses.

Source: https://www.twilio.com/docs/messaging/api/message-resource and the parameters that
twilio-python 9.13, which is made from Twilio's own description of the API, can send.
"""

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from stand_ins.twilio.refusals import broken, refusal

CREATE = {
    "To", "From", "MessagingServiceSid", "Body", "StatusCallback", "MediaUrl", "ContentSid",
    "ValidityPeriod", "SmartEncoded", "ShortenUrls", "SendAt", "ScheduleType", "RiskCheck",
}  # fmt: skip
LIST = {"To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"}
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_numbers = itertools.count(1)
_IN_FLIGHT = {"accepted", "scheduled", "queued", "sending", "receiving"}


@dataclass
class Message:
    """A message with its latest status."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    status: str = "queued"
    error: int | None = None
    callbacks: list[str] = field(default_factory=list[str])

    @property
    def posted_to(self) -> str:
        """The status callback URL without the connection overrides after #, which Twilio keeps."""
        return self.callback.partition("#")[0]

    def json(self, account: str) -> dict[str, Any]:
        """The API's JSON. Source: the reference's example; no `date_sent` while queued."""
        made = format_datetime(datetime.now(UTC))
        sent = None if self.status in {"queued", "accepted"} else made
        return {
            "sid": self.sid,
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": made,
            "date_sent": sent,
            "date_updated": made,
            "direction": "inbound" if self.status == "received" else "outbound-api",
            "error_code": self.error,
            "error_message": None,
            "from": None if self.sender.startswith("MG") else self.sender,
            "messaging_service_sid": self.sender if self.sender.startswith("MG") else None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "status": self.status,
            "subresource_uris": {},
            "to": self.to,
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{self.sid}.json",
        }


class Messages:
    """The account's sent messages, newest first, and what it may not send."""

    def __init__(self, numbers: set[str], services: set[str]) -> None:
        self.sent: list[Message] = []
        self.numbers = numbers
        self.services = services
        self.refuse: dict[str, int] = {}
        """Codes by number texted to: 21610 for one that said STOP, 21614 for a landline."""

    def create(self, form: dict[str, str]) -> Message:  # noqa: C901  # a list of rules
        """Raises Refusal for what the reference forbids."""
        if unknown := form.keys() - CREATE:
            raise broken(f"unknown parameter {sorted(unknown)}")
        to, body = form.get("To", ""), form.get("Body", "")
        sender = form.get("MessagingServiceSid") or form.get("From", "")
        if not to:
            raise refusal(21604, rule=True)
        if not sender:
            raise refusal(21603, rule=True)
        if not body:
            raise refusal(21602, rule=True)
        if len(body) > 1600:
            raise refusal(21617, rule=True)
        callback = form.get("StatusCallback", "")
        if callback and not re.fullmatch(r"https?://[^\s_/]+(/\S*)?", callback):
            raise refusal(21609, rule=True)  # "underscores are not allowed" in its host
        if sender.startswith("MG") and sender not in self.services:
            raise refusal(21705)
        if not sender.startswith("MG") and sender not in self.numbers:
            raise refusal(21606)
        if not _E164.fullmatch(to):
            raise refusal(21211, rule=True)
        if code := self.refuse.get(to):
            raise refusal(code)
        made = Message(f"SM{next(_numbers):032x}", to, sender, body, callback)
        self.sent.insert(0, made)
        return made

    def fetch(self, sid: str) -> Message:
        """Raises Refusal for a SID that the account does not have."""
        for each in self.sent:
            if each.sid == sid:
                return each
        raise refusal(20404)

    def list(self, query: dict[str, str]) -> list[Message]:
        """Source: "Read multiple Message resources": newest first, at most 1000 a page."""
        if unknown := query.keys() - LIST:
            raise broken(f"unknown parameter {sorted(unknown)}")
        return [
            each
            for each in self.sent
            if query.get("To", each.to) == each.to and query.get("From", each.sender) == each.sender
        ]

    def receive(self, sender: str, body: str) -> Message:
        """Somebody texts the account's number."""
        came = Message(f"SM{next(_numbers):032x}", min(self.numbers), sender, body, "", "received")
        self.sent.insert(0, came)
        return came

    def delete(self, sid: str) -> None:
        """Source: "Delete a Message resource", and error 20009 for one that is in flight."""
        if self.fetch(sid).status in _IN_FLIGHT:
            raise refusal(20009)
        self.sent = [each for each in self.sent if each.sid != sid]
