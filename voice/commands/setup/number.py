"""The account and the number at Twilio."""

import asyncio
from contextlib import closing

from voice.commands.check_twilio import account_and_token
from voice.commands.setup.answers import Answers
from voice.commands.setup.countries import close_countries
from voice.commands.setup.terminal import agree, ask_setting, choose, say
from voice.commands.setup.texts import ask_texts
from voice.commands.setup.webhooks import set_webhooks
from voice.commands.twilio_number import Number, numbers
from voice.phone_numbers import shown_number
from voice.texts.twilio_sender import RequestFailed, TwilioAccess

_FORWARDED = """
At your phone company, forward calls to that Twilio number: all calls, or those that nobody
answers. A forwarded call shows the clinic's own number, or none, in place of the caller's. The
line recognizes that and asks for a number to call or text. Texts come from the Twilio number and
name the clinic's.
"""
_PORTED = """
To bring your number to Twilio, have it ported (Phone Numbers, Port & Host in Twilio's console);
that takes two to four weeks. Until then take a new number, or forward yours to one.
"""


def ask_number(answers: Answers) -> None:
    """Sign in to Twilio, choose the number, and set it up."""
    say("The account SID and the auth token are on the front page of Twilio's console.")
    while True:
        ask_setting(answers, "twilio_account_sid", "Account SID, AC...", needed=True)
        ask_setting(answers, "twilio_auth_token", "Auth token (not shown as you type)", needed=True)
        say(
            "\nRecommended: an API key (Account, API keys, a standard key) to sign in with. The\n"
            "auth token stays; it tells Twilio's requests from others."
        )
        if ask_setting(answers, "twilio_api_key_sid", "API key SID, SK... (Enter: none)"):
            ask_setting(answers, "twilio_api_key_secret", "Its secret (not shown as you type)")
        state, says = asyncio.run(account_and_token(answers.settings()))
        say(f"\n{says}")
        if state != "wrong" or not agree("Enter them again?", default=True):
            break
    found = asyncio.run(_numbers(answers))
    if isinstance(found, RequestFailed):
        refused = state == "ok" and answers.get("twilio_api_key_sid")
        why = "does not accept the API key" if refused else "does not answer"
        say(f"Twilio {why}. Run `screening-line setup --only twilio` again when that is solved.")
        ask_setting(answers, "clinic_number", "Number that patients call", needed=True)
        return
    chosen = _choose_number(answers, found)
    if chosen is None:
        return
    set_webhooks(answers, chosen)
    ask_texts(answers, chosen)
    close_countries(answers)


async def _numbers(answers: Answers) -> list[Number] | RequestFailed:
    with closing(TwilioAccess(answers.settings())) as access:
        return await numbers(access)


def _choose_number(answers: Answers, found: list[Number]) -> Number | None:
    """Store the number that patients call, and the one at Twilio; None without any at Twilio."""
    if not found:
        say(
            "The account has no number. Buy one that can do voice and SMS (Phone Numbers, Buy a "
            "number),\nthen run `screening-line setup --only twilio` again."
        )
        return None
    kinds = ["a number at Twilio, new or ported", "the clinic's number, which forwards to Twilio"]
    forwards = choose("Patients call", kinds, default=int(bool(answers.get("twilio_number")))) == 1
    say(_FORWARDED if forwards else _PORTED)
    shown = [f"{shown_number(each.number)}  {each.name}" for each in found]
    known = answers.get("twilio_number") or answers.get("clinic_number")
    default = next((no for no, each in enumerate(found) if each.number == known), 0)
    chosen = found[choose("The number at Twilio", shown, default) if found[1:] else 0]
    say(f"The number at Twilio is {shown_number(chosen.number)}.")
    answers.put("twilio_number", chosen.number if forwards else "")
    if not forwards:
        answers.put("clinic_number", chosen.number)
        return chosen
    while True:
        kept = ask_setting(answers, "clinic_number", "The clinic's number", needed=True)
        if answers.settings().clinic_number != chosen.number:
            return chosen
        say(f"{kept} is the number at Twilio; type the one that forwards to it.")
