"""The file CLINICIANS: what it may say, and what each mistake is answered with."""

import re
from pathlib import Path

import pytest
from support.two_therapists import TEAM

from voice.clinician_file import read_clinicians

ONE = 'name = "A"\nspoken_en = "A"\nspoken_es = "A"\n'


def test_what_is_left_out_is_the_clinics() -> None:
    """The first therapist of the example has only an id and names."""
    first, second = read_clinicians(str(TEAM))
    assert (first.id, first.hours, first.video_room, first.new_visits) == (
        "default",
        None,
        None,
        True,
    )
    assert second.languages == {"en", "es"}


def test_without_a_file_nobody_is_listed() -> None:
    """Then the clinic has the one of the other settings."""
    assert read_clinicians("") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must have one to 5 tables [[clinician]]"),
        ("[[clinician", "is not TOML"),
        ("clinician = 3", "must have one to 5 tables [[clinician]]"),
        (f'[[clinician]]\nid = "A B"\n{ONE}', "clinician A B: id: write a short name"),
        (f'[[clinician]]\nid = "a"\n{ONE}colour = 1\n', "colour is not one of its keys"),
        (f'[[clinician]]\nid = "a"\n{ONE}hours = "always"\n', "clinician a: hours: "),
        (f'[[clinician]]\nid = "a"\n{ONE}languages = ["fr"]\n', 'write some of "en" and "es"'),
        (f'[[clinician]]\nid = "a"\n{ONE}video_room = "x"\n', "is not an address"),
        ('[[clinician]]\nid = "a"\n', "clinician a: name: write the therapist's name"),
        (f'[[clinician]]\nid = "a"\n{ONE}' * 2, "two clinicians have the same id"),
        (f'[[clinician]]\nid = "a"\n{ONE}[[clinician]]\nid = "b"\n{ONE}', "screenings_calendar"),
        (f'[[clinician]]\nid = "a"\n{ONE}new_visits = false\n', "no clinician takes new visits"),
    ],
)
def test_each_mistake_is_named_with_its_remedy(tmp_path: Path, text: str, says: str) -> None:
    """The message names the clinician, the key and what to write."""
    file = tmp_path / "clinicians.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=re.escape(says)):
        read_clinicians(str(file))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """As is one that cannot be read."""
    with pytest.raises(ValueError, match=r"nowhere\.toml' cannot be read"):
        read_clinicians(str(tmp_path / "nowhere.toml"))
