"""`screening-line call`: place a call from this terminal, by hand or from a key script."""

import asyncio
import re
import shutil
import sys
import time
from collections import deque
from dataclasses import dataclass

from voice.bootstrap import line_on
from voice.errors import ReportedError
from voice.settings import Settings
from voice.simulator.activity import Activity, Happening
from voice.simulator.caller_id import VOUCHED, WITHHELD, CallerId
from voice.simulator.connect import ConnectedLine, connect
from voice.simulator.handset import Handset, Staff
from voice.simulator.key_script import Scripted, Step, read_keys
from voice.simulator.keyboard import Keyboard
from voice.simulator.page.sample_patient import NUMBER, sample_patient_visit
from voice.simulator.player import Ended, Player
from voice.simulator.terminal import Terminal
from voice.simulator.transcript import Heading, Recording

_E164 = re.compile(r"\+[1-9]\d{6,14}")
DEFAULT_CALLER = "+14255550123"
KNOWN = "known"
"""Instead of a number: a patient who has a visit, and whose number the carrier vouches for."""
_TEXT_SECONDS, _LOOK_EVERY = 3.0, 0.1


class CallRefusedError(ReportedError):
    """The call was not placed; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """The options of the command. ``steps`` is None when a person types the keys.

    ``known``: the caller is the sample patient, who has a visit.
    """

    number: str
    steps: tuple[Step, ...] | None
    staff: Staff
    fast: bool = False
    quiet: bool = False
    known: bool = False

    @property
    def signed(self) -> str | None:
        """What the carrier says of the number."""
        return VOUCHED if self.known else None


@dataclass(frozen=True, slots=True)
class CallFlags:
    """The switches of the command. ``quiet``: do not print what happened on the line."""

    withheld: bool = False
    fast: bool = False
    quiet: bool = False


def call_options(
    caller: str | None, keys: str | None, staff: Staff, flags: CallFlags
) -> CallOptions:
    """Validate the options. Raises CallRefusedError and InvalidKeysError."""
    if flags.withheld and caller is not None:
        message = "Use either --withheld or --caller, not both."
        raise CallRefusedError(message)
    known = caller == KNOWN
    number = WITHHELD if flags.withheld else NUMBER if known else caller or DEFAULT_CALLER
    if not _E164.fullmatch(number):
        message = f"--caller {number!r} is not a phone number; write it like {DEFAULT_CALLER}."
        raise CallRefusedError(message)
    steps = None if keys is None else read_keys(keys)
    if steps is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        message = 'There is no terminal to type keys in; list them instead, like --keys "1 2 2 h".'
        raise CallRefusedError(message)
    return CallOptions(number, steps, staff, flags.fast, flags.quiet, known)


def place_call(settings: Settings, options: CallOptions) -> None:
    """Place the call and stay on it until it ends. Raises DatabaseError."""
    try:
        asyncio.run(_place_call(settings, options))
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.stdout.write("\nThe call was cut off.\n")


async def _place_call(settings: Settings, options: CallOptions) -> None:
    async with connect(settings) as connected:
        if options.known:
            patient = await sample_patient_visit(line_on(connected.settings, connected.pool))
            sys.stderr.write(f"{patient.says}\n")
        if options.steps is None:
            await call_by_hand(connected, options)
        else:
            await play_script(connected, options, options.steps)


async def play_script(
    connected: ConnectedLine, options: CallOptions, steps: tuple[Step, ...]
) -> None:
    """Write the transcript to standard output, and what happened to standard error."""
    heading = Heading(options.number, connected.local_now(), options.signed)
    recording = Recording(Scripted(deque(steps), options.staff))
    call = await _Call.of(connected, options, recording)
    ended = await call.player.call()
    sys.stdout.write(recording.text(heading, ended))
    sys.stdout.flush()
    sys.stderr.write("\n".join(["", *await call.summary(ended), ""]))


async def call_by_hand(connected: ConnectedLine, options: CallOptions) -> None:
    """Let a person at this terminal make the call, in real time."""
    who = "a withheld number" if options.number == WITHHELD else options.number
    sys.stdout.write(
        f"Calling {connected.settings.clinic_name} from {who}. Type 0-9 * #;"
        " h or Ctrl-C hangs up.\n\n"
    )
    with Keyboard(sys.stdin.fileno()) as keyboard:
        width = shutil.get_terminal_size().columns
        handset = Terminal(keyboard, sys.stdout, options.staff, fast=options.fast, width=width)
        call = await _Call.of(connected, options, handset)
        ended = await call.player.call()
        handset.finish()
    sys.stdout.write("\n".join(["", *await call.summary(ended), ""]))


@dataclass(frozen=True, slots=True)
class _Call:
    """One call, and what happens on the line meanwhile."""

    connected: ConnectedLine
    player: Player
    activity: Activity
    quiet: bool

    @classmethod
    async def of(cls, connected: ConnectedLine, options: CallOptions, handset: Handset) -> "_Call":
        """A call that is about to be placed."""
        settings = connected.settings
        caller = CallerId(
            options.number,
            options.signed,
            line=settings.clinic_number,
            account_sid=settings.twilio_account_sid,
        )
        activity = Activity(connected.pool, settings.zone)
        await activity.look()
        return cls(connected, Player(connected.post, handset, caller), activity, options.quiet)

    async def summary(self, ended: Ended) -> list[str]:
        """How the call ended, what happened on the line, and what came of it."""
        minutes, seconds = divmod(round(self.player.seconds), 60)
        alarms = [f"Twilio would warn: {alarm.code} {alarm.why}" for alarm in self.player.alarms]
        outcome = await self.connected.outcome(self.player.caller.call_sid, brief=not self.quiet)
        keys = len(self.player.keys)
        pressed = f"{keys} key{'' if keys == 1 else 's'}"
        return [
            f"{ended.value}, after {minutes} min {seconds} s and {pressed}.",
            *alarms,
            *([] if self.quiet else await self._happenings()),
            *outcome,
        ]

    async def _happenings(self) -> list[str]:
        """What happened because of this call; waits a moment for the text that it leads to."""
        news = await self.activity.look()
        give_up = time.monotonic() + _TEXT_SECONDS
        while self._text_is_due(news) and time.monotonic() < give_up:
            await asyncio.sleep(_LOOK_EVERY)
            news += await self.activity.look()
        return [each.words for each in news if each.call_sid in {"", self.player.caller.call_sid}]

    def _text_is_due(self, news: list[Happening]) -> bool:
        agreed = any(each.text_number and each.state == "booked" for each in self.activity.bookings)
        return agreed and not any(each.is_text for each in news)
