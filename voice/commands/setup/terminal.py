"""Asks in the terminal. Each function raises typer.Abort at Ctrl-C or when the input ends."""

from collections.abc import Sequence

import typer

from voice.commands.setup.answers import Answers, is_secret
from voice.settings import Settings

NONE = "-"


def say(text: str = "") -> None:
    """Print a paragraph."""
    typer.echo(text)


def ask(question: str, current: str = "") -> str:
    """One line of text; Enter keeps `current`."""
    given = typer.prompt(question, default=current, show_default=bool(current))
    return str(given).strip()


def agree(question: str, *, default: bool) -> bool:
    """Yes or no."""
    return typer.confirm(question, default=default)


def choose(question: str, options: Sequence[str], default: int | None = 0) -> int:
    """The index of the option that is chosen by its number; without a default, Enter is none."""
    for number, option in enumerate(options, 1):
        say(f"  {number}  {option}")
    while True:
        given = ask(question, "" if default is None else str(default + 1))
        if given.isdecimal() and 1 <= int(given) <= len(options):
            return int(given) - 1
        say(f"Type a number from 1 to {len(options)}.")


def choose_any(question: str, options: Sequence[str], default: Sequence[int] = ()) -> list[int]:
    """The indexes of any number of options, chosen by their numbers; "-" chooses none."""
    for number, option in enumerate(options, 1):
        say(f"  {number}  {option}")
    while True:
        current = ", ".join(str(index + 1) for index in default)
        given = ask(f"{question} (numbers with commas, {NONE} for none)", current)
        parts = [] if given in {"", NONE} else [part.strip() for part in given.split(",")]
        if all(part.isdecimal() and 1 <= int(part) <= len(options) for part in parts):
            return [int(part) - 1 for part in dict.fromkeys(parts)]
        say(f"Type numbers from 1 to {len(options)}, with commas between.")


def ask_setting(
    answers: Answers, name: str, question: str, *, needed: bool = False, suggested: str = ""
) -> str:
    """Ask for a setting until its value can be used, and store it; the value.

    A secret is neither shown nor echoed.
    """
    if answers.from_environment(name):
        say(f"{name.upper()} comes from the environment, which wins over .env; change it there.")
        return answers.get(name)
    current = answers.get(name) or ("" if answers.has(name) else suggested)
    while True:
        given = _given(name, question, current, needed=needed)
        if not given and needed:
            say("This one is needed.")
            continue
        try:
            answers.put(name, given)
        except ValueError as error:
            say(f"{error}")
            continue
        return given


def choose_setting(
    answers: Answers, name: str, question: str, meanings: dict[str, str], suggested: str = ""
) -> str:
    """Ask for one of a setting's values, each shown with its meaning, and store it; the value.

    Without an answer so far, Enter stands for `suggested`, or else for the default, if that is one
    of the values.
    """
    if answers.from_environment(name):
        say(f"{name.upper()} comes from the environment, which wins over .env; change it there.")
        return answers.get(name)
    current = answers.get(name) or suggested or str(Settings.model_fields[name].default)
    values = list(meanings)
    default = values.index(current) if current in values else None
    chosen = values[choose(question, list(meanings.values()), default)]
    answers.put(name, chosen)
    return chosen


def _given(name: str, question: str, current: str, *, needed: bool) -> str:
    hint = "" if needed or not current else f" ({NONE} for none)"
    if is_secret(name):
        kept = " (set; Enter keeps it)" if current else ""
        given = str(
            typer.prompt(
                f"{question}{kept or hint}", default="", hide_input=True, show_default=False
            )
        ).strip()
        given = given or current
    else:
        given = ask(f"{question}{hint}", current)
    return "" if given == NONE and not needed else given
