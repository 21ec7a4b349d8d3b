"""Figures about calls, texts, and call-backs of some days; nothing in them is about one person."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.bookings import call_back_reasons
from voice.flows.clinical_wording import AFTER_BOOKING, BEFORE_BOOKING

STAGES = (
    "called",
    "safety questions passed",
    "times offered",
    "chose a time",
    "confirmed a time",
    "booked",
)
"""How far a call got; each stage includes those before it."""
STOPPED = "stopped at a safety question"
_CALL_BACK = "call-back: "
"""How the outcome of a call begins that ended with a request for one."""
QUESTIONS = tuple(question.name for question in (*BEFORE_BOOKING, *AFTER_BOOKING))
_TEXT_STATES = {
    "owed": "waiting",
    "sending": "being sent",
    "accepted": "accepted by Twilio",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "dropped": "not needed any more",
}
_STAGE_OF_STEP = (
    (4, re.compile(r"book([.-]|$)"), '"asked"'),
    (3, re.compile(r"hold([.-]|$)"), '"held"'),
    (2, re.compile(r"times\.offers([.-]|$)"), '"start"'),
    (1, re.compile(r"foot\."), ""),
    (1, re.compile(rf"safety\.{re.escape(BEFORE_BOOKING[-1].name)}([.-][0-9]+)*~"), "^2$"),
)
"""The stage of a call with such a step in its journal, if the step's value has the pattern."""
_STEPS = "^(" + "|".join(step.pattern for _, step, _ in _STAGE_OF_STEP) + ")"
_CALLS = r"""
SELECT call.outcome, call.ended_at IS NULL AS goes_on,
  EXISTS (SELECT FROM call_back WHERE call_sid = call.sid AND reason ~ '^stopped at safety\.')
    AS stopped,
  EXISTS (SELECT FROM booking
          WHERE call_sid = call.sid AND state IN ('booked', 'cancelled')) AS booked,
  coalesce(steps.names, '{}'), coalesce(steps.values, '{}')
FROM call LEFT JOIN LATERAL (
  SELECT array_agg(name ORDER BY name) AS names, array_agg(value ORDER BY name) AS values
  FROM journal WHERE call_sid = call.sid AND name ~ %(steps)s) AS steps ON true
WHERE began_at >= %(begin)s AND began_at < %(end)s
"""
_ANSWERS = r"""
SELECT word, question, count(DISTINCT call_sid) FROM (
  SELECT call_sid, (regexp_match(reason, '^(stopped|flagged) at safety\.(.+)$'))[1] AS word,
    (regexp_match(reason, '^(stopped|flagged) at safety\.(.+)$'))[2] AS question
  FROM call_back JOIN call ON call.sid = call_sid
  WHERE began_at >= %(begin)s AND began_at < %(end)s) AS asked
WHERE question IS NOT NULL GROUP BY word, question
"""
_CALL_BACKS = """
SELECT
  (SELECT count(*) FROM call_back WHERE asked_at >= %(begin)s AND asked_at < %(end)s),
  (SELECT count(*) FROM call_back WHERE done_at >= %(begin)s AND done_at < %(end)s),
  (SELECT count(DISTINCT coalesce(number, call_sid)) FROM call_back WHERE done_at IS NULL)
"""
_BY_PATIENTS = """
SELECT
  (SELECT count(*) FROM booking WHERE moved_at >= %(begin)s AND moved_at < %(end)s),
  (SELECT count(*) FROM booking WHERE cancelled_at >= %(begin)s AND cancelled_at < %(end)s)
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, each by what is counted. `hung_up` is by the last stage that the caller reached."""

    calls: int
    endings: Mapping[str, int]
    funnel: Mapping[str, int]
    hung_up: Mapping[str, int]
    stops: Mapping[str, int]
    flags: Mapping[str, int]
    texts: Mapping[str, int]
    call_backs_opened: int
    call_backs_done: int
    call_backs_waiting: int
    """Now, whenever they were asked for."""
    ended: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Calls by how they ended and by the last stage that they reached."""
    moved: int = 0
    canceled: int = 0
    """Visits that their patients moved and canceled, by phone or on the page."""


async def figures(conn: AsyncConnection, begin: datetime, end: datetime) -> Figures:
    """Count what began from `begin` until before `end`, both aware."""
    period: dict[str, object] = {"begin": begin, "end": end, "steps": _STEPS}
    rows = await (await conn.execute(_CALLS, period)).fetchall()
    endings, hung_up, reached = Counter[str](), Counter[str](), Counter[int]()
    ended = Counter[tuple[str, str]]()
    for outcome, goes_on, stopped, booked, names, values in rows:
        steps = zip(names, values, strict=True)
        last = 0 if stopped else len(STAGES) - 1 if booked else _stage(steps)
        ending = STOPPED if stopped else _ending(outcome, goes_on=goes_on)
        endings[ending] += 1
        ended[ending, STAGES[last]] += 1
        reached[last] += 1
        if outcome == "hung up" and not stopped:
            hung_up[STAGES[last]] += 1
    stops, flags = await safety_answers(conn, begin, end)
    texts = await conn.execute(
        "SELECT state, count(*) FROM text WHERE created >= %(begin)s AND created < %(end)s"
        " GROUP BY state",
        period,
    )
    states = dict[str, int](await texts.fetchall())
    asked = await (await conn.execute(_CALL_BACKS, period)).fetchone() or (0, 0, 0)
    changed = await (await conn.execute(_BY_PATIENTS, period)).fetchone() or (0, 0)
    return Figures(
        calls=len(rows),
        endings=dict(endings.most_common()),
        funnel={
            stage: sum(n for last, n in reached.items() if last >= number)
            for number, stage in enumerate(STAGES)
        },
        hung_up={stage: hung_up[stage] for stage in STAGES if hung_up[stage]},
        stops=stops,
        flags=flags,
        texts={words: states[state] for state, words in _TEXT_STATES.items() if state in states},
        call_backs_opened=asked[0],
        call_backs_done=asked[1],
        call_backs_waiting=asked[2],
        ended=dict(ended),
        moved=changed[0],
        canceled=changed[1],
    )


async def safety_answers(
    conn: AsyncConnection, begin: datetime, end: datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """Calls of a period that a safety question stopped, and that one flagged, by question."""
    rows = await conn.execute(_ANSWERS, {"begin": begin, "end": end})
    answers = await rows.fetchall()
    return _by_question(answers, "stopped"), _by_question(answers, "flagged")


def question_words(name: str) -> str:
    """A safety question as a table names it, from its permanent name."""
    return name.replace("_", " ")


def _stage(steps: Iterable[tuple[str, str]]) -> int:
    """The last of the STAGES that a call reached, from the names and values of its journal."""
    return max(
        (
            stage
            for name, value in steps
            for stage, step, content in _STAGE_OF_STEP
            if step.match(name) and re.search(content, value)
        ),
        default=0,
    )


def _ending(outcome: str | None, *, goes_on: bool) -> str:
    if outcome is None:
        return "still on the line" if goes_on else "not known"
    if outcome.startswith(_CALL_BACK):
        reason, detail = call_back_reasons.parse(outcome.removeprefix(_CALL_BACK))
        return _CALL_BACK + reason.for_staff(detail)
    return {"fault": "the line failed", "outcome open": "booked, but not seen in time"}.get(
        outcome, outcome
    )


def _by_question(answers: list[tuple[str, str, int]], word: str) -> dict[str, int]:
    """In the order in which the questions are asked; retired ones come last."""
    found = {question: count for said, question, count in answers if said == word}
    known = [name for name in QUESTIONS if name in found]
    return {question_words(name): found[name] for name in (*known, *sorted(found.keys() - known))}
