"""The steps that read PDFs."""

from __future__ import annotations

import io

import pypdfium2

from breadknife.steps.builtin import documents
from breadknife.task.values import Resource
from steps.here import Here


def test_of_a_pdf_that_is_longer_than_the_shelf_takes_the_first_pages_are_read() -> None:
    pdf = pypdfium2.PdfDocument.new()
    for _ in range(10_001):
        pdf.new_page(10, 10)
    stream = io.BytesIO()
    pdf.save(stream)
    output = documents.read_pdf(
        documents.ReadPdfInput(Resource("file:///long.pdf", "application/pdf", stream.getvalue()), pages=3), Here()
    )
    assert isinstance(output, documents.ReadPdfOutput)
    assert (output.passages, output.empty, output.total) == ((), (1, 2, 3), 10_001)
