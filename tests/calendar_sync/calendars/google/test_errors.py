"""Each Google failure says what is certain, what is not, and how long to wait."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from stand_ins.google.faults import Fault, Kind
from stand_ins.google.server import Google
from support.calendar_contract import DAY, NINE, OURS
from support.google_clinic import calendar_at

from calendar_sync.calendars.contract import Inserted, Refused, Unknown
from calendar_sync.calendars.google.calendar import GoogleCalendar


@pytest.fixture
def calendar(google: Google, tmp_path: Path) -> Generator[GoogleCalendar]:
    """The clinic's calendar at the stand-in."""
    with calendar_at(google, tmp_path) as calendar:
        yield calendar


@pytest.mark.parametrize("kind", ["hang", "reset", "half", "not json", "empty", "status"])
@pytest.mark.parametrize("after", [False, True])
async def test_an_insert_without_a_clear_answer_is_unknown_and_then_found(
    google: Google,
    calendar: GoogleCalendar,
    kind: Kind,
    after: bool,  # noqa: FBT001  # a parameter
) -> None:
    """After an uncertain insert, repeating it leaves one event either way."""
    google.faults.append(Fault("events.insert", kind, after=after))
    assert isinstance(await calendar.insert(OURS), Unknown)
    assert isinstance(await calendar.insert(OURS), Inserted)
    assert len(google.screenings.live()) == 1


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Fault("", status=429, retry_after=17), 17),
        (Fault("", status=403, reason="rateLimitExceeded"), 0),
        (Fault("", status=403, reason="userRateLimitExceeded", retry_after=5), 5),
        (Fault("", status=403, reason="quotaExceeded"), 3600),
        (Fault("", status=500), 0),
        (Fault("", status=503, retry_after=9), 9),
        (Fault("token", "hang"), 0),
        (Fault("token", "not json"), 0),
    ],
)
async def test_what_passes_is_unknown_and_waits_as_google_wishes(
    google: Google, calendar: GoogleCalendar, fault: Fault, wait: int
) -> None:
    """Limits, quotas and outages are never final refusals."""
    google.faults.append(replace(fault, times=99))
    for answer in (
        await calendar.insert(OURS),
        await calendar.find(OURS.id),
        await calendar.busy(DAY),
        await calendar.changes(None),
    ):
        assert isinstance(answer, Unknown)
        assert answer.wait == wait


@pytest.mark.parametrize(
    "fault",
    [
        Fault("", status=403, reason="insufficientPermissions"),
        Fault("", status=403, reason="forbidden"),
        Fault("", status=404),
        Fault("", status=400, reason="invalid"),
    ],
)
async def test_a_wrong_set_up_refuses_the_insert_and_leaves_the_rest_open(
    google: Google, calendar: GoogleCalendar, fault: Fault
) -> None:
    """A configuration error refuses the insert, but nothing counts as free, absent or unchanged."""
    google.faults.append(replace(fault, times=99))
    assert isinstance(await calendar.insert(OURS), Refused)
    assert isinstance(await calendar.find(OURS.id), Unknown)
    assert isinstance(await calendar.busy(DAY), Unknown)
    assert isinstance(await calendar.changes(None), Unknown)
    assert isinstance(await calendar.cancel(OURS.id, "1"), Unknown)


async def test_a_sign_in_that_ended_is_unknown_until_somebody_signs_in(
    google: Google, calendar: GoogleCalendar
) -> None:
    """A refused refresh or access token leaves the outcome unknown until someone signs in."""
    google.sign_in.revoked = True
    answer = await calendar.insert(OURS)
    assert isinstance(answer, Unknown)
    assert (answer.wait, answer.why) == (60, "the sign-in at Google has ended; sign in again")
    google.sign_in.revoked = False
    assert isinstance(await calendar.insert(OURS), Inserted)
    google.sign_in.forget()
    assert await calendar.busy(DAY) == (NINE,)


async def test_a_scope_that_is_missing_is_named(google: Google, calendar: GoogleCalendar) -> None:
    """A missing free/busy scope is named in the error, and nothing counts as free."""
    google.sign_in.scopes = frozenset({"calendar.events.owned"})
    answer = await calendar.busy(DAY)
    assert answer == Unknown("Google answered 403 insufficientPermissions")
