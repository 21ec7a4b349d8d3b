"""Calls: fetch one by its SID.

Source: https://www.twilio.com/docs/voice/api/call-resource, "Fetch a Call resource". Times are in
RFC 2822; a call that goes on has no end.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from stand_ins.twilio.refusals import refusal


@dataclass
class Call:
    """A call with its latest status; `ended` is aware UTC."""

    status: str
    ended: datetime | None = None


class Calls(dict[str, Call]):
    """The account's calls by SID."""

    def fetch(self, sid: str, account: str) -> dict[str, Any]:
        """Raises Refusal for a SID that the account does not have."""
        call = self.get(sid)
        if call is None:
            raise refusal(20404)
        return {
            "sid": sid, "account_sid": account, "status": call.status, "direction": "inbound",
            "start_time": None, "end_time": call.ended and format_datetime(call.ended),
            "duration": None, "price": None, "price_unit": "USD", "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{account}/Calls/{sid}.json",
        }  # fmt: skip
