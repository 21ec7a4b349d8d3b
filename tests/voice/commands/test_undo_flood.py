"""`screening-line undo-flood` cancels what robots booked by phone, after listing it."""

import psycopg
import pytest
from support.command_line import Run

SINCE = ("--since", "2026-11-30 08:00")
VISIT = """
INSERT INTO booking (call_sid, step, during, state, expires_at, confirmed_at, number, event_id,
                     text_number, patient_name, promised)
SELECT 'CA' || {n}, 'hold', each.during, 'booked', now(), {confirmed}, {number}, 'ev' || {n},
       {number}, {name}, each.during
FROM (SELECT tstzrange('2099-12-0{n} 18:00Z', '2099-12-0{n} 18:20Z') AS during) AS each
"""
ROBOT, PATIENT = "+14255550123", "+14255550124"


@pytest.fixture
def visits(database: object, migrated: str) -> str:
    """Two visits of a robot, one of a patient with a name, one from before."""
    assert database
    with psycopg.connect(migrated) as conn:
        for n, number, name, confirmed in (
            (1, ROBOT, "NULL", "now()"),
            (2, ROBOT, "NULL", "now()"),
            (3, PATIENT, "'Ann'", "now()"),
            (4, "+14255550125", "NULL", "'2026-11-30 15:59Z'::timestamptz"),
        ):
            made = VISIT.format(n=n, number=f"'{number}'", name=name, confirmed=confirmed)
            conn.execute(made.encode())
        conn.execute(
            "INSERT INTO text (booking, name, kind, about, number, due, state) SELECT id, 'x',"
            " 'booked', lower(during), number, now(), 'owed' FROM booking ORDER BY id"
        )
        conn.execute("UPDATE booking SET confirmed_at = '2026-11-30 16:01Z' WHERE id < 4")
    return migrated


def states(dsn: str) -> list[str]:
    """The state of each visit, in order."""
    with psycopg.connect(dsn) as conn:
        return [state for (state,) in conn.execute("SELECT state FROM booking ORDER BY id")]


def test_what_robots_took_is_listed_and_cancelled_and_nobody_is_told(
    live: Run, visits: str
) -> None:
    """A visit whose patient gave a name, and one from before that time, are kept."""
    code, said = live("undo-flood", *SINCE, "--yes")
    assert code == 0
    assert said.count("425-555-0123  cancel") == 2
    assert "425-555-0124  kept: gave a name or email" in said
    assert "0125" not in said
    assert "Cancelled 2 visits" in said
    assert states(visits) == ["cancelled", "cancelled", "booked", "booked"]
    with psycopg.connect(visits) as conn:
        texts = conn.execute("SELECT state FROM text ORDER BY id").fetchall()
        jobs = conn.execute("SELECT task_name, count(*) FROM procrastinate_jobs GROUP BY 1")
        assert texts == [("dropped",), ("dropped",), ("owed",), ("owed",)]
        assert jobs.fetchall() == [("calendar:withdraw_event", 2)]
        assert conn.execute("SELECT count(*) FROM telling").fetchone() == (0,)
        viewed = conn.execute("SELECT command, people FROM command_view").fetchall()
        assert viewed == [("undo-flood", 3)]


def test_a_dry_run_changes_nothing(live: Run, visits: str) -> None:
    """It lists the same visits."""
    code, said = live("undo-flood", *SINCE, "--dry-run")
    assert (code, states(visits)) == (0, ["booked"] * 4)
    assert "2 would be cancelled. Nothing was changed." in said


def test_one_number_loses_all_of_its_visits(live: Run, visits: str) -> None:
    """Whoever names a number has decided that it is a robot's, whatever the visit says."""
    code, said = live("undo-flood", *SINCE, "--number", "425-555-0124", "--yes")
    assert (code, "Cancelled 1 visits" in said) == (0, True), said
    assert states(visits) == ["booked", "booked", "cancelled", "booked"]


def test_nothing_since_then(live: Run, visits: str) -> None:
    """A number that is none, and a time after everything, are answered in one sentence."""
    assert "No coming visit" in live("undo-flood", "--since", "2098-01-01 00:00")[1]
    code, said = live("undo-flood", *SINCE, "--number", "12")
    assert (code, "That is not a phone number" in said) == (1, True)
    assert states(visits) == ["booked"] * 4


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("UPDATE booking SET confirmed_by_text = now()", "confirmed"),
        ("UPDATE booking SET confirmed_by_phone = now()", "confirmed"),
        ("UPDATE booking SET moved_at = now()", "moved it"),
        ("UPDATE booking SET patient_email = 'ann@example.org'", "gave a name or email"),
        (
            "INSERT INTO call (sid, keyed_back_at) SELECT call_sid, now() FROM booking",
            "keyed the spoken number back",
        ),
    ],
)
def test_a_visit_whose_patient_is_a_person_is_kept(
    live: Run, visits: str, shown: str, why: str
) -> None:
    """By text, by phone or on the page: whatever shows it, none of theirs is cancelled."""
    with psycopg.connect(visits) as conn:
        conn.execute(shown.encode())
    code, said = live("undo-flood", *SINCE, "--yes")
    assert (code, states(visits)) == (0, ["booked"] * 4), said
    assert said.count(f"425-555-0123  kept: {why}") == 2


def test_a_second_run_finds_nothing_more(live: Run, visits: str) -> None:
    """What was cancelled before is not listed, and no event is withdrawn twice."""
    assert live("undo-flood", *SINCE, "--yes")[0] == 0
    code, said = live("undo-flood", *SINCE, "--yes")
    assert (code, "0123" in said) == (0, False), said
    assert states(visits) == ["cancelled", "cancelled", "booked", "booked"]
    with psycopg.connect(visits) as conn:
        jobs = conn.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()
        assert jobs == (2,)
