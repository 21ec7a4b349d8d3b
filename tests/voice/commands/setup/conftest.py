"""A newcomer's folder, a terminal, and the stand-ins of Twilio and Google."""

from support.setup_command import client_file, google, setup, twilio

__all__ = ["client_file", "google", "setup", "twilio"]
