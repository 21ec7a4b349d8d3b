"""Names and emails as patients type them."""

import pytest

from voice.patient_page import wording
from voice.patient_page.contact_form import contact


@pytest.mark.parametrize(
    "name",
    [
        "Pay at evil.example", "https://evil.example", "evil.example/pay", "mailto:a", "a@b",
        "www.evil", "evil\u3002example", "evil\uff0eexample", "evil\uff61example", "\\\\evil",
    ],
)  # fmt: skip
def test_a_name_holds_no_address(name: str) -> None:
    """Staff would see an address as a link in the event."""
    assert contact(name, "").name_wrong is wording.NAME_IS_ADDRESS


@pytest.mark.parametrize(
    "name",
    ["", "Ann Lee", "J.R. Smith", "Dr. María-José O\u2019Neill, Jr.", "A. B. St. John", "李小龍"],
)
def test_a_name_may_be_written_as_it_is(name: str) -> None:
    """Initials, titles, accents and letters of any script are accepted."""
    assert contact(name, "").is_fine
