"""What of other files stands before a completion's prompt: definitions that the document uses, and recent edits.

Repository context helps a minority of completions (Repoformer, Wu et al. 2024: 20 %) and costs seconds to evaluate. So
it is chosen by what the document is known to use instead of by likeness of text, none where nothing is known, and
the choice is held (`ContextHolder`): what stands first in a prompt must stay for the engine to know the rest again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from breadknife.lru import LruCache
from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.prompt import Snippet
from breadknife.plugins.completion.rendering import SourceFile, render, signature
from breadknife.project.values import LocatedDefinition, Project
from breadknife.text.document import Document, Span, language_of
from breadknife.text.languages import LANGUAGES, LanguageSyntax
from breadknife.text.outline import Definition, Import, Outline, outline

BUDGET = 2_000
"""Characters of all snippets: about 500 tokens, 2.7 s on two slow cores when they are evaluated the first time."""
EDIT_CHARACTERS = 400
"""Of these, those of recent edits; where they come to definitions that are held, on top of them."""
EDIT_SECONDS = 900.0
NEAR_BEFORE, NEAR_AFTER = 1_500, 300
"""Characters around the cursor whose names count more."""
SHORTEST = 20
"""Characters of a definition that tells something."""
HOPS = 2
"""Files that a name is followed through when packages only hand it on."""
GUESSES = 8
"""Names near the cursor that are looked up without an import."""
AMBIGUOUS = 3
"""Definitions of one name, beyond which it tells nothing."""
UNUSED, ASKED, FILLER = 2.5, 1.0, 0.3
"""The scores of what was imported by name and isn't used yet, and of a module's unused names where the module is on the
cursor's line, or near."""
CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor", "new", "__construct"})
PACKAGES = frozenset({"__init__", "index", "mod"})
"""Names of the files that stand for their folder."""
JUMP_LINES, REST_SECONDS = 5, 4.0
"""What is more than typing, between two requests for one document."""
DOCUMENTS = 16
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class RepositoryContext:
    """What was chosen at one cursor."""

    definitions: tuple[Snippet, ...] = ()
    edits: tuple[tuple[Path, Snippet], ...] = ()
    """Recent ones, after the definitions."""
    signatures: Mapping[str, str] = field(default_factory=dict[str, str])
    """A key for each definition -> its signature."""
    named: frozenset[str] = frozenset()
    """The keys of those that the cursor's line names."""
    sources: frozenset[Path] = frozenset()
    """The files of the definitions."""

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        return (*self.definitions, *(snippet for _, snippet in self.edits))

    @property
    def paths(self) -> frozenset[Path]:
        return self.sources.union(path for path, _ in self.edits)

    def after(self, held: RepositoryContext) -> RepositoryContext:
        """Return what to go on with where `held` was the context: as much of that as isn't outdated, for another
        context is another prompt. Edits stand last in it, so that new ones leave what was evaluated of the
        definitions."""
        if self._outdates(held):
            return self
        return held if set(self.edits) <= set(held.edits) else replace(held, edits=self.edits)

    def _outdates(self, held: RepositoryContext) -> bool:
        """Tell whether a definition has changed, is named on the cursor's line for the first time, or most are new."""
        old, new = held.signatures, self.signatures
        common = old.keys() & new.keys()
        changed = any(old[key] != new[key] for key in common)
        return changed or bool(self.named - old.keys()) or 2 * len(common) < len(new)


def choose_context(cursor: CursorContext, project: Project | None, budget: int = BUDGET) -> RepositoryContext:
    """Return snippets of other files of the project, of at most `budget` characters, those that change least first."""
    if cursor.tree is None or project is None or cursor.document.path is None:
        return RepositoryContext()
    finder = _CandidateFinder(cursor, outline(cursor.tree), project)
    candidates = finder.candidates()
    edits = list(finder.edits(min(EDIT_CHARACTERS, budget)))
    chosen = _choose(candidates, budget - sum(len(text) for _, text in edits), finder.price)
    definitions: list[Snippet] = []
    signatures: dict[str, str] = {}
    named: set[str] = set()
    for path in sorted({candidate.path for candidate in chosen}):
        shown = [candidate.definition for candidate in chosen if candidate.path == path]
        definitions.append(Snippet(_label(path, project), render(shown, finder.file(path))))
        for definition in shown:
            key = f"{path}:{definition.container}.{definition.name}"
            signatures[key] = signature(definition)
            named |= {key} if definition.name in finder.line else set()
    return RepositoryContext(
        tuple(definitions),
        tuple((path, Snippet(_label(path, project), text)) for path, text in edits),
        signatures,
        frozenset(named),
        frozenset(candidate.path for candidate in chosen),
    )


@dataclass(frozen=True)
class _Candidate:
    path: Path
    definition: Definition
    score: float
    holder: Definition | None = None
    """The class that it is shown in."""

    @property
    def key(self) -> tuple[Path, Span]:
        return self.path, self.definition.span


class _CandidateFinder:
    """Finds definitions of other files that are likely to be used at a cursor, by the text around it."""

    def __init__(self, cursor: CursorContext, own: Outline, project: Project) -> None:
        """`own` is the outline of the cursor's document."""
        document, offset = cursor.document, cursor.offset
        self._document = document
        self._project = project
        self._imports = own.imports
        text = _without(document.text, [imported.span for imported in own.imports])
        line = document.line_span(cursor.line)
        before = _WORD.findall(text[max(0, offset - NEAR_BEFORE) : offset])
        self.line = frozenset(_WORD.findall(text[line.start : line.end]))
        """The names on the cursor's line."""
        self._nearest = tuple(dict.fromkeys(reversed(before)))
        self._near = frozenset(self._nearest) | frozenset(_WORD.findall(text[offset : offset + NEAR_AFTER]))
        self._used = own.names & frozenset(_WORD.findall(text))
        self._own = frozenset(definition.name for definition in own.definitions)
        self._names = own.names
        classes = [
            definition
            for definition in own.definitions
            if definition.kind == "class" and definition.span.touches(Span(offset, offset))
        ]
        self._bases = frozenset(_WORD.findall(classes[-1].signature)) if classes else frozenset[str]()
        self._locals: set[str] = set()
        self._files: dict[Path, SourceFile] = {}

    def file(self, path: Path) -> SourceFile:
        """Return a file with its definitions; empty when it has gone."""
        if path not in self._files:
            self._files[path] = SourceFile(self._project.text(path) or "", self._definitions(path), self._syntax(path))
        return self._files[path]

    def price(self, candidate: _Candidate) -> int:
        """Return the characters that a candidate takes."""
        return len(render([candidate.definition], self.file(candidate.path))) + 1

    def _syntax(self, path: Path) -> LanguageSyntax:
        return LANGUAGES[language_of(path) or self._document.language]

    def _definitions(self, path: Path) -> Sequence[Definition]:
        outline = self._project.outline(path)
        return outline.definitions if outline else ()

    def _weight(self, name: str) -> float:
        """Return how likely a name is to be written again at the cursor, by where it is used: 0 where it isn't."""
        return 3.0 if name in self.line else 2.0 if name in self._near else 1.0 if name in self._used else 0.0

    def candidates(self) -> list[_Candidate]:
        """Return the candidates, the best first; none if nothing here uses the project's definitions."""
        candidates = [*self._imported(), *self._guessed()]
        if not any(candidate.score >= 1 for candidate in candidates):
            return []
        best: dict[tuple[Path, Span], _Candidate] = {}
        for candidate in candidates:
            if candidate.key not in best or best[candidate.key].score < candidate.score:
                best[candidate.key] = candidate
        return sorted(best.values(), key=lambda each: (-each.score, each.path, each.definition.span.start))

    def _imported(self) -> Iterator[_Candidate]:
        for imported in self._imports:
            for local, located, by_name in self._resolved(imported, self._document, HOPS):
                self._locals.add(local)
                each = located.definition
                if by_name:  # what was imported and isn't used yet is about to be
                    score = self._weight(local) or UNUSED
                else:
                    score = self._weight(each.name) or (ASKED if local in self.line else FILLER * (local in self._near))
                if each.name in self._bases or local in self._bases:
                    score += 1
                if score:
                    yield _Candidate(located.path, each, score)
                    yield from self._members(located, score, is_base=local in self._bases)

    def _members(self, located: LocatedDefinition, score: float, *, is_base: bool) -> Iterator[_Candidate]:
        holder = located.definition
        for each in self._definitions(located.path) if holder.kind in ("class", "type") else ():
            if each.container != holder.name:
                continue
            used = self._weight(each.name)
            if each.name in CONSTRUCTORS:
                value = score * 0.9
            elif each.name.startswith("__") or (each.name.startswith("_") and not is_base and not used):
                continue
            else:
                value = (score + used) / 2
            yield _Candidate(located.path, each, value, holder if holder.span.contains(each.span) else None)

    def _resolved(
        self, imported: Import, document: Document, hops: int
    ) -> Iterator[tuple[str, LocatedDefinition, bool]]:
        """(Local name, definition, whether it was imported by its name); of a module all of its public ones."""
        missing = dict(imported.names)
        for path in self._project.module(imported, document):
            found = self._project.outline(path) if path != self._document.path else None
            if found is None:
                continue
            top = [
                definition
                for definition in found.definitions
                if not definition.container and not definition.name.startswith("_")
            ]
            if not imported.names:
                last = re.split(r"[./\\:]", imported.module)[-1]
                for each in top:
                    yield imported.alias or last, LocatedDefinition(path, each), each.name == last
            for there, local in list(missing.items()):
                named = [
                    definition
                    for definition in found.definitions
                    if definition.name in (there, local) and not definition.container
                ]
                if there == "*" or there in (path.stem, path.parent.name if path.stem in PACKAGES else ""):
                    yield from ((local, LocatedDefinition(path, definition), False) for definition in top)
                elif named:
                    yield local, LocatedDefinition(path, named[0]), True
                elif hops and (handed := _handed_on(found, there, local)):
                    there_document = Document(path.as_uri(), self._syntax(path).id, "")
                    yield from self._resolved(handed, there_document, hops - 1)
                else:
                    continue
                del missing[there]

    def _guessed(self) -> Iterator[_Candidate]:
        """Yield definitions of names near the cursor that are neither this file's nor imported: methods, for
        example."""
        unknown = [
            name
            for name in self._nearest
            if name in self._names and name not in self._own and name not in self._locals and len(name) > 2
        ]
        for name in unknown[:GUESSES]:
            defining = self._project.defining(name, self._document.language)
            located = [match for match in defining if match.path != self._document.path]
            for each in located if len(located) <= AMBIGUOUS else ():
                yield _Candidate(each.path, each.definition, self._weight(name) / 2 + 0.5, self._holder(each))

    def _holder(self, located: LocatedDefinition) -> Definition | None:
        name, span = located.definition.container, located.definition.span
        definitions = self._definitions(located.path) if name else ()
        return next(
            (definition for definition in definitions if definition.name == name and definition.span.contains(span)),
            None,
        )

    def edits(self, budget: int) -> Iterator[tuple[Path, str]]:
        """Yield the newest places of other files that are about something near the cursor."""
        now = time.monotonic()
        for edit in self._project.recent_edits():
            found = self._project.outline(edit.path)
            if edit.path == self._document.path or found is None or now - edit.at > EDIT_SECONDS:
                continue
            known = self._own | self._locals | {definition.name for definition in found.definitions}
            text = edit.after.strip("\r\n")
            if known & self._near & set(_WORD.findall(text)) and len(text) <= budget:
                budget -= len(text)
                yield edit.path, text


def _handed_on(found: Outline, there: str, local: str) -> Import | None:
    """The import by which a file has a name that it doesn't define."""
    for imported in found.imports:
        for original, name in imported.names:
            if name in (there, "*"):
                return Import(imported.module, ((there if original == "*" else original, local),))
    return None


def _choose(candidates: Iterable[_Candidate], budget: int, price: Callable[[_Candidate], int]) -> list[_Candidate]:
    """The best ones that fit together, each with the class that it is shown in."""
    chosen: dict[tuple[Path, Span], _Candidate] = {}
    for candidate in candidates:
        if budget < SHORTEST:
            break
        holder = candidate.holder
        shown = [*([_Candidate(candidate.path, holder, candidate.score)] if holder else []), candidate]
        new = {part.key: part for part in shown if part.key not in chosen}
        needed = sum(map(price, new.values()))
        if needed <= budget:
            budget -= needed
            chosen |= new
    return list(chosen.values())


def _without(text: str, spans: Iterable[Span]) -> str:
    """The text with blanks in place of spans."""
    for span in spans:
        text = text[: span.start] + " " * len(span) + text[span.end :]
    return text


def _label(path: Path, project: Project) -> str:
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.name


@dataclass(frozen=True)
class _HeldContext:
    context: RepositoryContext
    line: int
    """Of the newest request."""
    at: float


class ContextHolder:
    """The context of each document, held while it is typed in. Safe to use from several threads."""

    def __init__(self) -> None:
        self._held = LruCache[str, _HeldContext](DOCUMENTS)

    def context(self, cursor: CursorContext, project: Project | None) -> tuple[Snippet, ...]:
        """Return what `choose_context` chooses, but the same as before unless the cursor has jumped or rested and much
        would change. While someone types, all that is looked at is whether the files may still be read."""
        now, uri = time.monotonic(), cursor.document.uri
        held = self._held.get(uri)
        if held and any(project is None or project.outline(path) is None for path in held.context.paths):
            held = None
        if held and abs(cursor.line - held.line) <= JUMP_LINES and now - held.at <= REST_SECONDS:
            context = held.context
        else:
            context = choose_context(cursor, project)
            context = context.after(held.context) if held else context
        self._held[uri] = _HeldContext(context, cursor.line, now)
        return context.snippets
