"""The prose plugin: paragraphs out of a document, lints out of the engines, findings out of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from breadknife.plugins.prose.change import LARGE, Change, change, compared, is_of_large
from breadknife.plugins.prose.check import Check, Missing
from breadknife.plugins.prose.checkers import ROLE, Engines
from breadknife.plugins.prose.continuity import Memory, Told
from breadknife.plugins.prose.documents.check import find_document_findings
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.arrivals import Arrivals
from breadknife.plugins.prose.engines.vales import Vales
from breadknife.plugins.prose.flaws import Flaw
from breadknife.plugins.prose.hearing import Hearing
from breadknife.plugins.prose.listing import all_rules
from breadknife.plugins.prose.menu import OWN, Place, menu
from breadknife.plugins.prose.naming import named
from breadknife.plugins.prose.project.lowered import Lowered
from breadknife.plugins.prose.project.spelling import Vocabulary, of_project
from breadknife.plugins.prose.project.workspace import EVERYWHERE, Decisions, dictionary_path, ignores_path
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.silenced import Silenced
from breadknife.plugins.prose.why import why
from breadknife.task.plugin import Context
from breadknife.task.values import (
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    Done,
    Finding,
    Findings,
    Request,
    WhyRequest,
)
from breadknife.text.directives import Directives, rules_named
from breadknife.text.document import Document, TextEdit
from breadknife.text.extract import LANGUAGES, LONGEST, extract
from breadknife.text.extract.markdown.walls import walls as walls_of
from breadknife.text.prose import ProseText
from breadknife.text.syntax import difference

_LONG = 10_000
"""Code points of a document of which the sentences are told first, and what is wrong with all of it once it rests."""
_MOST_PARAGRAPHS = 20_000  # a document of about 2 MB


class ProsePlugin:
    name = "prose"
    settings: type[Any] = ProseSettings
    roles: tuple[str, ...] = (ROLE,)
    serves: Mapping[type[Any], frozenset[str]] = dict.fromkeys((CheckRequest, ActionRequest, WhyRequest), LANGUAGES)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._decisions = Decisions()
        self._engines = Engines(clock)
        self._vales = Vales(clock)
        self._memory = Memory()
        self._arrivals = Arrivals()
        self.hearing: Hearing | None = None
        """For a report of stale ignores."""

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case CheckRequest():
                missing = Missing()
                flaws, about = self._found(
                    request.document, context, missing, whole=request.whole, most=request.seconds
                )
                incomplete = not request.whole and missing.waits(request.document.uri)
                return Findings((*(flaw.finding for flaw in flaws), *about), tuple(missing.unanswered), incomplete)
            case ActionRequest():
                flaws, about = self._told(request.document, context)
                near = [flaw for flaw in flaws if flaw.finding.span.touches(request.span)]
                about = [finding for finding in about if finding.span.touches(request.span)]
                tree = context.tree(request.document) if near or about else None
                return Actions(tuple(menu(near, about, Place(request.document, tree, context.root))))
            case WhyRequest():
                return self._why(request, context)
            case CommandRequest():
                return self._carry_out(request, context)
            case _:
                return None

    def rules(self) -> Mapping[str, str]:
        return all_rules()

    def may_be_spread(self, settings: ProseSettings, /) -> bool:
        """Not where LanguageTool is asked: each process would start a JVM."""
        return not (settings.languagetool and languagetool.is_set_up(settings.languagetool_url))

    def close(self) -> None:
        self._arrivals.close()
        self._memory.close()
        self._engines.close()
        self._vales.close()

    def _told(self, document: Document, context: Context) -> tuple[Sequence[Flaw], Sequence[Finding]]:
        """What was last said of this very text, or else what is found now."""
        told = self._memory.of(document)
        if told is not None and told.document.text == document.text:
            return told.flaws, told.about
        return self._found(document, context, Missing())

    def _why(self, request: WhyRequest, context: Context) -> Answer | None:
        self._told(request.document, context)
        told = self._memory.of(request.document)
        if told is None:  # another request has closed it
            return None
        settings: ProseSettings = context.settings(ProseSettings)
        silenced = self._silenced(request.document, settings, told.directives, context)
        return why(request, told, self._engines.of(settings), silenced, context)

    def _silenced(
        self, document: Document, settings: ProseSettings, directives: Directives, context: Context
    ) -> Silenced:
        ignored = self._decisions.ignored(context.root)
        if self.hearing is not None:
            ignored = frozenset(each for each in ignored if each[1] == EVERYWHERE)
        return Silenced(document, rules_named(settings.disabled_rules), directives, ignored)

    def _found(
        self,
        document: Document,
        context: Context,
        missing: Missing,
        *,
        whole: bool = False,
        most: float | None = None,
    ) -> tuple[Sequence[Flaw], Sequence[Finding]]:
        """What is wrong in the document's paragraphs, and with the document as a whole. Fills `missing`.

        With `most`, slow engines are waited for so many seconds at the most.
        """
        began = time.monotonic()
        told = self._memory.of(document) if not whole else None
        edit = difference(told.document.text, document.text) if told is not None else None
        changed = _changed(told, edit, document, context) if told is not None and edit is not None else None
        if changed is not None:
            paragraphs, fresh, walls = changed.paragraphs, changed.fresh, changed.walls
        else:
            paragraphs = fresh = _paragraphs(document, context)
            walls = _walls(document, context)
        settings: ProseSettings = context.settings(ProseSettings)
        directives, lowered = _of_text(told, edit, document)
        silenced = self._silenced(document, settings, directives, context)
        checkers = self._engines.of(settings)
        check = Check(
            document,
            context,
            settings,
            paragraphs,
            Vocabulary(
                document.text,
                paragraphs,
                self._decisions.words(context.root),
                of_project(context.project, whole=whole),
                lowered,
            ),
            silenced,
            checkers,
            self._vales.of(context) if settings.vale else None,
            self._arrivals,
            whole,
            began,
            missing,
            most,
        )
        if not whole and (edit is None or edit.span or edit.new_text):
            self._arrivals.edited(document.uri)
        before, about = told.moved(edit) if told is not None and edit is not None else ([], [])
        reads = check.read(fresh, before)
        flaws = [flaw for each in reads for flaw in each.flaws]
        if changed is not None:
            flaws += (each for each in before if not each.finding.span.touches(changed.block))
        if changed is not None or (told is None and not whole and len(document.text) >= _LONG):
            self._memory.when_it_rests(document, context.refresh)  # until then it isn't looked at as a whole
        else:
            about = find_document_findings(document, context, paragraphs, checkers.knows)
        about = [each for each in about if not silenced.leaves_out(each)]
        if self.hearing is not None:
            self.hearing.absent |= missing.absent
            self.hearing.hear(document, flaws, about)
        if not whole:
            pending = frozenset[str]().union(*(each.pending for each in reads))
            self._memory.keep(Told(document, paragraphs, flaws, about, walls, directives, lowered, pending))
        return flaws, about

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
                done = f"{named(rules)} won't be reported {where} again"
            case _:
                return None
        context.refresh()
        return Done(done)


def _of_text(told: Told | None, edit: TextEdit | None, document: Document) -> tuple[Directives, Lowered | None]:
    """What is looked for in all of the text: of a large document, what was found before its last edit."""
    if told is not None and edit is not None and len(document.text) >= LARGE:
        lowered = told.lowered or Lowered(told.document.text)
        return told.directives.after(edit, document), lowered.after(edit, document.text)
    return Directives.of(document), Lowered(document.text) if len(document.text) >= LARGE else None


def _changed(told: Told, edit: TextEdit, document: Document, context: Context) -> Change | None:
    """What an edit of a large document changes; None for any other."""
    if (found := change(told, edit, document)) is not None or not is_of_large(told, edit, document):
        return found
    return compared(told, edit, _paragraphs(document, context), _walls(document, context))


def _walls(document: Document, context: Context) -> Sequence[int]:
    is_needed = document.language == "markdown" and len(document.text) >= LARGE
    tree = context.tree(document) if is_needed else None
    return walls_of(tree) if tree is not None else ()


def _paragraphs(document: Document, context: Context) -> list[ProseText]:
    """The document's prose, within what can be checked in a reasonable time; the user is told what is left out."""
    tell, name = context.notify, document.path or document.uri
    found, too_long = list[ProseText](), False
    for paragraph in extract(document, context.tree(document), context.cancel):
        if not paragraph.segments:
            too_long = True
        elif len(found) < _MOST_PARAGRAPHS:
            found.append(paragraph)
        else:
            tell(f"Only the first {_MOST_PARAGRAPHS:,} paragraphs of {name} are checked.")
            break
    if too_long:  # without their number: a text is told once
        tell(f"Paragraphs of more than {LONGEST:,} characters aren't checked: {name}.")
    return found
