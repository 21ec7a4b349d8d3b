"""Errors that stop a command; each message says what happened and what to do."""


class ReportedError(Exception):
    """Printed as it is, without a traceback."""


class SettingsError(ReportedError):
    """Every setting that is wrong or missing, one per line, with the fix."""


class DatabaseError(ReportedError):
    """The database cannot be used."""


class DatabaseAwayError(DatabaseError):
    """The database cannot be reached now; trying again may help."""
