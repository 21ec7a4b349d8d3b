"""Brings the database's tables up to date without starting the line."""

from voice.database.connection import open_database
from voice.database.migrations import newest
from voice.settings import Settings


async def migrate(settings: Settings) -> str:
    """Run the migrations that are missing; what was done, in words. Raises DatabaseError."""
    async with open_database(settings, alone=False, any_key=True):
        return f"The database's tables are at version {newest()}."
