"""Clinical wording cannot change without a new signature line."""

import pytest

from voice import clinical_signoff
from voice.flows import clinical_wording, summary_wording
from voice.language import Language, Text

LANGUAGES: tuple[Language, ...] = ("en", "es")


def test_no_clinical_word_changes_by_accident() -> None:
    """Each language's wording matches the newest line, and a changed word needs a new line."""
    for language in LANGUAGES:
        newest = [line for line in clinical_signoff.signatures() if line.language == language][-1]
        assert newest.sha256 == clinical_signoff.fingerprint(language), (
            f"The {language} clinical wording in voice/flows changed. If that was meant,"
            f" add a line to {clinical_signoff.FILE.name} with sha256 ="
            f" {clinical_signoff.fingerprint(language)}"
        )


def test_every_sentence_of_the_file_counts() -> None:
    """Every clinical sentence is part of the fingerprint."""
    files = [*vars(clinical_wording).values(), *vars(summary_wording).values()]
    counted = clinical_signoff.texts_of(files)
    assert {word for word in files if isinstance(word, Text)} <= set(counted)
    assert set(summary_wording.SUMMARY) <= set(counted)
    assert len(counted) >= 5 * 3 + len(summary_wording.SUMMARY) + 4


def test_a_draft_is_unsigned_until_name_licence_and_date_are_there() -> None:
    """A line without a name, license and date is a draft and is shown as one."""
    draft = clinical_signoff.Signature("en", "v", "x", "", "PT 1", "2026-12-01")
    signed = clinical_signoff.Signature("en", "v", "x", "Dr. Joel Spring", "PT 1", "2026-12-01")
    assert not draft.complete
    assert signed.complete
    for line in clinical_signoff.unsigned():
        assert "not signed by a clinician" in line


def test_moving_a_definition_within_the_file_changes_no_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hash covers what is spoken, not where it is defined in the file."""
    before = clinical_signoff.fingerprint("en")
    moved = clinical_wording.EMERGENCY
    monkeypatch.delattr(clinical_wording, "EMERGENCY")
    assert clinical_signoff.fingerprint("en") != before
    monkeypatch.setattr(clinical_wording, "EMERGENCY", moved, raising=False)
    assert list(vars(clinical_wording))[-1] == "EMERGENCY"
    assert clinical_signoff.fingerprint("en") == before
