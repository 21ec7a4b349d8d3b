"""The account's messaging services, which send texts.

Source: https://www.twilio.com/docs/messaging/api/service-resource
"""

from dataclasses import dataclass
from typing import Any

from voice.texts.twilio_sender import RequestFailed, TwilioAccess


@dataclass(frozen=True, slots=True)
class SenderPool:
    """A messaging service; `senders` in E.164, `campaigns` the states of its registrations."""

    sid: str
    name: str
    senders: tuple[str, ...]
    campaigns: tuple[str, ...]
    inbound_url: str
    defers_to_number: bool


async def services(access: TwilioAccess) -> list[SenderPool] | RequestFailed:
    """The services with all that belongs to them; at most 20."""
    return await access.ask(
        lambda twilio: [
            _read(each, twilio.messaging.v1.services(each.sid))
            for each in twilio.messaging.v1.services.list(limit=20)
        ]
    )


async def service(access: TwilioAccess, sid: str) -> SenderPool | RequestFailed:
    """One service."""

    def asked(twilio: Any) -> SenderPool:  # noqa: ANN401  # twilio ships no types
        context = twilio.messaging.v1.services(sid)
        return _read(context.fetch(), context)

    return await access.ask(asked)


def _read(fetched: Any, context: Any) -> SenderPool:  # noqa: ANN401  # twilio ships no types
    return SenderPool(
        sid=str(fetched.sid),
        name=str(fetched.friendly_name or fetched.sid),
        senders=tuple(str(each.phone_number) for each in context.phone_numbers.list(limit=100)),
        campaigns=tuple(
            str(each.campaign_status) for each in context.us_app_to_person.list(limit=20)
        ),
        inbound_url=str(fetched.inbound_request_url or ""),
        defers_to_number=bool(fetched.use_inbound_webhook_on_number),
    )
