"""The drift plugin: how a text becomes findings.

    CheckRequest, DriftRequest (which names its base)
      │ history/base     the text of the file in the commit that it is compared with (git, read once)
      ▼
    SourceFacts          what each version says (`facts`): definitions, parameters, comments
      │ claims/compare   pairs the definitions (`alignment`), reads what documentation claims (`entries`, `mentions`)
      ▼
    Drift                a claim that stood before and that the change made false (`listed`, `beside`)

A page (Markdown, reStructuredText) is compared with what all changed files of the repository lost (`history/change`,
`claims/pages`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from breadknife.lru import LruCache
from breadknife.plugins.drift.claims.compare import find_drift
from breadknife.plugins.drift.claims.pages import find_page_drift
from breadknife.plugins.drift.explaining import EXPLAIN, explain
from breadknife.plugins.drift.facts import SOURCES, read_facts
from breadknife.plugins.drift.history.base import LARGEST, Base, Bases, ChangedFiles
from breadknife.plugins.drift.history.change import ChangeReader
from breadknife.plugins.drift.holding import HOLDS, Holding
from breadknife.plugins.drift.kinds import kinds
from breadknife.plugins.drift.rest import Rest
from breadknife.plugins.drift.settings import DriftSettings
from breadknife.plugins.drift.values import Drift
from breadknife.project.files import read_text
from breadknife.task.drift import DriftRequest
from breadknife.task.moving import moved
from breadknife.task.plugin import API, Context
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    CompletionItem,
    Completions,
    Consulted,
    Done,
    Finding,
    Findings,
    Fix,
    NextEditRequest,
    Origin,
    Related,
    Request,
)
from breadknife.text.directives import rules_named
from breadknife.text.document import Document, TextEdit, language_of
from breadknife.text.generated import is_generated
from breadknife.text.printable import shortened
from breadknife.text.syntax import difference

SOURCE = "drift"
PAGES = frozenset(("markdown", "restructuredtext"))
_DOCUMENTS = 32
_LONGEST_TITLE = 50


class DriftPlugin:
    api = API
    name = SOURCE
    settings: type[Any] = DriftSettings
    serves: Mapping[type[Any], frozenset[str]] = dict.fromkeys(
        (CheckRequest, ActionRequest, DriftRequest, NextEditRequest), SOURCES | PAGES
    )

    def __init__(self, rest: Rest | None = None) -> None:
        self._rest = rest or Rest()
        self._bases = Bases()
        self._changes = ChangeReader(self._bases)
        self._holding = Holding()
        self._shown = LruCache[str, tuple[Document, Sequence[tuple[Finding, Drift]]]](_DOCUMENTS)
        """URI -> the newest text that was compared, and what was found."""

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case CheckRequest():
                return self._check(request, context)
            case DriftRequest():
                found = self._compared(
                    request.document,
                    context,
                    whole=not request.with_held,
                    base_name=request.base,
                    with_held=request.with_held,
                )
                return _findings(found)
            case NextEditRequest(document=document):
                return _next_edit(self._compared(document, context, whole=False))
            case ActionRequest():
                return Actions(tuple(self._actions(request, context)))
            case CommandRequest(
                command=Command(name=name, arguments=(_, digest, _)), document=Document() as document
            ) if name == EXPLAIN:
                return self._explain(document, digest, context)
            case CommandRequest(command=Command(name=name, arguments=(rule, digest, excerpt)), root=Path() as root) if (
                name == HOLDS
            ):
                self._holding.add(root, rule, digest, excerpt)
                self._shown.clear()
                context.refresh()
                return Done(f"“{excerpt}” won't be reported again until it is written anew")
            case _:
                return None

    def rules(self) -> Mapping[str, str]:
        return {f"{SOURCE}/{name}": row.rule for name, row in kinds().items()}

    def kept_with(self, settings: DriftSettings, root: Path, language: str, /) -> str:
        base = self._bases.find(root, settings.base)
        changed = self._bases.changed(base) if base is not None else ChangedFiles()
        read, texts = partial(read_text, root=root), list[str | None]()
        if base is not None and language in PAGES and self._changes.gone(base, read):
            # A page may name what has left the code, and its finding shows the line of the changed file.
            texts = [read(base.repository.top / path) for path in changed.sources]
        seen = sorted(changed.moved.items()), texts, self._holding.digest(root)
        return repr((base and base.commit, hashlib.sha256(repr(seen).encode()).hexdigest()))

    def may_be_spread(self, settings: DriftSettings, /) -> bool:
        return True

    def close(self) -> None:
        self._rest.close()

    def _check(self, request: CheckRequest, context: Context) -> Findings:
        """Answer a check. While somebody types, what was found before moves along; the text is compared at rest."""
        document = request.document
        known = self._shown.get(document.uri)
        if not request.whole and known is not None and known[0].text != document.text:
            edit = difference(known[0].text, document.text)
            if not self._rest.has(document.uri, document.text, context.refresh):
                findings = (moved(finding, edit) for finding, _ in known[1])
                return Findings(tuple(each for each in findings if each is not None), incomplete=True)
        found = self._compared(document, context, whole=request.whole)
        if not request.whole:
            self._shown[document.uri] = document, found
        return _findings(found)

    def _compared(
        self, document: Document, context: Context, *, whole: bool, base_name: str = "", with_held: bool = False
    ) -> Sequence[tuple[Finding, Drift]]:
        settings: DriftSettings = context.settings(DriftSettings)
        path, root = document.path, context.root
        base = self._bases.find(root, base_name or settings.base) if root is not None and path is not None else None
        is_ours = len(document.text) <= LARGEST and not is_generated(document.text)
        if root is None or path is None or base is None or not is_ours:
            return ()
        name = base.name_of(path)
        if name is None:
            return ()
        on = {kind for kind, row in kinds().items() if row.on} | rules_named(settings.enabled_rules)
        on -= rules_named(settings.disabled_rules)
        if document.language in PAGES:
            drifts = self._in_page(document, name, base, context)
        else:
            drifts = self._in_code(document, name, base, context, whole=whole)
        held = () if with_held else [each for each in drifts if self._holding.has(root, document, each)]
        shown = [each for each in drifts if each.kind in on and each not in held]
        return [(self._finding(drift, document, base, context), drift) for drift in shown]

    def _in_page(self, document: Document, name: str, base: Base, context: Context) -> list[Drift]:
        gone = self._changes.gone(base, lambda path: _text_of(path, context))
        before = self._bases.text(base, name, document.language) if gone else None
        return find_page_drift(gone, document, before) if before is not None else []

    def _in_code(self, document: Document, name: str, base: Base, context: Context, *, whole: bool) -> list[Drift]:
        may_differ = not whole or name in self._bases.changed(base).paths
        text = self._before(name, document.language, base) if may_differ else None
        differs = text is not None and text != document.text
        before = self._changes.facts(text, document.language, name) if differs else None
        if before is None:
            return []
        context.cancel.raise_if_cancelled()
        tree = context.tree(document)
        return find_drift(before, read_facts(document, tree), document) if tree is not None else []

    def _before(self, name: str, language: str, base: Base) -> str | None:
        """Return a file's text in the base, where it may have had another name; None if it wasn't there."""
        text = self._bases.text(base, name, language)
        if text is None and (old := self._bases.changed(base).name_before(name)) != name:
            text = self._bases.text(base, old, language)
        return text

    def _finding(self, drift: Drift, document: Document, base: Base, context: Context) -> Finding:
        row = kinds()[drift.kind]
        cause = _cause(drift, document, base, context)
        line = cause.line_span(min(drift.cause, cause.line_count - 1))
        related = (Related(line, "This change made it false", None if cause is document else cause.uri),)
        fixes = ()
        if drift.edit is not None:
            span, new = drift.edit
            origin = Origin(f"{SOURCE}/{drift.kind}")
            fixes = (Fix(_title(drift, new), (TextEdit(span, new),), preferred=False, origin=origin),)
        return Finding(drift.span, SOURCE, drift.kind, row.say(drift), row.severity, fixes, related)

    def _actions(self, request: ActionRequest, context: Context) -> Iterator[Action]:
        document, root = request.document, context.root
        known = self._shown.get(document.uri)
        if known is None or known[0].text != document.text:
            if not request.invoked:
                return
            found = self._compared(document, context, whole=False)
            known = self._shown[document.uri] = document, found
        here = [(finding, drift) for finding, drift in known[1] if finding.span.touches(request.span)]
        for finding, _ in here:
            yield from Actions.fixing((finding,), request.span).items
        if root is None:
            return
        for begin, command in (("It still holds", HOLDS), ("Explain", EXPLAIN)):
            for finding, drift in here:
                title = f"{begin}: “{shortened(drift.subject, _LONGEST_TITLE - len(begin) - 4)}”"
                arguments = self._holding.arguments(document, drift)
                yield Action(title, command=Command(command, title, arguments), findings=(finding,))

    def _explain(self, document: Document, digest: str, context: Context) -> Answer:
        """Answer with a page about the claim that the menu has shown."""
        settings: DriftSettings = context.settings(DriftSettings)
        known, root = self._shown.get(document.uri), context.root
        base = self._bases.find(root, settings.base) if root is not None else None
        for _, drift in known[1] if known is not None and known[0].text == document.text else ():
            if base is not None and self._holding.arguments(document, drift)[1] == digest:
                cause = _cause(drift, document, base, context)
                name = drift.cause_path or (base.name_of(document.path) if document.path is not None else None)
                before = self._before(name, language_of(Path(name)) or "", base) if name else None
                return Done(explain(drift, document, cause, before, settings.base))
        return Done("The text has changed since; open the menu again")


def _findings(found: Sequence[tuple[Finding, Drift]]) -> Findings:
    """Return what was found in a document: it depends on the base and on what has left the code since (`kept_with`)."""
    return Findings(tuple(finding for finding, _ in found), consulted=Consulted())


def _next_edit(found: Sequence[tuple[Finding, Drift]]) -> Completions | None:
    """Return the first edit of documentation that follows from what was changed; None if there is none."""
    for _, drift in found:
        if drift.edit is not None:
            return Completions((CompletionItem(*drift.edit, Origin(f"{SOURCE}/{drift.kind}")),))
    return None


def _cause(drift: Drift, document: Document, base: Base, context: Context) -> Document:
    """Return the file of the change that made a claim of a document false: that document itself, or another file."""
    if not drift.cause_path:
        return document
    path = base.repository.top / drift.cause_path
    return Document(path.as_uri(), "", _text_of(path, context) or "")


def _title(drift: Drift, new: str) -> str:
    if not new:
        return f"Update: remove “{shortened(drift.subject, _LONGEST_TITLE - 17)}”"
    return f"Update to “{shortened(' '.join(new.split()), _LONGEST_TITLE - 12)}”"


def _text_of(path: Path, context: Context) -> str | None:
    return context.project.text(path) if context.project is not None else None
