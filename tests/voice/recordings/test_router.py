"""Twilio fetches a recording with an unsigned GET and caches it."""

from pathlib import Path

import pytest
from psycopg_pool import AsyncConnectionPool
from support.caller import Caller
from support.clinic import SetClock
from support.patient_page import Patient
from support.recordings import keep, wav

from voice.app import create_app
from voice.bootstrap import Line, line_on, spoken_facts
from voice.recordings.library import Library
from voice.recordings.prompts import recordable_prompts
from voice.settings import Settings
from voice.simulator.transport import InProcess

SOUND = wav(15)


@pytest.fixture
def line(database: AsyncConnectionPool, now: SetClock, tmp_path: Path) -> Line:
    """A clinic with a recording of the first part of the article."""
    keep(tmp_path, "summary.1.en.wav", SOUND)
    settings = Settings.load("demo").model_copy(update={"recordings_dir": str(tmp_path)})
    Library(tmp_path, recordable_prompts(spoken_facts(settings))).accept()
    return line_on(settings, database, now)


@pytest.fixture
def browser(line: Line) -> Patient:
    """An HTTP client."""
    return Patient(create_app(line))


async def test_the_file_comes_whole_with_its_type_and_lasts(line: Line, browser: Patient) -> None:
    """The file needs no signature, is cacheable for a year, and is revalidated with 304."""
    assert line.recordings
    [sha256] = line.recordings.files
    path = f"/recordings/{sha256}/summary.1.en.wav"
    answer = await browser.opens(path)
    assert (answer.status, answer.body) == (200, SOUND)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await browser.opens(path, "HEAD")).headers["content-length"] == str(len(SOUND))
    browser.more["if-none-match"] = answer.headers["etag"]
    again = await browser.opens(path)
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/recordings/x/y", "/recordings/accepted.json", "/recordings"])
async def test_nothing_else_is_served(browser: Patient, path: str) -> None:
    """No other file of the folder is served, and no listing."""
    assert (await browser.opens(path)).status == 404


async def test_a_caller_hears_the_recording_and_the_transcript_has_its_words(line: Line) -> None:
    """Only the recorded part is played, and the transcript has its words."""
    post = InProcess(create_app(line), line.settings.public_base_url, line.settings.tokens[0])
    async with Caller(post) as caller:
        await caller.stays_silent().hears("Has your foot hurt for weeks, months, or even years?")
        await caller.stays_silent().hears("Your low back should bend forward")
        assert [each.body.count("<Play>") for each in caller.documents] == [0, 1, 0]


def test_a_line_without_recordings_has_no_such_route(
    database: AsyncConnectionPool, now: SetClock
) -> None:
    """Without recordings the route does not exist and nothing is loaded."""
    line = line_on(Settings.load("demo"), database, now)
    assert line.recordings is None
    assert not any("recordings" in str(route) for route in create_app(line).routes)
