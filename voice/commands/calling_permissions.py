"""The countries that the account may call.

The line calls one number only, STAFF_NUMBER, so every other country is only an expense that
somebody with a stolen key could cause.
Source: https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource
"""

import json

from voice.settings import Settings
from voice.texts.twilio_sender import RequestFailed, TwilioAccess

_HOME = frozenset({"US", "CA"})
"""They share +1; the staff phone is in one of them."""
_KINDS = (
    "low_risk_numbers_enabled",
    "high_risk_special_numbers_enabled",
    "high_risk_tollfraud_numbers_enabled",
)


async def open_countries(access: TwilioAccess) -> list[str] | RequestFailed:
    """ISO codes of other countries that the account may call, in alphabetical order."""
    found = await access.ask(
        lambda twilio: [
            str(each.iso_code)
            for each in twilio.voice.v1.dialing_permissions.countries.list(page_size=300)
            if any(getattr(each, kind) for kind in _KINDS)
        ]
    )
    return found if isinstance(found, RequestFailed) else sorted(set(found) - _HOME)


async def close(access: TwilioAccess, countries: list[str]) -> RequestFailed | None:
    """Forbid calls to these countries."""
    request = [{"iso_code": code, **dict.fromkeys(_KINDS, "false")} for code in countries]
    done = await access.ask(
        lambda twilio: twilio.voice.v1.dialing_permissions.bulk_country_updates.create(
            update_request=json.dumps(request)
        )
    )
    return done if isinstance(done, RequestFailed) else None


def access_for(settings: Settings) -> TwilioAccess:
    """Twilio with time for a long answer."""
    return TwilioAccess(settings, timeout=15.0)
