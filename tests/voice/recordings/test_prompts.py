"""Every prompt that is the same in every call can be recorded."""

from collections import Counter

from support.pure_call import CLINIC
from support.walk import every_place, worlds

from voice.dialogue.turns import Connected
from voice.flows.summary_wording import SUMMARY
from voice.recordings.prompts import recordable_prompts

PROMPTS = recordable_prompts(CLINIC.facts)
ARTICLE = [part.about(**CLINIC.facts) for part in SUMMARY]


def test_every_prompt_has_one_name_and_words_without_gaps() -> None:
    """No prompt is listed twice, and none has a time, a code or a caller's number."""
    assert max(Counter(prompt.stem for prompt in PROMPTS).values()) == 1
    assert max(Counter(prompt.spoken for prompt in PROMPTS).values()) == 1
    for prompt in PROMPTS:
        assert "{" not in prompt.spoken.words
        assert prompt.spoken.words[-1] in ".?!", prompt
        assert prompt.seconds > 0


def test_the_article_has_a_file_for_each_part_and_language() -> None:
    """File names tell the part and the language."""
    stems = {prompt.stem: prompt.spoken.words for prompt in PROMPTS}
    for number, part in enumerate(ARTICLE, start=1):
        assert stems[f"summary.{number}.en"] == part.en
        assert stems[f"summary.{number}.es"] == part.es
    assert "info, at B O D Y F I X P T" in stems["summary.next.en"]


def test_each_part_of_the_article_is_heard_as_it_is_recorded() -> None:
    """The listed words are exactly those that the line speaks."""
    known = {prompt.spoken for prompt in PROMPTS}
    heard = {
        said
        for stop in every_place(next(worlds()), "+14254440123", without="0789*")
        if not isinstance(stop.here, Connected)
        for said in stop.here.spoken
    }
    of_the_article = {each for each in heard if each.words in {part.en for part in ARTICLE}}
    assert len(of_the_article) == len(ARTICLE)
    assert of_the_article <= known
    assert len(heard & known) > 20
