"""Business associate agreements under HIPAA, and what events may hold without them.

The keys that callers press are health answers. They pass through Twilio, and with
CALENDAR_DETAIL=full Google stores them. Source: 45 CFR 164.502(e) and 164.504(e).
"""

from typing import Literal

from voice.settings import Settings


def open_agreements(settings: Settings) -> dict[str, Literal["no", "unknown"]]:
    """The agreements that this line needs and may lack: setting and answer; none in a demo."""
    if settings.is_demo:
        return {}
    answers = {"BAA_TWILIO": settings.baa_twilio}
    if settings.uses_google:
        answers["BAA_GOOGLE"] = settings.baa_google
    return {name: answer for name, answer in answers.items() if answer in ("no", "unknown")}


def event_detail(settings: Settings) -> Literal["full", "minimal"]:
    """What events hold: as CALENDAR_DETAIL says, but minimal while an agreement is open."""
    return "minimal" if open_agreements(settings) else settings.calendar_detail
