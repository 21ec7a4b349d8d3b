"""Sends an alert by text and by email, and pings the address that watches whether we are alive."""

import asyncio
import re
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog

from voice.settings import Settings
from voice.texts.twilio_sender import RequestFailed, TwilioAccess, sender_fields

log = structlog.get_logger(__name__)

_SECONDS = 10
_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends alerts by the configured channels; `twilio` is None if no texts are wanted."""

    settings: Settings
    twilio: TwilioAccess | None

    async def send(self, text: str) -> bool:
        """Send an alert on every channel. True if at least one worked, or none is configured."""
        ways: list[Callable[[], bool]] = []
        if self.settings.alert_email:
            ways.append(lambda: self._email(text))
        tries = [await self._try(way) for way in ways]
        if self.twilio is not None:
            tries.append(await self._text(self.twilio, text))
        return any(tries) or not tries

    async def ping(self) -> None:
        """Tell the dead-man's switch that the line is alive; a failure is only logged."""
        if self.settings.alert_ping_url:
            await self._try(self._ping)

    async def _try(self, way: Callable[[], bool]) -> bool:
        try:
            return await asyncio.to_thread(way)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # No text of the error: it may quote an address or a password.
            log.warning("an alert was not delivered", error=type(error).__name__)
            return False

    async def _text(self, twilio: TwilioAccess, text: str) -> bool:
        settings = self.settings
        sender = sender_fields(settings)
        made = await twilio.ask(
            lambda client: (
                client.messages.create(
                    to=settings.alert_number, body=text[:_LONGEST_TEXT], **sender
                ).sid
            )
        )
        if isinstance(made, RequestFailed):
            log.warning("an alert was not delivered", error=made.why, status=made.status)
        return not isinstance(made, RequestFailed)

    def _email(self, text: str) -> bool:
        message = EmailMessage()
        message["Subject"] = "Screening line: " + re.split("[:.]", text)[0]
        message["To"] = self.settings.alert_email
        message["From"] = self.settings.alert_email
        message.set_content(text)
        server = urlsplit(self.settings.smtp_url.get_secret_value())
        context = ssl.create_default_context()
        with _connected(server.scheme, server.hostname or "", server.port, context) as smtp:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
        return True

    def _ping(self) -> bool:
        with urllib.request.urlopen(self.settings.alert_ping_url, timeout=_SECONDS):  # noqa: S310  # settings allow http and https only
            return True


def _connected(scheme: str, host: str, port: int | None, context: ssl.SSLContext) -> smtplib.SMTP:
    """smtps: TLS from the start (port 465). smtp: STARTTLS (587). smtp-plain: none, for loopback.

    Source: RFC 8314, section 3.
    """
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=_SECONDS, context=context)
    smtp = smtplib.SMTP(host, port or 587, timeout=_SECONDS)
    if scheme != "smtp-plain":
        smtp.starttls(context=context)
    return smtp
