"""A call without a line: the flow, an in-memory journal, and effects with set answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from voice.dialogue import speech, twiml
from voice.dialogue.call import replay
from voice.dialogue.effects import (
    AddToChart,
    AskCallBack,
    Book,
    Effect,
    FindOffers,
    Held,
    Hold,
    KeepConsent,
    Offers,
    Opening,
    Placed,
    PromiseCall,
    Promised,
    SeePlaced,
    SeeStaffPhone,
    StaffPhone,
    Stored,
    Submitted,
    TakeBack,
)
from voice.dialogue.replay import PromptFacts
from voice.dialogue.turns import Connected, EffectRequested, Ending, Goodbye, Listening, Turn
from voice.dialogue.visit_effects import (
    CancelVisit,
    CheckVisitCode,
    CountVisits,
    FindMoveTimes,
    FindVisits,
    FoundVisits,
    HoldForVisit,
    KeepVisit,
    MoveProgress,
    MoveVisit,
    SeeMoved,
    SeeVisit,
    SendTextAgain,
    TextAgain,
    Visit,
    VisitCount,
)
from voice.dialogue.waiting_effects import JoinWaitingList, MayWait, SeeWhetherToWait
from voice.flows.routing import answered
from voice.flows.transfer import transfer_to_staff
from voice.language import Text

PACIFIC = ZoneInfo("America/Los_Angeles")
CLINIC = PromptFacts(
    {
        "clinic": Text("BodyFix Physical Therapy", "BodyFix Physical Therapy"),
        "clinician": Text("Doctor Spring", "El doctor Spring"),
        "email": speech.email("info@bodyfixpt.com"),
        "clinic_number": speech.phone_number("+14252025687"),
    },
    PACIFIC,
)
PHONES = twiml.Phones(
    (("en", "Polly.Joanna"), ("es", "Polly.Lupe")), clinic="+14252025687", staff="+14255550142"
)
CALLER = "+14254440123"

Replays = dict[tuple[tuple[str, str], ...], Turn | EffectRequested | Ending]
"""Where each journal leads in one clinic; it is the same in every world."""


def opening(day: int, hour: int, minute: int = 0) -> Opening:
    """A free time in December 2026, in the clinic's zone."""
    start = datetime(2026, 12, day, hour, minute, tzinfo=PACIFIC).astimezone(UTC)
    return Opening(start, start + timedelta(minutes=20))


THREE = Offers((opening(1, 9, 20), opening(1, 13, 30), opening(2, 10)))
VISIT = Visit(7, opening(1, 9, 20), "booked", texts=True)
GOOD_WORLD: Mapping[type[Effect[Any]], Any] = {
    FindOffers: THREE,
    Hold: Held(1),
    Book: Submitted("482913"),
    SeePlaced: Placed("booked"),
    KeepConsent: Stored(),
    AddToChart: Stored(),
    AskCallBack: Stored(),
    PromiseCall: Promised(opening(1, 9), "morning"),
    SeeStaffPhone: StaffPhone("closed"),
    FindVisits: FoundVisits((VISIT,)),
    CheckVisitCode: FoundVisits((VISIT,)),
    SeeVisit: FoundVisits((VISIT,)),
    CountVisits: VisitCount("none"),
    KeepVisit: Stored(),
    CancelVisit: Stored(),
    SendTextAgain: TextAgain("sent"),
    FindMoveTimes: THREE,
    HoldForVisit: Held(2),
    MoveVisit: Stored(),
    SeeMoved: MoveProgress("moved"),
    SeeWhetherToWait: MayWait(yes=False),
    JoinWaitingList: Stored(),
}


@dataclass
class PureCall:
    """One call; ``world`` has the answer to each kind of effect.

    That is a value, a list of them, or what makes one of the effect.
    """

    world: dict[type[Effect[Any]], Any] = field(default_factory=lambda: dict(GOOD_WORLD))
    journal: dict[str, str] = field(default_factory=lambda: {"caller": CALLER})
    effects: list[Effect[Any]] = field(default_factory=list)
    clinic: PromptFacts = CLINIC
    replays: Replays | None = None
    _known: tuple[int, Turn | Ending] | None = None

    @property
    def here(self) -> Turn | Ending:
        """The current turn of the call, with every requested effect done."""
        while self._known is None or self._known[0] != len(self.journal):
            match self._replayed():
                case EffectRequested(step=step, effect=effect):
                    self.journal[step] = effect.write(self._brought(effect))
                case here:
                    self._known = (len(self.journal), here)
        return self._known[1]

    def _replayed(self) -> Turn | EffectRequested | Ending:
        if self.replays is None:
            return replay(answered, self.journal, self.clinic, transfer_to_staff)
        journal = tuple(self.journal.items())
        if journal not in self.replays:
            self.replays[journal] = replay(answered, self.journal, self.clinic, transfer_to_staff)
        return self.replays[journal]

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return isinstance(self.here, Goodbye | Connected)

    @property
    def words(self) -> str:
        """The current spoken text."""
        match self.here:
            case Connected():
                return ""
            case here:
                before = here.heard_first if isinstance(here, Listening) else ()
                return " ".join(said.words for said in (*before, *here.spoken))

    def keys(self, keyed: str) -> "PureCall":
        """Press this key at this turn; the first key stays."""
        here = self.here
        assert isinstance(here, Turn), f"The call is over: {here}"
        self.journal.setdefault(f"{here.step}~{here.number}", keyed)
        return self

    def presses(self, *keys: str) -> "PureCall":
        """Press keys at this turn and those that follow."""
        for keyed in keys:
            self.keys(keyed)
        return self

    def _brought(self, effect: Effect[Any]) -> Any:  # noqa: ANN401  # each effect's own type
        if isinstance(effect, TakeBack):
            return effect.step
        self.effects.append(effect)
        brought = self.world[type(effect)]
        if callable(brought):
            return brought(effect)
        return brought.pop(0) if isinstance(brought, list) else brought
