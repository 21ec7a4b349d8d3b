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


@pytest.mark.parametrize(
    ("spanish", "rest", "refused"),
    [
        pytest.param('"¿Qué pie?"', RIGHT, None, id="a complete flow"),
        pytest.param('"¿Qué pie?"', "", "exhaustive-match", id="a key that nobody handles"),
        pytest.param('"¿Qué pie?"', SILENT, "return", id="a path that ends in silence"),
        pytest.param("", RIGHT, "call-arg", id="a question without Spanish"),
    ],
)
def test_the_type_checker_refuses_a_broken_dialogue(
    tmp_path: Path, spanish: str, rest: str, refused: str | None
) -> None:
    """An unhandled key, a silent path or a missing translation fails type checking."""
    file = tmp_path / "flow.py"
    file.write_text(FLOW.format(spanish=spanish, rest=rest), "utf-8")
    here = Path(__file__).parents[3]
    command = [sys.executable, "-m", "mypy", "--config-file", str(here / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--cache-dir", str(here / ".mypy_cache"), str(file)],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    if refused is None:
        assert done.returncode == 0, done.stdout
    else:
        assert f"[{refused}]" in done.stdout
