"""Runs one step as a recipe would, without a host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.steps.builtin.select import SymbolInput, SymbolOutput, select_symbol
from breadknife.steps.values import Symbol
from breadknife.task.plugin import Model
from breadknife.task.values import Answer, Request, Resource
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree, parse


class Here:
    """A context without models and files."""

    def __init__(self) -> None:
        self.cancel = CancelToken()
        self.root: Path | None = None
        self.trusted = False

    def tree(self, document: Document, /) -> SyntaxTree | None:
        return parse(document.text, document.language)

    def read(self, path: Path | str, /) -> Resource:
        raise AssertionError("no step under test reads files")

    def ask(self, request: Request, /) -> Answer | None:
        raise AssertionError("no step under test asks a plugin")

    def progress(self, message: str, fraction: float | None = None, /) -> None:
        pass

    def model(self, role: str, /) -> Model:
        raise AssertionError("no step under test asks a model")


def python(text: str) -> Document:
    return Document("file:///a.py", "python", text, 1)


def at(document: Document, words: str) -> Span:
    start = document.text.index(words)
    return Span(start, start)


def symbol(document: Document, words: str = "def ") -> Symbol:
    found: Any = select_symbol(SymbolInput(document, at(document, words)), Here())
    assert isinstance(found, SymbolOutput), found
    return found.found
