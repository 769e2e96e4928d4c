"""The prose plugin: paragraphs out of a document, lints out of the engines, findings out of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from breadknife.lru import LruCache
from breadknife.plugins.prose.documents.check import find_document_findings, is_project
from breadknife.plugins.prose.documents.formats import PROSE
from breadknife.plugins.prose.edits import LARGE, BlockChange, changes_large_document, compare, find_change
from breadknife.plugins.prose.engine_set import ROLE, EngineRegistry
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.habits import Habit
from breadknife.plugins.prose.engines.refreshes import RefreshQueue
from breadknife.plugins.prose.engines.vale import ValeRegistry, configuration, program
from breadknife.plugins.prose.language import DocumentLanguage
from breadknife.plugins.prose.menu import OWN, MenuTarget, list_actions
from breadknife.plugins.prose.paragraphs.check import DocumentCheck
from breadknife.plugins.prose.paragraphs.linting import LONG, ParagraphLinter
from breadknife.plugins.prose.paragraphs.run import CheckRun, Coverage
from breadknife.plugins.prose.project.lowered import Lowered
from breadknife.plugins.prose.project.spelling import DocumentVocabulary, of_project
from breadknife.plugins.prose.project.workspace import Decisions, dictionary_path
from breadknife.plugins.prose.results import DocumentFindings
from breadknife.plugins.prose.rule_log import RuleLog
from breadknife.plugins.prose.rule_names import describe_rules, name_rules
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.suppressions import Suppressions
from breadknife.plugins.prose.why import explain
from breadknife.project.decisions import EVERYWHERE, ignores_path
from breadknife.project.tests import is_test_data
from breadknife.task.plugin import Context
from breadknife.task.values import (
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    Done,
    Findings,
    Request,
    WhyRequest,
)
from breadknife.text.directives import Directives, rules_named
from breadknife.text.document import Document, TextEdit
from breadknife.text.extract import LANGUAGES, LONGEST, extract
from breadknife.text.extract.declared import declared_language
from breadknife.text.extract.markdown.slices import block_starts as find_block_starts
from breadknife.text.prose import ProseText
from breadknife.text.syntax import difference

_MOST_PARAGRAPHS = 20_000  # a document of about 2 MB
_DOCUMENTS = 32
"""Documents of which the newest findings are kept."""


class ProsePlugin:
    name = "prose"
    settings: type[Any] = ProseSettings
    roles: tuple[str, ...] = (ROLE,)
    serves: Mapping[type[Any], frozenset[str]] = dict.fromkeys((CheckRequest, ActionRequest, WhyRequest), LANGUAGES)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._decisions = Decisions()
        self._engines = EngineRegistry(clock)
        self._vales = ValeRegistry(clock)
        self._findings: LruCache[str, DocumentFindings] = LruCache(_DOCUMENTS)
        """The newest, by the document's URI."""
        self._refreshes = RefreshQueue()
        self.rule_log: RuleLog | None = None
        """For a report of stale suppressions."""

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case CheckRequest():
                coverage = Coverage()
                result = self._check(
                    request.document, context, coverage, whole=request.whole, timeout_s=request.seconds
                )
                is_fleeting = coverage.is_fleeting if request.whole else coverage.waits(request.document.uri)
                findings = (*(each.finding for each in result.in_prose), *result.about_document)
                incomplete = coverage.are_unasked or is_fleeting
                return Findings(findings, tuple(coverage.unanswered), incomplete, consulted=coverage.consulted)
            case ActionRequest():
                return self._list_actions(request, context)
            case WhyRequest():
                return self._explain(request, context)
            case CommandRequest():
                return self._carry_out(request, context)
            case _:
                return None

    def rules(self) -> Mapping[str, str]:
        return describe_rules()

    def kept_with(self, settings: ProseSettings, root: Path, language: str, /) -> str:
        words = self._decisions.digest(dictionary_path(None), dictionary_path(root), ignores_path(root))
        has_vale = settings.vale and configuration(root) is not None and program(root) is not None
        has_languagetool = settings.languagetool and languagetool.is_set_up(settings.languagetool_url)
        engines = languagetool.VERSION, has_languagetool, metadata.version("harper-py"), has_vale
        return repr((engines, words, is_project(root)))

    def may_be_spread(self, settings: ProseSettings, /) -> bool:
        """Tell whether several processes may be asked: not where LanguageTool is, since each would start a JVM."""
        return not (settings.languagetool and languagetool.is_set_up(settings.languagetool_url))

    def load(self) -> None:
        self._engines.load()

    def close(self) -> None:
        self._refreshes.close()
        self._engines.close()
        self._vales.close()

    def _list_actions(self, request: ActionRequest, context: Context) -> Actions:
        document, result = request.document, self._current(request.document, context)
        in_prose = [finding for finding in result.in_prose if finding.span.touches(request.span)]
        about = [finding for finding in result.about_document if finding.span.touches(request.span)]
        tree = context.tree(document) if in_prose or about else None
        return Actions(tuple(list_actions(in_prose, about, MenuTarget(document, tree, context.root))))

    def _explain(self, request: WhyRequest, context: Context) -> Answer | None:
        result = self._current(request.document, context)
        settings: ProseSettings = context.settings(ProseSettings)
        suppressions = self._suppressions(request.document, settings, result.directives, context)
        return explain(request, result, self._engines.find(settings), suppressions, context)

    def _current(self, document: Document, context: Context) -> DocumentFindings:
        """Return what was last found in this very text, or else what is found now."""
        before = self._before(document)
        if before is not None and before.document.text == document.text:
            return before
        return self._check(document, context, Coverage())

    def _before(self, document: Document) -> DocumentFindings | None:
        before = self._findings.get(document.uri)
        return before if before is not None and before.document.language == document.language else None

    def _suppressions(
        self, document: Document, settings: ProseSettings, directives: Directives, context: Context
    ) -> Suppressions:
        ignored = self._decisions.ignored(context.root)
        if self.rule_log is not None:
            ignored = frozenset((rule, sentence) for rule, sentence in ignored if sentence == EVERYWHERE)
        return Suppressions(document, rules_named(settings.disabled_rules), directives, ignored)

    def _check(
        self,
        document: Document,
        context: Context,
        coverage: Coverage,
        *,
        whole: bool = False,
        timeout_s: float | None = None,
    ) -> DocumentFindings:
        """Return what is wrong in the document's paragraphs, and with the document as a whole. Fills `coverage`.

        `whole` waits for slow engines, for `timeout_s` seconds at the most, and looks at nothing that was found before.
        Otherwise, of a large document only what an edit has changed is looked at, and all of it once it rests.
        """
        began = time.monotonic()
        before = self._before(document) if not whole else None
        edit = difference(before.document.text, document.text) if before is not None else None
        change, is_data = None, _is_test_data(document, context)
        if before is not None and edit is not None and not is_data:
            change = _find_change(before, edit, document, context)
        if change is not None:
            paragraphs, fresh, block_starts = change.paragraphs, change.fresh, change.block_starts
        else:
            paragraphs = fresh = [] if is_data else _list_paragraphs(document, context)
            block_starts = _list_block_starts(document, context)
        settings: ProseSettings = context.settings(ProseSettings)
        declared = declared_language(document) or settings.language
        language = before.language if change is not None and before is not None else None
        if language is None or declared or language.is_declared:  # no other edit of a large document changes it
            language = DocumentLanguage.of(paragraphs, declared)
        directives, lowered = _search_text(before, edit, document)
        suppressions = self._suppressions(document, settings, directives, context)
        engines, vale = self._engines.find(settings), self._vales.find(context) if settings.vale else None
        for path in self._decisions.unread(context.root):
            context.notify(f"Nothing of {path} counts: it is larger than 4 MB. Take lines out of it.")
        # Vale's styles, and a server that the user runs, may be others the next day.
        coverage.is_fleeting = vale is not None or bool(settings.languagetool and settings.languagetool_url)
        words, asked = self._decisions.words(context.root), coverage.consulted
        is_own = of_project(context.project, asked.words, whole=whole)
        run = CheckRun(
            document,
            context,
            settings,
            language,
            engines=engines,
            vale=vale,
            refreshes=self._refreshes,
            coverage=coverage,
            whole=whole,
            timeout_s=timeout_s,
            began=began,
        )
        if not whole and (edit is None or edit.span or edit.new_text):
            self._refreshes.note_edit(document.uri)
        shown, about = before.moved(edit) if before is not None and edit is not None else ([], [])
        vocabulary = DocumentVocabulary(document.text, paragraphs, words, is_own, lowered)
        habits = before.habits if before is not None and change is not None else frozenset[Habit]()
        checked, habits = DocumentCheck(run, vocabulary, suppressions, habits).check(fresh, shown)
        in_prose = [finding for paragraph in checked for finding in paragraph.findings]
        if change is not None:
            in_prose += (finding for finding in shown if not finding.span.touches(change.block))
        if change is not None or (before is None and not whole and len(document.text) >= LONG):
            self._refreshes.add_after_rest(document.uri, context.refresh)  # until then it isn't looked at as a whole
        elif is_data:
            about = []
        else:
            about = find_document_findings(document, context, paragraphs, ParagraphLinter(run).knows, asked)
        about = [finding for finding in about if not suppressions.cover(finding)]
        if self.rule_log is not None:
            self.rule_log.absent |= coverage.absent
            self.rule_log.add(document, in_prose, about)
        pending = frozenset[str]().union(*(paragraph.pending for paragraph in checked))
        result = DocumentFindings(
            document, paragraphs, in_prose, about, block_starts, directives, lowered, pending, language, habits
        )
        if not whole:
            self._findings[document.uri] = result
        return result

    def _carry_out(self, request: CommandRequest, context: Context) -> Answer | None:
        match request.command:
            case Command(name="prose.addWord", arguments=(word, *whose)):
                path = dictionary_path(None if OWN in whose else request.root)
                self._decisions.add(path, word)
                done = f"Added “{word}” to {path}"
            case Command(name="prose.ignoreHere", arguments=(digest, excerpt, reason, *rules)) if request.root:
                path = ignores_path(request.root)
                for rule in rules:
                    self._decisions.add(path, "\t".join((rule, digest, excerpt, reason)))
                where = "in this project" if digest == EVERYWHERE else f"for “{excerpt}”"
                done = f"{name_rules(rules)} won't be reported {where} again"
            case _:
                return None
        context.refresh()
        return Done(done)


def _search_text(
    before: DocumentFindings | None, edit: TextEdit | None, document: Document
) -> tuple[Directives, Lowered | None]:
    """Return what is looked for in all of the text: of a large document, what was found before its last edit."""
    if before is not None and edit is not None and len(document.text) >= LARGE:
        lowered = before.lowered or Lowered(before.document.text)
        return before.directives.after(edit, document), lowered.after(edit, document.text)
    return Directives.of(document), Lowered(document.text) if len(document.text) >= LARGE else None


def _find_change(before: DocumentFindings, edit: TextEdit, document: Document, context: Context) -> BlockChange | None:
    """Return what an edit of a large document changes; None for any other."""
    change = find_change(before, edit, document)
    if change is not None or not changes_large_document(before, edit, document):
        return change
    return compare(before, edit, _list_paragraphs(document, context), _list_block_starts(document, context))


def _is_test_data(document: Document, context: Context) -> bool:
    path, root = document.path, context.root
    return path is not None and root is not None and is_test_data(path, root, is_document=document.language in PROSE)


def _list_block_starts(document: Document, context: Context) -> Sequence[int]:
    is_needed = document.language == "markdown" and len(document.text) >= LARGE
    tree = context.tree(document) if is_needed else None
    return find_block_starts(tree) if tree is not None else ()


def _list_paragraphs(document: Document, context: Context) -> list[ProseText]:
    """Return the prose that can be checked in a reasonable time; the user is told what is left out."""
    notify, name = context.notify, document.path or document.uri
    paragraphs, has_too_long = list[ProseText](), False
    for paragraph in extract(document, context.tree(document), context.cancel):
        if not paragraph.segments:
            has_too_long = True
        elif len(paragraphs) < _MOST_PARAGRAPHS:
            paragraphs.append(paragraph)
        else:
            notify(f"Only the first {_MOST_PARAGRAPHS:,} paragraphs of {name} are checked.")
            break
    if has_too_long:  # without their number: a text is told once
        notify(f"Paragraphs of more than {LONGEST:,} characters aren't checked: {name}.")
    return paragraphs
