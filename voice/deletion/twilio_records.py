"""Asks Twilio to delete what it keeps about a person: messages, calls, and their recordings.

A message in flight and a call that goes on cannot be deleted yet: error 20009, see
https://www.twilio.com/docs/api/errors/20009. The line records nobody, but an account may be set to.
The leg to the clinic's phone holds only the clinic's numbers and stays.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from voice.deletion.person import Person
from voice.texts.twilio_sender import RequestFailed, TwilioAccess

_DELETED, _NOT_FOUND, _TOO_MANY_REQUESTS = 204, 404, 429
_NOT_COMPLETE = 20009
_PAGE = 200

NOT_COMPLETE = (
    "Twilio has not finished with a message or a call yet; wait some minutes, in rare cases days"
)

Find = Callable[[Any], list[str]]


@dataclass(slots=True)
class AtTwilio:
    """How many were deleted now, and what is wrong, in words without anything about a person."""

    messages: int = 0
    calls: int = 0
    recordings: int = 0
    problems: list[str] = field(default_factory=list[str])


async def delete_records(
    access: TwilioAccess, person: Person, message_sids: Iterable[str], call_sids: Iterable[str]
) -> AtTwilio:
    """Delete these messages and calls, messages of any of the numbers, and calls of the number.

    Safe to repeat. Stops at the first request that Twilio does not answer.
    """
    deletion = _Deletion(access)
    finds = [find for number in person.numbers for find in _by_number("messages", number)]
    for sid in await deletion.listed(message_sids, *finds):
        if await deletion.delete("messages", sid):
            deletion.done.messages += 1
    for sid in await deletion.listed(call_sids, *_by_number("calls", person.number)):
        for recording in await deletion.listed((), partial(_recordings, sid)):
            if await deletion.delete("recordings", recording):
                deletion.done.recordings += 1
        if await deletion.delete("calls", sid):
            deletion.done.calls += 1
    return deletion.done


class _Deletion:
    """The requests of one run; after the first that fails for no known reason, none is sent."""

    def __init__(self, access: TwilioAccess) -> None:
        self._access = access
        self._stopped = False
        self.done = AtTwilio()

    async def listed(self, known: Iterable[str], *finds: Find) -> list[str]:
        """The SIDs in `known`, and those that Twilio finds."""
        sids = dict.fromkeys(known)
        for find in finds:
            found = None if self._stopped else await self._access.ask(find)
            if isinstance(found, RequestFailed):
                self._note(found)
            elif found is not None:
                sids.update(dict.fromkeys(found))
        return list(sids)

    async def delete(self, kind: str, sid: str) -> bool:
        """Whether it was deleted just now; False also if it was gone before."""
        if self._stopped:
            return False
        status = await self._access.ask(
            lambda twilio: int(getattr(twilio, kind)(sid).delete_with_http_info().status_code)
        )
        if isinstance(status, RequestFailed):
            self._note(status)
        elif status != _DELETED:  # the client takes any answer below 400 for a success
            self._note(RequestFailed(status, None, "not an answer of Twilio's"))
        return status == _DELETED

    def _note(self, failed: RequestFailed) -> None:
        if failed.status == _NOT_FOUND:
            return
        if failed.code == _NOT_COMPLETE:
            problem = NOT_COMPLETE
        else:
            self._stopped = True
            problem = f"Twilio did not answer as it should ({failed.why}, {failed.status})"
            if failed.status == _TOO_MANY_REQUESTS:
                problem = "Twilio was asked too often"
        if problem not in self.done.problems:
            self.done.problems.append(problem)


def _by_number(kind: str, number: str) -> tuple[Find, Find]:
    def sent_to(twilio: Any) -> list[str]:  # noqa: ANN401  # it ships no types
        return [str(each.sid) for each in getattr(twilio, kind).list(to=number, page_size=_PAGE)]

    def came_from(twilio: Any) -> list[str]:  # noqa: ANN401  # it ships no types
        return [str(each.sid) for each in getattr(twilio, kind).list(from_=number, page_size=_PAGE)]

    return sent_to, came_from


def _recordings(call_sid: str, twilio: Any) -> list[str]:  # noqa: ANN401  # it ships no types
    found = twilio.recordings.list(call_sid=call_sid, page_size=_PAGE)
    return [str(each.sid) for each in found]
