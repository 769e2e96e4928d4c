"""What the small model says of a document's paragraphs, in the background: of what the rules found, and by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from breadknife.cancel import CancelToken
from breadknife.disk_cache import DiskCache, TypedDiskCache
from breadknife.plugins.prose.engines.background import BackgroundEngine
from breadknife.plugins.prose.engines.counts import describe_change
from breadknife.plugins.prose.engines.engine_health import EngineHealth
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import Correction, FindingCandidate
from breadknife.plugins.prose.model.judge import MarginInput, decide, needs_judge
from breadknife.plugins.prose.model.likelihood import CurrentModel, Scorer
from breadknife.plugins.prose.model.proposer import ModelProposal, Proposer, ProposerInput, least
from breadknife.plugins.prose.model.thresholds import excess

_REST_S = 1.0
"""A paragraph that is being typed isn't read at every key: the model takes a second or two for it."""
_SHARE = 0.25
"""Of the time, the most that the model reads a document that was opened: nobody waits for it, and fans are loud."""


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
            lambda passage: self._model.run(lambda likelihood: proposer.read(passage, likelihood)),
            health=health,
            kept=proposals,
            matters=lambda passage, proposals: any(each.margin >= least(each) for each in proposals),
        )

    def use(self, model: Scorer) -> None:
        self._model.use(model)

    def submit(
        self,
        owner: str,
        cases: Iterable[MarginInput],
        passages: Sequence[ProposerInput],
        on_news: Callable[[], None],
        *,
        now: bool,
    ) -> None:
        """Judge these cases and read these passages, in place of what this owner still waits for."""
        self._judge.submit(owner, cases, on_news, after=0.0 if now else _REST_S)
        self._proposer.submit(owner, passages, on_news, after=0.0 if now else _REST_S, share=1.0 if now else _SHARE)

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come."""
        return self._judge.waits(owner) or self._proposer.waits(owner)

    def wait(self, cases: Iterable[MarginInput], passages: Iterable[ProposerInput], cancel: CancelToken) -> None:
        """Return when all are answered, or the model gave up. Raises Cancelled."""
        self._judge.wait(cases, cancel)
        self._proposer.wait(passages, cancel)

    def lost(self, cases: Iterable[MarginInput], passages: Iterable[ProposerInput]) -> bool:
        """Tell whether the model could not answer some of them, though it works."""
        return self._judge.lost(cases) or self._proposer.lost(passages)

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

    def propose(self, passage: ProposerInput, budget: float) -> tuple[list[FindingCandidate], bool]:
        """Return the model's own candidates in a paragraph, and whether it hasn't read all of it yet.

        Meanwhile those of its beginning are returned, as far as it was read up to the end of an earlier sentence.
        """
        proposals = self._proposer.result(passage)
        is_read = proposals is not None
        if proposals is None:
            earlier = (self._proposer.result(beginning) for beginning in passage.beginnings())
            proposals = next((each for each in earlier if each is not None), ())
        sure = (proposal for proposal in proposals if proposal.margin >= least(proposal) + excess(budget))
        return [_candidate(passage.text, proposal, self._model.name) for proposal in sure], not is_read

    def close(self, wait_s: float = 10.0) -> None:
        self._model.close()
        self._judge.close(wait_s)
        self._proposer.close(wait_s)


def _candidate(text: str, proposal: ModelProposal, model: str) -> FindingCandidate:
    span, new = proposal.span, proposal.replacement
    lint = Lint("model", proposal.rule, span, describe_change(text, span, new), (new,), "")
    return FindingCandidate(lint, ("model",), (proposal.rule,), (Correction(span, new),), safe=False, model=model)
