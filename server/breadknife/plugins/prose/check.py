"""One look at a document's paragraphs: who is asked, who is waited for, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from breadknife.plugins.prose.checkers import Checkers, Tool
from breadknife.plugins.prose.continuity import Read
from breadknife.plugins.prose.engines.lint import Asked, Later, Lint
from breadknife.plugins.prose.engines.merge import Correction, Mistake, in_order, is_same, joined, mistakes
from breadknife.plugins.prose.engines.rules import is_of_dictionaries
from breadknife.plugins.prose.flaws import Flaw, flaw
from breadknife.plugins.prose.model.opinions import Opinions, cases, reading
from breadknife.plugins.prose.project.spelling import Vocabulary, folded, is_typo, slips
from breadknife.plugins.prose.project.workspace import EVERYWHERE, Sentence
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.spoken import ENGLISH, languages
from breadknife.task.plugin import Context
from breadknife.task.values import Finding
from breadknife.text.directives import Directives
from breadknife.text.document import Document, Span
from breadknife.text.extract.declared import declared_language
from breadknife.text.prose import ProseText

_AT_ONCE_S = 0.15
"""What Harper has not read by then, since the document was asked about, it reads in the background: 4,000 words take it
a second."""
_AT_ONCE = 2_000
"""Code points that it reads at once however long that takes: a paragraph that was edited."""
_UNKNOWN = Asked("httpcore2")
"""The first word that is in no dictionary takes Harper a second: better once in the background than in an answer."""
_MOST_READ = 60_000
"""Characters of a document's prose that the model reads by itself: about 10,000 words, some minutes."""
_FOREIGN_SPELLING = "TYPOS"
"""LanguageTool's category of words that aren't in the dictionary."""
_LONG_WORD = 8


@dataclass(frozen=True)
class Silenced:
    """What settings, a document's comments and its project's decisions leave out."""

    document: Document
    disabled: frozenset[str]
    directives: Directives
    ignored: frozenset[tuple[str, str]]

    def leaves_out(self, finding: Finding) -> bool:
        """Whether a finding about the document as a whole isn't to be told."""
        return self.silences(finding.code, finding.span.start) or (
            bool(self.ignored)
            and (finding.code, Sentence.of_line(self.document, finding.span.start).hash) in self.ignored
        )

    def ignores(self, rule: str, text: str, span: Span) -> bool:
        """Whether a rule is ignored in the sentence of a paragraph."""
        return bool(self.ignored) and (rule, Sentence.around(text, span).hash) in self.ignored

    def silences(self, rule: str, offset: int) -> bool:
        """Whether a rule is off, there or everywhere."""
        return (
            rule in self.disabled
            or (rule, EVERYWHERE) in self.ignored
            or self.directives.silence(rule, self.document.line_at(offset))
        )


@dataclass(frozen=True)
class Check:
    document: Document
    context: Context
    settings: ProseSettings
    paragraphs: Sequence[ProseText]
    """All of the document."""
    vocabulary: Vocabulary
    silenced: Silenced
    checkers: Checkers
    vale: Later | None
    whole: bool
    """Wait for everybody, as lint does."""
    began: float
    """When the document was asked about, by the monotonic clock."""
    absent: set[str]
    """Is told who could not be asked."""

    def read(self, fresh: Sequence[ProseText]) -> list[Read]:
        """What is known now of these paragraphs; the engines that are slow are asked for the rest."""
        default = declared_language(self.document) or self.settings.language
        asked = [Asked(p.text, tag) for p, tag in zip(fresh, languages(fresh, default), strict=True)]
        tool = self.checkers.languagetool(self.context, whole=self.whole) if self.settings.languagetool else None
        later: list[Tool | Later] = [each for each in (tool, self.vale) if each is not None]
        for engine in later:
            engine.submit(self._owner, asked, self._arrived)
        harper = self._harper(asked)
        if self.whole:
            for engine in later:
                engine.wait(asked, self.context.cancel)
        if tool is not None and tool.failure is not None:
            self.context.notify(f"Prose is checked by Harper alone: {tool.failure}.")
            tool = None
        if self.vale is not None and self.vale.failure is not None:
            self.context.notify(f"Prose is checked without Vale: {self.vale.failure}.")
        if tool is None:
            self.absent.add("languagetool")
        if self.vale is None or self.vale.failure is not None:
            self.absent.add("vale")
        # Once: what comes meanwhile would be neither told nor waited for.
        second = [tool.result(question) if tool is not None else () for question in asked]
        said = [(*(lints or ()), *(more or ())) for lints, more in zip(harper, second, strict=True)]
        silenced = [self._silenced(paragraph, lints) for paragraph, lints in zip(fresh, said, strict=True)]
        found = [
            self._mistakes(paragraph, question, lints, silent, tool is not None) if lints else []
            for paragraph, question, lints, silent in zip(fresh, asked, said, silenced, strict=True)
        ]
        if not self.whole:
            self._read_later(asked, harper)
        opinions, thinking = self.checkers.opinions(self.context) if self.settings.model else None, False
        if opinions is None:
            self.absent.add("model")
        else:
            english = [index for index, each in enumerate(asked) if each.language == ENGLISH]
            judged, thinking = self._with_opinions(
                [fresh[i] for i in english], [silenced[i] for i in english], [found[i] for i in english], opinions
            )
            for index, own in zip(english, judged, strict=True):
                found[index] = own
        read: list[Read] = []
        for paragraph, question, lints, more, own in zip(fresh, asked, harper, second, found, strict=True):
            styled = self.vale.result(question) if self.vale is not None and self.vale.failure is None else ()
            pending = {
                "harper": lints is None,
                "languagetool": more is None,
                "vale": styled is None,
                "model": thinking and question.language == ENGLISH,
            }
            own = self._styled(paragraph, own, styled) if styled else own
            flaws = [flaw(paragraph, each) for each in own]
            read.append(Read(paragraph, flaws, frozenset(name for name, waits in pending.items() if waits)))
        for name, engine in (("LanguageTool", tool), ("Vale", self.vale)):
            if engine is None or any(name.lower() in each.pending for each in read):
                continue
            if engine.lost(asked):  # without their number: a text is told once
                self.context.notify(f"{name} could not check all of {self.document.uri}: it ends or hangs there.")
        return read

    def leaves_out(self, flaw: Flaw) -> bool:
        """Whether a flaw of an earlier version would not be told any more: the user has said so meanwhile."""
        if flaw.mistake.spelling and (not self.settings.spelling or flaw.word in self.vocabulary):
            return True
        if flaw.mistake.unknown_word and folded(flaw.word) in self.vocabulary.dictionary:
            return True
        return any(
            self.silenced.silences(rule, flaw.finding.span.start) or (rule, flaw.sentence.hash) in self.silenced.ignored
            for rule in flaw.mistake.rules
        )

    @property
    def _owner(self) -> str:
        return f"{self.document.uri}#{id(self.context)}" if self.whole else self.document.uri

    @property
    def _arrived(self) -> Callable[[], None]:
        return _nobody if self.whole else self.context.refresh

    def _harper(self, asked: Sequence[Asked]) -> list[tuple[Lint, ...] | None]:
        """What Harper says; None for what it has no time for now."""
        harper, due = self.checkers.harper, self.began + _AT_ONCE_S
        found: list[tuple[Lint, ...] | None] = []
        length = 0
        for question in asked:
            self.context.cancel.raise_if_cancelled()
            known = harper.result(question)
            if known is None and (self.whole or length < _AT_ONCE or time.monotonic() < due):
                known = harper.answer(question)
                length += len(question.text)
            found.append(known)
        return found

    def _read_later(self, asked: Iterable[Asked], found: Iterable[tuple[Lint, ...] | None]) -> None:
        """Have Harper read what it has not, once no word is asked about any more: that would wait for a paragraph."""
        harper = self.checkers.harper
        harper.submit(
            self._owner, (each for each, known in zip(asked, found, strict=True) if known is None), self._arrived
        )
        harper.submit("", [_UNKNOWN], _nobody)

    def _with_opinions(
        self,
        paragraphs: Sequence[ProseText],
        silenced: Sequence[Sequence[Lint]],
        found: Sequence[list[Mistake]],
        opinions: Opinions,
    ) -> tuple[list[list[Mistake]], bool]:
        """Of English paragraphs, and whether the model wasn't done when its answers were looked at: not later, or
        what comes in between would be neither told nor waited for."""
        owner, arrived, context, whole = self._owner, self._arrived, self.context, self.whole
        texts = [paragraph.text for paragraph in paragraphs]
        doubts = [case for text, own in zip(texts, found, strict=True) for case in cases(text, own)]
        thinking = opinions.judge(owner, doubts, arrived, now=whole)
        if whole:
            opinions.wait(context.cancel, cases=doubts)
        budget = self.settings.flags_per_1000_words
        settled = [opinions.settled(text, own, budget) for text, own in zip(texts, found, strict=True)]
        readings = [reading(text, own) for text, own in zip(texts, settled, strict=True)]
        ends = accumulate(map(len, texts))
        near = [each for each, end in zip(readings, ends, strict=True) if end <= _MOST_READ]
        if whole and len(near) < len(texts):
            context.notify(f"The model proposes for the first {_MOST_READ:,} characters of {self.document.uri} only.")
        thinking = opinions.read(owner, near, arrived, now=whole) or thinking
        if whole:
            opinions.wait(context.cancel, readings=near)
        if opinions.failure is not None:
            context.notify(f"Prose is checked without a model: {opinions.failure}.")
            self.absent.add("model")
            return list(found), False
        own = [opinions.proposed(each, known, budget) for each, known in zip(readings, settled, strict=True)]
        told = [
            in_order((*known, *(each for each in proposed if self._counts(paragraph, each.lint, silent))))
            for paragraph, silent, known, proposed in zip(paragraphs, silenced, settled, own, strict=True)
        ]
        return told, thinking and not whole

    def _mistakes(
        self,
        paragraph: ProseText,
        question: Asked,
        lints: Sequence[Lint],
        silenced: Sequence[Lint],
        has_second: bool,
    ) -> list[Mistake]:
        text, english = paragraph.text, question.language == ENGLISH
        counted = [lint for lint in lints if self._counts(paragraph, lint, silenced)]
        if not english:
            counted = [
                each for each in counted if each.category != _FOREIGN_SPELLING or self._believes_foreign(text, each)
            ]
        engines = 2 if has_second and english else 1
        return mistakes(text, counted, engines, partial(self._believes, text)) if counted else []

    def _styled(self, paragraph: ProseText, own: Sequence[Mistake], lints: Sequence[Lint]) -> list[Mistake]:
        """With what the project's own styles say: that needs nobody's agreement, and is told where others speak too."""
        found = [*own]
        for lint in lints:
            if not self._counts(paragraph, lint) or self._is_added(paragraph.text, lint):
                continue
            beside = next((i for i, each in enumerate(found) if lint.span.touches(each.lint.span)), None)
            if beside is None:
                corrections = tuple(Correction(lint.span, new) for new in lint.replacements)
                found.append(Mistake(lint, (lint.engine,), (lint.rule,), corrections, safe=False))
            else:
                found[beside] = joined(paragraph.text, found[beside], lint)
        return in_order(found)

    def _is_added(self, text: str, lint: Lint) -> bool:
        """Whether it says that a word is in no dictionary that is in the user's or the project's."""
        word = text[lint.span.start : lint.span.end]
        return is_of_dictionaries(lint.engine, lint.rule) and folded(word) in self.vocabulary.dictionary

    def _counts(self, paragraph: ProseText, lint: Lint, silenced: Sequence[Lint] = ()) -> bool:
        """Whether it may be told. Where a rule is silenced, so is whoever says the same: its user has meant the place,
        not the engine."""
        return (
            not paragraph.touches_markup(lint.span)
            and not any(is_same(paragraph.text, lint, each) for each in silenced)
            and not self._silenced(paragraph, (lint,))
        )

    def _silenced(self, paragraph: ProseText, lints: Iterable[Lint]) -> list[Lint]:
        silenced = self.silenced
        return [
            lint
            for lint in lints
            if silenced.silences(lint.rule, paragraph.source_span(lint.span).start)
            or silenced.ignores(lint.rule, paragraph.text, lint.span)
        ]

    def _believes_foreign(self, text: str, lint: Lint) -> bool:
        """Whether a word that another language's dictionary lacks looks like a slip of the fingers."""
        word = text[lint.span.start : lint.span.end]
        most = 1 if len(word) < _LONG_WORD else 2
        return (
            self.settings.spelling
            and word.isalpha()
            and (word.islower() or word.istitle())
            and word not in self.vocabulary
            and any(slips(word.casefold(), new.casefold()) <= most for new in lint.replacements[:3])
        )

    def _believes(self, text: str, span: Span, offered: Sequence[str], agreed: str) -> bool:
        return self.settings.spelling and is_typo(
            text, span, tuple(offered), self.vocabulary, self.checkers.knows, agreed
        )


def _nobody() -> None:
    """Lint waits: nobody needs to be told that results have come."""
