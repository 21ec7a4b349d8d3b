"""The page's visitor chooses between one therapist and two."""

from support.browser import TO_THE_TIMES, Opens

from voice.bootstrap import Line
from voice.simulator.page import therapist_choice


async def test_two_therapists_are_heard_from_the_next_call_on(opens: Opens, line: Line) -> None:
    """Each time is named with one; back at one, nobody is named and the other gets no new visit."""
    visitor = await opens(f"sound=captions&speed=500&waits=1&keys={TO_THE_TIMES}")
    await (await visitor.chooses("therapists", "two")).calls()
    await visitor.hears("with Doctor Spring")
    await (await visitor.hears("To choose your therapist")).presses("5")
    await (await visitor.hears("For Doctor Rivera")).presses("2")
    await (await visitor.hears("With Doctor Rivera")).books("1")
    await visitor.sees_line_do("Booked Monday, November 30th, at 12 noon")
    await therapist_choice.choose(line, "one")
    assert therapist_choice.chosen(line) == "one"
    assert [one.offered for one in line.clinic.clinicians] == [True, False]
