"""What is wrong in a document's paragraphs: what comes of what engines say and the model thinks of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from breadknife.plugins.prose.engines.habits import Habit, find_habits, habit_of
from breadknife.plugins.prose.engines.lint import Lint, cuts_word
from breadknife.plugins.prose.engines.merge import (
    Correction,
    FindingCandidate,
    add_candidates,
    add_proposals,
    merge_lints,
)
from breadknife.plugins.prose.engines.rules import is_of_dictionaries
from breadknife.plugins.prose.finding import ProseFinding
from breadknife.plugins.prose.model.judge import MarginInput, needs_judge
from breadknife.plugins.prose.model.proposer import PlacedSentence, ProposerInput
from breadknife.plugins.prose.model.reviewer import ModelReviewer
from breadknife.plugins.prose.paragraphs.linting import LintedParagraph, ParagraphLinter
from breadknife.plugins.prose.paragraphs.run import CheckRun
from breadknife.plugins.prose.project.slips import count_slips
from breadknife.plugins.prose.project.spelling import DocumentVocabulary, folded
from breadknife.plugins.prose.results import ParagraphFindings
from breadknife.plugins.prose.suppressions import Suppressions
from breadknife.text.prose import ProseText

_MOST_READ = 60_000
"""Characters of a document's prose that the model reads by itself: about 10,000 words, some minutes."""
_FOREIGN_SPELLING = "TYPOS"
"""LanguageTool's category of words that aren't in the dictionary."""
_LONG_WORD = 8
"""Letters from which on a word may have two slips in it."""


@dataclass(frozen=True)
class DocumentCheck:
    """One check of a document's paragraphs."""

    run: CheckRun
    vocabulary: DocumentVocabulary
    suppressions: Suppressions
    habits: frozenset[Habit] = frozenset()
    """What the rest of the document says again and again, where only a part of it is checked."""

    def check(
        self, fresh: Sequence[ProseText], shown: Sequence[ProseFinding]
    ) -> tuple[list[ParagraphFindings], frozenset[Habit]]:
        """Return what is known now of these paragraphs, and the document's habits; slow engines are asked for the rest
        in the background.

        `shown` are the findings that the editor shows already, at the spans that they have now.
        """
        run = self.run
        paragraphs = ParagraphLinter(run).lint(fresh, shown)
        habits = self.habits | find_habits((each.paragraph.text, each.lints) for each in paragraphs if each.is_english)
        lints = [
            [
                lint
                for lint in self.suppressions.filter(each.paragraph, (each.harper or (), each.languagetool or ()))
                if not self._is_habit(each, lint, habits)
            ]
            for each in paragraphs
        ]
        candidates = [self._merge(each, own) if own else [] for each, own in zip(paragraphs, lints, strict=True)]
        sentences: list[Sequence[PlacedSentence]] = [()] * len(paragraphs)
        reviewer = run.engines.english.reviewer(run.context) if run.settings.model else None
        if reviewer is None:
            run.coverage.absent.add("model")
        else:
            sentences = self._list_sentences(paragraphs, lints)
            cases = [
                MarginInput.of(paragraph.paragraph.text, candidate)
                for paragraph, own in zip(paragraphs, candidates, strict=True)
                for candidate in own
                if paragraph.is_english and needs_judge(candidate)
            ]
            self._review(reviewer, cases, [each.sentence for placed in sentences for each in placed])
        finished = [
            self._finish(paragraph, own, reviewer, placed)
            for paragraph, own, placed in zip(paragraphs, candidates, sentences, strict=True)
        ]
        return finished, habits

    # --- candidates: lints -> what may be wrong

    def _is_habit(self, linted: LintedParagraph, lint: Lint, habits: frozenset[Habit]) -> bool:
        """Tell whether a lint is of what the document does again and again. What is shown already stays, and so does
        what the user has asked for."""
        asked_for = lint.rule in self.run.engines.settings.enabled
        is_new = linted.position(lint) == math.inf
        return linted.is_english and is_new and not asked_for and habit_of(linted.paragraph.text, lint) in habits

    def _merge(self, paragraph: LintedParagraph, lints: Sequence[Lint]) -> list[FindingCandidate]:
        """Return the candidates of a paragraph, of lints that aren't suppressed."""
        text, enabled = paragraph.paragraph.text, self.run.engines.settings.enabled
        lints = [lint for lint in lints if not cuts_word(text, lint.span)]
        if paragraph.is_hardly_english:
            return []
        if not paragraph.is_english:  # only LanguageTool speaks it
            lints = [lint for lint in lints if lint.category != _FOREIGN_SPELLING or self._is_foreign_typo(text, lint)]
        return merge_lints(text, lints, self._is_allowed, paragraph.position, enabled if paragraph.is_english else None)

    def _is_foreign_typo(self, text: str, lint: Lint) -> bool:
        """Tell whether a word that another language's dictionary lacks looks like a slip of the fingers."""
        word = text[lint.span.start : lint.span.end]
        most = 1 if len(word) < _LONG_WORD else 2
        return (
            self.run.settings.spelling
            and word.isalpha()
            and (word.islower() or word.istitle())
            and word not in self.vocabulary
            and any(count_slips(word.casefold(), new.casefold()) <= most for new in lint.replacements[:3])
        )

    def _is_allowed(self, word: str) -> bool:
        """Tell whether nobody wants to hear that dictionaries lack a word."""
        return not self.run.settings.spelling or word in self.vocabulary

    # --- scores: what the model says of candidates, and candidates of its own

    def _list_sentences(
        self, paragraphs: Sequence[LintedParagraph], lints: Sequence[Sequence[Lint]]
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
            is_read = paragraph.is_english and not paragraph.is_hardly_english
            if not is_read or paragraph.harper is None or length > _MOST_READ:
                sentences.append(())
                continue
            by_harper = [lint for lint in own if lint.engine == "harper"]
            candidates = self._merge(paragraph, by_harper) if by_harper else ()
            sure = [each.corrections[0] for each in candidates if each.ready and each.corrections]
            sentences.append(self.run.engines.english.sentences(text, sure))
        if self.run.whole and length > _MOST_READ:
            uri = self.run.document.uri
            self.run.context.notify(f"The model reads only the first {_MOST_READ:,} characters of {uri}.")
        return sentences

    def _review(
        self, reviewer: ModelReviewer, cases: Sequence[MarginInput], sentences: Sequence[ProposerInput]
    ) -> None:
        """Have the model judge and read, and wait for it where the asker does."""
        run = self.run
        run.coverage.awaited.append(reviewer)
        run.coverage.is_fleeting |= reviewer.is_elsewhere
        if run.asks and not run.coverage.are_unasked:
            reviewer.submit(run.owner, cases, sentences, run.on_news, now=run.whole)
            if run.whole:
                run.wait(partial(reviewer.wait, cases, sentences))
        if reviewer.health.failure is not None:
            run.coverage.absent.add("model")
            run.excuse("The model", reviewer.health, f"Prose is checked without a model: {reviewer.health.failure}.")
        elif reviewer.lost(cases, sentences):
            run.excuse("The model", reviewer.health, f"The model could not check all of {run.document.uri}.")

    # --- findings: what is shown

    def _finish(
        self,
        linted: LintedParagraph,
        candidates: Sequence[FindingCandidate],
        reviewer: ModelReviewer | None,
        sentences: Sequence[PlacedSentence],
    ) -> ParagraphFindings:
        """Return what is shown of a paragraph; engines that answer late only add to what is shown already."""
        paragraph, text, pending = linted.paragraph, linted.paragraph.text, linted.pending
        budget = self.run.settings.flags_per_1000_words
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
        if candidate.spelling and (not self.run.settings.spelling or word in self.vocabulary):
            return True
        if candidate.unknown_word and folded(word) in self.vocabulary.dictionary:
            return True
        return self.suppressions.reason(candidate.lint.rule, finding.span.start, finding.sentence.hash) is not None
