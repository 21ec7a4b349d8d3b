"""The keys of a call that was lived, as `--keys` and a link to the page write them."""

from collections.abc import Iterable

from voice.simulator.transcript import CUT, HANGS_UP, PRESSES


def keys_of_call(lines: Iterable[str]) -> str:
    """The script that places the call again, such as "1 . 2 - 4255550123# h".

    A key after all was said gets a point before it. One that nobody heard is left out, and so is
    the silence that ends a number: a script waits there by itself.
    """
    tokens: list[str] = []
    sentences, entered = 0, False
    for line in lines:
        pressed = PRESSES.fullmatch(line)
        if pressed is not None and pressed[2] == " (not heard)":
            continue
        silent = line.endswith(" s of silence)")
        if pressed is not None or line == HANGS_UP:
            tokens += ["."] if sentences > 1 else []
            tokens.append("h" if pressed is None else pressed[1])
        elif silent and not entered:
            tokens.append("-")
        entered = pressed is not None
        sentences = sentences + 1 if line.startswith("LINE") and not line.endswith(CUT) else 0
    return " ".join(tokens)
