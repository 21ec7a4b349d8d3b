"""`screening-line call`: place a call from this terminal, by hand or from a key script."""

import asyncio
import re
import shutil
import sys
from collections import deque
from dataclasses import dataclass

from voice.errors import ReportedError
from voice.settings import Settings
from voice.simulator.caller_id import WITHHELD, CallerId
from voice.simulator.connect import ConnectedLine, connect
from voice.simulator.handset import Handset, Staff
from voice.simulator.key_script import Scripted, Step, read_keys
from voice.simulator.keyboard import Keyboard
from voice.simulator.player import Ended, Player
from voice.simulator.terminal import Terminal
from voice.simulator.transcript import Heading, Recording

_E164 = re.compile(r"\+[1-9]\d{6,14}")
DEFAULT_CALLER = "+14255550123"


class CallRefusedError(ReportedError):
    """The call was not placed; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """The options of the command. ``steps`` is None when a person types the keys."""

    number: str
    steps: tuple[Step, ...] | None
    staff: Staff
    fast: bool = False


def call_options(
    *, caller: str | None, withheld: bool, keys: str | None, staff: Staff, fast: bool
) -> CallOptions:
    """Validate the options. Raises CallRefusedError and InvalidKeysError."""
    if withheld and caller is not None:
        message = "Use either --withheld or --caller, not both."
        raise CallRefusedError(message)
    number = WITHHELD if withheld else caller or DEFAULT_CALLER
    if not _E164.fullmatch(number):
        message = f"--caller {number!r} is not a phone number; write it like {DEFAULT_CALLER}."
        raise CallRefusedError(message)
    steps = None if keys is None else read_keys(keys)
    if steps is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        message = 'There is no terminal to type keys in; list them instead, like --keys "1 2 2 h".'
        raise CallRefusedError(message)
    return CallOptions(number, steps, staff, fast)


def place_call(settings: Settings, options: CallOptions) -> None:
    """Place the call and stay on it until it ends. Raises DatabaseError."""
    try:
        asyncio.run(_place_call(settings, options))
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.stdout.write("\nThe call was cut off.\n")


async def _place_call(settings: Settings, options: CallOptions) -> None:
    async with connect(settings) as connected:
        if options.steps is None:
            await call_by_hand(connected, options)
        else:
            await play_script(connected, options.number, options.steps, options.staff)


async def play_script(
    connected: ConnectedLine, number: str, steps: tuple[Step, ...], staff: Staff
) -> None:
    """Write the transcript to standard output and the outcome to standard error."""
    heading = Heading(number, connected.local_now())
    recording = Recording(Scripted(deque(steps), staff))
    player = _player(connected, number, recording)
    ended = await player.call()
    sys.stdout.write(recording.text(heading, ended))
    sys.stdout.flush()
    sys.stderr.write("\n".join(["", *await _summary(connected, player, ended), ""]))


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
        player = _player(connected, options.number, handset)
        ended = await player.call()
        handset.finish()
    sys.stdout.write("\n".join(["", *await _summary(connected, player, ended), ""]))


def _player(connected: ConnectedLine, number: str, handset: Handset) -> Player:
    settings = connected.settings
    who = CallerId(number, line=settings.clinic_number, account_sid=settings.twilio_account_sid)
    return Player(connected.post, handset, who)


async def _summary(connected: ConnectedLine, player: Player, ended: Ended) -> list[str]:
    minutes, seconds = divmod(round(player.seconds), 60)
    alarms = [f"Twilio would warn: {alarm.code} {alarm.why}" for alarm in player.alarms]
    return [
        f"{ended.value}, after {minutes} min {seconds} s and {len(player.keys)} keys.",
        *alarms,
        *await connected.outcome(player.caller.call_sid),
    ]
