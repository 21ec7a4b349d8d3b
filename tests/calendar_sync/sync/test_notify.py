"""How failed texts are retried."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import Job

from calendar_sync.retry import NotYet
from calendar_sync.sync.notify import RetryText


@pytest.mark.parametrize(
    ("attempts", "least", "most"),
    [(0, 30, 60), (1, 60, 120), (3, 240, 480), (4, 450, 900), (10**6, 450, 900)],
)
def test_a_text_that_could_not_be_sent_is_retried_ever_more_slowly(
    attempts: int, least: int, most: int
) -> None:
    """Retries back off from half a minute to a quarter of an hour, with jitter."""
    waits = {RetryText.back_off(attempts) for _ in range(50)}
    assert len(waits) > 1
    assert all(least <= wait <= most for wait in waits)


def test_a_text_that_must_wait_is_retried_when_it_says() -> None:
    """A text held by quiet hours is retried at 8:00, whatever its number of attempts."""
    job = Job(
        id=1, queue="texts", lock=None, queueing_lock=None, task_name="send_text", attempts=20
    )
    before = datetime.now(UTC)
    decision = RetryText().get_retry_decision(exception=NotYet("quiet hours", 7), job=job)
    assert decision.retry_at is not None
    assert timedelta(seconds=6) < decision.retry_at - before < timedelta(seconds=60)
