"""What `serve` says before it answers patients' calls, or why it does not."""

from collections.abc import Iterator

from voice import clinical_signoff
from voice.database.data_key import field_cipher
from voice.errors import ReportedError
from voice.settings import Settings


class NotSignedError(ReportedError):
    """The clinical wording is not signed."""


def start_warnings(settings: Settings) -> Iterator[str]:
    """What is not as it should be with patients; one sentence each.

    Raises NotSignedError when patients would hear unsigned clinical wording, and DataKeyError.
    """
    if missing := clinical_signoff.unsigned():
        said = "; ".join(missing)
        if settings.unsigned_wording == "refuse":
            message = (
                f"The line does not start: {said}. Have it signed, or set UNSIGNED_WORDING=allow "
                "for a trial without patients."
            )
            raise NotSignedError(message)
        yield f"{said}."
    if settings.limits == "off":
        yield "LIMITS=off; robots could take every opening."
    if field_cipher(settings) is None:
        yield (
            "no data key is set, so numbers, names and answers are stored unencrypted. Stop the "
            "line, set DATA_KEY_FILE in .env, and run `screening-line encrypt --new-key`."
        )
