"""Offers times, three at once and spread over days and halves of days, until one is chosen."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import (
    FindOffers,
    Offers,
    Opening,
    Unreadable,
)
from voice.dialogue.limit_results import OverLimit
from voice.dialogue.questions import Choice, Question, menu, menu_of
from voice.dialogue.replay import Therapist
from voice.flows import therapists
from voice.language import NOTHING, Text


class NoneFits(Choice):
    """The choice offered beside the three times."""

    OTHER = "4", Text("For other times", "Para otros horarios")


class NoneFitsOrWho(Choice):
    """The choices offered beside the three times where there is more than one therapist."""

    OTHER = NoneFits.OTHER.value
    THERAPIST = "5", Text("To choose your therapist", "Para elegir terapeuta")


class OtherTimes(Choice):
    """Which other times to offer."""

    MORNINGS = "1", Text("For mornings", "Por la mañana")
    AFTERNOONS = "2", Text("For afternoons", "Por la tarde")
    LATER = "3", Text("For later days", "Para días más adelante")
    BACK = "8", Text("To go back", "Para regresar")


class AllHeard(Choice):
    """What to do when there are no further times."""

    FIRST = "1", Text("To hear the first times again", "Para oír otra vez los primeros horarios")
    CALL_BACK = "2", Text("To have our staff call you", "Para que nuestro personal le llame")


ZONE = Text("In {zone}.", "En {zone}.")
OFFER = Text("For {time}", "El {time}")
SAME_DAY = Text("For the same day, {time}", "El mismo día, {time}")
JUST_TAKEN = Text("Sorry, that time was just taken.", "Perdón, esa hora se acaba de ocupar.")
OTHER_TIMES = Question("times.wish", Text("Which times?", "¿Qué horario prefiere?"), OtherTimes)
ALL_HEARD = Question(
    "times.all_heard",
    Text("Those are all the times I have.", "Esos son todos los horarios que tengo."),
    AllHeard,
)
FIRST_TIMES = FindOffers("any", "")
LONGEST = 19
"""Seconds of a list of times: a second less than a prompt may take, for a sentence before it."""
Openings = tuple[Opening, ...]
_LENGTHS: dict[tuple[Openings, type[Choice], ZoneInfo, tuple[Therapist, ...]], float] = {}
_MOST_LENGTHS = 1024


def choose_a_time(call: Call, number: str) -> Opening | Unreadable | OverLimit | None:
    """The chosen opening; None when there is none or the caller wants none.

    ``number`` is the caller's (E.164). Unreadable when the busy times are not known, OverLimit when
    no time may be offered.
    """
    search, told = FIRST_TIMES, False
    choices = NoneFitsOrWho if len(therapists.choosable(call)) > 1 else NoneFits
    while True:
        # From here on key 8 no longer leads back to the safety questions: an effect
        # cannot be taken back, and a caller with a new sign can press 0.
        wanted = replace(search, language=call.language, number=number)
        match call.needs("times.offers", wanted):
            case Unreadable() | OverLimit() as nothing:
                return nothing
            case Offers(openings=()):
                again = search_again(call, search)
                if again is None:
                    return None
                search = again
            case Offers() as found:
                openings = found.openings
                if not found.in_language and not told:
                    told = True
                    call.tell("times.other_language", (therapists.OTHER_LANGUAGE,))
                openings = that_fit(call, openings, choices)
                words = before(call, openings, zone=not call.has_lead)
                picked = call.choose("times", words, openings, spoken(call, openings), choices)
                if isinstance(picked, Opening):
                    return picked
                if picked is NoneFitsOrWho.THERAPIST:
                    search = therapists.choose(call, search)
                else:
                    search = other_times(call, search, openings)


def search_again(call: Call, search: FindOffers) -> FindOffers | None:
    """What to search for when a search found nothing; None when there is nothing to search for."""
    first = therapists.first_times_with(search.clinician)
    if search == FIRST_TIMES:
        return None
    if search == first:
        call.say(therapists.none_open(call, search.clinician))
        return FIRST_TIMES
    return first if call.ask(ALL_HEARD) is AllHeard.FIRST else None


def other_times(call: Call, search: FindOffers, heard: Openings) -> FindOffers:
    """What to search for when none of the offered times suits."""
    match call.ask(OTHER_TIMES):
        case OtherTimes.MORNINGS:
            return FindOffers("morning", "", search.clinician)
        case OtherTimes.AFTERNOONS:
            return FindOffers("afternoon", "", search.clinician)
        case OtherTimes.LATER:
            return FindOffers(search.part, heard[-1].start.isoformat(), search.clinician)
        case OtherTimes.BACK:
            return search


def that_fit(call: Call, openings: Openings, choices: type[Choice]) -> Openings:
    """The openings, or two of them where all would make a prompt that nobody can remember.

    Their length is kept: a dialogue is replayed at each turn of its call.
    """
    key = (openings, choices, call.zone, tuple(call.prompt_facts.therapists))
    if key not in _LENGTHS:
        if len(_LENGTHS) >= _MOST_LENGTHS:
            _LENGTHS.clear()
        whole = before(call, openings) + menu(zip(spoken(call, openings)(), "123", strict=False))
        whole += menu_of(choices)
        _LENGTHS[key] = max(speech.seconds(whole.en), speech.seconds(whole.es))
    return openings if _LENGTHS[key] <= LONGEST else openings[:2]


def before(call: Call, openings: Openings, *, zone: bool = True) -> Text:
    """What holds for all these openings: the zone, and the therapist if they have the same one."""
    said = ZONE.about(zone=speech.zone_name(call.zone)) if zone else NOTHING
    return said.then(therapists.all_with(call, openings))


def spoken(call: Call, openings: Openings) -> Callable[[], list[Text]]:
    """The openings in words; a day or a month that was just said is not repeated."""

    def words() -> list[Text]:
        said, day_before, month_before = list[Text](), None, 0
        alone = bool(therapists.all_with(call, openings))
        for opening in openings:
            today = opening.start.astimezone(call.zone).date()
            time = speech.time_of_day(opening.start, call.zone)
            new_month = today.month != month_before
            whole = speech.day_and_time(opening.start, call.zone, month=new_month)
            when = SAME_DAY.about(time=time) if today == day_before else OFFER.about(time=whole)
            said.append(when.then(NOTHING if alone else therapists.named(call, opening)))
            day_before, month_before = today, today.month
        return said

    return words
