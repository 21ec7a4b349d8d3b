"""`/metrics` shows how the line is, in counts that are about nobody."""

import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.faults import Fault as GoogleFault
from stand_ins.google.server import Google
from stand_ins.twilio.faults import Fault as TwilioFault
from stand_ins.twilio.server import Twilio
from support.asking import ask
from support.clinic import SetClock, span
from support.data_key import CIPHER
from support.google_clinic import calendar_at
from support.keypad import answers_safety, answers_triage
from support.patients import Calls
from support.text_clinic import settings_at

from voice import line_metrics
from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.database.connection import open_pool
from voice.flows.clinical_wording import AFTER_BOOKING, BEFORE_BOOKING
from voice.settings import Settings
from voice.texts.twilio_sender import TwilioAccess, TwilioSender

CHEST, FLAG = BEFORE_BOOKING[0].name, AFTER_BOOKING[0].name
Samples = dict[str, float]


async def scraped(line: Line) -> Samples:
    """The line's own metrics, each as `name{label="value"}` without the common first words."""
    status, text = await ask(create_app(line), "/metrics")
    assert status == 200
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            name = sample.name.removeprefix("screening_line_")
            found[f"{name}[{labels}]" if labels else name] = sample.value
    return found


async def execute(line: Line, statement: str, *values: object) -> None:
    """Change the database from outside the line."""
    async with line.pool.connection() as conn:
        await conn.execute(statement.encode(), values)


async def test_calls_are_counted_by_ending_and_stage(line: Line, calls: Calls) -> None:
    """A stopped call is counted like any that staff call back; the question, only days later."""
    booked = await calls("+14255550101")
    await booked.presses("1")
    await answers_safety(booked)
    await answers_triage(booked)
    await booked.presses("1").presses("1").hears("You are booked").stays_silent()
    await booked.hears("Have you had cancer?").presses("1").hears("tell your doctor").hangs_up()
    stopped = await calls("+14255550102")
    await stopped.presses("1").hears("No to all").presses("1").hears("9 1 1").hangs_up()
    await (await calls("+14255550103")).hears("press 1").hangs_up()

    now = await scraped(line)
    assert now["calls_last_day[ending=hung up,stage=booked]"] == 1
    assert now["calls_last_day[ending=hung up,stage=called]"] == 1
    assert now["calls_last_day[ending=call-back,stage=called]"] == 1
    assert now["calls_reaching_last_day[stage=called]"] == 3
    assert now["calls_reaching_last_day[stage=times offered]"] == 1
    assert now["calls_reaching_last_day[stage=chose a time]"] == 1
    assert now["calls_reaching_last_day[stage=booked]"] == now["coming_visits"] == 1
    assert now["call_backs[state=waiting]"] == 2
    assert now["turns_total[outcome=answered,request=incoming]"] >= 3
    assert not any("safety_answers" in name for name in now)

    await execute(line, "UPDATE call SET began_at = now() - interval '36 hours'")
    later = await scraped(line)
    assert later[f"safety_answers_last_week[question={CHEST},result=stopped]"] == 1
    assert later[f"safety_answers_last_week[question={FLAG},result=flagged]"] == 1
    assert later["calls_reaching_last_day[stage=called]"] == 0


async def test_no_label_is_about_a_person(line: Line, calls: Calls) -> None:
    """Neither a number nor a call's SID is in the metrics."""
    caller = await calls("+14255550102")
    await caller.presses("1").hears("No to all").presses("3").hangs_up()
    names = " ".join(await scraped(line))
    assert "calls_last_day[" in names
    assert "0102" not in names
    assert caller.who.call_sid not in names


@pytest_asyncio.fixture
async def idle(database: AsyncConnectionPool, now: SetClock, tmp_path: Path) -> Line:
    """A line without a worker, whose calendar was never read."""
    settings = Settings.load("demo").model_copy(update={"data_dir": tmp_path})
    return line_on(settings, database, now)


async def test_what_waits_is_shown_with_its_age(idle: Line, now: SetClock) -> None:
    """Call-backs, jobs, errors of texts, and a calendar that is not read."""
    await execute(
        idle,
        "INSERT INTO busy_times (clinician_id, read_at, within, busy)"
        " VALUES ('default', %s, 'empty', '{}')",
        now() - timedelta(minutes=20),
    )
    await execute(
        idle,
        "INSERT INTO call_back (call_sid, reason, number, language, asked_at) VALUES"
        " ('CA1', 'asked for a person', '+14255550123', 'en', %s)",
        now() - timedelta(days=4),
    )
    await execute(idle, "INSERT INTO text_alarm (code) VALUES (30034)")
    await execute(
        idle,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
        " VALUES ('default', 'calendar:insert_event', '{}', 'todo')",
    )
    await execute(idle, "UPDATE procrastinate_events SET at = at - interval '90 seconds'")
    found = await scraped(idle)
    assert found["busy_times_age_seconds"] == 20 * 60
    for state in ("waiting", "overdue", "unseen"):
        assert found[f"call_backs[state={state}]"] == 1
    assert (found["text_alarms"], found["worker_up"], found["database_up"]) == (1, 0, 1)
    assert found["jobs[status=todo,task=insert_event]"] == 1
    assert 90 <= found["oldest_job_seconds[task=insert_event]"] < 600
    assert 0 < found["disk_free_ratio"] <= 1


async def test_a_job_that_is_due_later_is_not_late(idle: Line) -> None:
    """A text that is due tomorrow waits, and has no age."""
    await execute(
        idle,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)"
        " VALUES ('texts', 'calendar:send_text', '{}', 'todo', now() + interval '1 day')",
    )
    found = await scraped(idle)
    assert found["jobs[status=todo,task=send_text]"] == 1
    assert not any(name.startswith("oldest_job_seconds") for name in found)


async def test_without_the_database_processes_still_tell_what_they_counted(
    idle: Line, migrated: str
) -> None:
    """What is read from the database is missing, instead of stale, and one gauge says why."""
    before = await scraped(idle)
    async with open_pool(migrated, cipher=CIPHER, size=1) as gone:
        pass
    found = await scraped(replace(idle, clinic=replace(idle.clinic, pool=gone)))
    assert (before["database_up"], found["database_up"]) == (1, 0)
    assert "disk_free_ratio" in found
    assert "worker_up" in before
    assert "worker_up" not in found
    assert any(name.startswith("answer_seconds_count") for name in found)


async def test_a_count_that_takes_too_long_is_left_out(idle: Line) -> None:
    """The database is up all the same, and what is cheap to read stays."""
    async with idle.pool.connection() as conn, conn.transaction():
        await conn.execute("LOCK TABLE call IN ACCESS EXCLUSIVE MODE")
        found = await scraped(idle)
    assert (found["database_up"], found["worker_up"]) == (1, 0)
    assert not any(name.startswith("calls_") for name in found)


async def test_asking_often_asks_the_database_once_a_minute(
    idle: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is given again for a minute, to all who ask."""
    app = create_app(idle)

    async def failed_texts() -> str:
        _, text = await ask(app, "/metrics")
        return text.partition("\nscreening_line_text_alarms ")[2].partition("\n")[0]

    assert await failed_texts() == "0.0"
    await execute(idle, "INSERT INTO text_alarm (code) VALUES (30034)")
    assert await failed_texts() == "0.0"
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + line_metrics.FRESH_SECONDS)
    monkeypatch.setattr(line_metrics, "time", clock)
    assert await failed_texts() == "1.0"


async def test_errors_of_google_and_twilio_are_counted_by_kind(
    idle: Line, google: Google, twilio: Twilio, tmp_path: Path
) -> None:
    """Each request that was not carried out counts once, and no successful one."""
    before = await scraped(idle)
    google.faults = [GoogleFault("", status=503), GoogleFault("", status=404)]
    with calendar_at(google, tmp_path) as calendar:
        for _ in range(3):
            await calendar.busy(span("2026-12-01 09:00"))
    twilio.faults = [TwilioFault("", "reset"), TwilioFault("", "code", code=21211)]
    settings = settings_at(twilio.url)
    with closing(TwilioAccess(settings, timeout=30)) as access:
        sender = TwilioSender(access)
        for text_id in (1, 2, 3):
            await sender.send("+14255550123", "Your visit is tomorrow.", text_id)
    now = await scraped(idle)
    added = {
        name: now[name] - before.get(name, 0)
        for name in now
        if "_errors_total" in name and now[name] > before.get(name, 0)
    }
    assert added == {
        "google_errors_total[kind=unknown]": 1,
        "google_errors_total[kind=missing]": 1,
        "twilio_errors_total[kind=no usable answer]": 1,
        "twilio_errors_total[kind=refused]": 1,
    }
