"""What the small model says of a document's paragraphs, in the background: of what the rules found, and by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from breadknife.cancel import CancelToken
from breadknife.kept import Kept, Store
from breadknife.plugins.prose.engines.background import Background
from breadknife.plugins.prose.engines.health import Health
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import Correction, Mistake
from breadknife.plugins.prose.model.judge import Case, Judge, judged, needs_judge
from breadknife.plugins.prose.model.likelihood import Reader, Scorer, reach
from breadknife.plugins.prose.model.proposer import Proposal, Proposer, Reading, least
from breadknife.plugins.prose.model.thresholds import excess

_REST_S = 1.0
"""A paragraph that is being typed isn't read at every key: the model takes a second or two for it."""
_SHARE = 0.25
"""Of the time, the most that the model reads a document that was opened: nobody waits for it, and fans are loud."""


class Opinions:
    """Of one model. Safe to use from several threads."""

    def __init__(self, knows: Callable[[str], bool], health: Health, store: Store | None = None, by: str = "") -> None:
        """Answers are kept in `store` under `by`: the model, and all else that they depend on."""
        self._reader = Reader()
        self._health = health
        margins: Kept[Case, float] | None = Kept(store, f"judge {by}", float) if store else None
        proposals: Kept[Reading, Proposal] | None = Kept(store, f"proposer {by}", Proposal) if store else None
        self._judge: Background[Case, float] = Background(
            Judge(self._reader), health=health, kept=margins, matters=lambda case, found: max(found, default=0.0) > 0
        )
        self._proposer: Background[Reading, Proposal] = Background(
            Proposer(self._reader, knows),
            health=health,
            kept=proposals,
            matters=lambda reading, found: any(each.margin >= least(each) for each in found),
        )

    @property
    def failure(self) -> str | None:
        """Why the model gave up, until it answers again."""
        return self._health.failure

    @property
    def is_absent(self) -> bool:
        """Whether there is no model to ask."""
        return self._health.failure is not None and self._health.is_absent

    def use(self, model: Scorer) -> None:
        self._reader.use(model)

    def judge(self, owner: str, cases: Iterable[Case], arrived: Callable[[], None], *, now: bool) -> None:
        """Judge these cases, in place of what this owner still waits for."""
        self._judge.submit(owner, cases, arrived, after=0.0 if now else _REST_S)

    def read(self, owner: str, readings: Sequence[Reading], arrived: Callable[[], None], *, now: bool) -> None:
        """Read these paragraphs, in place of what this owner still waits for."""
        after, share = (0.0, 1.0) if now else (_REST_S, _SHARE)
        self._proposer.submit(owner, readings, arrived, after=after, share=share)

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come."""
        return self._judge.waits(owner) or self._proposer.waits(owner)

    def wait(self, cancel: CancelToken, *, cases: Iterable[Case] = (), readings: Iterable[Reading] = ()) -> None:
        """Return when all are answered, or the model gave up. Raises Cancelled."""
        self._judge.wait(cases, cancel)
        self._proposer.wait(readings, cancel)

    def lost(self, cases: Iterable[Case], readings: Iterable[Reading]) -> bool:
        """Tell whether the model could not answer some of them, though it works."""
        return self._judge.lost(cases) or self._proposer.lost(readings)

    def settled(self, text: str, found: Iterable[Mistake], budget: float) -> tuple[list[Mistake], bool]:
        """Return the mistakes without those that the model objects to, and whether it hasn't judged all of them yet.

        Those that it agrees to are ready now.
        """
        settled: list[Mistake] = []
        pending = False
        for mistake in found:
            if not needs_judge(mistake):
                settled.append(mistake)
            elif (margins := self._judge.result(case(text, mistake))) is None:
                pending = True
                settled.append(mistake)
            else:
                word = text[mistake.lint.span.start : mistake.lint.span.end] if mistake.spelling else ""
                verdict = judged(mistake, margins, self._reader.name, budget, word)
                settled += [verdict] if verdict else []
        return settled, pending

    def proposed(self, reading: Reading, budget: float) -> tuple[list[Mistake], bool]:
        """Return the model's own findings in a paragraph, and whether it hasn't read all of it yet.

        Meanwhile those of its beginning are told, as far as it was read up to the end of an earlier sentence.
        """
        whole = self._proposer.result(reading)
        known = (self._proposer.result(each) for each in reading.beginnings()) if whole is None else ()
        found = whole if whole is not None else next((each for each in known if each is not None), ())
        sure = (each for each in found if each.margin >= least(each) + excess(budget))
        return [_mistake(reading.text, each, self._reader.name) for each in sure], whole is None

    def close(self, wait_s: float = 10.0) -> None:
        self._reader.close()
        self._judge.close(wait_s)
        self._proposer.close(wait_s)


def cases(text: str, found: Iterable[Mistake]) -> list[Case]:
    return [case(text, mistake) for mistake in found if needs_judge(mistake)]


def reading(text: str, own: Iterable[Mistake]) -> Reading:
    """Return what the proposer reads of a paragraph: with the mistakes mended that its first engine is sure of.

    It doesn't depend on engines that answer later, so the model needs not wait for them, nor read it again.
    """
    return Reading.of(text, (each.corrections[0] for each in own if each.ready and each.corrections))


def case(text: str, mistake: Mistake) -> Case:
    """Return what is judged of a mistake, as far as the judge looks: what is typed behind that changes nothing."""
    ends = (reach(text, each.span.end) for each in mistake.corrections)
    return Case(text[: max(ends, default=0)], mistake.corrections)


def _mistake(text: str, proposal: Proposal, model: str) -> Mistake:
    span, new = proposal.span, proposal.replacement
    old = text[span.start : span.end]
    if not old:
        message = f"A word may be missing: “{new.strip()}”"
    elif not new:
        message = f"“{old.strip()}” may be unnecessary"
    else:
        message = f"Did you mean “{new}” instead of “{old}”?"
    lint = Lint("model", proposal.rule, span, message, (new,), "")
    return Mistake(lint, ("model",), (proposal.rule,), (Correction(span, new),), safe=False, model=model)
