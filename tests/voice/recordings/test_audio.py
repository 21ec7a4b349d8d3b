"""An audio file is read far enough to know whether it can be played on a phone line."""

import pytest
from support.recordings import mp3, wav

from voice.recordings.audio import UnplayableError, read_audio


def test_a_wav_tells_its_length_and_is_not_clipped() -> None:
    """A loud WAV of 8 kHz, mono, 16 bits is not reported as clipped."""
    audio = read_audio(wav(2.5, volume=32000))
    assert audio.seconds == pytest.approx(2.5, abs=0.01)
    assert not audio.clipped


def test_a_wav_at_full_scale_is_clipped() -> None:
    """Several consecutive samples at full scale count as clipping."""
    assert read_audio(wav(1, volume=60000)).clipped


def test_an_mp3_tells_its_length_behind_a_tag() -> None:
    """The length comes from the counted frames, whatever the tag says."""
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
    """A wrong rate, two channels, no audio, a truncated file and other formats are refused."""
    with pytest.raises(UnplayableError, match=why):
        read_audio(content)
