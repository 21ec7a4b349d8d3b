"""What stops the line from starting: the text of each fault is what happened and what to do."""


class ReportedError(Exception):  # what it says is not an error of the program
    """Told to the person at the keyboard as it stands, without a traceback."""


class SettingsError(ReportedError):
    """Every setting that is wrong or missing, one line each, with the remedy."""


class DatabaseError(ReportedError):
    """The database cannot be used as it is."""
