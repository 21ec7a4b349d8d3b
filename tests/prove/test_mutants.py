"""The mutants of the chaos run still break what they name."""

import pytest
from prove.mutants import ROOT, RUNS, Mutant, mutants
from prove.report import rules


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_the_guard_is_there(mutant: Mutant) -> None:
    """Its words stand once in its file; a guard that moved would end `make prove-mutants`."""
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_what_must_notice_it_is_there(mutant: Mutant) -> None:
    """Its slice and its rule exist; otherwise it could never be caught."""
    assert mutant.run in RUNS
    assert mutant.rule in rules()


def test_there_are_thirty_and_each_has_a_name() -> None:
    """As many as were promised, all different."""
    assert len({each.name for each in mutants()}) == len(mutants()) >= 30
