"""A clinic that texts through the Twilio stand-in."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.clinic import SetClock
from support.text_clinic import BASE, PATIENT, TextClinic, text_clinic
from support.text_posts import Reply, Status, post_to, words

from voice.simulator.transport import Answer
from voice.worker import jobs


@pytest_asyncio.fixture
async def clinic(
    database: AsyncConnectionPool, now: SetClock, twilio: Twilio
) -> AsyncGenerator[TextClinic]:
    """A clinic that can text its patients."""
    assert jobs.tasks
    async with text_clinic(database, now, twilio) as clinic:
        yield clinic


@pytest.fixture
def reply(clinic: TextClinic) -> Reply:
    """Text the line as a patient, and return its answer."""
    post, numbers = post_to(clinic), iter(range(1, 1000))

    async def send(body: str, sender: str = PATIENT, sid: str = "") -> str:
        form = {
            "MessageSid": sid or f"SM{next(numbers):032x}", "AccountSid": ACCOUNT, "From": sender,
            "To": "+14252025687", "Body": body, "NumMedia": "0", "NumSegments": "1",
            "FromCity": "",
        }  # fmt: skip
        return words(await post(f"{BASE}/sms/incoming", list(form.items())))

    return send


@pytest.fixture
def status(clinic: TextClinic) -> Status:
    """Post the status of a text, by default the newest, as Twilio does."""
    post = post_to(clinic)

    async def post_status(state: str, code: int | None = None, **other: Any) -> Answer:  # noqa: ANN401
        message = other.get("message", clinic.twilio.last())
        form = {"MessageSid": message.sid, "AccountSid": ACCOUNT, "MessageStatus": state}
        if code is not None:
            form["ErrorCode"] = str(code)
        return await post(message.posted_to, [*form.items(), ("To", message.to)])

    return post_status
