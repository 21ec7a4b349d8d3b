"""Fixtures to run the command line in a folder of its own."""

from support.command_line import live, run

__all__ = ["live", "run"]
