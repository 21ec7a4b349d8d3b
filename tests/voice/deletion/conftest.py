"""A line whose old data a test deletes at a time that it chooses."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from voice.bootstrap import Line
from voice.deletion.retention import delete_old_data

Run = Callable[[datetime], Awaitable[None]]


@pytest.fixture
def delete_at(line: Line) -> Run:
    """Delete what is old at this time."""

    async def run(at: datetime) -> None:
        await delete_old_data(line.pool, line.settings, lambda: at)

    return run
