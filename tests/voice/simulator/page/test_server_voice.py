"""The server's own voice, for browsers without one."""

import wave
from io import BytesIO

import pytest

from voice.simulator.page import espeak, server_voice

SENTENCE = {
    "en": "If this is an emergency, hang up and call 9 1 1.",
    "es": "Si es una emergencia, cuelgue y llame al 9 1 1.",
}


@pytest.fixture
def without_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without espeak-ng."""
    monkeypatch.setattr(server_voice, "PROGRAM", "no-such-program")


def seconds(sound: bytes) -> float:
    """The length of a WAV file."""
    with wave.open(BytesIO(sound)) as file:
        return float(file.getnframes() / file.getframerate())


@pytest.mark.usefixtures("without_the_program")
@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_extra_speaks(language: str) -> None:
    """Speech has a natural length, and more words take longer."""
    assert server_voice.has_voice()
    sound = await server_voice.speak(SENTENCE[language], f"{language}-US")
    assert sound
    twice = await server_voice.speak(f"{SENTENCE[language]} " * 2, f"{language}-US")
    assert twice
    assert 2 < seconds(sound) < 8
    assert seconds(twice) > 1.7 * seconds(sound)


@pytest.mark.usefixtures("without_the_program")
async def test_without_any_voice_the_captions_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program and the extra there is no sound and no error."""
    monkeypatch.setattr(espeak, "is_installed", bool)
    assert not server_voice.has_voice()
    assert await server_voice.speak(SENTENCE["en"], "en-US") is None


@pytest.mark.usefixtures("without_the_program")
async def test_a_voice_that_fails_is_no_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an unknown voice the page gets no sound."""
    monkeypatch.setattr(server_voice, "_VOICES", {"en": "no-such-voice"})
    assert await server_voice.speak(SENTENCE["en"], "en-US") is None
