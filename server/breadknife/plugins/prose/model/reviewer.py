"""What the small model says of a document's paragraphs, in the background: of what the rules found, and by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from breadknife.cancel import CancelToken
from breadknife.disk_cache import DiskCache, TypedDiskCache
from breadknife.plugins.prose.engines.background import BackgroundEngine
from breadknife.plugins.prose.engines.counts import describe_change
from breadknife.plugins.prose.engines.engine_health import EngineHealth
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import Correction, FindingCandidate
from breadknife.plugins.prose.model.judge import MarginInput, decide, needs_judge
from breadknife.plugins.prose.model.likelihood import CurrentModel, Scorer
from breadknife.plugins.prose.model.proposer import ModelProposal, PlacedSentence, Proposer, ProposerInput, least
from breadknife.plugins.prose.model.thresholds import excess

_REST_S = 0.3
"""A sentence that is being changed isn't read at every key."""


class ModelReviewer:
    """One model as a judge of candidates and as a proposer of its own."""

    def __init__(
        self, knows: Callable[[str], bool], health: EngineHealth, store: DiskCache | None = None, by: str = ""
    ) -> None:
        """Answers are kept in `store` under `by`: the model, and all else that they depend on. `knows` tells whether a
        word is in a dictionary."""
        self._model = CurrentModel()
        self.health = health
        proposer = Proposer(knows)
        margins: TypedDiskCache[MarginInput, float] | None = (
            TypedDiskCache(store, f"judge {by}", float) if store else None
        )
        proposals: TypedDiskCache[ProposerInput, ModelProposal] | None = (
            TypedDiskCache(store, f"proposer {by}", ModelProposal) if store else None
        )
        self._judge: BackgroundEngine[MarginInput, float] = BackgroundEngine(
            lambda case: self._model.run(lambda likelihood: likelihood.margins(case.text, case.changes)),
            health=health,
            kept=margins,
            matters=lambda case, margins: max(margins, default=0.0) > 0,
        )
        self._proposer: BackgroundEngine[ProposerInput, ModelProposal] = BackgroundEngine(
            lambda sentence: self._model.run(lambda likelihood: proposer.read(sentence, likelihood)),
            health=health,
            kept=proposals,
            matters=lambda sentence, proposals: any(each.margin >= least(each) for each in proposals),
        )

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether it is another runtime's model, which may be another one the next day."""
        return ":" in self._model.name

    def use(self, model: Scorer) -> None:
        self._model.use(model)

    def submit(
        self,
        owner: str,
        cases: Iterable[MarginInput],
        sentences: Sequence[ProposerInput],
        on_news: Callable[[], None],
        *,
        now: bool,
    ) -> None:
        """Judge these cases and read these sentences, in place of what this owner still waits for."""
        self._judge.submit(owner, cases, on_news, after=0.0 if now else _REST_S)
        self._proposer.submit(owner, sentences, on_news, after=0.0 if now else _REST_S)

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come."""
        return self._judge.waits(owner) or self._proposer.waits(owner)

    def wait(self, cases: Iterable[MarginInput], sentences: Iterable[ProposerInput], cancel: CancelToken) -> None:
        """Return when all are answered, or the model gave up. Raises Cancelled."""
        self._judge.wait(cases, cancel)
        self._proposer.wait(sentences, cancel)

    def lost(self, cases: Iterable[MarginInput], sentences: Iterable[ProposerInput]) -> bool:
        """Tell whether the model could not answer some of them, though it works."""
        return self._judge.lost(cases) or self._proposer.lost(sentences)

    def judge(
        self, text: str, candidates: Iterable[FindingCandidate], budget: float
    ) -> tuple[list[FindingCandidate], bool]:
        """Return the candidates without those that the model objects to, and whether it hasn't judged all of them yet.

        Those that it agrees to are ready now.
        """
        judged: list[FindingCandidate] = []
        pending = False
        for candidate in candidates:
            if not needs_judge(candidate):
                judged.append(candidate)
            elif (margins := self._judge.result(MarginInput.of(text, candidate))) is None:
                pending = True
                judged.append(candidate)
            else:
                word = text[candidate.lint.span.start : candidate.lint.span.end] if candidate.spelling else ""
                decided = decide(candidate, margins, self._model.name, budget, word)
                judged += [decided] if decided else []
        return judged, pending

    def propose(
        self, text: str, sentences: Iterable[PlacedSentence], budget: float
    ) -> tuple[list[FindingCandidate], bool]:
        """Return the model's own candidates in a paragraph, and whether it hasn't read all of its sentences yet."""
        candidates: list[FindingCandidate] = []
        is_reading = False
        for placed in sentences:
            proposals = self._proposer.result(placed.sentence)
            is_reading = is_reading or proposals is None
            for proposal in proposals or ():
                if proposal.margin >= least(proposal) + excess(budget):
                    shifted = replace(proposal, span=proposal.span.shifted(placed.start))
                    candidates.append(_candidate(text, shifted, self._model.name))
        return candidates, is_reading

    def close(self, wait_s: float = 10.0) -> None:
        self._model.close()
        self._judge.close(wait_s)
        self._proposer.close(wait_s)


def _candidate(text: str, proposal: ModelProposal, model: str) -> FindingCandidate:
    span, new = proposal.span, proposal.replacement
    lint = Lint("model", proposal.rule, span, describe_change(text, span, new), (new,), "")
    return FindingCandidate(lint, ("model",), (proposal.rule,), (Correction(span, new),), safe=False, model=model)
