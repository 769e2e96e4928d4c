"""The prose plugin: paragraphs out of a document, lints out of the engines, findings out of both."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate
from typing import Any

from breadknife.errors import ModelError
from breadknife.plugins.prose.background import Background
from breadknife.plugins.prose.directives import Directives, ignoring
from breadknife.plugins.prose.documents.check import document_findings
from breadknife.plugins.prose.engine import HarperEngine, Lint, QuietEngine
from breadknife.plugins.prose.languagetool import LanguageToolEngine, obstacle
from breadknife.plugins.prose.merge import Mistake, mistakes
from breadknife.plugins.prose.opinions import Opinions, cases
from breadknife.plugins.prose.rules import SPELLING
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.spelling import Vocabulary, is_typo, of_project
from breadknife.plugins.prose.workspace import EVERYWHERE, Decisions, Sentence, dictionary_path, ignores_path
from breadknife.task.plugin import Context
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    Done,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    Severity,
)
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.extract import LANGUAGES, LONGEST, extract
from breadknife.text.prose import ProseText

log = logging.getLogger(__name__)

ADD_WORD, IGNORE_HERE = "prose.addWord", "prose.ignoreHere"
_ROLE = "judge"
_MOST_READ = 60_000
"""Characters of a document's prose that the model reads by itself: about 10,000 words, some minutes."""
_MOST_PARAGRAPHS = 20_000  # a document of about 2 MB


@dataclass(frozen=True)
class _Flaw:
    """A finding and what else the menu of fixes needs."""

    finding: Finding
    mistake: Mistake
    word: str
    sentence: Sentence


class ProsePlugin:
    name = "prose"
    settings: type[Any] = ProseSettings
    serves: Mapping[type[Any], frozenset[str]] = {CheckRequest: LANGUAGES, ActionRequest: LANGUAGES}

    def __init__(self) -> None:
        self._decisions = Decisions()
        self._checkers: dict[tuple[str, frozenset[str]], _Checkers] = {}
        self._lock = threading.Lock()

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case CheckRequest():
                flaws, about = self._found(request.document, context, whole=request.whole)
                return Findings((*(flaw.finding for flaw in flaws), *about))
            case ActionRequest():
                flaws, about = self._found(request.document, context)
                near = [flaw for flaw in flaws if flaw.finding.span.touches(request.span)]
                actions = [action for flaw in near for action in _actions(flaw, context)]
                about = [finding for finding in about if finding.span.touches(request.span)]
                actions += Actions.fixing(about, request.span).items
                rules = {finding.code: finding for finding in (*(flaw.finding for flaw in near), *about)}
                for finding in rules.values():
                    actions += _silencing(finding, request.document, context)
                return Actions(tuple(actions))
            case CommandRequest():
                return self._carry_out(request, context)
            case _:
                return None

    def close(self) -> None:
        for checkers in self._checkers.values():
            checkers.close()

    def _found(self, document: Document, context: Context, *, whole: bool = False) -> tuple[list[_Flaw], list[Finding]]:
        """What is wrong in the document's paragraphs, and with the document as a whole."""
        paragraphs = _paragraphs(document, context, context.notify if whole else log.info)
        silenced = _Silenced(document, Directives.of(document), self._decisions.ignored(context.root))
        checkers = self._checkers_for(context.settings(ProseSettings))
        flaws = self._flaws(document, context, paragraphs, silenced, checkers, whole=whole)
        about = document_findings(document, context, paragraphs, checkers.knows)
        return flaws, [each for each in about if not silenced.silences(each.code, each.span.start)]

    def _flaws(
        self,
        document: Document,
        context: Context,
        paragraphs: Sequence[ProseText],
        silenced: _Silenced,
        checkers: _Checkers,
        *,
        whole: bool,
    ) -> list[_Flaw]:
        settings: ProseSettings = context.settings(ProseSettings)
        second = checkers.second(context) if settings.languagetool else None
        if second is not None:
            texts = [paragraph.text for paragraph in paragraphs]
            if whole:
                second.submit(f"{document.uri}#{id(context)}", texts, lambda: None)
            else:
                second.submit(document.uri, texts, context.refresh)
        first: list[tuple[Lint, ...]] = []
        for paragraph in paragraphs:
            context.cancel.raise_if_cancelled()
            first.append(checkers.first(paragraph.text))
        if second is not None and whole:
            second.wait((paragraph.text for paragraph in paragraphs), context.cancel)
        if second is not None and second.failure is not None:
            context.notify(f"Prose is checked by Harper alone: {second.failure}.")
            second = None
        reader = _Reader(
            settings,
            Vocabulary(
                document.text, paragraphs, self._decisions.words(context.root), of_project(context.project, whole=whole)
            ),
            silenced,
            checkers,
            engines=1 if second is None else 2,
        )
        found: list[list[Mistake]] = []
        for paragraph, lints in zip(paragraphs, first, strict=True):
            later = second.result(paragraph.text) if second is not None else None
            found.append(reader.mistakes(paragraph, (*lints, *(later or ()))) if lints or later else [])
        opinions = checkers.opinions(context) if settings.model else None
        if opinions is not None:
            found = self._with_opinions(document, context, paragraphs, found, opinions, reader, whole=whole)
        return [_flaw(paragraph, each) for paragraph, own in zip(paragraphs, found, strict=True) for each in own]

    def _with_opinions(
        self,
        document: Document,
        context: Context,
        paragraphs: Sequence[ProseText],
        found: Sequence[list[Mistake]],
        opinions: Opinions,
        reader: _Reader,
        *,
        whole: bool,
    ) -> list[list[Mistake]]:
        texts = [paragraph.text for paragraph in paragraphs]
        doubts = [case for text, own in zip(texts, found, strict=True) for case in cases(text, own)]
        ends = accumulate(map(len, texts))
        read = [text for text, end in zip(texts, ends, strict=True) if end <= _MOST_READ]
        if whole and len(read) < len(texts):
            context.notify(f"The model proposes for the first {_MOST_READ:,} characters of {document.uri} only.")
        if whole:
            opinions.ask(f"{document.uri}#{id(context)}", read, doubts, lambda: None, now=True)
            opinions.wait(read, doubts, context.cancel)
        else:
            opinions.ask(document.uri, read, doubts, context.refresh, now=False)
        if opinions.failure is not None:
            context.notify(f"Prose is checked without a model: {opinions.failure}.")
            return list(found)
        budget = reader.settings.flags_per_1000_words
        return [
            [each for each in opinions.shown(paragraph.text, own, budget) if reader.counts(paragraph, each.lint)]
            for paragraph, own in zip(paragraphs, found, strict=True)
        ]

    def _checkers_for(self, settings: ProseSettings) -> _Checkers:
        key = (settings.dialect, frozenset(settings.enabled_rules))
        with self._lock:
            if key not in self._checkers:
                self._checkers[key] = _Checkers(*key)
            return self._checkers[key]

    def _carry_out(self, request: CommandRequest, context: Context) -> Answer | None:
        match request.command:
            case Command(name="prose.addWord", arguments=(word,)):
                path = dictionary_path(request.root)
                self._decisions.add(path, word)
                done = f"“{word}” is in {path}"
            case Command(name="prose.ignoreHere", arguments=(digest, excerpt, *rules)) if request.root:
                path = ignores_path(request.root)
                for rule in rules:
                    self._decisions.add(path, "\t".join((rule, digest, excerpt)))
                where = "in this project" if digest == EVERYWHERE else f"of “{excerpt}”"
                done = f"{', '.join(rules)} will not speak {where} again"
            case _:
                return None
        context.refresh()
        return Done(done)


class _Checkers:
    """The engines for one English. The first answers at once, the second, if there is one, later."""

    def __init__(self, dialect: str, enabled: frozenset[str]) -> None:
        self._dialect = dialect
        self._enabled = enabled
        self._harper = QuietEngine(HarperEngine(dialect, enabled), enabled)
        self.first = lru_cache(maxsize=1 << 16)(self._harper.check)
        self._second: Background[str, Lint] | None = None
        self._obstacle: str | None = None
        self._opinions: Opinions | None = None
        self._lock = threading.Lock()

    def second(self, context: Context) -> Background[str, Lint] | None:
        with self._lock:
            if self._second is None and self._obstacle is None:
                self._obstacle = obstacle()
                if self._obstacle is None:
                    self._second = Background(QuietEngine(LanguageToolEngine(self._dialect), self._enabled))
        if self._obstacle is not None:
            context.notify(f"Prose is checked by Harper alone; LanguageTool can't help: {self._obstacle}.")
        return self._second

    def opinions(self, context: Context) -> Opinions | None:
        try:
            model = context.model(_ROLE)
        except ModelError as error:
            context.notify(f"Prose is checked without a model: {error}.")
            return None
        with self._lock:
            if self._opinions is None:
                self._opinions = Opinions(self.knows)
        self._opinions.use(model)
        return self._opinions

    def knows(self, word: str) -> bool:
        return not any(lint.rule in SPELLING for lint in self.first(word))

    def close(self) -> None:
        self._harper.close()
        if self._opinions is not None:
            self._opinions.close()
        if self._second is not None:
            self._second.close()


def _paragraphs(document: Document, context: Context, tell: Callable[[str], None]) -> list[ProseText]:
    """The document's prose, within what can be checked in a reasonable time; `tell` hears what is left out."""
    found, too_long = list[ProseText](), 0
    for paragraph in extract(document, context.tree(document), context.cancel):
        if not paragraph.segments:
            too_long += 1
        elif len(found) < _MOST_PARAGRAPHS:
            found.append(paragraph)
        else:
            tell(f"Only the first {_MOST_PARAGRAPHS:,} paragraphs of {document.uri} are checked.")
            break
    if too_long:
        are = "paragraph has" if too_long == 1 else "paragraphs have"
        tell(f"{too_long} {are} more than {LONGEST:,} characters in {document.uri}: data, not checked as prose.")
    return found


@dataclass(frozen=True)
class _Silenced:
    """What a document's comments and its project's decisions leave out."""

    document: Document
    directives: Directives
    ignored: frozenset[tuple[str, str]]

    def silences(self, rule: str, offset: int) -> bool:
        return (rule, EVERYWHERE) in self.ignored or self.directives.silence(rule, self.document.line_at(offset))


@dataclass(frozen=True)
class _Reader:
    """Turns the lints of one document's paragraphs into findings."""

    settings: ProseSettings
    vocabulary: Vocabulary
    silenced: _Silenced
    checkers: _Checkers
    engines: int

    def mistakes(self, paragraph: ProseText, lints: Sequence[Lint]) -> list[Mistake]:
        text = paragraph.text
        counted = [lint for lint in lints if self.counts(paragraph, lint)]
        return mistakes(text, counted, self.engines, partial(self._believes, text)) if counted else []

    def counts(self, paragraph: ProseText, lint: Lint) -> bool:
        return (
            lint.rule not in self.settings.disabled_rules
            and not paragraph.touches_markup(lint.span)
            and not self._ignored(paragraph, lint)
        )

    def _ignored(self, paragraph: ProseText, lint: Lint) -> bool:
        ignored = self.silenced.ignored
        return self.silenced.silences(lint.rule, paragraph.source_span(lint.span).start) or (
            bool(ignored) and (lint.rule, Sentence.around(paragraph.text, lint.span).hash) in ignored
        )

    def _believes(self, text: str, span: Span, offered: Sequence[str]) -> bool:
        word = text[span.start : span.end]
        return self.settings.spelling and is_typo(
            text[: span.start], word, tuple(offered), self.vocabulary, self.checkers.knows
        )


def _flaw(paragraph: ProseText, mistake: Mistake) -> _Flaw:
    lint, text = mistake.lint, paragraph.text
    word = text[lint.span.start : lint.span.end]
    origin = Origin(rule=lint.rule, model=mistake.model)
    fixes: list[Fix] = []
    for correction in mistake.corrections:
        edit = paragraph.edit(correction.span, correction.replacement)
        if edit is not None:
            title = _title(word, correction.replacement)
            safe = mistake.safe and correction is mistake.corrections[0]
            fixes.append(Fix(title, (edit,), preferred=safe, origin=origin))
    message = lint.message
    if mistake.spelling and mistake.corrections:
        message = f"“{word}” looks like a slip; did you mean “{mistake.corrections[0].replacement}”?"
    finding = Finding(
        paragraph.source_span(lint.span),
        "+".join(mistake.engines),
        lint.rule,
        message,
        Severity.WARNING if mistake.safe else Severity.INFORMATION,
        tuple(fixes),
    )
    return _Flaw(finding, mistake, word, Sentence.around(text, lint.span))


def _title(old: str, new: str) -> str:
    if not old:
        return f"Insert “{new.strip()}”"
    return f"Replace with “{new}”" if new.strip() else f"Remove “{old.strip()}”"


def _actions(flaw: _Flaw, context: Context) -> list[Action]:
    finding = flaw.finding
    actions = [
        Action(fix.title, edits=fix.edits, findings=(finding,), preferred=fix.preferred, origin=fix.origin)
        for fix in finding.fixes
    ]
    if flaw.mistake.spelling:
        title = f"Add “{flaw.word}” to the dictionary"
        actions.append(Action(title, command=Command(ADD_WORD, title, (flaw.word,)), findings=(finding,)))
    if context.root is not None:
        title = f"Ignore {finding.code} in this sentence"
        arguments = (flaw.sentence.hash, flaw.sentence.excerpt, *flaw.mistake.rules)
        actions.append(Action(title, command=Command(IGNORE_HERE, title, arguments), findings=(finding,)))
    return actions


def _silencing(finding: Finding, document: Document, context: Context) -> list[Action]:
    """The entries that switch the finding's rule off, for its paragraph and for the project."""
    actions: list[Action] = []
    line = document.line_at(finding.span.start)
    while line > 0 and document.line_text(line - 1).strip():
        line -= 1
    source = document.line_text(line)
    margin = source[: len(source) - len(source.lstrip())]
    comment = ignoring(finding.code, document.language)
    # In code, only above a comment: elsewhere the line may be inside of a string.
    if comment and (comment.startswith("<!--") or source[len(margin) :].startswith(comment.split(" ")[0])):
        start = document.line_starts[line]
        edit = TextEdit(Span(start, start), f"{margin}{comment}\n")
        title = f"Ignore {finding.code} in this paragraph"
        actions.append(Action(title, edits=(edit,), findings=(finding,), origin=Origin(rule=finding.code)))
    if context.root is not None:
        title = f"Switch {finding.code} off in this project"
        command = Command(IGNORE_HERE, title, (EVERYWHERE, "everywhere", finding.code))
        actions.append(Action(title, command=command, findings=(finding,)))
    return actions
