"""Valid and invalid audio files, as a clinic might record them."""

import math
import wave
from array import array
from io import BytesIO
from pathlib import Path

RATE = 8000
_FRAME_SECONDS = 576 / RATE


def wav(seconds: float, *, rate: int = RATE, channels: int = 1, volume: int = 8000) -> bytes:
    """A 16-bit WAV file with a tone of 440 Hz; a volume over 32767 is clipped."""
    tone = (volume * math.sin(2 * math.pi * 440 * at / rate) for at in range(rate))
    second = array("h")  # every second of the tone is the same
    for sample in tone:
        second.extend([round(max(-32767, min(32767, sample)))] * channels)
    samples = (second * math.ceil(seconds))[: int(seconds * rate) * channels]
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setframerate(rate)
        file.setsampwidth(2)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def mp3(seconds: float, *, mono: bool = True) -> bytes:
    """Silent frames of MPEG-2.5 layer III at 8 kHz and 16 kbit/s, behind an ID3 tag."""
    header = bytes([0xFF, 0xE3, 0x28, 0xC0 if mono else 0x00])
    frame = header + bytes(576 // 8 * 16000 // RATE - len(header))
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x05" + b"title"
    return tag + frame * math.ceil(seconds / _FRAME_SECONDS)


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Write a file into a folder."""
    path = folder / name
    path.write_bytes(content)
    return path
