"""Chooses what of other files stands before a completion's prompt: definitions that the document uses, recent edits.

Repository context helps a minority of completions (Repoformer, Wu et al. 2024: 20 %) and costs seconds to evaluate. So
it is chosen by what the document is known to use instead of by likeness of text, none where nothing is known, and
the choice is held (`ContextHolder`): the engine evaluates again all that comes after a change in a prompt.
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
"""The most of these characters that recent edits take. Edits that are added to held definitions come on top."""
EDIT_SECONDS = 900.0
"""Older edits don't count."""
NEAR_BEFORE, NEAR_AFTER = 1_500, 300
"""Characters around the cursor whose names count more."""
SHORTEST = 20
"""The fewest characters of a definition that says something."""
HOPS = 2
"""The most files that a name is followed through when packages only hand it on."""
GUESSES = 8
"""The most names near the cursor that are looked up without an import."""
AMBIGUOUS = 3
"""A name with more definitions than that says nothing."""
UNUSED, ASKED, FILLER = 2.5, 1.0, 0.3
"""The scores of what was imported by name and isn't used yet, and of a module's unused names where the module is on the
cursor's line, or near."""
CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor", "new", "__construct"})
PACKAGES = frozenset({"__init__", "index", "mod"})
"""Names of the files that stand for their folder."""
JUMP_LINES, REST_SECONDS = 5, 4.0
"""Between two requests for one document the cursor has jumped, or rested, if it is more than that."""
DOCUMENTS = 16
"""Documents whose context is held."""
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class RepositoryContext:
    """The snippets that were chosen at one cursor."""

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
        """Return the context to go on with if `held` was the one before: that one, as far as it isn't outdated, since
        another context would be another prompt. Edits stand last in it: the engine needn't evaluate the definitions
        again for a new edit."""
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
    """A definition that may be shown to the model."""

    path: Path
    definition: Definition
    score: float
    """How likely it is to be used at the cursor; 1 for a name that the document uses somewhere."""
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
        return sorted(best.values(), key=lambda item: (-item.score, item.path, item.definition.span.start))

    def _imported(self) -> Iterator[_Candidate]:
        """Yield what the document imports, with the members of imported classes."""
        for imported in self._imports:
            for local, located, by_name in self._resolved(imported, self._document, HOPS):
                self._locals.add(local)
                definition = located.definition
                if by_name:  # what was imported and isn't used yet is about to be
                    score = self._weight(local) or UNUSED
                elif weight := self._weight(definition.name):
                    score = weight
                else:
                    score = ASKED if local in self.line else FILLER * (local in self._near)
                if definition.name in self._bases or local in self._bases:
                    score += 1
                if score:
                    yield _Candidate(located.path, definition, score)
                    yield from self._members(located, score, is_base=local in self._bases)

    def _members(self, located: LocatedDefinition, score: float, *, is_base: bool) -> Iterator[_Candidate]:
        """Yield the members of a class with that score. `is_base`: the class at the cursor is derived from it."""
        holder = located.definition
        for member in self._definitions(located.path) if holder.kind in ("class", "type") else ():
            if member.container != holder.name:
                continue
            weight = self._weight(member.name)
            if member.name in CONSTRUCTORS:
                member_score = score * 0.9
            elif member.name.startswith("__") or (member.name.startswith("_") and not is_base and not weight):
                continue
            else:
                member_score = (score + weight) / 2
            shown_in = holder if holder.span.contains(member.span) else None
            yield _Candidate(located.path, member, member_score, shown_in)

    def _resolved(
        self, imported: Import, document: Document, hops: int
    ) -> Iterator[tuple[str, LocatedDefinition, bool]]:
        """Yield what an import of `document`'s brings in: the local name, the definition, and whether it was imported
        by its own name. For a module those are all of its public definitions.

        `hops` is how many files more may hand a name on.
        """
        missing = dict(imported.names)
        for path in self._project.module(imported, document):
            module = self._project.outline(path) if path != self._document.path else None
            if module is None:
                continue
            public = [
                definition
                for definition in module.definitions
                if not definition.container and not definition.name.startswith("_")
            ]
            if not imported.names:
                module_name = re.split(r"[./\\:]", imported.module)[-1]
                for definition in public:
                    is_by_name = definition.name == module_name
                    yield imported.alias or module_name, LocatedDefinition(path, definition), is_by_name
            for original, local in list(missing.items()):
                named = [
                    definition
                    for definition in module.definitions
                    if definition.name in (original, local) and not definition.container
                ]
                if original == "*" or original in (path.stem, path.parent.name if path.stem in PACKAGES else ""):
                    yield from ((local, LocatedDefinition(path, definition), False) for definition in public)
                elif named:
                    yield local, LocatedDefinition(path, named[0]), True
                elif hops and (handed_on := _handed_on(module, original, local)):
                    module_document = Document(path.as_uri(), self._syntax(path).id, "")
                    yield from self._resolved(handed_on, module_document, hops - 1)
                else:
                    continue
                del missing[original]

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
            for match in located if len(located) <= AMBIGUOUS else ():
                yield _Candidate(match.path, match.definition, self._weight(name) / 2 + 0.5, self._holder(match))

    def _holder(self, located: LocatedDefinition) -> Definition | None:
        """Return the class that a definition is in; None if it is in none."""
        name, span = located.definition.container, located.definition.span
        definitions = self._definitions(located.path) if name else ()
        return next(
            (definition for definition in definitions if definition.name == name and definition.span.contains(span)),
            None,
        )

    def edits(self, budget: int) -> Iterator[tuple[Path, str]]:
        """Yield the newest edits of other files that have to do with something near the cursor: paths and new texts of
        at most `budget` characters. To be called after `candidates`."""
        now = time.monotonic()
        for edit in self._project.recent_edits():
            edited_file = self._project.outline(edit.path)
            if edit.path == self._document.path or edited_file is None or now - edit.at > EDIT_SECONDS:
                continue
            defined = self._own | self._locals | {definition.name for definition in edited_file.definitions}
            text = edit.after.strip("\r\n")
            if defined & self._near & set(_WORD.findall(text)) and len(text) <= budget:
                budget -= len(text)
                yield edit.path, text


def _handed_on(module: Outline, wanted: str, local: str) -> Import | None:
    """Return the import by which a module has the name `wanted`, which it doesn't define, as an import of `local`."""
    for imported in module.imports:
        for original, name in imported.names:
            if name in (wanted, "*"):
                return Import(imported.module, ((wanted if original == "*" else original, local),))
    return None


def _choose(candidates: Iterable[_Candidate], budget: int, price: Callable[[_Candidate], int]) -> list[_Candidate]:
    """Return the best candidates that fit into `budget` characters together, each with the class that it is shown
    in."""
    chosen: dict[tuple[Path, Span], _Candidate] = {}
    for candidate in candidates:
        if budget < SHORTEST:
            break
        holder = candidate.holder
        shown = [*([_Candidate(candidate.path, holder, candidate.score)] if holder else []), candidate]
        new = {item.key: item for item in shown if item.key not in chosen}
        needed = sum(map(price, new.values()))
        if needed <= budget:
            budget -= needed
            chosen |= new
    return list(chosen.values())


def _without(text: str, spans: Iterable[Span]) -> str:
    """Return the text with blanks in place of spans, so that offsets stay."""
    for span in spans:
        text = text[: span.start] + " " * len(span) + text[span.end :]
    return text


def _label(path: Path, project: Project) -> str:
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.name


@dataclass(frozen=True)
class _HeldContext:
    context: RepositoryContext
    line: int
    """The cursor's line at the newest request."""
    at: float
    """When that was, on `time.monotonic()`'s clock."""


class ContextHolder:
    """The context of each document, held while it is typed in. Safe to use from several threads."""

    def __init__(self) -> None:
        self._held = LruCache[str, _HeldContext](DOCUMENTS)

    def context(self, cursor: CursorContext, project: Project | None) -> tuple[Snippet, ...]:
        """Return the snippets that `choose_context` chooses, but the same as before unless the cursor has jumped or
        rested and much would change. While the user types, it only looks whether the files may still be read."""
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
