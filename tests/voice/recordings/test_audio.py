"""An audio file is read far enough to know whether a phone line can play it."""

import pytest
from support.recordings import mp3, wav

from voice.recordings.audio import UnplayableError, read_audio


def test_a_wav_tells_its_length_and_is_not_clipped() -> None:
    """8 kHz, mono, 16 bits, with a loud voice."""
    audio = read_audio(wav(2.5, volume=32000))
    assert audio.seconds == pytest.approx(2.5, abs=0.01)
    assert not audio.clipped


def test_a_wav_at_full_scale_is_clipped() -> None:
    """Several samples in a row at the top are a crackle."""
    assert read_audio(wav(1, volume=60000)).clipped


def test_an_mp3_tells_its_length_behind_a_tag() -> None:
    """The frames are counted, whatever the tag says."""
    assert read_audio(mp3(3)).seconds == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (wav(1, rate=44100), "44100 Hz"),
        (wav(1, channels=2), r"2 channel\(s\)"),
        (wav(0), "is empty"),
        (wav(1)[:20], "damaged WAV"),
        (mp3(1, mono=False), "stereo MP3"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\x00" * 400, "damaged MP3"),
        (b"\xff", "damaged MP3"),
        (b"OggS" + b"\x00" * 40, "neither WAV nor MP3"),
        (b"", "neither WAV nor MP3"),
    ],
)
def test_what_a_phone_can_not_play_is_refused_with_what_to_do(content: bytes, why: str) -> None:
    """Wrong rate, two channels, nothing in it, cut off, another format."""
    with pytest.raises(UnplayableError, match=why):
        read_audio(content)
