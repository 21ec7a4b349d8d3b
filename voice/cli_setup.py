"""The command that gets a line ready: `setup`."""

import sys
from typing import Annotated, Literal

import typer

from voice.errors import ReportedError

StepName = Literal["clinic", "hours", "address", "twilio", "calendar", "alerts", "agreements"]
"""The names of voice.commands.setup.steps.STEPS, which a test compares."""


class NotInteractiveError(ReportedError):
    """Setup asks questions, and nobody can answer."""


class StoppedError(ReportedError):
    """Somebody stopped setup before its end."""


def add_commands(cli: typer.Typer) -> None:
    """Add it to the command line."""
    cli.command("setup")(setup)


def setup(
    *,
    only: Annotated[StepName | None, typer.Option(help="Only this step.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; say what would be changed.")
    ] = False,
    undo_twilio: Annotated[
        bool, typer.Option("--undo-twilio", help="Put back what stood at Twilio before.")
    ] = False,
) -> None:
    """Ask for everything that a live line needs, set up Twilio and Google, and write .env.

    Each answer is stored at once. Stop with Ctrl-C whenever you like, and run it again to go on
    or to change something.
    """
    from voice.commands.setup.answers import Answers
    from voice.commands.setup.steps import STEPS, run, walk

    answers = Answers(dry_run=dry_run)
    if undo_twilio:
        from voice.commands.setup import webhooks

        typer.echo("\n".join(webhooks.undo(answers.settings(), dry_run=dry_run)))
        return
    if not sys.stdin.isatty():
        message = (
            "screening-line setup asks questions, and its input is no terminal. Run it in a "
            "terminal, or write .env by hand: .env.example explains every setting."
        )
        raise NotInteractiveError(message)
    typer.echo("Enter keeps what stands in brackets. Ctrl-C stops; what you answered is kept.")
    if dry_run:
        typer.echo("This is a dry run: nothing is written or changed anywhere.")
    try:
        if only:
            run(next(step for step in STEPS if step.name == only), answers)
        else:
            walk(answers)
    except (typer.Abort, KeyboardInterrupt):
        kept = "Nothing was changed." if dry_run else "What you answered is in .env."
        message = f"\nStopped. {kept} Run it again to go on."
        raise StoppedError(message) from None
    changes = answers.shown_changes()
    where = "Would write to .env:" if dry_run else "Written to .env:"
    typer.echo("\n".join(["", where, *changes]) if changes else "\nNothing was changed.")
    if changes and not dry_run:
        typer.echo("A line that runs already uses them after a restart.")
