"""A voice of this computer, for browsers that have none: espeak-ng, when it is installed."""

import asyncio
import shutil

from voice.speech import WORDS_A_MINUTE

PROGRAM = "espeak-ng"
_VOICES = {"en": "en-us", "es": "es-419"}
_SPEAKS_WITHIN = 10.0


def has_voice() -> bool:
    """Whether the program is there."""
    return shutil.which(PROGRAM) is not None


async def speak(words: str, language: str) -> bytes | None:
    """The words as a WAV file; None when nothing can speak them."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    voice = _VOICES.get(language.partition("-")[0], "en-us")
    process = await asyncio.create_subprocess_exec(
        program, "-v", voice, "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SPEAKS_WITHIN):
            sound, _ = await process.communicate(words.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return sound or None
