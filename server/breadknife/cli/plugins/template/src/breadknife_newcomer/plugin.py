"""Finds a word, and offers to remove it. Replace this by what your plugin is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.api import (
    ANY_LANGUAGE,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Context,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    Severity,
    Span,
    TextEdit,
)


@dataclass(frozen=True)
class NewcomerSettings:
    word: str = "XXX"
    """The word to find."""


class NewcomerPlugin:
    api = 1
    name = "newcomer"
    settings: type[Any] = NewcomerSettings
    serves: Mapping[type[Any], frozenset[str]] = {
        CheckRequest: frozenset({ANY_LANGUAGE}),
        ActionRequest: frozenset({ANY_LANGUAGE}),
    }

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        settings: NewcomerSettings = context.settings(NewcomerSettings)
        match request:
            case CheckRequest():
                return Findings(_findings(request.document.text, settings.word))
            case ActionRequest():
                return Actions.fixing(_findings(request.document.text, settings.word), request.span)
            case _:
                return None

    def close(self) -> None:
        pass


def _findings(text: str, word: str) -> tuple[Finding, ...]:
    found = re.finditer(re.escape(word), text) if word else ()
    return tuple(_finding(Span(*match.span()), word) for match in found)


def _finding(span: Span, word: str) -> Finding:
    fix = Fix(f"Remove {word}", (TextEdit(span, ""),), origin=Origin(rule="newcomer/word"))
    return Finding(span, "newcomer", "word", f"{word} was left here.", Severity.INFORMATION, (fix,))
