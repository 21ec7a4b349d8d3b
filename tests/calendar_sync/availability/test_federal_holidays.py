"""Federal holidays fall on their dates and on the weekdays that observe them."""

from datetime import date

from calendar_sync.availability.federal_holidays import federal_holidays


def test_the_eleven_holidays_are_on_their_days() -> None:
    """Holidays follow 5 U.S.C. 6103; July 4, 2026 is a Saturday, so Friday is closed too."""
    assert sorted(f"{day:%m-%d}" for day in federal_holidays([2026])) == [
        "01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "07-04",
        "09-07", "10-12", "11-11", "11-26", "12-25",
    ]  # fmt: skip


def test_a_sunday_is_observed_on_monday_and_new_year_in_the_year_before() -> None:
    """July 4, 2027 is a Sunday, and January 1, 2028 a Saturday."""
    days = federal_holidays([2027])
    assert {date(2027, 7, 5), date(2027, 12, 24), date(2027, 12, 31)} <= days
    assert {day.year for day in days} == {2027}
