"""The commands for the database: `backup`, `restore`, `move-database`, `encrypt`, `migrate`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def add_commands(cli: typer.Typer) -> None:
    """Add them to the command line."""
    cli.command("backup")(backup)
    cli.command("restore")(restore)
    cli.command("move-database")(move_database)
    cli.command("encrypt")(encrypt)
    cli.command("migrate")(migrate)


def backup(
    new_key: Annotated[
        Path | None, typer.Option(help="Write a new key to this file, and make no back-up.")
    ] = None,
) -> None:
    """Write an encrypted back-up of the database, and remove the oldest ones."""
    from voice.clock import utc_now
    from voice.commands import backup as backups
    from voice.settings import Settings

    if new_key is not None:
        typer.echo(backups.make_key(new_key))
        return
    made = asyncio.run(backups.make_backup(Settings.load("live"), utc_now()))
    typer.echo(
        f"Wrote {made.file} ({made.size:,} bytes of data). Older ones removed: {made.removed}."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="The back-up.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what the database holds now.")
    ] = False,
    drill: Annotated[
        bool, typer.Option("--drill", help="Only try it, in a database that is deleted again.")
    ] = False,
) -> None:
    """Load a back-up, and compare its visits with the calendar. Stop the line first."""
    from voice.commands import backup as backups
    from voice.settings import Settings

    settings = Settings.load("live")
    if drill:
        typer.echo(asyncio.run(backups.drill(settings, file)))
        return
    typer.echo(asyncio.run(backups.restore(settings, file, replace=replace)))


def move_database() -> None:
    """Copy the embedded database into the new, empty one of DATABASE_URL. Stop the line first."""
    from voice.commands import backup as backups
    from voice.settings import Settings

    typer.echo(asyncio.run(backups.move_database(Settings.load("live"))))


def encrypt(
    *,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Put a new key first in DATA_KEY_FILE; make the file.")
    ] = False,
) -> None:
    """Encrypt numbers, names, emails and answers with the first data key. Stop the line first."""
    from voice.commands.encrypt import encrypt as encrypt_database
    from voice.settings import Settings

    typer.echo(asyncio.run(encrypt_database(Settings.load("live"), new_key=new_key)))


def migrate() -> None:
    """Bring the database's tables up to date, in a step of its own; every start does it too."""
    from voice.commands.migrate import migrate as bring_up_to_date
    from voice.settings import Settings

    typer.echo(asyncio.run(bring_up_to_date(Settings.load("live"))))
