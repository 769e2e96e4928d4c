"""What the demo asks of the two PDFs in `shelf/`, and what the answers must quote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    text: str
    page: str
    """The end of a link to the page that says it; empty if no page does."""
    quoted: str = ""
    """Words that the quote has."""
    is_scanned: bool = False
    """True if the page is a picture, so that OCR must have read it."""


QUESTIONS = (
    Question("How long does rye bread keep?", "bread-at-home.pdf#page=5", "rye bread for a week"),
    Question(
        "How much dough can the machine knead?", "kneading-machine.pdf#page=1", "1.8 kg of dough", is_scanned=True
    ),
    Question("Who invented the toaster?", ""),
)
