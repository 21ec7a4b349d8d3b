"""The federal holidays of the United States, as days on which a clinic is closed."""

from collections.abc import Iterable
from datetime import date


def federal_holidays(years: Iterable[int]) -> frozenset[date]:
    """The eleven holidays of 5 U.S.C. 6103 in these years, and the weekdays they are observed on.

    A holiday on a Saturday is observed the Friday before, one on a Sunday the Monday after. Both
    days are in the set; a January 1 on a Saturday puts December 31 into the year before.
    """
    return frozenset(holiday_names(years))


def holiday_names(years: Iterable[int]) -> dict[date, str]:
    """The same days, each with its English name."""
    from holidays import country_holidays  # noqa: PLC0415  # slow to load, and few lines need it

    wanted = set(years)
    found = country_holidays("US", years=wanted | {year + 1 for year in wanted})
    return {day: str(name) for day, name in found.items() if day.year in wanted}
