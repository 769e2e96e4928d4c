"""What each engine says of a document's paragraphs: who is asked, who is waited for, and who didn't answer."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from breadknife.plugins.prose.engines.lint import BackgroundLinter, Lint, LintRequest, drop_noise
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.finding import ProseFinding
from breadknife.plugins.prose.language import UNKNOWN, is_hardly_english
from breadknife.plugins.prose.paragraphs.run import CheckRun
from breadknife.text.prose import ProseText

LONG = 10_000
"""Code points of a document of which the sentences come first, and what is wrong with all of it once it rests."""
_AT_ONCE_S = 0.15
"""Seconds from the start of a check, after which Harper reads in the background: 4,000 words take it a second."""
_AT_ONCE_CHARACTERS = 2_000
"""Code points that Harper reads at once however long that takes: a paragraph that was edited."""
_WITHOUT = {"LanguageTool": "by Harper alone", "Vale": "without Vale"}


@dataclass(frozen=True)
class LintedParagraph:
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

    @property
    def lints(self) -> tuple[Lint, ...]:
        """Return what the engines that know English have said of it, whether or not it is to be shown."""
        return (*(self.harper or ()), *(self.languagetool or ()))

    @cached_property
    def is_hardly_english(self) -> bool:
        """Tell whether Harper knows so few of its words that what is said of it as English is worth nothing. While one
        types there, that doesn't take away what is shown."""
        text = self.paragraph.text
        unknown = {lint.span for lint in self.harper or () if lint.rule in SPELLING}
        words = (text[span.start : span.end] for span in unknown)
        return self.is_english and not self.shown and is_hardly_english(text, words)

    def position(self, lint: Lint) -> float:
        """Return a lint's index among the findings that are shown; infinity if it isn't shown."""
        if not self.shown:
            return math.inf
        key = (lint.engine, lint.rule, self.paragraph.source_span(lint.span))
        return next((at for at, finding in enumerate(self.shown) if finding.key == key), math.inf)


@dataclass(frozen=True)
class _SlowLinter:
    """An engine that answers later, and what it is asked."""

    linter: BackgroundLinter
    requests: Sequence[LintRequest]


@dataclass(frozen=True)
class ParagraphLinter:
    """Asks the engines about the paragraphs of one check."""

    run: CheckRun

    def lint(self, fresh: Sequence[ProseText], shown: Sequence[ProseFinding]) -> list[LintedParagraph]:
        """Ask every engine about the paragraphs; return each with what has been said of it so far."""
        run, english = self.run, self.run.settings.dialect
        requests = [LintRequest(each.text, run.language.of_paragraph(each, english)) for each in fresh]
        languagetool = run.engines.languagetool(run.context, whole=run.whole) if run.settings.languagetool else None
        linters = {"LanguageTool": languagetool, "Vale": run.vale}
        slow = {
            name: _SlowLinter(linter, [each for each in requests if self._is_for(name, each)])
            for name, linter in linters.items()
            if linter is not None
        }
        run.coverage.awaited += (*(each.linter for each in slow.values()), run.engines.harper)
        if run.whole:
            self._submit(slow.values())  # first, so that they work while Harper reads
        by_harper = self._lint_at_once(requests)
        if not run.whole:
            unread = (request for request, lints in zip(requests, by_harper, strict=True) if lints is None)
            run.engines.harper.submit(run.owner, unread, run.on_news)
            self._submit(slow.values())
        if run.whole and run.asks:
            for each in slow.values():
                run.wait(partial(each.linter.wait, each.requests))
        # Each answer is looked up once: of one that comes a moment later there will be news.
        paragraphs = [
            LintedParagraph(
                paragraph,
                request,
                is_english=request.language == english,
                harper=lints,
                languagetool=self._by_languagetool(slow, request),
                vale=self._by_slow(slow, "Vale", request),
                shown=shown_here,
            )
            for paragraph, request, lints, shown_here in zip(
                fresh, requests, by_harper, _by_paragraph(fresh, shown), strict=True
            )
        ]
        self._report_missing(slow)
        return paragraphs

    def _is_for(self, name: str, request: LintRequest) -> bool:
        """Tell whether a slow engine is asked about a paragraph: not in a language that nobody knows, and LanguageTool,
        whose start takes seconds, not about a single word of English, which Harper's dictionary knows as well."""
        is_word = request.language == self.run.settings.dialect and " " not in request.text
        return request.language != UNKNOWN and not (is_word and name == "LanguageTool")

    def _submit(self, slow: Iterable[_SlowLinter]) -> None:
        """Have slow engines asked, unless Harper still reads: they would take the processor from it, LanguageTool's
        start for seconds. The news that it has ended leads to the next check, which asks them."""
        if self._harper_reads:
            self.run.coverage.are_unasked = True
        elif self.run.asks:
            for each in slow:
                each.linter.submit(self.run.owner, each.requests, self.run.on_news)

    def _by_slow(self, slow: Mapping[str, _SlowLinter], name: str, request: LintRequest) -> tuple[Lint, ...] | None:
        """Return what a slow engine says, nothing where it isn't asked; None if it has not answered yet."""
        return slow[name].linter.result(request) if name in slow and self._is_for(name, request) else ()

    @property
    def _has_harper(self) -> bool:
        """Tell whether Harper can be asked: a long document in an editor doesn't wait until it is loaded."""
        return self.run.whole or len(self.run.document.text) < LONG or not self.run.engines.harper_is_loading

    def knows(self, word: str) -> bool:
        """Tell whether the dictionary has the word; yes, of each word that it can't be asked about yet."""
        return not self._has_harper or self.run.engines.english.knows(word)

    @property
    def _harper_reads(self) -> bool:
        """Tell whether Harper still reads this document in the background."""
        return not self.run.whole and self.run.engines.harper.waits(self.run.owner)

    def _lint_at_once(self, requests: Sequence[LintRequest]) -> list[tuple[Lint, ...] | None]:
        """Return what Harper says; None for what it has no time for now."""
        harper, due = self.run.engines.harper, self.run.began + _AT_ONCE_S
        answers: list[tuple[Lint, ...] | None] = []
        length = 0
        for request in requests:
            self.run.context.cancel.raise_if_cancelled()
            lints = harper.result(request)
            if lints is None and (
                self.run.whole or (self._has_harper and (length < _AT_ONCE_CHARACTERS or time.monotonic() < due))
            ):
                lints = harper.answer(request)
                length += len(request.text)
            answers.append(lints)
        return answers

    def _by_languagetool(self, slow: Mapping[str, _SlowLinter], request: LintRequest) -> tuple[Lint, ...] | None:
        lints = self._by_slow(slow, "LanguageTool", request)
        return None if lints is None else drop_noise(lints, self.run.engines.settings.enabled, request.language)

    def _report_missing(self, slow: Mapping[str, _SlowLinter]) -> None:
        """Say which engines didn't answer: an editor's user once, and lint for each document."""
        run = self.run
        for name, without in _WITHOUT.items():
            if name not in slow:
                run.coverage.absent.add(name.lower())
                continue
            linter = slow[name].linter
            if linter.failure is not None:
                run.coverage.absent.add(name.lower())
                run.coverage.is_fleeting = True  # it looked as if it could be asked
                run.excuse(name, linter.health, f"Prose is checked {without}: {linter.failure}.")
            elif linter.lost(slow[name].requests):  # without their number: a text is told once
                lost = f"{name} could not check all of {run.document.uri}: it crashes or hangs there."
                run.excuse(name, linter.health, lost)


def _by_paragraph(paragraphs: Sequence[ProseText], findings: Sequence[ProseFinding]) -> list[Sequence[ProseFinding]]:
    """Return the findings that begin in each of the paragraphs."""
    ordered = sorted(findings, key=lambda finding: finding.span)

    def index(offset: int) -> int:
        return bisect_left(ordered, offset, key=lambda finding: finding.span.start)

    return [
        ordered[index(paragraph.start) : index(paragraph.end)] if ordered and paragraph.segments else ()
        for paragraph in paragraphs
    ]
