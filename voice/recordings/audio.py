"""Reads an audio file far enough to say how long it is, and whether a phone line can play it.

Twilio plays mono WAV and MP3 (https://www.twilio.com/docs/voice/twiml/play); a phone carries 8 kHz.
"""

import array
import sys
import wave
from dataclasses import dataclass
from io import BytesIO

RATE = 8000
_FULL_SCALE = 32767
_CLIPPED_RUN = 3
"""So many samples in a row at full scale are heard as a crackle; one alone may be a loud peak."""
_SAMPLE_BYTES = 2
_ID3, _SYNC = 10, 0xFFE0
_MONO, _MPEG1, _RESERVED = 3, 3, 3
_KBITS_MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""By the version bits of an MPEG frame header: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5."""


class UnplayableError(ValueError):
    """Why a phone line can not play the file, and what to do, in plain words."""


@dataclass(frozen=True, slots=True)
class Audio:
    """An audio file that a phone line can play: its length in seconds, and whether it is clipped.

    Clipping is looked for in WAV files only; an MP3 would have to be decoded.
    """

    seconds: float
    clipped: bool = False


def read_audio(content: bytes) -> Audio:
    """Read a WAV or MP3 file. Raises UnplayableError."""
    if content.startswith(b"RIFF"):
        return _wav(content)
    if content.startswith(b"ID3") or content[:1] == b"\xff":
        return _mp3(content)
    message = "is neither WAV nor MP3; save it as one of them"
    raise UnplayableError(message)


def _wav(content: bytes) -> Audio:
    try:
        with wave.open(BytesIO(content)) as file:
            shape = file.getnchannels(), file.getframerate(), file.getsampwidth()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        message = "is a damaged WAV, or not PCM; save it as 8 kHz, mono, 16-bit PCM"
        raise UnplayableError(message) from error
    if shape != (1, RATE, _SAMPLE_BYTES):
        channels, rate, width = shape
        message = (
            f"has {channels} channel(s), {rate} Hz, {8 * width} bits;"
            " save it as 8 kHz, mono, 16-bit PCM"
        )
        raise UnplayableError(message)
    if not frames:
        message = "is empty; record it again"
        raise UnplayableError(message)
    samples = array.array("h", frames[: len(frames) // _SAMPLE_BYTES * _SAMPLE_BYTES])
    if sys.byteorder == "big":
        samples.byteswap()  # a WAV is little-endian
    return Audio(len(samples) / RATE, clipped=_clipped(samples))


def _clipped(samples: "array.array[int]") -> bool:
    if max(samples) < _FULL_SCALE and min(samples) > -_FULL_SCALE:
        return False
    run = 0
    for sample in samples:
        run = run + 1 if abs(sample) >= _FULL_SCALE else 0
        if run >= _CLIPPED_RUN:
            return True
    return False


def _mp3(content: bytes) -> Audio:
    """Add up the frames: https://www.iso.org/standard/22412.html (ISO/IEC 11172-3), 2.4.1.3."""
    at, seconds = 0, 0.0
    if content.startswith(b"ID3") and len(content) > _ID3:
        sizes = zip(content[6:10], (21, 14, 7, 0), strict=True)
        at = _ID3 + sum(byte << shift for byte, shift in sizes)
    while at + 4 <= len(content):
        head = int.from_bytes(content[at : at + 4], "big")
        version, layer, kbits = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15
        rate, padding, mode = head >> 10 & 3, head >> 9 & 1, head >> 6 & 3
        layer_3 = head >> 16 & _SYNC == _SYNC and version != 1 and layer == 1
        if not layer_3 or kbits in {0, 15} or rate == _RESERVED:
            break  # a tag at the end, or something else
        if mode != _MONO:
            message = "is a stereo MP3; save it as mono"
            raise UnplayableError(message)
        mpeg1 = version == _MPEG1
        hertz = _RATES[version][rate]
        samples = 1152 if mpeg1 else 576
        speed = (_KBITS_MPEG1 if mpeg1 else _KBITS_MPEG2)[kbits] * 1000
        at += samples // 8 * speed // hertz + padding
        seconds += samples / hertz
    if not seconds:
        message = "is a damaged MP3; save it again"
        raise UnplayableError(message)
    return Audio(seconds)
