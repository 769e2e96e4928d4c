"""What the small model says of a document's paragraphs, in the background: of what the rules found, and by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.background import Background
from breadknife.plugins.prose.engine import Lint
from breadknife.plugins.prose.judge import Case, Judge, is_sure, judged
from breadknife.plugins.prose.likelihood import Reader, Scorer
from breadknife.plugins.prose.merge import Correction, Mistake
from breadknife.plugins.prose.proposer import Proposal, Proposer
from breadknife.plugins.prose.thresholds import PROPOSED, excess
from breadknife.text.document import Span

_REST_S = 1.0
"""A paragraph that is being typed isn't read at every key: the model takes a second or two for it."""


class Opinions:
    """Safe to use from several threads."""

    def __init__(self, knows: Callable[[str], bool]) -> None:
        self._reader = Reader()
        self._judge: Background[Case, float] = Background(Judge(self._reader))
        self._proposer: Background[str, Proposal] = Background(Proposer(self._reader, knows))

    @property
    def failure(self) -> str | None:
        """Why the model gave up; set once and for all."""
        return self._judge.failure or self._proposer.failure

    def use(self, model: Scorer) -> None:
        self._reader.use(model)

    def ask(
        self, owner: str, texts: Iterable[str], cases: Iterable[Case], arrived: Callable[[], None], *, now: bool
    ) -> None:
        """Read these texts and cases, in place of what this owner still waits for."""
        after = 0.0 if now else _REST_S
        self._judge.submit(owner, cases, arrived, after=after)
        self._proposer.submit(owner, texts, arrived, after=after)

    def wait(self, texts: Iterable[str], cases: Iterable[Case], cancel: CancelToken) -> None:
        """Return when all are read, or the model gave up. Raises Cancelled."""
        self._judge.wait(cases, cancel)
        self._proposer.wait(texts, cancel)

    def shown(self, text: str, found: Sequence[Mistake], budget: float) -> list[Mistake]:
        """Of the mistakes those that need no judge or that the model agrees to, and the model's own."""
        shown: list[Mistake] = []
        for mistake in found:
            if is_sure(mistake):
                shown.append(mistake)
            elif (margins := self._judge.result(case(text, mistake))) is not None:
                verdict = judged(mistake, margins, self._reader.name, budget)
                shown += [verdict] if verdict else []
        own = (
            _mistake(text, each, self._reader.name)
            for each in self._proposer.result(text) or ()
            if each.margin >= PROPOSED.get(each.rule, float("inf")) + excess(budget)
            and not any(_touch(each.span, mistake.lint.span) for mistake in shown)
        )
        return sorted((*shown, *own), key=lambda mistake: mistake.lint.span)

    def close(self) -> None:
        self._reader.close()
        self._judge.close()
        self._proposer.close()


def cases(text: str, found: Iterable[Mistake]) -> list[Case]:
    return [case(text, mistake) for mistake in found if not is_sure(mistake)]


def case(text: str, mistake: Mistake) -> Case:
    return Case(text, mistake.corrections)


def _mistake(text: str, proposal: Proposal, model: str) -> Mistake:
    span, new = proposal.span, proposal.replacement
    old = text[span.start : span.end]
    if not old:
        message = f"“{new.strip()}” may be missing here"
    elif not new:
        message = f"“{old.strip()}” may be one word too many"
    else:
        message = f"“{new}” is likelier than “{old}” here"
    lint = Lint("model", proposal.rule, span, f"{message} (margin {proposal.margin:.1f})", (new,), "")
    return Mistake(lint, ("model",), (proposal.rule,), (Correction(span, new),), safe=False, model=model)


def _touch(a: Span, b: Span) -> bool:
    return a.start <= b.end and b.start <= a.end
