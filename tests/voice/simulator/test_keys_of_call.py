"""A call that was lived becomes keys that place it again."""

import pytest

from voice.simulator.keys_of_call import keys_of_call


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (["LINE: One. —", "CALLER presses 1"], "1"),
        (["LINE: One.", "CALLER presses 1"], "1"),
        (["LINE: One.", "LINE: Two.", "CALLER presses 1"], ". 1"),
        (["LINE: One.", "LINE: Two, —", "CALLER presses 1"], "1"),
        (["LINE: One.", "(8 s of silence)", "LINE: Again.", "CALLER presses 2"], "- 2"),
        (["LINE: One.", "CALLER presses 425#", "LINE: Two.", "CALLER hangs up"], "425# h"),
        (["LINE: One.", "CALLER presses 12", "(10 s of silence)"], "12"),
        (["LINE: One.", "CALLER presses 7 (not heard)", "LINE: Two.", "CALLER presses 1"], ". 1"),
        (["CALLER presses 1 too early", "LINE: One."], "1"),
    ],
)
def test_the_keys_of_a_call(lines: list[str], keys: str) -> None:
    """A point where all was heard, a dash for silence, h at the end; lost keys are left out."""
    assert keys_of_call(lines) == keys
