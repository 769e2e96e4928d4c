"""One look at a document's paragraphs: who is asked, who is waited for, and what comes of it."""

from __future__ import annotations

import contextlib
import math
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled
from breadknife.plugins.prose.checkers import Checkers, Tool
from breadknife.plugins.prose.continuity import Read
from breadknife.plugins.prose.engines.arrivals import Arrivals
from breadknife.plugins.prose.engines.lint import Asked, Later, Lint
from breadknife.plugins.prose.engines.merge import Correction, Mistake, added, beside, mistakes
from breadknife.plugins.prose.engines.rules import is_of_dictionaries
from breadknife.plugins.prose.flaws import Flaw, flaw
from breadknife.plugins.prose.model.judge import Case
from breadknife.plugins.prose.model.opinions import Opinions, cases, reading
from breadknife.plugins.prose.model.proposer import Reading
from breadknife.plugins.prose.project.spelling import Vocabulary, folded, is_typo, slips
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.silenced import Silenced
from breadknife.plugins.prose.spoken import ENGLISH, languages
from breadknife.task.plugin import Context
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


class Waiting(Protocol):
    """An engine that answers later."""

    def waits(self, owner: str) -> bool: ...


@dataclass
class Missing:
    """What a check lacks: of engines that it could not ask, that didn't answer, or that are still at work."""

    absent: set[str] = field(default_factory=set[str])
    """Their names, as a report of stale ignores has them."""
    unanswered: list[str] = field(default_factory=list[str])
    """A sentence for each that was asked and didn't answer: without it less is found than elsewhere."""
    awaited: list[Waiting] = field(default_factory=list["Waiting"])
    """Those that were asked, and answer later."""

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come."""
        return any(engine.waits(owner) for engine in self.awaited)


@dataclass(frozen=True)
class _Part:
    """One paragraph, and what its engines have said of it so far."""

    paragraph: ProseText
    asked: Asked
    harper: tuple[Lint, ...] | None
    tool: tuple[Lint, ...] | None
    vale: tuple[Lint, ...] | None
    before: Sequence[Flaw]
    """What is shown of it, at the places that it has now."""

    @property
    def is_english(self) -> bool:
        return self.asked.language == ENGLISH

    @property
    def pending(self) -> set[str]:
        """The engines, besides the model, that have not answered yet."""
        said = {"harper": self.harper, "languagetool": self.tool, "vale": self.vale}
        return {name for name, lints in said.items() if lints is None}

    def position(self, lint: Lint) -> float:
        """Return the place of a finding among those that are shown, which it keeps. Infinity for any other."""
        if not self.before:
            return math.inf
        key = (lint.engine, lint.rule, self.paragraph.source_span(lint.span))
        return next((at for at, flaw in enumerate(self.before) if flaw.key == key), math.inf)


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
    arrivals: Arrivals
    whole: bool
    """Wait for everybody, as lint does."""
    began: float
    """When the document was asked about, by the monotonic clock."""
    missing: Missing
    most: float | None = None
    """The seconds that a `whole` check waits for slow engines; with 0 they aren't asked, and what they have said
    counts."""

    def read(self, fresh: Sequence[ProseText], before: Sequence[Flaw]) -> list[Read]:
        """Return what is known now of these paragraphs; the engines that are slow are asked for the rest.

        `before` is what is shown of the document, at the places that it has now.
        """
        default = declared_language(self.document) or self.settings.language
        asked = [Asked(p.text, tag) for p, tag in zip(fresh, languages(fresh, default), strict=True)]
        tool = self.checkers.languagetool(self.context, whole=self.whole) if self.settings.languagetool else None
        later: dict[str, Tool | Later] = {}
        if tool is not None:
            later["LanguageTool"] = tool
        if self.vale is not None:
            later["Vale"] = self.vale
        self.missing.awaited += (*later.values(), self.checkers.harper)
        for engine in later.values() if self._asks else ():
            engine.submit(self._owner, asked, self._arrived)
        harper = self._harper(asked)
        if self.whole and self._asks:
            for engine in later.values():
                self._wait(partial(engine.wait, asked))
        # Each answer is looked up once: of one that comes a moment later there will be news.
        shown = _by_paragraph(fresh, before)
        parts = [
            _Part(
                paragraph,
                question,
                lints,
                tool.result(question) if tool is not None else (),
                self.vale.result(question) if self.vale is not None else (),
                own,
            )
            for paragraph, question, lints, own in zip(fresh, asked, harper, shown, strict=True)
        ]
        self._tell_missing(later, parts)
        if not self.whole:
            self._read_later(asked, harper)
        return self._with_model(parts)

    def leaves_out(self, flaw: Flaw) -> bool:
        """Tell whether a flaw of an earlier version would not be told any more: the user has said so meanwhile."""
        if flaw.mistake.spelling and (not self.settings.spelling or flaw.word in self.vocabulary):
            return True
        if flaw.mistake.unknown_word and folded(flaw.word) in self.vocabulary.dictionary:
            return True
        start, sentence = flaw.finding.span.start, flaw.sentence.hash
        return self.silenced.silences(flaw.mistake.lint.rule, start, sentence)

    @property
    def _owner(self) -> str:
        return f"{self.document.uri}#{id(self.context)}" if self.whole else self.document.uri

    @property
    def _arrived(self) -> Callable[[], None]:
        if self.whole:
            return _nobody
        return partial(self.arrivals.tell, self.document.uri, self.context.refresh, self._has_ended)

    def _has_ended(self) -> bool:
        return not self.missing.waits(self._owner)

    @property
    def _asks(self) -> bool:
        return self.most is None or self.most > 0

    def _wait(self, wait: Callable[[CancelToken], None]) -> None:
        """Wait for an engine, as long as the asker wants to. Raises Cancelled."""
        if self.most is None:
            wait(self.context.cancel)
            return
        limit = self.context.cancel.within(max(self.began + self.most - time.monotonic(), 0.0))
        with contextlib.suppress(Cancelled):
            wait(limit)
        self.context.cancel.raise_if_cancelled()

    def _tell_missing(self, later: Mapping[str, Tool | Later], parts: Sequence[_Part]) -> None:
        """Say which engines didn't answer: an editor's user once, and lint for each document."""
        for name in ("LanguageTool", "Vale"):
            engine, without = later.get(name), "by Harper alone" if name == "LanguageTool" else "without Vale"
            if engine is None or engine.failure is not None:
                self.missing.absent.add(name.lower())
            if engine is None:
                continue
            if engine.failure is not None:
                self._excuse(name, engine, f"Prose is checked {without}: {engine.failure}.")
            elif engine.lost(part.asked for part in parts):  # without their number: a text is told once
                self._excuse(
                    name, engine, f"{name} could not check all of {self.document.uri}: it crashes or hangs there."
                )

    def _excuse(self, name: str, engine: Tool | Later | Opinions, sentence: str) -> None:
        """Say what is missing. Lint fails where an engine gave no answer, unless there is none to ask."""
        if not self.whole or engine.is_absent:
            self.context.notify(sentence)
        elif engine.failure is not None:
            self.missing.unanswered.append(f"{name} did not answer: {engine.failure}.")
        else:
            self.missing.unanswered.append(sentence)

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

    def _with_model(self, parts: Sequence[_Part]) -> list[Read]:
        told = [self.silenced.spoken(part.paragraph, (part.harper or (), part.tool or ())) for part in parts]
        found = [self._mistakes(part, lints) if lints else [] for part, lints in zip(parts, told, strict=True)]
        opinions = self.checkers.opinions(self.context) if self.settings.model else None
        if opinions is None:
            self.missing.absent.add("model")
            return [self._read(part, own, None, None) for part, own in zip(parts, found, strict=True)]
        self.missing.awaited.append(opinions)
        readings = self._readings(parts, told)
        doubts = [
            each
            for part, own in zip(parts, found, strict=True)
            if part.is_english
            for each in cases(part.paragraph.text, own)
        ]
        self._ask(opinions, doubts, [each for each in readings if each])
        return [
            self._read(part, own, opinions, reading) for part, own, reading in zip(parts, found, readings, strict=True)
        ]

    def _readings(self, parts: Sequence[_Part], told: Sequence[Sequence[Lint]]) -> list[Reading | None]:
        """What the model reads of each paragraph; None for those that it doesn't, or not yet."""
        found: list[Reading | None] = []
        length = 0
        for part, lints in zip(parts, told, strict=True):
            length += len(part.paragraph.text) if part.is_english else 0
            if not part.is_english or part.harper is None or length > _MOST_READ:
                found.append(None)
                continue
            own = [lint for lint in lints if lint.engine == "harper"]
            whole = reading(part.paragraph.text, self._mistakes(part, own) if own else ())
            found.append(whole if whole.text else None)
        if self.whole and length > _MOST_READ:
            self.context.notify(f"The model reads only the first {_MOST_READ:,} characters of {self.document.uri}.")
        return found

    def _ask(self, opinions: Opinions, doubts: Sequence[Case], readings: Sequence[Reading]) -> None:
        if self._asks:
            opinions.judge(self._owner, doubts, self._arrived, now=self.whole)
            opinions.read(self._owner, readings, self._arrived, now=self.whole)
        if self.whole and self._asks:
            self._wait(partial(opinions.wait, cases=doubts, readings=readings))
        if opinions.failure is not None:
            self.missing.absent.add("model")
            self._excuse("The model", opinions, f"Prose is checked without a model: {opinions.failure}.")
        elif opinions.lost(doubts, readings):
            self._excuse("The model", opinions, f"The model could not check all of {self.document.uri}.")

    def _read(self, part: _Part, found: Sequence[Mistake], opinions: Opinions | None, asked: Reading | None) -> Read:
        """What is shown of a paragraph: what is shown already keeps its place, and whoever answers now adds to it."""
        paragraph, pending = part.paragraph, part.pending
        budget = self.settings.flags_per_1000_words
        if opinions is not None and part.is_english:
            found, judging = opinions.settled(paragraph.text, found, budget)
            proposed, reads = opinions.proposed(asked, budget) if asked is not None else ([], False)
            if judging or reads:
                pending.add("model")
            if proposed:
                spoken = self.silenced.spoken(
                    paragraph, (part.harper or (), part.tool or (), [each.lint for each in proposed])
                )
                counted = [each for each in proposed if each.lint in spoken]
                found = beside(paragraph.text, found, counted, part.position)
        ready = [each for each in found if each.ready]
        if part.vale:
            ready = added(paragraph.text, ready, self._styled(paragraph, part.vale), part.position)
        flaws = [flaw(paragraph, each) for each in ready]
        read = Read(paragraph, flaws, frozenset(pending))
        return read.with_shown(part.before, self.leaves_out)

    def _mistakes(self, part: _Part, lints: Sequence[Lint]) -> list[Mistake]:
        text = part.paragraph.text
        if not part.is_english:  # only LanguageTool speaks it
            lints = [each for each in lints if each.category != _FOREIGN_SPELLING or self._believes_foreign(text, each)]
        return mistakes(
            text,
            lints,
            partial(self._believes, text),
            part.position,
            None if not part.is_english else self.checkers.wish.enabled,
        )

    def _styled(self, paragraph: ProseText, lints: Sequence[Lint]) -> list[Mistake]:
        """What the project's own styles say: that needs nobody's agreement."""
        return [
            Mistake(
                lint,
                (lint.engine,),
                (lint.rule,),
                tuple(Correction(lint.span, new) for new in lint.replacements),
                safe=False,
            )
            for lint in self.silenced.spoken(paragraph, (lints,))
            if not self._is_added(paragraph.text, lint)
        ]

    def _is_added(self, text: str, lint: Lint) -> bool:
        """Whether it says that a word is in no dictionary that is in the user's or the project's."""
        word = text[lint.span.start : lint.span.end]
        return is_of_dictionaries(lint.engine, lint.rule) and folded(word) in self.vocabulary.dictionary

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


def _by_paragraph(paragraphs: Sequence[ProseText], flaws: Sequence[Flaw]) -> list[Sequence[Flaw]]:
    """The flaws that begin in each of the paragraphs."""
    ordered = sorted(flaws, key=lambda each: each.finding.span)

    def at(offset: int) -> int:
        return bisect_left(ordered, offset, key=lambda each: each.finding.span.start)

    return [ordered[at(each.start) : at(each.end)] if ordered and each.segments else () for each in paragraphs]


def _nobody() -> None:
    """Lint waits: nobody needs to be told that results have come."""
