"""One check of a document's paragraphs: who is asked, who is waited for, and what comes of it."""

from __future__ import annotations

import contextlib
import math
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled
from breadknife.plugins.prose.engine_set import EngineSet
from breadknife.plugins.prose.engines.engine_health import EngineHealth
from breadknife.plugins.prose.engines.lint import BackgroundLinter, Lint, LintRequest, cuts_word, drop_noise
from breadknife.plugins.prose.engines.merge import (
    Correction,
    FindingCandidate,
    add_candidates,
    add_proposals,
    merge_lints,
)
from breadknife.plugins.prose.engines.refreshes import RefreshQueue
from breadknife.plugins.prose.engines.rules import is_of_dictionaries
from breadknife.plugins.prose.finding import ProseFinding
from breadknife.plugins.prose.language import UNKNOWN, DocumentLanguage
from breadknife.plugins.prose.model.judge import MarginInput, needs_judge
from breadknife.plugins.prose.model.proposer import PlacedSentence, ProposerInput
from breadknife.plugins.prose.model.reviewer import ModelReviewer
from breadknife.plugins.prose.project.slips import count_slips
from breadknife.plugins.prose.project.spelling import DocumentVocabulary, folded
from breadknife.plugins.prose.results import ParagraphFindings
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.suppressions import Suppressions
from breadknife.task.plugin import Context
from breadknife.text.document import Document
from breadknife.text.prose import ProseText

LONG = 10_000
"""Code points of a document of which the sentences come first, and what is wrong with all of it once it rests."""
_AT_ONCE_S = 0.15
"""Seconds from the start of a check, after which Harper reads in the background: 4,000 words take it a second."""
_AT_ONCE_CHARACTERS = 2_000
"""Code points that Harper reads at once however long that takes: a paragraph that was edited."""
_MOST_READ = 60_000
"""Characters of a document's prose that the model reads by itself: about 10,000 words, some minutes."""
_FOREIGN_SPELLING = "TYPOS"
"""LanguageTool's category of words that aren't in the dictionary."""
_LONG_WORD = 8
"""Letters from which on a word may have two slips in it."""
_WITHOUT = {"LanguageTool": "by Harper alone", "Vale": "without Vale"}


@dataclass
class Coverage:
    """What a check lacks: of engines that it could not ask, that didn't answer, or that are still at work."""

    absent: set[str] = field(default_factory=set[str])
    """Their names, as a report of stale suppressions has them."""
    unanswered: list[str] = field(default_factory=list[str])
    """A sentence for each that was asked and didn't answer: without it less is found than elsewhere."""
    awaited: list[BackgroundLinter | ModelReviewer] = field(default_factory=list[BackgroundLinter | ModelReviewer])
    """Those that were asked, and answer later."""
    are_unasked: bool = False
    """The slow ones are asked by the next check, once Harper has read what this one had no time for."""

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come."""
        return any(engine.waits(owner) for engine in self.awaited)


@dataclass(frozen=True)
class _LintedParagraph:
    """One paragraph, and what its engines have said of it so far; None for one that has not answered."""

    paragraph: ProseText
    request: LintRequest
    is_english: bool
    harper: tuple[Lint, ...] | None
    languagetool: tuple[Lint, ...] | None
    vale: tuple[Lint, ...] | None
    shown: Sequence[ProseFinding]
    """Its findings that the editor shows already, at the spans that they have now."""

    @property
    def pending(self) -> set[str]:
        """The engines, besides the model, that have not answered yet."""
        lints = {"harper": self.harper, "languagetool": self.languagetool, "vale": self.vale}
        return {name for name, answer in lints.items() if answer is None}

    def position(self, lint: Lint) -> float:
        """Return a lint's index among the findings that are shown; infinity if it isn't shown."""
        if not self.shown:
            return math.inf
        key = (lint.engine, lint.rule, self.paragraph.source_span(lint.span))
        return next((at for at, finding in enumerate(self.shown) if finding.key == key), math.inf)


@dataclass(frozen=True)
class DocumentCheck:
    """One check of a document, with all that it needs."""

    document: Document
    context: Context
    settings: ProseSettings
    language: DocumentLanguage
    vocabulary: DocumentVocabulary
    suppressions: Suppressions
    engines: EngineSet
    vale: BackgroundLinter | None
    refreshes: RefreshQueue
    coverage: Coverage
    """Filled by the check."""
    whole: bool
    """Wait until every engine has answered, as lint does; an editor is told of later answers through `refreshes`."""
    timeout_s: float | None
    """The seconds that a `whole` check waits for slow engines, None for as long as they take; with 0 they aren't asked,
    but what they have said before counts."""
    began: float = field(default_factory=time.monotonic)
    """By the monotonic clock."""

    def check(self, fresh: Sequence[ProseText], shown: Sequence[ProseFinding]) -> list[ParagraphFindings]:
        """Return what is known now of these paragraphs; slow engines are asked for the rest in the background.

        `shown` are the findings that the editor shows already, at the spans that they have now.
        """
        paragraphs = self._lint(fresh, shown)
        lints = [
            self.suppressions.filter(each.paragraph, (each.harper or (), each.languagetool or ()))
            for each in paragraphs
        ]
        candidates = [self._merge(each, own) if own else [] for each, own in zip(paragraphs, lints, strict=True)]
        sentences: list[Sequence[PlacedSentence]] = [()] * len(paragraphs)
        reviewer = self.engines.english.reviewer(self.context) if self.settings.model else None
        if reviewer is None:
            self.coverage.absent.add("model")
        else:
            sentences = self._list_sentences(paragraphs, lints)
            cases = [
                MarginInput.of(paragraph.paragraph.text, candidate)
                for paragraph, own in zip(paragraphs, candidates, strict=True)
                for candidate in own
                if paragraph.is_english and needs_judge(candidate)
            ]
            self._review(reviewer, cases, [each.sentence for placed in sentences for each in placed])
        return [
            self._finish(paragraph, own, reviewer, placed)
            for paragraph, own, placed in zip(paragraphs, candidates, sentences, strict=True)
        ]

    @property
    def _owner(self) -> str:
        """The name under which engines keep requests; lint's own, so that an editor's don't replace its requests."""
        return f"{self.document.uri}#{id(self.context)}" if self.whole else self.document.uri

    @property
    def _on_news(self) -> Callable[[], None]:
        """Return the function that engines call when they have answered."""
        if self.whole:  # lint waits: nobody needs to be told that results have come
            return lambda: None
        return partial(self.refreshes.add, self.document.uri, self.context.refresh, self._has_ended)

    def _has_ended(self) -> bool:
        return not self.coverage.waits(self._owner)

    @property
    def _asks(self) -> bool:
        """Tell whether slow engines are asked at all."""
        return self.timeout_s is None or self.timeout_s > 0

    def _wait(self, wait: Callable[[CancelToken], None]) -> None:
        """Wait for an engine, as long as the asker wants to. Raises Cancelled."""
        if self.timeout_s is None:
            wait(self.context.cancel)
            return
        limit = self.context.cancel.within(max(self.began + self.timeout_s - time.monotonic(), 0.0))
        with contextlib.suppress(Cancelled):
            wait(limit)
        self.context.cancel.raise_if_cancelled()

    # --- rules: text -> lints

    def _lint(self, fresh: Sequence[ProseText], shown: Sequence[ProseFinding]) -> list[_LintedParagraph]:
        """Ask every engine about the paragraphs; return each with what has been said of it so far."""
        english = self.settings.dialect
        requests = [LintRequest(each.text, self.language.of_paragraph(each, english)) for each in fresh]
        languagetool = self.engines.languagetool(self.context, whole=self.whole) if self.settings.languagetool else None
        slow = {
            name: linter for name, linter in (("LanguageTool", languagetool), ("Vale", self.vale)) if linter is not None
        }
        self.coverage.awaited += (*slow.values(), self.engines.harper)
        readable = [request for request in requests if request.language != UNKNOWN]
        if self.whole:
            self._submit(slow.values(), readable)  # first, so that they work while Harper reads
        by_harper = self._lint_at_once(requests)
        if not self.whole:
            unread = (request for request, lints in zip(requests, by_harper, strict=True) if lints is None)
            self.engines.harper.submit(self._owner, unread, self._on_news)
            self._submit(slow.values(), readable)
        if self.whole and self._asks:
            for linter in slow.values():
                self._wait(partial(linter.wait, readable))
        # Each answer is looked up once: of one that comes a moment later there will be news.
        paragraphs = [
            _LintedParagraph(
                paragraph,
                request,
                is_english=request.language == english,
                harper=lints,
                languagetool=self._by_languagetool(languagetool, request),
                vale=_result(self.vale, request),
                shown=shown_here,
            )
            for paragraph, request, lints, shown_here in zip(
                fresh, requests, by_harper, _by_paragraph(fresh, shown), strict=True
            )
        ]
        self._report_missing(slow, readable)
        return paragraphs

    def _submit(self, slow: Iterable[BackgroundLinter], requests: Sequence[LintRequest]) -> None:
        """Have slow engines asked, unless Harper still reads: they would take the processor from it, LanguageTool's
        start for seconds. The news that it has ended leads to the next check, which asks them."""
        if self._harper_reads:
            self.coverage.are_unasked = True
        elif self._asks:
            for linter in slow:
                linter.submit(self._owner, requests, self._on_news)

    @property
    def _has_harper(self) -> bool:
        """Tell whether Harper can be asked: a long document in an editor doesn't wait until it is loaded."""
        return self.whole or len(self.document.text) < LONG or not self.engines.harper_is_loading

    def knows(self, word: str) -> bool:
        """Tell whether the dictionary has the word; yes, of each word that it can't be asked about yet."""
        return not self._has_harper or self.engines.english.knows(word)

    @property
    def _harper_reads(self) -> bool:
        """Tell whether Harper still reads this document in the background."""
        return not self.whole and self.engines.harper.waits(self._owner)

    def _lint_at_once(self, requests: Sequence[LintRequest]) -> list[tuple[Lint, ...] | None]:
        """Return what Harper says; None for what it has no time for now."""
        harper, due = self.engines.harper, self.began + _AT_ONCE_S
        answers: list[tuple[Lint, ...] | None] = []
        length = 0
        for request in requests:
            self.context.cancel.raise_if_cancelled()
            lints = harper.result(request)
            if lints is None and (
                self.whole or (self._has_harper and (length < _AT_ONCE_CHARACTERS or time.monotonic() < due))
            ):
                lints = harper.answer(request)
                length += len(request.text)
            answers.append(lints)
        return answers

    def _by_languagetool(self, linter: BackgroundLinter | None, request: LintRequest) -> tuple[Lint, ...] | None:
        """Return what LanguageTool says, nothing where there is none; None if it has not answered yet."""
        lints = _result(linter, request)
        return None if lints is None else drop_noise(lints, self.engines.settings.enabled)

    def _report_missing(self, slow: Mapping[str, BackgroundLinter], requests: Sequence[LintRequest]) -> None:
        """Say which engines didn't answer: an editor's user once, and lint for each document."""
        for name, without in _WITHOUT.items():
            linter = slow.get(name)
            if linter is None or linter.failure is not None:
                self.coverage.absent.add(name.lower())
            if linter is None:
                continue
            if linter.failure is not None:
                self._excuse(name, linter.health, f"Prose is checked {without}: {linter.failure}.")
            elif linter.lost(requests):  # without their number: a text is told once
                lost = f"{name} could not check all of {self.document.uri}: it crashes or hangs there."
                self._excuse(name, linter.health, lost)

    def _excuse(self, name: str, health: EngineHealth, sentence: str) -> None:
        """Say what is missing, in a notice; or else, where an engine that lint asked gave no answer, in `coverage`, so
        that lint fails."""
        if not self.whole or health.is_absent:
            self.context.notify(sentence)
        elif health.failure is not None:
            self.coverage.unanswered.append(f"{name} did not answer: {health.failure}.")
        else:
            self.coverage.unanswered.append(sentence)

    # --- candidates: lints -> what may be wrong

    def _merge(self, paragraph: _LintedParagraph, lints: Sequence[Lint]) -> list[FindingCandidate]:
        """Return the candidates of a paragraph, of lints that aren't suppressed."""
        text, enabled = paragraph.paragraph.text, self.engines.settings.enabled
        lints = [lint for lint in lints if not cuts_word(text, lint.span)]
        if not paragraph.is_english:  # only LanguageTool speaks it
            lints = [lint for lint in lints if lint.category != _FOREIGN_SPELLING or self._is_foreign_typo(text, lint)]
        return merge_lints(text, lints, self._is_allowed, paragraph.position, enabled if paragraph.is_english else None)

    def _is_foreign_typo(self, text: str, lint: Lint) -> bool:
        """Tell whether a word that another language's dictionary lacks looks like a slip of the fingers."""
        word = text[lint.span.start : lint.span.end]
        most = 1 if len(word) < _LONG_WORD else 2
        return (
            self.settings.spelling
            and word.isalpha()
            and (word.islower() or word.istitle())
            and word not in self.vocabulary
            and any(count_slips(word.casefold(), new.casefold()) <= most for new in lint.replacements[:3])
        )

    def _is_allowed(self, word: str) -> bool:
        """Tell whether nobody wants to hear that dictionaries lack a word."""
        return not self.settings.spelling or word in self.vocabulary

    # --- scores: what the model says of candidates, and candidates of its own

    def _list_sentences(
        self, paragraphs: Sequence[_LintedParagraph], lints: Sequence[Sequence[Lint]]
    ) -> list[Sequence[PlacedSentence]]:
        """Return what the model reads of each paragraph: nothing of those that it doesn't read, or not yet.

        The mistakes that Harper is sure of are mended in it. It doesn't depend on engines that answer later, so the
        model needs not wait for them, nor read it again.
        """
        sentences: list[Sequence[PlacedSentence]] = []
        length = 0
        for paragraph, own in zip(paragraphs, lints, strict=True):
            text = paragraph.paragraph.text
            length += len(text) if paragraph.is_english else 0
            if not paragraph.is_english or paragraph.harper is None or length > _MOST_READ:
                sentences.append(())
                continue
            by_harper = [lint for lint in own if lint.engine == "harper"]
            candidates = self._merge(paragraph, by_harper) if by_harper else ()
            sure = [each.corrections[0] for each in candidates if each.ready and each.corrections]
            sentences.append(self.engines.english.sentences(text, sure))
        if self.whole and length > _MOST_READ:
            self.context.notify(f"The model reads only the first {_MOST_READ:,} characters of {self.document.uri}.")
        return sentences

    def _review(
        self, reviewer: ModelReviewer, cases: Sequence[MarginInput], sentences: Sequence[ProposerInput]
    ) -> None:
        """Have the model judge and read, and wait for it where the asker does."""
        self.coverage.awaited.append(reviewer)
        if self._asks and not self.coverage.are_unasked:
            reviewer.submit(self._owner, cases, sentences, self._on_news, now=self.whole)
            if self.whole:
                self._wait(partial(reviewer.wait, cases, sentences))
        if reviewer.health.failure is not None:
            self.coverage.absent.add("model")
            self._excuse("The model", reviewer.health, f"Prose is checked without a model: {reviewer.health.failure}.")
        elif reviewer.lost(cases, sentences):
            self._excuse("The model", reviewer.health, f"The model could not check all of {self.document.uri}.")

    # --- findings: what is shown

    def _finish(
        self,
        linted: _LintedParagraph,
        candidates: Sequence[FindingCandidate],
        reviewer: ModelReviewer | None,
        sentences: Sequence[PlacedSentence],
    ) -> ParagraphFindings:
        """Return what is shown of a paragraph; engines that answer late only add to what is shown already."""
        paragraph, text, pending = linted.paragraph, linted.paragraph.text, linted.pending
        budget = self.settings.flags_per_1000_words
        if reviewer is not None and linted.is_english:
            candidates, is_judging = reviewer.judge(text, candidates, budget)
            proposed, is_reading = reviewer.propose(text, sentences, budget)
            if is_judging or is_reading:
                pending.add("model")
            if proposed:
                by_model = [candidate.lint for candidate in proposed]
                shown = self.suppressions.filter(paragraph, (linted.harper or (), linted.languagetool or (), by_model))
                proposed = [each for each in proposed if each.lint in shown and not cuts_word(text, each.lint.span)]
                candidates = add_proposals(text, candidates, proposed, linted.position)
        ready = [candidate for candidate in candidates if candidate.ready]
        if linted.vale:
            ready = add_candidates(text, ready, self._by_styles(paragraph, linted.vale), linted.position)
        findings = [ProseFinding.of(paragraph, candidate) for candidate in ready]
        return ParagraphFindings(paragraph, findings, frozenset(pending)).with_shown(linted.shown, self._is_left_out)

    def _by_styles(self, paragraph: ProseText, lints: Sequence[Lint]) -> list[FindingCandidate]:
        """Return candidates for what Vale says; they are ready, for the project itself has chosen the styles."""
        return [
            FindingCandidate(
                lint,
                (lint.engine,),
                (lint.rule,),
                tuple(Correction(lint.span, new) for new in lint.replacements),
                safe=False,
            )
            for lint in self.suppressions.filter(paragraph, (lints,))
            if not self._is_added(paragraph.text, lint)
        ]

    def _is_added(self, text: str, lint: Lint) -> bool:
        """Tell whether a lint says that a word is in no dictionary, though the user's or the project's has it."""
        word = text[lint.span.start : lint.span.end]
        return is_of_dictionaries(lint.engine, lint.rule) and folded(word) in self.vocabulary.dictionary

    def _is_left_out(self, finding: ProseFinding) -> bool:
        """Tell whether a finding of an earlier version would not be shown any more: the user has said so meanwhile."""
        candidate, word = finding.candidate, finding.word
        if candidate.spelling and (not self.settings.spelling or word in self.vocabulary):
            return True
        if candidate.unknown_word and folded(word) in self.vocabulary.dictionary:
            return True
        return self.suppressions.reason(candidate.lint.rule, finding.span.start, finding.sentence.hash) is not None


def _result(linter: BackgroundLinter | None, request: LintRequest) -> tuple[Lint, ...] | None:
    """Return what a slow engine says, nothing where there is none, or where nobody knows the language; None if it has
    not answered yet."""
    return linter.result(request) if linter is not None and request.language != UNKNOWN else ()


def _by_paragraph(paragraphs: Sequence[ProseText], findings: Sequence[ProseFinding]) -> list[Sequence[ProseFinding]]:
    """Return the findings that begin in each of the paragraphs."""
    ordered = sorted(findings, key=lambda finding: finding.span)

    def index(offset: int) -> int:
        return bisect_left(ordered, offset, key=lambda finding: finding.span.start)

    return [
        ordered[index(paragraph.start) : index(paragraph.end)] if ordered and paragraph.segments else ()
        for paragraph in paragraphs
    ]
