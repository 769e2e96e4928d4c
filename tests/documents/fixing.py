"""Asks “Fix this text” as the host does: a checker that knows a few faults, and a script in the model's place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.plugins.documents.steps.fixing import EditsOutput
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.plugin import Context
from breadknife.task.values import Answer, CheckRequest, Finding, Findings, Fix, Request
from breadknife.testing import Line, ask, document
from breadknife.text.document import Span, TextEdit, apply_edits


@dataclass(frozen=True)
class NoSettings:
    pass


class Checker:
    """Finds words, and suggests others for them."""

    api = 1
    name = "words"
    settings: type[Any] = NoSettings
    serves: Mapping[type[Any], frozenset[str]] = {CheckRequest: frozenset({"plaintext"})}

    def __init__(self, fixes: Mapping[str, tuple[str, ...]]) -> None:
        self._fixes = fixes
        self.asked: list[str] = []

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        assert isinstance(request, CheckRequest)
        text = request.document.text
        self.asked.append(text)
        return Findings(tuple(self._findings(text)))

    def _findings(self, text: str) -> list[Finding]:
        return [
            Finding(span, "words", "Wrong", "It is wrong.", fixes=tuple(_fix(span, new) for new in fixes))
            for word, fixes in self._fixes.items()
            for match in re.finditer(rf"\b{re.escape(word)}\b", text)
            for span in [Span(*match.span())]
        ]

    def close(self) -> None:
        pass


def _fix(span: Span, new: str) -> Fix:
    return Fix(f"Write {new}", (TextEdit(span, new),))


@dataclass(frozen=True)
class Fixed:
    text: str
    """The document after all edits."""
    edits: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    refused_at: tuple[str, ...] = ()
    """What stands at the places of `refused`."""
    reason: str = ""
    """Why there was no answer."""


def fix(
    text: str, *, checker: Checker | None = None, writes: str = "", likes: str = "", language: str = "markdown"
) -> Fixed:
    """Fixes the first paragraph. `writes` is the model's answer for every sentence, and `likes` the sentence that it
    finds certain; it finds others the less likely the longer they are."""
    script = [Line("You correct the grammar", say=writes), Line("From the documentation", say=likes)]
    asked = document(text, language)
    found: list[EditsOutput] = []

    def watch(step: str, gave: Any, milliseconds: float, remembered: bool) -> None:
        if isinstance(gave, EditsOutput):
            found.append(gave)

    request = RecipeRequest("fix-text", asked, Span(0, 0), watcher=watch)
    reply = ask(RecipesPlugin(), request, script=script, others=[checker or Checker({})])
    assert not reply.failures, reply.failures
    if not found:
        return Fixed(text, reason=reply.receipts[0].reason)
    edits = [TextEdit(place, new) for place, new in zip(found[0].places, found[0].texts, strict=True)]
    return Fixed(
        apply_edits(text, edits), found[0].texts, found[0].refused, tuple(map(asked.slice, found[0].refused_places))
    )
