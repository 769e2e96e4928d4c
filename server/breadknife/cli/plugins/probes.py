"""Made-up requests of all kinds that a plugin says it serves, with documents such as editors send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.task.plugin import ANY_LANGUAGE
from breadknife.task.values import (
    ActionRequest,
    CheckRequest,
    Command,
    CommandRequest,
    CompletionRequest,
    HoverRequest,
    InlayRequest,
    LensRequest,
    NextEditRequest,
    Request,
    Trigger,
    WhyRequest,
)
from breadknife.text.document import Document, Span

_PYTHON = '''"""A module."""

import re


def find(text: str, limit: int = 3) -> list[str]:
    # TODO: say what happens to an empty text
    found = re.match(r"(\\w+)", text)
    return [found.group(1)] * limit  # XXX wrong when nothing matches


class Shelf:
    def __init__(self, name: str = "an useful shelf"):
        self.name = name
'''
_MARKDOWN = """# A heading

Each of the shelfs have their own name, and an useful label. <!-- TODO: a picture -->

- one `code`, see [a link](https://example.com/TODO)
- two

```python
x = 1  # FIXME
```
"""
_CODE = """// A file.
/* TODO: say what it does */
int find(const char *text, int limit) {
  if (text == 0) { return -1; } // FIXME(ada, 2020-01-01): an error of its own
  return limit;
}
"""
_SAMPLES = {"python": _PYTHON, "markdown": _MARKDOWN, "plaintext": _MARKDOWN}

HUGE_CHARACTERS = 500_000


@dataclass(frozen=True)
class Probe:
    """A made-up request."""

    title: str
    """What the document is, such as `an empty document (python)`."""
    request: Request
    ordinary: bool = False
    """True if the document has no fault in its syntax."""
    huge: bool = False
    """True if the document is so large that an answer may take long."""


def probes(serves: Mapping[type[Any], frozenset[str]]) -> Iterator[Probe]:
    """Yield requests for all that a plugin serves (see `Plugin.serves`).

    For each language, ordinary documents come first, so that the first fault that is told is the simplest.
    """
    for kind, languages in serves.items():
        for language in sorted({"python", "markdown", "c"} if ANY_LANGUAGE in languages else languages):
            for title, text in _documents(language):
                document = Document(f"file:///project/{kind.__name__}", language, text, 1)
                ordinary, huge = title == "an ordinary document", "huge" in title
                for request in _requests(kind, document):
                    yield Probe(f"{title} ({language})", request, ordinary, huge)


def _documents(language: str) -> Iterator[tuple[str, str]]:
    """Yield the title and the text of each document."""
    sample = _SAMPLES.get(language, _CODE)
    yield "an ordinary document", sample
    yield "an empty document", ""
    yield "a single character", "x"
    yield "a broken document", sample[: len(sample) * 2 // 3] + '\n)]}\'""" <<<<<<< TODO'
    yield (
        "a document with strange characters",
        f"\ufeff{sample}".replace("a", "😀é").replace("\n", "\r\n") + "\0\u2028\ud800\r",
    )
    yield "a huge document", sample * (HUGE_CHARACTERS // len(sample))
    yield "a document of one huge line", sample.replace("\n", " ") * (HUGE_CHARACTERS // 10 // len(sample))


def _requests(kind: type[Any], document: Document) -> Iterator[Request]:
    length = len(document.text)
    if kind is CheckRequest:
        yield CheckRequest(document)
        yield CheckRequest(document, whole=True)
    elif kind is ActionRequest:
        yield ActionRequest(document, Span(0, 0))
        yield ActionRequest(document, Span(0, min(length, 10_000)))
    elif kind is CompletionRequest:
        for offset in sorted({0, length // 2, length}):
            yield CompletionRequest(document, offset)
            yield CompletionRequest(document, offset, Trigger.INVOKED)
    elif kind is HoverRequest:
        for offset in sorted({0, length // 2, length}):
            yield HoverRequest(document, offset)
    elif kind is LensRequest:
        yield LensRequest(document)
    elif kind is InlayRequest:
        yield InlayRequest(document, Span(0, length))
        yield InlayRequest(document, Span(length // 2, min(length, length // 2 + 2_000)))
    elif kind is WhyRequest:
        yield WhyRequest(document, Span(length // 2, length // 2))
    elif kind is NextEditRequest:
        yield NextEditRequest(document, length // 2)
    elif kind is CommandRequest:
        yield CommandRequest(Command("no.such.command", "Not yours"), None)
