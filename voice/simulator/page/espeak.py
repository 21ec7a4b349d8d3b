"""Speaks words as a WAV file with the espeak-ng that the extra `sim` installs.

    python -m voice.simulator.page.espeak en-us 165 < words > sound.wav

The library keeps one voice per process, so each sentence gets its own process.
Source: speak_lib.h of espeak-ng, https://github.com/espeak-ng/espeak-ng/tree/master/src/include
"""

import ctypes
import sys
import wave
from importlib.util import find_spec
from io import BytesIO
from typing import Any

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback, nothing is played
_RATE = 1  # espeakRATE, words a minute
_CHARACTERS = 1  # POS_CHARACTER
_UTF8 = 1  # espeakCHARS_UTF8
_BYTES = 2  # a sample
_Heard = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def is_installed() -> bool:
    """Whether the extra is installed."""
    return find_spec("espeakng_loader") is not None


def spoken(words: str, voice: str, words_a_minute: int) -> bytes:
    """The words as a WAV file. Raises OSError if the library or the voice is not available."""
    import espeakng_loader  # noqa: PLC0415  # only there with the extra

    library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
    pitch = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if pitch <= 0 or library.espeak_SetVoiceByName(voice.encode()) != 0:
        message = f"espeak-ng does not start with the voice {voice}"
        raise OSError(message)
    samples = bytearray()

    def keep(sound: Any, count: int, _: int | None) -> int:  # noqa: ANN401  # a C pointer
        if count > 0:
            samples.extend(ctypes.string_at(sound, count * _BYTES))
        return 0

    heard = _Heard(keep)
    text = words.encode()
    library.espeak_SetSynthCallback(heard)
    library.espeak_SetParameter(_RATE, words_a_minute, 0)
    library.espeak_Synth(text, len(text) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
    return _wav(bytes(samples), pitch)


def _wav(samples: bytes, pitch: int) -> bytes:
    """`pitch` is the number of samples a second."""
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(_BYTES)
        out.setframerate(pitch)
        out.writeframes(samples)
    return file.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(spoken(sys.stdin.read(), sys.argv[1], int(sys.argv[2])))
