"""However many calls there have been, no turn, no job and no command reads all of them.

The plans are those of PostgreSQL for a database that is filled and analyzed; its own counts of rows
that sequential scans have read cover what happens inside functions.
"""

from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from pydantic import SecretStr
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.caller import Caller
from support.data_key import CIPHER, DATA_KEY
from support.keypad import answers_safety, answers_triage
from support.old_rows import GROWING, fill
from support.own_database import own_database
from support.plans import Statements, rows_scanned
from support.text_clinic import BASE, PATIENT, settings_at

from calendar_sync.bookings import free_times
from calendar_sync.sync.staff_jobs import follow_all
from voice.alerts.watch import watch_over
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.calls.end_checks import check_ended_calls
from voice.clock import utc_now
from voice.commands import call_back_list, check_clinicians, check_database, job_list, report
from voice.database.connection import JOBS, open_pool, prepare
from voice.database.data_key import require_fitting_key
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import InProcess
from voice.staff_page.overview import overview
from voice.worker import jobs
from voice.worker import work as run_worker

ROWS = 2000
OTHER = "CA" + "f" * 32
EXEMPT = {
    "SELECT status::text, split_part(task_name": "the command `jobs`: a week of jobs",
    "SELECT procrastinate_retry_job_v2": "the command `jobs --retry`: the same",
    "DELETE FROM procrastinate_jobs WHERE id IN ( SELECT id FROM ( SELECT id": "the oldest 10,000",
}
"""Beginnings of statements that may read a whole table, and why."""


@dataclass
class Busy:
    """A line with many old calls, its dsn, and what it executes."""

    line: Line
    dsn: str
    statements: Statements
    post: InProcess

    async def work(self) -> None:
        """Run every periodic job, and whatever else is queued."""
        with jobs.replace_connector(PsycopgConnector()) as app:
            await app.open_async(self.line.pool)
            for periodic in jobs.periodic_registry.periodic_tasks.values():
                with suppress(AlreadyEnqueued):  # by a worker of another test
                    await app.configure_task(periodic.task.name).defer_async(timestamp=0)
            check = replace(self.line.clinic, check_calls=lambda: check_ended_calls(self.line))
            await app.run_worker_async(
                wait=False,
                concurrency=1,
                install_signal_handlers=False,
                listen_notify=False,
                additional_context={"clinic": check},
            )

    async def reads_few_rows(self) -> None:
        """Check all that was executed."""
        assert self.statements.executed
        async with self.line.pool.connection() as conn:
            found = await self.statements.whole_scans(conn, GROWING)
        assert [each for each in found if not each.partition(": ")[2].startswith((*EXEMPT,))] == []


@pytest.fixture(scope="module")
def filled(server: tuple[str, str]) -> Generator[str]:
    """A database with many finished calls."""
    with own_database(server, "_old") as dsn:
        prepare(dsn)
        require_fitting_key(dsn, CIPHER)
        fill(dsn, ROWS)
        yield dsn


@pytest_asyncio.fixture
async def busy(filled: str, twilio: Twilio) -> AsyncGenerator[Busy]:
    """A line on that database; what is scanned inside functions fails the test at its end."""
    async with open_pool(filled, cipher=CIPHER, options=JOBS) as pool:
        more = {
            "daily_summary": "on",
            "database_url": SecretStr(filled),
            "data_key": SecretStr(DATA_KEY),
        }
        line = line_on(settings_at(twilio.url, **more), pool)
        await free_times.refresh(line.clinic)
        await follow_all(line.clinic)  # what comes after the first reading reads what has changed
        before = rows_scanned(filled)
        post = InProcess(create_app(line), BASE, line.settings.tokens[0])
        busy = Busy(line, filled, Statements(), post)
        with busy.statements.recorded():
            yield busy
        await busy.reads_few_rows()
    scanned = {name: rows - before[name] for name, rows in rows_scanned(filled).items()}
    read = {name for name, rows in scanned.items() if rows >= ROWS and name in GROWING}
    assert {name for name in read if not name.startswith("procrastinate_")} == set()


async def test_a_call_reads_few_rows(busy: Busy) -> None:
    """From the arrival to a booked visit with texts, and the report of the call's end."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(run_in_background(run_worker(busy.line.clinic)))
        who = CallerId(PATIENT, account_sid=ACCOUNT)
        caller = await stack.enter_async_context(Caller(busy.post, who))
        await caller.presses("1")
        await answers_safety(caller)
        await answers_triage(caller)
        await caller.hears("In Pacific time").presses("1").presses("1")
        await caller.hears("You are booked").stays_silent()
        await caller.hears("One more, for your visit.").presses("2").presses("1")
        await caller.hears_everything()
        again = await stack.enter_async_context(Caller(busy.post, replace(who, call_sid=OTHER)))
        await again.presses("0").hears_everything()


async def test_texts_read_few_rows(busy: Busy) -> None:
    """Replies of a patient, and reports of what became of a text."""
    fields = {"AccountSid": ACCOUNT, "From": PATIENT, "To": busy.line.settings.line_number}
    for number, words in enumerate(("hello", "C", "STOP", "START")):
        own = {"MessageSid": f"SM{number:032x}", "Body": words}
        answer = await busy.post(BASE + "/sms/incoming", [*{**fields, **own}.items()])
        assert answer.status == 200
    report_of = {"AccountSid": ACCOUNT, "MessageSid": f"SM{1:032x}", "MessageStatus": "delivered"}
    assert (await busy.post(BASE + "/sms/status?text=1", [*report_of.items()])).status == 204


async def test_jobs_read_few_rows(busy: Busy) -> None:
    """Every periodic job and the alerts."""
    await busy.work()
    await watch_over(busy.line).look()


async def test_commands_and_the_staff_page_read_few_rows(busy: Busy) -> None:
    """What staff look at; `forget` and back-ups read everything, and say so."""
    settings, today = busy.line.settings, utc_now().date()
    await job_list.lines(settings)
    await job_list.retry(settings)
    await call_back_list.lines(settings)
    await report.read(settings, today, today)
    check_database.look(settings)
    check_clinicians.look(settings)
    await overview(busy.line)
