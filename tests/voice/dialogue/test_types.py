"""What the type checker must refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

FLOW = '''
from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.language import Text


class Foot(Choice):
    """Which foot."""

    LEFT = "1", Text("For left", "El izquierdo")
    RIGHT = "2", Text("For right", "El derecho")


FOOT = Question("foot", Text("Which foot?", {spanish}), Foot)


def flow(call: Call) -> Ending:
    """Ask once."""
    match call.ask(FOOT):
        case Foot.LEFT:
            return call.goodbye(Text("Goodbye.", "Adiós."), "left")
{rest}
'''
RIGHT = """        case Foot.RIGHT:
            return call.goodbye(Text("Goodbye.", "Adiós."), "right")"""
SILENT = """        case Foot.RIGHT:
            call.say(Text("One moment.", "Un momento."))"""


CASES = {
    "a complete flow": ('"¿Qué pie?"', RIGHT, None),
    "a key that nobody handles": ('"¿Qué pie?"', "", "exhaustive-match"),
    "a path that ends in silence": ('"¿Qué pie?"', SILENT, "return"),
    "a question without Spanish": ("", RIGHT, "call-arg"),
}
"""Flows by what is wrong with them: the Spanish question, the last lines, and mypy's error code."""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the type checker says of each flow; it checks them all in one run."""
    folder = tmp_path_factory.mktemp("flows")
    files = {case: folder / f"{case.replace(' ', '_')}.py" for case in CASES}
    for case, (spanish, rest, _) in CASES.items():
        files[case].write_text(FLOW.format(spanish=spanish, rest=rest), "utf-8")
    here = Path(__file__).parents[3]
    command = [sys.executable, "-m", "mypy", "--config-file", str(here / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--cache-dir", str(here / ".mypy_cache"), *map(str, files.values())],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr  # 0 would be no error, 2 a crash
    lines = done.stdout.splitlines()
    return {case: [line for line in lines if file.name in line] for case, file in files.items()}


@pytest.mark.parametrize("case", CASES)
def test_the_type_checker_refuses_a_broken_dialogue(said: dict[str, list[str]], case: str) -> None:
    """An unhandled key, a silent path or a missing translation fails type checking."""
    *_, refused = CASES[case]
    if refused is None:
        assert said[case] == []
    else:
        assert any(f"[{refused}]" in line for line in said[case])
