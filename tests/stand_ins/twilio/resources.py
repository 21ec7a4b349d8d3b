"""The account, its number and its messaging service, as `check` and `setup` use them.

Source: https://www.twilio.com/docs/iam/api/account, and under https://www.twilio.com/docs
/phone-numbers/api/incomingphonenumber-resource, /messaging/api/service-resource,
/messaging/api/phonenumber-resource, /messaging/api/usapptoperson-resource,
/messaging/api/tollfree-verification-resource and /voice/api/dialingpermissions-country-resource.
"""

import json
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
            "friendly_name": "Front door",
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
        self.has_service = True
        self.senders = [CLINIC]
        self.campaign: str | None = "VERIFIED"

        self.others: list[dict[str, Any]] = []
        """More numbers of the account."""
        self.countries: dict[str, bool] = {"CA": True, "DE": False, "US": True}
        """Whether each may be called."""
        self.texted: dict[str, bool] = {"CA": True, "DE": False, "US": True}
        """Whether each may be texted."""
        self.verifications: list[str] = []
        """The states of the toll-free number's verifications."""

    def answer(
        self, verb: str, path: str, query: dict[str, str], form: dict[str, str]
    ) -> dict[str, Any]:
        """Raises Refusal for an unknown resource."""
        if verb == "POST":
            return self._change(path, form)
        if verb != "GET":
            raise broken(f"{verb} {path} is not imitated")
        account = self.account["sid"]
        if path == f"/2010-04-01/Accounts/{account}.json":
            return self.account
        if path == f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json":
            if unknown := query.keys() - {"PhoneNumber", "PageSize", "FriendlyName", "Beta"}:
                raise broken(f"unknown parameter {sorted(unknown)}")
            owned = [each for each in (self.number, *self.others) if each]
            found = [each for each in owned if query.get("PhoneNumber", "") in each["phone_number"]]
            return {"incoming_phone_numbers": found, "next_page_uri": None}
        if path == "/v1/Tollfree/Verifications":
            mine = self.number and query.get("TollfreePhoneNumberSid") == self.number["sid"]
            found = [{"sid": "HH", "status": each} for each in self.verifications if mine]
            return {"verifications": found, "meta": {"key": "verifications", "next_page_url": None}}
        return self._product(path)

    def _product(self, path: str) -> dict[str, Any]:
        """The products that have a host of their own: voice and messaging."""
        service = self.service["sid"]
        if path == "/v1/DialingPermissions/Countries":
            return {
                "content": [_country(code, may) for code, may in self.countries.items()],
                "meta": {"key": "content", "next_page_url": None},
            }
        if path == "/v1/Messaging/GeoPermissions":
            return {"permissions": [_texting(*each) for each in self.texted.items()]}
        if path == "/v1/Services":
            found = [self.service] if self.has_service else []
            return {"services": found, "meta": {"key": "services", "next_page_url": None}}
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

    def _change(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        """Source: "Update" in each reference; parameters are the fields in PascalCase."""
        if path == "/v1/DialingPermissions/BulkCountryUpdates":
            for each in json.loads(form["UpdateRequest"]):
                self.countries[each["iso_code"]] = each["low_risk_numbers_enabled"] == "true"
            return {"update_count": 1, "update_request": form["UpdateRequest"]}
        listed = [self.service, *(each for each in (self.number, *self.others) if each)]
        for each in listed:
            if re.fullmatch(rf".*/{each['sid']}(\.json)?", path):
                for name, value in form.items():
                    _set(each, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(), value)
                return each
        raise refusal(20404)


def _set(each: dict[str, Any], field: str, value: str) -> None:
    if field not in each or field in {"sid", "account_sid", "phone_number"}:
        raise broken(f"{field} cannot be set")
    each[field] = value == "true" if value in {"true", "false"} else value


def _country(code: str, may: bool) -> dict[str, Any]:  # noqa: FBT001  # one value
    """Source: https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource."""
    return {
        "iso_code": code, "name": code, "continent": "", "country_codes": [],
        "low_risk_numbers_enabled": may, "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False, "url": "", "links": {},
    }  # fmt: skip


def _texting(code: str, may: bool) -> dict[str, Any]:  # noqa: FBT001  # one value
    """Source: the properties of "MessagingGeopermissions" in Twilio's client libraries."""
    return {
        "country_code": code, "type": "country", "enabled": may,
        "error_code": 0, "error_messages": [],
    }  # fmt: skip
