"""Steps that find a better name for a local variable, and rename it within its function."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.steps.builtin.naming import plain, suggested
from breadknife.steps.builtin.scopes import local_at, objection, renamed, tables
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span

MOST_NAMES = 6
LONGEST_TEXT = 400
"""Code points of the code in which names are compared."""


@dataclass(frozen=True)
class LocalWanted:
    document: Document
    span: Span


@dataclass(frozen=True)
class LocalFound:
    name: str
    names: tuple[str, ...]
    """Better ones that its values, its type and its use suggest; the best first. May be empty."""
    function: str
    """The function's source."""


def name_local(given: LocalWanted, context: StepContext) -> LocalFound | Silence:
    """Return the local variable at the cursor, if its name says little, and names that its values and its use
    suggest."""
    tree = context.tree(given.document) if given.document.language == "python" else None
    if tree is None:
        return Silence("no-local", f"Local variables are read in Python, not in {given.document.language}.")
    local = local_at(tree, given.span)
    if isinstance(local, str):
        return Silence("no-local", local, "put the cursor on a local variable")
    if not re.match(tables().weak, local.name):
        return Silence("good-name", f"`{local.name}` is not among the names that say nothing.")
    found = (plain(each) for each in suggested(tree, local))
    names = tuple(dict.fromkeys(each for each in found if not objection(tree, local, each)))
    return LocalFound(local.name, names[:MOST_NAMES], tree.source(local.function))


@dataclass(frozen=True)
class TextsWanted:
    document: Document
    span: Span
    names: tuple[str, ...]
    more: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TextsFound:
    names: tuple[str, ...]
    """Those that the variable can have, each once."""
    texts: tuple[str, ...]
    """For each name the code from the variable's first place, with that name."""
    before: str
    """The function's source up to there."""


def name_texts(given: TextsWanted, context: StepContext) -> TextsFound | Silence:
    """Code with each of several names for the local variable at the cursor, for a model to compare."""
    tree = context.tree(given.document)
    local = local_at(tree, given.span) if tree is not None else "There is no grammar."
    if isinstance(local, str) or tree is None:
        return Silence("no-local", str(local))
    wanted = dict.fromkeys(plain(each) for each in (*given.names, *(given.more or ())))
    names = tuple(each for each in wanted if not objection(tree, local, each))[:MOST_NAMES]
    if not names:
        return Silence("no-better-name", f"Nothing suggests a better name than `{local.name}`.")
    start = tree.span(local.places[0]).start
    end = min(max(tree.span(local.places[-1]).end, start), start + LONGEST_TEXT)
    end = given.document.line_span(given.document.line_at(end)).end
    texts = tuple(renamed(tree, local, each, Span(start, end)) for each in names)
    return TextsFound(names, texts, given.document.text[tree.offset(local.function.start_byte) : start])


@dataclass(frozen=True)
class RenameWanted:
    document: Document
    span: Span
    names: tuple[str, ...]
    number: int = 0
    """Of the name that it gets."""


@dataclass(frozen=True)
class Renamed:
    text: str
    """From the first place of the variable to the last, with the new name."""
    place: Span
    name: str


def scope_rename(given: RenameWanted, context: StepContext) -> Renamed | Silence:
    """Renames the local variable at the cursor within its function, unless the name is taken or in another scope."""
    tree = context.tree(given.document) if given.document.language == "python" else None
    local = local_at(tree, given.span) if tree is not None else "Local variables are renamed in Python alone."
    if isinstance(local, str) or tree is None:
        return Silence("no-local", str(local))
    name = given.names[given.number]
    if why := objection(tree, local, name):
        return Silence("name-refused", f"`{local.name}` can't be called `{name}`: {why}.")
    place = Span(tree.span(local.places[0]).start, tree.span(local.places[-1]).end)
    return Renamed(renamed(tree, local, name, place), place, name)


RENAMING = (
    StepType("name.local", 1, Kind.RULE, LocalWanted, LocalFound, name_local, from_outside=True),
    StepType("name.texts", 1, Kind.RULE, TextsWanted, TextsFound, name_texts, from_outside=True),
    StepType("scope.rename", 1, Kind.RULE, RenameWanted, Renamed, scope_rename, from_outside=True),
)
