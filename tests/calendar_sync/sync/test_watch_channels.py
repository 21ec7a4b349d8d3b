"""Google notifies us of changes while a watch channel is open; nothing depends on it."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stand_ins.google.faults import Fault
from stand_ins.google.server import RIVERA, Google
from support.clinic import SetClock
from support.google_clinic import calendar_at
from support.two_therapists import with_two

from calendar_sync.calendars.contract import Refused
from calendar_sync.calendars.google.calendar import GoogleCalendar
from calendar_sync.calendars.google.watch import GooglePush
from calendar_sync.clinic import Clinic
from calendar_sync.sync.watch_channels import LIFETIME, REPLACE_BEFORE, is_known, renew

ADDRESS = "https://line.example.org/calendar/changed"


@pytest.fixture
def clinic(google: Google, clinic: Clinic, tmp_path: Path) -> Generator[Clinic]:
    """A clinic with a public address for Google's notifications."""
    with calendar_at(google, tmp_path) as calendar:
        yield replace(clinic, calendar=calendar, push=calendar.push_to(ADDRESS))


async def kept(clinic: Clinic) -> list[str]:
    """The stored channels."""
    async with clinic.pool.connection() as conn:
        rows = await conn.execute("SELECT id FROM calendar_channel ORDER BY asked_at")
        return [channel for (channel,) in await rows.fetchall()]


async def test_one_channel_is_opened_and_then_left_alone(clinic: Clinic, google: Google) -> None:
    """One channel is opened for a week with a random token, and a second check sends no request."""
    for _ in range(2):
        await renew(clinic)
    [seen] = google.asked("events.watch")
    [channel] = google.channels.open.values()
    assert (channel.address, seen.body["type"]) == (ADDRESS, "web_hook")
    assert channel.expires == clinic.now() + LIFETIME
    assert len(channel.token) > 40
    assert await kept(clinic) == [channel.id]


async def test_each_therapist_has_a_channel(clinic: Clinic, google: Google, now: SetClock) -> None:
    """Neither closes the other's; one whose therapist was removed is closed."""
    assert isinstance(clinic.calendar, GoogleCalendar)
    second = clinic.calendar.beside(RIVERA, ())
    team = with_two(clinic, second)
    first, rivera = team.clinicians
    pushes = (clinic.push, second.push_to(ADDRESS))
    both = (replace(first, push=pushes[0]), replace(rivera, push=pushes[1]))
    for _ in range(2):
        await renew(replace(team, clinicians=both))
    assert len(google.asked("events.watch")) == 2
    assert sorted(await kept(clinic)) == sorted(google.channels.open)
    now.at += LIFETIME - REPLACE_BEFORE
    await renew(replace(team, clinicians=both))
    assert len(google.channels.open) == 2
    await renew(replace(team, clinicians=both[:1]))
    assert len(google.channels.open) == len(await kept(clinic)) == 1


async def test_the_token_itself_is_not_stored(clinic: Clinic, google: Google) -> None:
    """Someone who can read the database still cannot send messages as Google."""
    await renew(clinic)
    [channel] = google.channels.open.values()
    async with clinic.pool.connection() as conn:
        rows = await conn.execute("SELECT calendar_channel::text FROM calendar_channel")
        assert channel.token not in str(await rows.fetchall())


async def test_a_channel_is_followed_by_another_before_it_ends(
    clinic: Clinic, google: Google, now: SetClock
) -> None:
    """A new channel opens before the old one is stopped, and only the new one remains."""
    await renew(clinic)
    [first] = google.channels.open
    now.at += LIFETIME - REPLACE_BEFORE
    await renew(clinic)
    [second] = google.channels.open
    assert second != first
    assert await kept(clinic) == [second]
    order = [
        each.method for each in google.seen if each.method in {"events.watch", "channels.stop"}
    ]
    assert order == ["events.watch", "events.watch", "channels.stop"]


async def test_an_old_channel_holds_while_no_new_one_can_be_had(
    clinic: Clinic, google: Google, now: SetClock
) -> None:
    """The old channel is kept while none can be opened, and a failed stop is retried."""
    await renew(clinic)
    [first] = google.channels.open
    now.at += LIFETIME - REPLACE_BEFORE
    google.faults.append(Fault("events.watch", status=403, reason="forbidden"))
    await renew(clinic)
    assert await kept(clinic) == [first]
    google.faults.append(Fault("channels.stop", status=503))
    await renew(clinic)
    assert len(google.channels.open) == 2
    await renew(clinic)
    assert first not in google.channels.open
    assert await kept(clinic) == list(google.channels.open)


@pytest.mark.parametrize("after", [False, True])
async def test_an_open_outcome_leaves_no_channel_behind(
    clinic: Clinic,
    google: Google,
    now: SetClock,
    after: bool,  # noqa: FBT001  # a parameter
) -> None:
    """A channel that may have been opened is replaced a quarter of an hour later and stopped."""
    google.faults.append(Fault("events.watch", "reset", after=after))
    for _ in range(2):
        await renew(clinic)
    assert len(google.asked("events.watch")) == 1
    [first] = await kept(clinic)
    now.forward(minutes=15)
    await renew(clinic)
    [second] = google.channels.open
    assert await kept(clinic) == [second] != [first]


async def test_a_line_that_moved_stops_the_channel_to_its_old_address(
    clinic: Clinic, google: Google
) -> None:
    """When PUBLIC_BASE_URL changes, the channel to the old address is stopped."""
    await renew(clinic)
    assert isinstance(clinic.push, GooglePush)
    elsewhere = "https://new.example.org/calendar/changed"
    moved = replace(
        clinic,
        push=GooglePush(
            clinic.push._google,  # noqa: SLF001  # reuses the account
            clinic.push.calendar,
            elsewhere,
        ),
    )
    await renew(moved)
    assert [each.address for each in google.channels.open.values()] == [elsewhere]


async def test_without_a_public_address_google_is_not_asked(clinic: Clinic, google: Google) -> None:
    """Without a public address, changes are found by polling alone."""
    await renew(replace(clinic, push=None))
    assert google.seen == []


async def test_an_address_that_google_cannot_call_is_refused(
    google: Google, tmp_path: Path
) -> None:
    """An http address is refused as Google refuses it, and no caller or job is affected."""
    with calendar_at(google, tmp_path) as calendar:
        push = calendar.push_to("http://127.0.0.1/calendar/changed")
        answer = await push.watch("channel-1", "token", google.channels.now() + timedelta(days=1))
    assert answer == Refused("Google answered 400 pushwebhookUrlNotHttps")
    google.seen.clear()


async def test_a_channel_that_has_ended_is_nobodys(
    clinic: Clinic, google: Google, now: SetClock
) -> None:
    """After a channel ends, its token is refused and its row is deleted."""
    await renew(clinic)
    [channel] = google.channels.open.values()
    asked = (channel.id, channel.token, channel.resource)
    async with clinic.pool.connection() as conn:
        assert await is_known(conn, *asked, now())
        assert not await is_known(conn, *asked, datetime(2027, 1, 1, tzinfo=UTC))
    now.at += LIFETIME
    await renew(clinic)
    assert channel.id not in await kept(clinic)
