"""The times at which a visitor may call, and the defaults of a demo."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from support.clinic import PACIFIC, RULES, at

from voice.settings import Settings
from voice.simulator.demo_clock import DemoClock, times_to_call, with_demo_defaults


def shown(now: datetime, closed: frozenset[date] = frozenset()) -> dict[str, str]:
    """The name and local time of every choice."""
    choice = times_to_call(replace(RULES, closed_dates=closed), now)
    return {when.name: f"{when.at.astimezone(PACIFIC):%m-%d %H:%M}" for when in choice}


def test_open_is_a_choice_only_when_it_is_closed() -> None:
    """While the clinic is open, the current time is such a choice."""
    assert shown(at("2026-12-01 10:00")) == {"now": "12-01 10:00", "closed": "12-01 20:00"}
    assert shown(at("2026-12-05 21:00")) == {
        "now": "12-05 21:00", "open": "12-07 09:45", "closed": "12-06 20:00",
    }  # fmt: skip


def test_the_evening_before_the_next_closed_day() -> None:
    """Only a closed day on which the clinic would otherwise be open counts."""
    closed = frozenset({date(2026, 12, 1), date(2026, 12, 5), date(2026, 12, 25)})
    assert shown(at("2026-12-01 10:00"), closed)["eve"] == "12-24 20:00"
    assert "eve" not in shown(at("2026-12-24 20:30"), closed)


def test_the_clock_goes_on_from_where_it_was_set() -> None:
    """The demo clock runs as fast as the real one."""
    base = [datetime(2026, 12, 1, 18, 0, tzinfo=UTC)]
    clock = DemoClock(lambda: base[0])
    clock.set(at("2026-12-24 20:00"))
    base[0] = datetime(2026, 12, 1, 18, 5, tzinfo=UTC)
    assert clock() == at("2026-12-24 20:05")
    assert clock.real_time() == base[0]


def test_a_demo_has_defaults_where_nothing_is_set(tmp_path: Path) -> None:
    """Explicit settings are kept."""
    plain = Settings.load("demo").model_copy(update={"data_dir": tmp_path})
    given = with_demo_defaults(plain, date(2026, 11, 30))
    assert given.is_demo
    assert given.staff_number
    assert date(2027, 1, 1) in given.closed_dates
    assert given.video_url == "http://127.0.0.1:8000/phone/video-room"
    own = {
        "staff_number": "+14255550100",
        "closed_dates": frozenset({date(2026, 12, 2)}),
        "video_url": "https://meet.example.org/room",
    }
    assert with_demo_defaults(plain.model_copy(update=own), date(2026, 11, 30)) == plain.model_copy(
        update=own
    )
