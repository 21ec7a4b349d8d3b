"""`screening-line jobs` lists waiting and failed jobs, and retries them."""

import psycopg
import pytest
from support.command_line import Run

LIVE_LINE = "Jobs and texts of the live line:\n"


@pytest.mark.usefixtures("database")
def test_staff_see_what_waits_and_what_failed_and_try_it_again(live: Run, migrated: str) -> None:
    """Jobs and texts are shown in plain words with masked numbers, and a retry clears failures."""
    assert live("jobs") == (0, f"{LIVE_LINE}Nothing is waiting, and nothing failed.\n")
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts) VALUES"
            " ('default', 'calendar:insert_event', 'failed', 3),"
            " ('housekeeping', 'calendar:refresh_busy', 'failed', 0)"
        )
        conn.execute(
            "INSERT INTO booking (call_sid, step, during, state, expires_at) VALUES"
            " ('CA1', 'h', tstzrange('2099-12-01 18:00Z', '2099-12-01 18:20Z'), 'booked', now())"
        )
        conn.execute(
            "INSERT INTO text (booking, name, kind, about, number, due, state, error, sid) SELECT"
            " id, 'x', 'booked', '2099-12-01 18:00Z', '+14255550123', '2026-12-01 17:05Z',"
            " 'failed', 30007, 'SM1' FROM booking"
        )
        conn.execute("INSERT INTO text_alarm (code) VALUES (30034)")
    code, said = live("jobs")
    assert code == 0
    _, job, text, alarm = said.splitlines()
    assert job == "failed   1 x put a visit into the calendar, tried 3 times"
    assert text == (
        'failed   text "booked" to ··23, Tue Dec 01 09:05 (the phone company took it for spam)'
    )
    assert "register the number" in alarm
    done = "To be retried within a minute: 1 jobs, 1 texts.\n"
    assert live("jobs", "--retry") == (0, f"{LIVE_LINE}{done}")
    said = live("jobs")[1]
    assert "waiting  1 x put a visit into the calendar" in said
    assert 'waiting  text "booked" to ··23' in said
