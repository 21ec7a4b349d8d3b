"""Speaks with this computer's own voice, for browsers without one: espeak-ng."""

import asyncio
import shutil
import sys

from voice.dialogue.speech import WORDS_A_MINUTE
from voice.simulator.page import espeak

PROGRAM = "espeak-ng"
_VOICES = {"en": "en-us", "es": "es-419"}
_SPEAKS_WITHIN = 10.0


def has_voice() -> bool:
    """Whether this computer can speak."""
    return shutil.which(PROGRAM) is not None or espeak.is_installed()


async def speak(words: str, language: str) -> bytes | None:
    """The words as a WAV file; None when nothing can speak them."""
    if not has_voice():
        return None
    process = await asyncio.create_subprocess_exec(
        *_command(_VOICES.get(language.partition("-")[0], "en-us")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SPEAKS_WITHIN):
            sound, _ = await process.communicate(words.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return sound or None


def _command(voice: str) -> list[str]:
    """A command that speaks standard input; an installed program starts faster than the extra."""
    if program := shutil.which(PROGRAM):
        return [program, "-v", voice, "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"]
    return [sys.executable, "-m", espeak.__name__, voice, str(WORDS_A_MINUTE)]
