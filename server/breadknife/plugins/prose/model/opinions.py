"""What the small model says of a document's paragraphs, in the background: of what the rules found, and by itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.engines.background import Background
from breadknife.plugins.prose.engines.health import Health
from breadknife.plugins.prose.engines.kept import Kept, Store
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import Correction, Mistake
from breadknife.plugins.prose.model.judge import Case, Judge, is_sure, judged
from breadknife.plugins.prose.model.likelihood import Reader, Scorer
from breadknife.plugins.prose.model.proposer import Proposal, Proposer, Reading, least
from breadknife.plugins.prose.model.thresholds import excess

_KEPT = 1 << 16
_REST_S = 1.0
"""A paragraph that is being typed isn't read at every key: the model takes a second or two for it."""
_SHARE = 0.25
"""Of the time, the most that the model reads a document that was opened: nobody waits for it, and fans are loud."""


class Opinions:
    """Of one model. Safe to use from several threads."""

    def __init__(self, knows: Callable[[str], bool], health: Health, store: Store | None = None, by: str = "") -> None:
        """In `store` is kept what is said by `by`: a model, and all else that it depends on."""
        self._reader = Reader()
        self._health = health
        margins: Kept[Case, float] | None = Kept(store, f"judge {by}", float) if store else None
        proposals: Kept[Reading, Proposal] | None = Kept(store, f"proposer {by}", Proposal) if store else None
        self._judge: Background[Case, float] = Background(Judge(self._reader), health=health, kept=margins)
        self._proposer: Background[Reading, Proposal] = Background(
            Proposer(self._reader, knows), health=health, kept=proposals
        )
        self._last: OrderedDict[str, Reading] = OrderedDict()
        """Of each text the reading that was answered last."""

    @property
    def failure(self) -> str | None:
        """Why the model gave up, until it answers again."""
        return self._health.failure

    def use(self, model: Scorer) -> None:
        self._reader.use(model)

    def judge(self, owner: str, cases: Iterable[Case], arrived: Callable[[], None], *, now: bool) -> bool:
        """Judge these cases, in place of what this owner still waits for. Whether some aren't answered yet."""
        self._judge.submit(owner, cases, arrived, after=0.0 if now else _REST_S)
        return self._judge.waits(owner)

    def read(self, owner: str, readings: Sequence[Reading], arrived: Callable[[], None], *, now: bool) -> bool:
        """Read these paragraphs, in place of what this owner still waits for. Whether some aren't read yet."""
        after, share = (0.0, 1.0) if now else (_REST_S, _SHARE)
        self._proposer.submit(owner, readings, arrived, after=after, share=share)
        return self._proposer.waits(owner)

    def wait(self, cancel: CancelToken, *, cases: Iterable[Case] = (), readings: Iterable[Reading] = ()) -> None:
        """Return when all are answered, or the model gave up. Raises Cancelled."""
        self._judge.wait(cases, cancel)
        self._proposer.wait(readings, cancel)

    def settled(self, text: str, found: Sequence[Mistake], budget: float) -> list[Mistake]:
        """Of the mistakes those that need no judge or that the model agrees to, as far as it has answered."""
        settled: list[Mistake] = []
        for mistake in found:
            if is_sure(mistake):
                settled.append(mistake)
            elif (margins := self._judge.result(case(text, mistake))) is not None:
                word = text[mistake.lint.span.start : mistake.lint.span.end] if mistake.spelling else ""
                verdict = judged(mistake, margins, self._reader.name, budget, word)
                settled += [verdict] if verdict else []
        return settled

    def proposed(self, reading: Reading, settled: Sequence[Mistake], budget: float) -> list[Mistake]:
        """The model's own, beside those. While it reads a paragraph again what it said last stays."""
        found = self._proposer.result(reading)
        if found is not None:
            self._last[reading.text] = reading
            self._last.move_to_end(reading.text)
            while len(self._last) > _KEPT:
                self._last.popitem(last=False)
        elif reading.text in self._last:
            found = self._proposer.result(self._last[reading.text])
        return [
            _mistake(reading.text, each, self._reader.name)
            for each in found or ()
            if each.margin >= least(each) + excess(budget)
            and not any(each.span.touches(mistake.lint.span) for mistake in settled)
        ]

    def close(self, wait_s: float = 10.0) -> None:
        self._reader.close()
        self._judge.close(wait_s)
        self._proposer.close(wait_s)


def cases(text: str, found: Iterable[Mistake]) -> list[Case]:
    return [case(text, mistake) for mistake in found if not is_sure(mistake)]


def reading(text: str, settled: Iterable[Mistake]) -> Reading:
    return Reading(text, tuple(each.corrections[0] for each in settled if each.corrections))


def case(text: str, mistake: Mistake) -> Case:
    return Case(text, mistake.corrections)


def _mistake(text: str, proposal: Proposal, model: str) -> Mistake:
    span, new = proposal.span, proposal.replacement
    old = text[span.start : span.end]
    if not old:
        message = f"“{new.strip()}” may be missing here"
    elif not new:
        message = f"“{old.strip()}” may be one word too many"
    elif proposal.margin > 0:
        message = f"“{new}” is likelier than “{old}” here"
    else:  # grammar speaks for it, and the model not much against it
        message = f"“{new}” may be meant for “{old}” here"
    lint = Lint("model", proposal.rule, span, f"{message} (margin {proposal.margin:.1f})", (new,), "")
    return Mistake(lint, ("model",), (proposal.rule,), (Correction(span, new),), safe=False, model=model)
