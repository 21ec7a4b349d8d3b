"""The browser's phone plays the clinic's recordings."""

from collections.abc import AsyncGenerator
from datetime import date
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Response
from psycopg_pool import AsyncConnectionPool
from support.browser import Opens
from support.recordings import keep, wav

from calendar_sync.bookings import free_times
from voice.background import run_in_background
from voice.bootstrap import Line, line_on, spoken_facts
from voice.recordings.library import Library
from voice.recordings.prompts import recordable_prompts
from voice.settings import Settings
from voice.simulator.demo_clock import DemoClock, with_demo_defaults
from voice.worker import work


@pytest_asyncio.fixture
async def line(
    database: AsyncConnectionPool, clock: DemoClock, tmp_path: Path
) -> AsyncGenerator[Line]:
    """A demo whose greeting is a recording of a second."""
    keep(tmp_path, "greeting.en.wav", wav(1))
    settings = with_demo_defaults(Settings.load("demo"), date(2026, 11, 30))
    settings = settings.model_copy(update={"recordings_dir": str(tmp_path)})
    Library(tmp_path, recordable_prompts(spoken_facts(settings))).accept()
    line = line_on(settings, database, clock)
    await free_times.refresh(line.clinic)
    async with run_in_background(work(line.clinic)):
        yield line


async def test_a_recording_is_played_and_its_words_are_shown(opens: Opens) -> None:
    """The recording comes from the line, and captions continue after it."""
    visitor = await opens("sound=voice&speed=1&waits=60")
    fetched: list[Response] = []
    visitor.page.on("response", lambda response: fetched.append(response))  # noqa: PLW0108  # it wraps functions alone
    await (await visitor.calls()).hears("If this is an emergency, hang up and call 9 1 1.")
    await visitor.hears("Para español, oprima nueve")
    [audio] = [each for each in fetched if "/recordings/" in each.url]
    assert audio.url.endswith("/greeting.en.wav")
    assert audio.headers["content-type"] == "audio/wav"
