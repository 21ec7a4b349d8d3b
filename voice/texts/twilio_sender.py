"""Sends texts through Twilio's REST API, in threads, since Twilio's client blocks."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from prometheus_client import Counter

from voice.settings import Settings
from voice.texts.sender import Absent, Accepted, Busy, Refused, Reported, Unsure, digest
from voice.texts.twilio_errors import code_of

T = TypeVar("T")

TIMEOUT = 4.0
"""Seconds to connect, and again to read."""
_MAX_CONCURRENT = 4
_NEWEST = 20
"""Messages searched; one number gets three a day."""
_NOT_FOUND, _TOO_MANY_REQUESTS, _SERVER_ERROR = 404, 429, 500
_CALLBACK_RETRIES = "#rc=5&rp=ct,rt,5xx"
"""Twilio repeats a status report only if its address asks for it. It neither sends nor signs this
part: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides."""
_TRIAL = "Sent from your Twilio trial account - "


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """The HTTP status, 0 if there was no usable response, and Twilio's code, if any."""

    status: int
    code: int | None
    why: str

    @property
    def kind(self) -> "Kind":
        """As the metric counts it."""
        if self.status == 0:
            return "no usable answer"
        if self.status == _TOO_MANY_REQUESTS:
            return "too many requests"
        return "refused" if self.status < _SERVER_ERROR else "failed"


Kind = Literal["no usable answer", "too many requests", "refused", "failed"]
ERRORS = Counter(
    "screening_line_twilio_errors_total", "Requests that Twilio did not carry out.", ["kind"]
)
for _kind in get_args(Kind):
    ERRORS.labels(_kind)  # shown as zero before the first one


class TwilioAccess:
    """The clinic's account at Twilio; the client is loaded and connected on first use."""

    def __init__(self, settings: Settings, timeout: float = TIMEOUT) -> None:
        self.settings = settings
        self._timeout = timeout
        self._client: Any = None
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)

    async def ask(self, question: Callable[[Any], T]) -> T | RequestFailed:
        """Call the client in a thread; every failure is returned, none is raised."""
        async with self._slots:
            answer = await asyncio.to_thread(self._asked, question)
        if isinstance(answer, RequestFailed):
            ERRORS.labels(answer.kind).inc()
        return answer

    def close(self) -> None:
        """Close its connections."""
        if self._client is not None:
            self._client.http_client.session.close()

    def _asked(self, question: Callable[[Any], T]) -> T | RequestFailed:
        # The client takes half a second to import, so only a line that texts loads it.
        from requests.exceptions import RequestException  # noqa: PLC0415  # slow import
        from twilio.base.exceptions import TwilioException, TwilioRestException  # noqa: PLC0415

        try:
            if self._client is None:
                self._client = self._connected()
            return question(self._client)
        except TwilioRestException as no:
            return RequestFailed(int(no.status), int(no.code) if no.code else None, "refused")
        except (RequestException, TwilioException, ValueError, KeyError, TypeError) as error:
            # A proxy's HTML page instead of JSON surfaces as any of the last three.
            return RequestFailed(0, None, type(error).__name__)

    def _connected(self) -> Any:  # noqa: ANN401  # twilio ships no types
        from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415  # slow import
        from twilio.rest import Client  # noqa: PLC0415  # slow import

        # At INFO it logs phone numbers.
        logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
        account = self.settings.twilio_account_sid
        user, password = self.settings.rest_login
        client = Client(
            user, password, account, http_client=TwilioHttpClient(timeout=self._timeout)
        )
        if base := self.settings.twilio_api_url.rstrip("/"):
            for product in (client.accounts, client.api, client.messaging, client.voice):
                product.base_url = base
        return client


def sender_fields(settings: Settings) -> dict[str, str]:
    """Who sends a message: the account's messaging service if there is one, else the number."""
    if service := settings.twilio_messaging_service_sid:
        return {"messaging_service_sid": service}
    return {"from_": settings.line_number}


@dataclass(frozen=True, slots=True)
class TwilioSender:
    """Sends from the account's messaging service if there is one, else from the clinic's number."""

    access: TwilioAccess

    async def send(self, to: str, body: str, text_id: int) -> Accepted | Refused | Busy | Unsure:
        """Create a message; its status comes to /sms/status under this text's id."""
        settings = self.access.settings
        sender = sender_fields(settings)
        callback = f"{settings.public_base_url}/sms/status?text={text_id}{_CALLBACK_RETRIES}"
        made = await self.access.ask(
            lambda twilio: (
                twilio.messages.create(to=to, body=body, status_callback=callback, **sender).sid
            )
        )
        if not isinstance(made, RequestFailed):
            return Accepted(str(made)) if made else Unsure("an answer without a SID")
        if made.status == _TOO_MANY_REQUESTS:
            return Busy()
        certain = made.code is not None or made.status in {401, 403}
        if certain and 400 <= made.status < _SERVER_ERROR:  # noqa: PLR2004  # Twilio refused it
            return Refused(code_of(made.status, made.code))
        return Unsure(f"{made.why} ({made.status})")

    async def look(
        self, to: str, digests: Collection[str], known: Collection[str]
    ) -> Accepted | Absent | Unsure:
        """Search the newest messages to this number.

        By number and not by time: a message still queued at Twilio has no date sent yet, and a
        body, which holds a link made for one attempt, cannot be mistaken for another.
        """
        listed = await self.access.ask(
            lambda twilio: [
                (str(each.sid), str(each.body or ""), str(each.status))
                for each in twilio.messages.list(to=to, limit=_NEWEST, page_size=_NEWEST)
            ]
        )
        if isinstance(listed, RequestFailed):
            return Unsure(f"{listed.why} ({listed.status})")
        for sid, body, status in listed:
            if sid not in known and digest(body.removeprefix(_TRIAL)) in digests:
                return Accepted(sid, arrived=status == "delivered")
        return Absent()

    async def status(self, sid: str) -> Reported | Absent | Unsure:
        """Fetch the message."""
        fetched = await self.access.ask(lambda twilio: _reported(twilio.messages(sid).fetch()))
        if not isinstance(fetched, RequestFailed):
            return fetched
        if fetched.status == _NOT_FOUND:
            return Absent()
        return Unsure(f"{fetched.why} ({fetched.status})")

    def close(self) -> None:
        """Close the connections to Twilio."""
        self.access.close()


def _reported(message: Any) -> Reported:  # noqa: ANN401  # twilio ships no types
    return Reported(str(message.status), int(message.error_code) if message.error_code else None)
