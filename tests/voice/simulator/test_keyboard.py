"""Keys need no Enter, and the terminal is restored."""

import asyncio
import os
import pty
import signal
import termios
from collections.abc import Generator

import pytest

from voice.simulator.keyboard import HANG_UP, Keyboard


@pytest.fixture
def tty() -> Generator[tuple[int, int]]:
    """A terminal: the end that types and the end that reads."""
    hands, screen = pty.openpty()
    yield hands, screen
    for end in (hands, screen):
        os.close(end)


def typed(tty: tuple[int, int], text: bytes, times: int) -> list[str | None]:
    """The keys read after this was typed."""

    async def read() -> list[str | None]:
        with Keyboard(tty[1]) as keyboard:
            os.write(tty[0], text)
            return [await keyboard.key(0.2) for _ in range(times)]

    return asyncio.run(read())


def test_keys_come_one_by_one_without_enter(tty: tuple[int, int]) -> None:
    """And in their order."""
    assert typed(tty, b"4*#", 4) == ["4", "*", "#", None]


def test_what_is_no_key_of_a_phone_is_nothing(tty: tuple[int, int]) -> None:
    """Letters, accents and Enter are ignored."""
    assert typed(tty, "aé\n\t7".encode(), 2) == ["7", None]


def test_an_arrow_key_is_nothing(tty: tuple[int, int]) -> None:
    """It arrives as several characters, which may include digits."""
    assert typed(tty, b"\x1b[1;5C", 1) == [None]


@pytest.mark.parametrize("key", [b"h", b"H", b"\x04"])
def test_h_and_ctrl_d_hang_up(tty: tuple[int, int], key: bytes) -> None:
    """Capitals too."""
    assert typed(tty, key, 1) == [HANG_UP]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_hangs_up(tty: tuple[int, int], number: signal.Signals) -> None:
    """A supervisor's signal and a closed window hang up too."""

    async def read() -> str | None:
        with Keyboard(tty[1]) as keyboard:
            os.kill(os.getpid(), number)
            return await keyboard.key(1.0)

    assert asyncio.run(read()) == HANG_UP


def test_a_second_ctrl_c_ends_what_does_not_end(tty: tuple[int, int]) -> None:
    """A line that does not answer cannot block the terminal."""
    before = termios.tcgetattr(tty[1])

    async def read() -> None:
        with Keyboard(tty[1]):
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(10)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(read())
    assert termios.tcgetattr(tty[1]) == before


def test_the_terminal_is_given_back_whatever_happens(tty: tuple[int, int]) -> None:
    """The terminal's echo is off during a call and restored after it."""
    before = termios.tcgetattr(tty[1])

    async def fail() -> None:
        with Keyboard(tty[1]):
            assert not termios.tcgetattr(tty[1])[3] & (termios.ICANON | termios.ECHO)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        asyncio.run(fail())
    assert termios.tcgetattr(tty[1]) == before


def test_keys_that_wait_are_typed_ahead(tty: tuple[int, int]) -> None:
    """A hang-up is not typed ahead, but comes with the next read."""

    async def read() -> tuple[str, str | None]:
        with Keyboard(tty[1]) as keyboard:
            os.write(tty[0], b"12h")
            await asyncio.sleep(0.05)
            return keyboard.waiting(), await keyboard.key(0)

    assert asyncio.run(read()) == ("12", HANG_UP)
