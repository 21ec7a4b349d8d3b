"""What a line texts with, from its settings: Twilio, the demo's own sender, or nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from psycopg_pool import AsyncConnectionPool

from voice.settings import Settings
from voice.texts.demo_sender import DemoSender
from voice.texts.planning import TextConfig
from voice.texts.rendering import ClinicFacts, short_name
from voice.texts.sender import Sender
from voice.texts.texting import Texting
from voice.texts.twilio_sender import TwilioAccess, TwilioSender

_A_DEMOS_DAY = 100
"""Whoever tries the line books again and again from the same number."""


def texting_for(
    settings: Settings, pool: AsyncConnectionPool, now: Callable[[], datetime]
) -> Texting:
    """The line's way to text."""
    sender = _sender(settings, pool, now)
    facts = ClinicFacts(
        name=short_name(settings.clinic_name),
        number=settings.clinic_number,
        page=f"{settings.public_base_url}/visit/",
        zone=settings.zone,
    )
    config = TextConfig(
        facts,
        can_send=sender is not None,
        video_url=settings.video_url,
        makes_links=settings.uses_google,
    )
    if settings.is_demo:
        config = replace(config, a_day=_A_DEMOS_DAY)
    return Texting(pool, now, config, sender)


def _sender(
    settings: Settings, pool: AsyncConnectionPool, now: Callable[[], datetime]
) -> Sender | None:
    if settings.is_demo:
        return DemoSender(pool, now)
    return TwilioSender(TwilioAccess(settings)) if settings.sends_texts else None
