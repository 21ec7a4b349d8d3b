"""Without business associate agreements, events hold no answers."""

import pytest
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr

from voice.agreements import event_detail, open_agreements
from voice.bootstrap import line_on
from voice.clock import utc_now
from voice.settings import Settings

SIGNED = {"baa_twilio": "yes", "baa_google": "yes"}


def live(**more: object) -> Settings:
    """A live line's settings with Google's calendar."""
    given: dict[str, object] = {"google_credentials_file": "google.json", **more}
    return Settings().model_copy(update=given)


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        ({}, "minimal"),
        (SIGNED, "full"),
        ({"baa_twilio": "not-needed", "baa_google": "not-needed"}, "full"),
        ({**SIGNED, "calendar_detail": "minimal"}, "minimal"),
        ({**SIGNED, "baa_google": "no"}, "minimal"),
        ({**SIGNED, "baa_google": "unknown"}, "minimal"),
        ({**SIGNED, "baa_twilio": "no"}, "minimal"),
        ({**SIGNED, "baa_twilio": "unknown"}, "minimal"),
        ({"baa_twilio": "yes", "google_credentials_file": ""}, "full"),
        ({"google_credentials_file": ""}, "minimal"),
    ],
)
def test_events_hold_answers_only_with_every_agreement(
    answers: dict[str, str], detail: str
) -> None:
    """Each agreement must be signed or not needed; Google's counts only with its calendar."""
    assert event_detail(live(**answers)) == detail


def test_a_demo_needs_no_agreement() -> None:
    """Nothing leaves this computer in a demo."""
    demo = Settings.load("demo")
    assert open_agreements(demo) == {}
    assert event_detail(demo) == "full"


async def test_the_line_writes_events_by_that_rule(pool: AsyncConnectionPool) -> None:
    """The clinic's detail is the one that the agreements allow."""
    token = SecretStr("2" * 32)
    for answers, detail in ((SIGNED, "full"), ({**SIGNED, "baa_twilio": "no"}, "minimal")):
        settings = live(google_credentials_file="", twilio_auth_token=token, **answers)
        line = line_on(settings, pool, utc_now)
        line.texting.close()
        assert line.clinic.detail == detail
