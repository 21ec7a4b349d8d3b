"""Calls and their recordings: fetch, list, delete.

Source: https://www.twilio.com/docs/voice/api/call-resource and .../voice/api/recording. Times are
in RFC 2822; a call that goes on has no end, and cannot be deleted.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from stand_ins.twilio.pages import page
from stand_ins.twilio.refusals import broken, refusal

LIST = {
    "To", "From", "ParentCallSid", "Status", "StartTime", "StartTime<", "StartTime>", "EndTime",
    "EndTime<", "EndTime>", "PageSize", "Page", "PageToken",
}  # fmt: skip
LIST_RECORDINGS = {
    "CallSid", "ConferenceSid", "IncludeSoftDeleted", "DateCreated", "DateCreated<",
    "DateCreated>", "PageSize", "Page", "PageToken",
}  # fmt: skip
_OVER = {"completed", "busy", "failed", "no-answer", "canceled"}


@dataclass
class Call:
    """A call with its latest status; `ended` is aware UTC."""

    status: str
    ended: datetime | None = None
    caller: str = ""
    to: str = ""


class Calls(dict[str, Call]):
    """The account's calls by SID."""

    def __init__(self) -> None:
        super().__init__()
        self.recordings: dict[str, str] = {}
        """The SIDs of the calls by those of their recordings, which outlive them."""

    def answer(self, path: str, query: dict[str, str], account: str) -> dict[str, Any] | None:
        """A list or one resource; None for a path that is not about calls."""
        if path.endswith("/Recordings.json"):
            return page("recordings", self._recorded(query, account), path, query)
        found = re.fullmatch(r".*/Calls(?:/(CA[0-9a-f]{32}))?\.json", path)
        if found is None:
            return None
        if found[1]:
            return self.fetch(found[1], account)
        return page("calls", self._listed(query, account), path, query)

    def fetch(self, sid: str, account: str) -> dict[str, Any]:
        """Raises Refusal for a SID that the account does not have."""
        call = self.get(sid)
        if call is None:
            raise refusal(20404)
        return {
            "sid": sid, "account_sid": account, "status": call.status, "direction": "inbound",
            "from": call.caller, "to": call.to,
            "start_time": None, "end_time": call.ended and format_datetime(call.ended),
            "duration": None, "price": None, "price_unit": "USD", "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{account}/Calls/{sid}.json",
        }  # fmt: skip

    def _listed(self, query: dict[str, str], account: str) -> list[dict[str, Any]]:
        """Source: "Read multiple Call resources"; To and From compare whole numbers."""
        if unknown := query.keys() - LIST:
            raise broken(f"unknown parameter {sorted(unknown)}")
        return [
            self.fetch(sid, account)
            for sid, call in self.items()
            if query.get("To", call.to) == call.to and query.get("From", call.caller) == call.caller
        ]

    def delete(self, sid: str) -> None:
        """Source: "Delete a Call resource", and error 20009 for one that goes on."""
        if sid not in self:
            raise refusal(20404)
        if self[sid].status not in _OVER:
            raise refusal(20009)
        del self[sid]

    def delete_recording(self, recording: str) -> None:
        """Source: "Delete a recording"."""
        if self.recordings.pop(recording, None) is None:
            raise refusal(20404)

    def _recorded(self, query: dict[str, str], account: str) -> list[dict[str, Any]]:
        """Source: "Read multiple Recording resources"."""
        if unknown := query.keys() - LIST_RECORDINGS:
            raise broken(f"unknown parameter {sorted(unknown)}")
        return [
            {"sid": each, "account_sid": account, "call_sid": sid, "status": "completed"}
            for each, sid in self.recordings.items()
            if query.get("CallSid", sid) == sid
        ]
