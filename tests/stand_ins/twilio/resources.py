"""The account, its number and its messaging service, as `screening-line check` asks for them.

Source: https://www.twilio.com/docs/iam/api/account, and under https://www.twilio.com/docs
/phone-numbers/api/incomingphonenumber-resource, /messaging/api/service-resource,
/messaging/api/phonenumber-resource and /messaging/api/usapptoperson-resource.
"""

import re
from typing import Any

from stand_ins.twilio.refusals import broken, refusal

CLINIC = "+14252025687"


class Resources:
    """The account's resources; a test changes the fields."""

    def __init__(self, account: str, service: str) -> None:
        self.account: dict[str, Any] = {
            "sid": account, "friendly_name": "BodyFix", "status": "active", "type": "Full",
            "date_created": None, "date_updated": None, "auth_token": None,
            "owner_account_sid": account, "subresource_uris": {}, "uri": "",
        }  # fmt: skip
        self.number: dict[str, Any] | None = {
            "sid": "PN" + "4" * 32, "account_sid": account, "phone_number": CLINIC,
            "voice_url": "https://line.example.org/voice/incoming", "voice_method": "POST",
            "voice_fallback_url": "https://line.example.org/voice/fallback",
            "voice_fallback_method": "POST",
            "status_callback": "https://line.example.org/voice/status",
            "status_callback_method": "POST",
            "sms_url": "https://line.example.org/sms/incoming", "sms_method": "POST",
            "voice_application_sid": "", "sms_application_sid": "", "trunk_sid": None,
            "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        }  # fmt: skip
        self.service: dict[str, Any] = {
            "sid": service, "account_sid": account, "friendly_name": "BodyFix texts",
            "inbound_request_url": None, "inbound_method": "POST",
            "use_inbound_webhook_on_number": True, "us_app_to_person_registered": True,
        }  # fmt: skip
        self.senders = [CLINIC]
        self.campaign: str | None = "VERIFIED"

    def answer(self, verb: str, path: str, query: dict[str, str]) -> dict[str, Any]:
        """Raises Refusal for an unknown resource."""
        account, service = self.account["sid"], self.service["sid"]
        if verb != "GET":
            raise broken(f"{verb} {path} is not imitated")
        if path == f"/2010-04-01/Accounts/{account}.json":
            return self.account
        if path == f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json":
            if unknown := query.keys() - {"PhoneNumber", "PageSize", "FriendlyName", "Beta"}:
                raise broken(f"unknown parameter {sorted(unknown)}")
            wanted = query.get("PhoneNumber", CLINIC)
            found = [self.number] if self.number and self.number["phone_number"] == wanted else []
            return {"incoming_phone_numbers": found, "next_page_uri": None}
        if not re.match(rf"/v1/Services/{service}(/|$)", path):
            raise refusal(20404)
        meta = {"key": "", "next_page_url": None}
        if path == f"/v1/Services/{service}":
            return self.service
        if path.endswith("/PhoneNumbers"):
            listed = [{"sid": "PN", "phone_number": each} for each in self.senders]
            return {"phone_numbers": listed, "meta": {**meta, "key": "phone_numbers"}}
        if path.endswith("/Compliance/Usa2p"):
            found = [{"sid": "QE", "campaign_status": self.campaign}] if self.campaign else []
            return {"compliance": found, "meta": {**meta, "key": "compliance"}}
        raise refusal(20404)
