"""The keys of a caller who is offered times: no danger sign, and every question about the foot."""

from support.caller import Caller

from voice.flows.clinical_wording import BEFORE_BOOKING


async def answers_safety(caller: Caller) -> None:
    """Answer the safety questions with no, in English."""
    for _ in BEFORE_BOOKING:
        await caller.hears("No to all").presses("2")


async def answers_triage(caller: Caller, pain: str = "7#") -> None:
    """Say where and since when it hurts, and how much."""
    await caller.presses("2").presses("3").presses("1").presses("2").presses("1").presses(pain)
