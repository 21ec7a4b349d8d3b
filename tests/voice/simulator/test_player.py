"""The player follows Twilio's documentation; each test names its page."""

import pytest
from support.tiny_line import play

from voice.dialogue import speech
from voice.simulator.handset import Kind
from voice.simulator.player import Ended

# A sentence of eleven words takes four seconds at 165 words a minute.
FOUR_SECONDS = "one two three four five six seven eight nine ten eleven."
MENU = f'<Gather action="/next" numDigits="1" finishOnKey=""><Say>{FOUR_SECONDS}</Say></Gather>'
SAID = f"<Say>{FOUR_SECONDS}</Say>"
TWICE = f"<Gather action='/next' timeout='6'>{SAID}{SAID}</Gather>"


def gather(attributes: str) -> dict[str, str]:
    """A line that only listens, and then says that nothing came."""
    return {
        "/voice/incoming": f'<Gather action="/next" {attributes}/><Say>Nothing came.</Say>',
        "/next": "",
    }


def test_a_key_cuts_the_speech_inside_a_gather() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather: nested speech stops at the first digit."""
    played = play({"/voice/incoming": MENU, "/next": ""}, (1.5, "1"))
    assert played.player.seconds == pytest.approx(1.5)
    assert played.line.fields("/next")["Digits"] == "1"


def test_a_key_skips_all_nested_verbs_that_follow() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather: nor is what follows it."""
    prompt = f"{SAID}<Pause length='3'/><Play>/a.wav</Play><Say>Never said.</Say>"
    documents = {
        "/voice/incoming": f"<Gather action='/next' timeout='2'>{prompt}</Gather>",
        "/next": "",
    }
    played = play(documents, (5.0, "1"))
    assert played.handset.words == [FOUR_SECONDS]
    assert played.handset.seconds_of(Kind.SOUND) == []


def test_the_wait_starts_after_the_last_nested_verb() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#timeout: nested verbs run first."""
    played = play({"/voice/incoming": TWICE})
    assert played.handset.heard[-1][0] == pytest.approx(8.0)
    assert played.player.seconds == pytest.approx(14.0)


def test_the_wait_starts_again_at_each_key() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#timeout: the wait is for another digit."""
    played = play(gather('timeout="6"'), (5.0, "1"), (10.0, "2"), (15.0, "3"))
    assert played.line.fields("/next")["Digits"] == "123"
    assert played.player.seconds == pytest.approx(21.0)


def test_the_wait_is_five_seconds_when_nothing_is_said_of_it() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather: the default timeout is 5."""
    assert play(gather("")).handset.seconds_of(Kind.WAIT) == [5.0]


def test_the_last_of_the_digits_ends_the_entry_at_once() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#numdigits: no timeout and no # are needed."""
    played = play(gather('numDigits="3"'), (1.0, "1"), (2.0, "2"), (3.0, "3"))
    assert played.line.fields("/next")["Digits"] == "123"
    assert played.player.seconds == pytest.approx(3.0)


def test_the_finishing_key_ends_the_entry_and_is_left_out() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#finishonkey: submits, and is not sent."""
    played = play(gather(""), (1.0, "1"), (2.0, "2"), (3.0, "#"))
    assert played.line.fields("/next")["Digits"] == "12"
    assert played.player.seconds == pytest.approx(3.0)


def test_another_finishing_key_leaves_pound_in_the_entry() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#finishonkey: any one key can be the finish."""
    played = play(gather('finishOnKey="*"'), (1.0, "1"), (2.0, "#"), (3.0, "*"))
    assert played.line.fields("/next")["Digits"] == "1#"


def test_without_a_finishing_key_every_key_is_kept() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#finishonkey: the empty string."""
    for key in "0123456789*#":
        played = play(gather('numDigits="1" finishOnKey=""'), (1.0, key))
        assert played.line.fields("/next")["Digits"] == key


def test_a_finishing_key_alone_ends_an_empty_entry() -> None:
    """https://www.twilio.com/docs/api/twiml/gather: before any digit it goes on as silence does."""
    played = play(gather('timeout="6"'), (2.0, "#"))
    assert played.handset.words == ["Nothing came."]
    assert played.player.seconds == pytest.approx(2.0 + speech.seconds("Nothing came."))


def test_a_finishing_key_alone_goes_to_the_action_where_empty_results_count() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#actiononemptyresult: with empty Digits."""
    played = play(gather('timeout="6" actionOnEmptyResult="true"'), (2.0, "#"))
    assert played.line.fields("/next")["Digits"] == ""
    assert played.player.seconds == pytest.approx(2.0)


def test_silence_goes_on_to_the_verb_after_the_gather() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather: without input the next verb is run."""
    played = play(gather('timeout="4"'))
    assert played.handset.words == ["Nothing came."]
    assert played.line.paths == ["/voice/incoming"]


def test_silence_goes_to_the_action_where_empty_results_count() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#actiononemptyresult: empty Digits are sent."""
    played = play(gather('actionOnEmptyResult="true"'))
    assert played.line.fields("/next")["Digits"] == ""
    assert played.handset.words == []


def test_a_gather_without_action_asks_its_own_document_again() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather#action: the default is the document."""
    played = play({"/voice/incoming": "<Gather numDigits='1'/>"}, (1.0, "1"))
    assert played.line.paths == ["/voice/incoming", "/voice/incoming"]
    assert played.line.fields("/voice/incoming")["Digits"] == "1"


def test_addresses_are_relative_to_the_document_they_stand_in() -> None:
    """https://www.twilio.com/docs/voice/twiml/redirect: relative or absolute."""
    documents = {
        "/voice/incoming": "<Redirect>deep/down?x=1</Redirect>",
        "/voice/deep/down?x=1": "<Redirect>further</Redirect>",
        "/voice/deep/further": "<Redirect>?y=2</Redirect>",
        "/voice/deep/further?y=2": "<Redirect>https://line.example/top</Redirect>",
        "/top": "<Hangup/>",
    }
    assert play(documents).line.paths == list(documents)


def test_nothing_after_a_redirect_is_run() -> None:
    """https://www.twilio.com/docs/voice/twiml/redirect: verbs after it are unreachable."""
    documents = {"/voice/incoming": "<Redirect>/next</Redirect><Say>Never said.</Say>", "/next": ""}
    assert play(documents).handset.words == []


def test_a_pause_is_silence_of_its_length() -> None:
    """https://www.twilio.com/docs/voice/twiml/pause: one second, or as many as length says."""
    played = play({"/voice/incoming": "<Pause/><Pause length='3'/>"})
    assert played.handset.seconds_of(Kind.PAUSE) == [1.0, 3.0]
    assert played.player.seconds == pytest.approx(4.0)


def test_no_key_counts_before_what_is_said_in_front_of_a_gather() -> None:
    """Twilio takes digits only in a Gather: keys in a Say before it, or typed ahead, are lost."""
    said = "<Say>One sign, and another one.</Say>"
    menu = "<Gather action='/end' numDigits='1' timeout='5'><Say>Press.</Say></Gather>"
    line = {"/voice/incoming": said + menu, "/end": "<Hangup/>"}
    played = play(line, (0.5, "1"), (1.0, "2"), (2.3, "3"), ahead=("9",))
    assert played.handset.lost == ["1", "2"]
    assert played.line.fields("/end")["Digits"] == "3"


def test_hangup_ends_the_call() -> None:
    """https://www.twilio.com/docs/voice/twiml/hangup: verbs after it are unreachable."""
    played = play({"/voice/incoming": "<Hangup/><Say>Never said.</Say>"})
    assert played.ended is Ended.LINE_HUNG_UP
    assert played.handset.words == []


def test_reject_ends_the_call() -> None:
    """https://www.twilio.com/docs/voice/twiml/reject: the call is not answered."""
    assert play({"/voice/incoming": "<Reject/>"}).ended is Ended.REJECTED


def test_a_document_that_ends_ends_the_call() -> None:
    """https://www.twilio.com/docs/voice/twiml: when no verb is left the call is over."""
    assert play({"/voice/incoming": ""}).ended is Ended.NOTHING_LEFT


def test_keys_outside_a_gather_are_not_heard() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather: nothing else collects digits."""
    played = play({"/voice/incoming": f"<Say>{FOUR_SECONDS}</Say>"}, (1.0, "1"), (2.0, "2"))
    assert played.handset.lost == ["1", "2"]
    assert played.player.seconds == pytest.approx(4.0)
    assert played.player.keys == "12"


def test_keys_typed_ahead_go_to_the_next_gather() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather: kept while a document comes."""
    documents = {
        "/voice/incoming": "<Gather action='/next' numDigits='1'/>",
        "/next": f"<Gather action='/end' numDigits='2'><Say>{FOUR_SECONDS}</Say></Gather>",
        "/end": "",
    }
    played = play(documents, (1.0, "1"), ahead=("", "34"))
    assert played.line.fields("/end")["Digits"] == "34"
    assert played.handset.words == []
    assert played.player.keys == "134"


def test_keys_typed_ahead_and_never_asked_for_are_not_heard() -> None:
    """https://www.twilio.com/docs/voice/twiml/gather: nothing collects them."""
    assert play({"/voice/incoming": ""}, ahead=("5",)).handset.lost == ["5"]


def test_a_caller_can_hang_up_at_any_time() -> None:
    """https://www.twilio.com/docs/voice/twiml: no action is asked for, the status is posted."""
    played = play({"/voice/incoming": MENU}, (2.0, "h"))
    assert played.ended is Ended.CALLER_HUNG_UP
    assert played.line.paths == ["/voice/incoming"]
    assert played.line.fields("/voice/status")["CallDuration"] == "2"


def test_no_call_runs_through_more_than_200_documents() -> None:
    """A loop of silent documents ends, as it does at Twilio."""
    played = play({"/voice/incoming": "<Redirect>/voice/incoming</Redirect>"})
    assert played.ended is Ended.TOO_MANY_DOCUMENTS
    assert len(played.player.documents) == 200


def test_no_call_takes_more_than_ten_minutes() -> None:
    """A silent caller who is prompted endlessly is disconnected."""
    played = play({"/voice/incoming": "<Gather timeout='60'/><Redirect>/voice/incoming</Redirect>"})
    assert played.ended is Ended.TOO_LONG
    assert 600 < played.player.seconds <= 660
