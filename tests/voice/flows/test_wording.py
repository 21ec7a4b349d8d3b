"""Each rule of speech is tested over every reachable prompt."""

import re
from collections.abc import Iterator
from functools import cache

from support.pure_call import CALLER, GOOD_WORLD, Replays, opening
from support.readability import spanish_index
from support.team_calls import TEAM, at_the_times, team_visits, team_worlds
from support.walk import Stop, every_place, visit_worlds, worlds
from textstat.textstat import textstatistics

from voice.dialogue import speech
from voice.dialogue.effects import FindOffers, Offers
from voice.dialogue.reprompts import MORE_TIME
from voice.dialogue.turns import Goodbye, Listening, Spoken, Turn
from voice.language import PAUSE, Language

READING = textstatistics()
SPANISH = (("greeting~0", "9"),)
LANGUAGES: tuple[tuple[Language, tuple[tuple[str, str], ...]], ...] = (("en", ()), ("es", SPANISH))
KNOWN: tuple[tuple[Language, tuple[tuple[str, str], ...]], ...] = (
    ("en", (("visits", "known"), ("greeting.known~0", "2"))),
    ("es", (("visits", "known"), ("greeting.known~0", "9"), ("greeting.known~1", "2"))),
)
LONGEST = Offers((opening(2, 10, 30), opening(9, 11, 30), opening(16, 10, 30)))
"""Three Wednesdays, in the longest words that a time can have."""


@cache
def reached() -> tuple[tuple[Language, Turn | Goodbye], ...]:
    """Every reachable prompt and goodbye in both languages, without keys that only repeat."""
    found: dict[object, tuple[Language, Turn | Goodbye]] = {}
    replays: Replays = {}
    for language, begin in LANGUAGES:
        good, *others = worlds()
        for world in (good, *others, {**GOOD_WORLD, FindOffers: LONGEST}):
            for caller in (CALLER, ""):
                first = world is not good or not caller
                for stop in every_place(
                    world, caller, "0789*56", begin, first_tries_only=first, replays=replays
                ):
                    if isinstance(stop.here, Turn | Goodbye):
                        found[stop.here] = (language, stop.here)
    for language, stop in (*returning_callers(), *with_two_therapists()):
        if isinstance(stop.here, Turn | Goodbye):
            found[stop.here] = (language, stop.here)
    return tuple(found.values())


def returning_callers() -> Iterator[tuple[Language, Stop]]:
    """What callers with a visit reach from its menu, in both languages."""
    cases = [world for _, world in visit_worlds()]
    replays: Replays = {}
    for language, begin in KNOWN:
        for world in cases:
            for stop in every_place(
                world, CALLER, "0789*6", begin, first_tries_only=True, replays=replays
            ):
                yield language, stop


def with_two_therapists() -> Iterator[tuple[Language, Stop]]:
    """What callers reach from the offered times and from the menu of a visit."""
    replays: Replays = {}
    for (language, _), (_, known) in zip(LANGUAGES, KNOWN, strict=True):
        walks = [(world, at_the_times(world, language)) for _, world in team_worlds()]
        walks += [(world, known) for world in team_visits()]
        for world, begin in walks:
            for stop in every_place(
                world, CALLER, "0789*6", begin,
                first_tries_only=True, clinic=TEAM, replays=replays,
            ):  # fmt: skip
                yield language, stop


def everything(here: Turn | Goodbye) -> tuple[Spoken, ...]:
    """All spoken text, interruptible or not."""
    return (*here.heard_first, *here.spoken) if isinstance(here, Listening) else here.spoken


def first_tries() -> list[tuple[Language, Turn, str]]:
    """The first attempt of each step, as one string."""
    return [
        (language, here, " ".join(said.words for said in everything(here)))
        for language, here in reached()
        if isinstance(here, Turn) and here.number == 0
    ]


def sentences(spoken: tuple[Spoken, ...]) -> list[str]:
    """The sentences of a text."""
    whole = " ".join(said.words for said in spoken)
    return [part.strip() for part in re.split(rf"[.?!]\s|{PAUSE}", whole) if part.strip()]


def test_no_prompt_takes_longer_than_twenty_seconds() -> None:
    """At 165 words a minute with pauses, a longer prompt is not remembered.

    After two misses it may be longer: the line then says how to get more time, and all of it again.
    """
    turns = [here for _, here in reached() if isinstance(here, Turn)]
    assert any("con la doctora Rivera" in said.words for here in turns for said in here.spoken)
    for here in turns:
        words = " ".join(said.words for said in everything(here))
        if MORE_TIME.en not in words and MORE_TIME.es not in words:
            assert speech.seconds(words) <= 20, (here.step, words)


def test_no_goodbye_takes_longer_than_twenty_five_seconds() -> None:
    """Text that cannot be interrupted is short."""
    for _, here in reached():
        if isinstance(here, Goodbye):
            assert speech.seconds(" ".join(said.words for said in everything(here))) <= 25


def test_no_sentence_has_more_than_twenty_words() -> None:
    """A sentence has one idea."""
    for _, here in reached():
        for sentence in sentences(everything(here)):
            assert len(sentence.split()) <= 20, sentence


def test_the_option_comes_before_its_key() -> None:
    """With "For mornings, press 1", a caller need not remember the number."""
    for _, here in reached():
        for sentence in sentences(everything(here)):
            assert not re.match(r"(press|oprima)\b", sentence, re.IGNORECASE), sentence


def test_a_menu_has_at_most_five_choices() -> None:
    """More than five choices are not remembered."""
    for _, here, words in first_tries():
        keys = re.findall(r"(?:press|oprima) ([1-6])\b", words)
        assert len(keys) <= 5, (here.step, words)


def test_the_keys_of_a_menu_count_up_from_one() -> None:
    """A prompt never offers the same key twice."""
    for _, here, words in first_tries():
        keys = re.findall(r"(?:press|oprima) ([1-6])\b", words)
        assert keys == sorted(set(keys)), (here.step, words)


def test_every_prompt_can_be_read_by_a_twelve_year_old() -> None:
    """Each prompt and the whole script are at most grade six."""
    texts = [
        words.replace(PAUSE, "").replace("Doctor Rivera", "Ann")  # a name is no harder word
        for language, _, words in first_tries()
        if language == "en"
    ]
    for text in texts:
        assert READING.flesch_kincaid_grade(text) <= 6, text
    assert READING.flesch_kincaid_grade(" ".join(texts)) <= 3


def test_spanish_is_as_plain() -> None:
    """Each prompt has at least 65 ("quite easy"), and the script 80 ("very easy"), on INFLESZ."""
    script = dict[str, str]()
    texts = [
        (here, words.replace(PAUSE, ""))
        for language, here, words in first_tries()
        if language == "es"
    ]
    for here, text in texts:
        script.setdefault(re.sub(r"\.\d+$", "", here.step), text)
        if len(text.split()) > 8:  # a few words tell nothing of how easy they are
            assert spanish_index(text) >= 65, (spanish_index(text), text)
    assert spanish_index(" ".join(script.values())) >= 80


def test_no_word_frightens_promises_or_diagnoses() -> None:
    """There is no jargon, no error term, no promised cure and no diagnosis."""
    banned = [
        "saddle",
        "perineal",
        "incontinence",
        "retention",
        "neurological",
        "deficit",
        "bilateral",
        "ischemia",
        "onset",
        "invalid",
        "error",
        "wrong",
        "failed",
        "must",
        "diagnos",
        "cure",
        "guarantee",
        "nothing|serious",
        "safe|to|wait",
        "will|fix",
        "is|caused|by",
        "welcome",
        "perineo",
        "incontinencia",
        "neurológic",
        "isquemia",
        "bilateral",
        "inválid",
        "equivocad",
        "falló",
        "debe|presionar",
        "garanti",
        "bienvenid",
        "dolor de pie ",
    ]
    for _, here in reached():
        words = " ".join(said.words for said in everything(here)).lower()
        for word in banned:
            assert word.replace("|", " ") not in words.replace("something went wrong", ""), words


def test_numbers_are_spoken_digit_by_digit() -> None:
    """Otherwise a speech engine would read 911 as nine hundred and eleven."""
    for _, here in reached():
        assert not re.search(r"\d{3,}", " ".join(said.words for said in everything(here)))


def test_every_text_has_a_spanish_of_its_own() -> None:
    """A Spanish call has no English, except for the sentence that offers English."""
    english = {
        said.words for language, here in reached() if language == "en" for said in everything(here)
    }
    for language, here in reached():
        if language == "es":
            left = {said.words for said in everything(here) if said.language == "es"} & english
            assert left <= {"Para español, oprima nueve."}, left


def test_every_wait_is_long_enough_to_find_the_key() -> None:
    """A caller has six seconds for yes or no, eight for a menu, ten for safety and lists."""
    for _, here, _ in first_tries():
        if isinstance(here, Listening) and here.max_digits == 1:
            least = (
                10
                if (here.step.startswith(("safety", "times")) and "wish" not in here.step)
                or (here.step.startswith("advice") and "number" not in here.step)
                else 6
            )
            told = here.step.startswith((
                "summary", "booked", "texts.answer", "waiting.on", "waiting.none", "flag",
                "visit.moved", "visit.taken", "times.other_language",
            ))  # fmt: skip
            assert here.wait >= (1 if told else 6 if "all_heard" in here.step else least), here.step
