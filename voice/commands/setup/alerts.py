"""Who is told when something is wrong, and the keys of the database and of the back-ups."""

from collections.abc import Callable
from pathlib import Path

from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import NONE, agree, ask_setting, say
from voice.database.data_key import DataKeyError, add_new_key, read_keys
from voice.database.sealed_file import SealedFileError, read_key, write_new_key


def ask_alerts(answers: Answers) -> None:
    """Ask for the alerts' addresses and both keys."""
    say(f"The line tells you when something is wrong, by text or email. {NONE} or Enter: not.")
    ask_setting(answers, "alert_number", "Phone number that gets alerts by text")
    if ask_setting(answers, "alert_email", "Email address that gets alerts"):
        say("Your mail server, such as smtps://user:password@mail.example.org")
        ask_setting(answers, "smtp_url", "Mail server (not shown as you type)")
    say(
        "\nA line that is down can tell nobody. A service such as healthchecks.io gives you an\n"
        "address that the line calls each minute, and alerts you when it stops."
    )
    ask_setting(answers, "alert_ping_url", "Address to call each minute")
    say(
        "\nNumbers, names, emails and answers are encrypted in the database. Without a copy of\n"
        "the key somewhere else, nobody can read them once this computer is lost."
    )
    _ask_key(answers, "data_key_file", "secrets/data.key", read_keys, add_new_key)
    say("\nBack-ups are encrypted. Without a copy of the key somewhere else, no back-up opens.")
    _ask_key(answers, "backup_key_file", "secrets/backup.key", read_key, write_new_key)


def _ask_key(
    answers: Answers,
    setting: str,
    suggested: str,
    read: Callable[[Path], object],
    make: Callable[[Path], None],
) -> None:
    """Ask for a key file until its key can be used, or none is wanted."""
    while True:
        question = "Key file; it is made if it does not exist"
        given = ask_setting(answers, setting, question, suggested=suggested)
        if not given or _key_is_ready(answers, Path(given), read, make):
            return


def _key_is_ready(
    answers: Answers, file: Path, read: Callable[[Path], object], make: Callable[[Path], None]
) -> bool:
    """Whether the key can be read; one is made if the file does not exist."""
    try:
        if file.exists():
            read(file)
            say(f"The key in {file} can be read.")
        elif answers.dry_run:
            say(f"Would make a key in {file}.")
        elif agree(f"Make a new key in {file}?", default=True):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            make(file)
            say(f"Made {file}. Copy it to another place now, such as a password manager.")
        else:
            return False
    except (SealedFileError, DataKeyError, OSError) as error:
        say(f"{error}")
        return False
    return True
