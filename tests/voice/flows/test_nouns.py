"""What is booked has one name wherever a patient hears or reads it."""

import re

import pytest

from voice.flows import clinical_wording, consent, existing_visit, goodbye, summary_wording, times
from voice.language import Language, Text
from voice.patient_page import privacy_wording
from voice.patient_page import wording as page_wording

MODULES = (
    clinical_wording,
    consent,
    existing_visit,
    goodbye,
    page_wording,
    privacy_wording,
    summary_wording,
    times,
)
FORBIDDEN: dict[Language, str] = {
    "en": r"\bappointments?\b|\bvideo (?:calls?|visits?)\b|\byour (?:booking|call)\b",
    "es": r"\bvideollamadas?\b|\bcitas? de video\b|\bsu visita\b|\breserva(?:ci[oó]n)?\b",
}
"""Other nouns for a video screening, "visit" for short; in Spanish "cita por video"."""


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_video_screening_has_one_name(language: Language) -> None:
    """The line, the patient's page and the clinical wording never call it anything else."""
    words = [
        each.spoken_in(language)
        for module in MODULES
        for each in vars(module).values()
        if isinstance(each, Text)
    ]
    assert len(words) > 80
    assert [each for each in words if re.search(FORBIDDEN[language], each, re.IGNORECASE)] == []
