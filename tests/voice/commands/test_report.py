"""`screening-line report` prints figures as tables, CSV or a picture."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import psycopg
import pytest
from support.command_line import Run

from voice.figures import STAGES

DAYS = ("--from", "2026-12-01", "--to", "2026-12-02")


@pytest.fixture
def rows(database: object, migrated: str) -> None:
    """Three calls on two days in the clinic's zone, and calls just before and after them."""
    del database
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO call (sid, caller, began_at, ended_at, outcome) VALUES"
            " ('CA0', '+14255550120', '2026-12-01 07:59:59Z', now(), 'silent'),"
            " ('CA1', '+14255550121', '2026-12-01 08:00Z', now(), 'hung up'),"
            " ('CA2', '+14255550122', '2026-12-02 20:00Z', now(), 'hung up'),"
            " ('CA3', '+14255550123', '2026-12-03 07:59Z', NULL, NULL),"
            " ('CA4', '+14255550124', '2026-12-03 08:00Z', now(), 'silent')"
        )
        conn.execute(
            "INSERT INTO call_back (call_sid, reason, number, language, asked_at) VALUES"
            " ('CA2', 'stopped at safety.both_legs', '+14255550122', 'en', '2026-12-02 20:01Z'),"
            " ('CA1', 'stopped at safety.heart', '+14255550121', 'en', '2026-12-01 08:01Z')"
        )
        conn.execute(  # went back to an earlier safety question, and stopped there
            "INSERT INTO journal (call_sid, name, value) VALUES ('CA1', 'foot.side~0', '8')"
        )
        conn.execute(
            "INSERT INTO booking (call_sid, step, during, state, expires_at) VALUES"
            " ('CA3', 'h', tstzrange('2099-12-01 18:00Z', '2099-12-01 18:20Z'), 'booked', now())"
        )
        conn.execute(
            "INSERT INTO text (booking, name, kind, about, number, due, state, created) SELECT"
            " id, 'x', 'booked', now(), '+14255550123', now(), 'delivered', '2026-12-02 20:01Z'"
            " FROM booking"
        )


@pytest.mark.usefixtures("rows")
def test_csv_has_every_figure_of_these_days(live: Run) -> None:
    """Days are the clinic's and inclusive, and a retired question keeps its place at the end."""
    code, said = live("report", *DAYS, "--csv")
    assert code == 0
    header, *lines = csv.reader(io.StringIO(said))
    assert header == ["part", "what", "count"]
    found = {(part, what): int(count) for part, what, count in lines}
    assert len(found) == len(lines)
    assert found == {
        **{("How far calls got", stage): 1 for stage in STAGES},
        ("How far calls got", "called"): 3,
        ("How calls ended", "stopped at a safety question"): 2,
        ("How calls ended", "still on the line"): 1,
        ("Stopped at the safety question", "both legs"): 1,
        ("Stopped at the safety question", "heart"): 1,
        ("Texts", "delivered"): 1,
        ("Call-backs", "asked for"): 2,
        ("Call-backs", "done"): 0,
        ("Call-backs", "waiting now"): 2,
    }
    assert [what for part, what, _ in lines if "safety question" in part] == ["both legs", "heart"]


@pytest.mark.usefixtures("rows")
def test_the_tables_name_no_person(live: Run) -> None:
    """The funnel has shares of all calls, and there are no numbers of callers."""
    code, said = live("report", *DAYS)
    assert code == 0
    assert "Report of the live line:" in said
    assert "2026-12-01 to 2026-12-02: 3 calls" in said
    words = " ".join(said.replace("│", " ").replace("━", "").split())
    assert "called 3 100 %" in words
    assert "booked 1 33 %" in words
    assert "Where callers hung up" not in said
    for person in ("555", "0121", "CA1", "CA2"):
        assert person not in said


@pytest.mark.usefixtures("rows")
def test_the_terminal_draws_the_funnel(live: Run) -> None:
    """Each stage has a bar as long as its share of all calls, within 80 columns."""
    _, said = live("report", *DAYS)
    bars = {
        words.strip(): bar.count("━")
        for words, _, bar in re.findall(r"│ ([a-z ]+?) +│ +(\d+  +\d+ %) │ ([━╸ ]*)│", said)
    }
    assert list(bars) == list(STAGES)
    assert bars.pop("called") == 32
    assert set(bars.values()) == {10}
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.usefixtures("rows")
def test_the_picture_shows_each_stage(live: Run, tmp_path: Path) -> None:
    """Each bar is as long as its share, and has text for screen readers."""
    file = tmp_path / "funnel.svg"
    assert live("report", *DAYS, "--svg", str(file))[0] == 0
    root = ET.fromstring(file.read_text("utf-8"))  # noqa: S314  # our own file
    space = "{http://www.w3.org/2000/svg}"
    bars = [float(each.attrib["width"]) for each in root.iter(f"{space}rect")
            if "fill" in each.attrib and each.attrib["width"] != "100%"]  # fmt: skip
    assert len(bars) == len(STAGES)
    assert bars[0] > bars[1] == pytest.approx(bars[0] / 3, abs=1)
    texts = [each.text for each in root.iter(f"{space}text")]
    assert set(STAGES) <= set(texts)
    assert root.findtext(f"{space}title") == "Calls from 2026-12-01 to 2026-12-02"


@pytest.mark.usefixtures("rows")
def test_what_cannot_be_reported_is_said(live: Run, tmp_path: Path) -> None:
    """An inverted period and an unwritable file are errors."""
    code, said = live("report", "--from", "2026-12-02", "--to", "2026-12-01")
    assert (code, said) == (1, "The period ends (2026-12-01) before it begins (2026-12-02).")
    code, said = live("report", *DAYS, "--svg", str(tmp_path / "no" / "funnel.svg"))
    assert code == 1
    assert "cannot be written" in said
    assert live("report", "--from", "yesterday")[0] == 2


@pytest.mark.usefixtures("database")
def test_without_days_it_reports_the_last_thirty(live: Run) -> None:
    """The default works even without calls."""
    code, said = live("report", "--csv")
    assert code == 0
    assert "How far calls got,called,0" in said
