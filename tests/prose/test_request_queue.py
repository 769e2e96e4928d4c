"""What is left to ask, through all that can happen: whenever everything is idle, nothing is left unasked or untold."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from breadknife.plugins.prose.engines.engine_health import AGAIN_S, LONGEST_S, EngineHealth
from breadknife.plugins.prose.engines.request_queue import RequestQueue, RunningRequest

AFTER_S = 1.0
JUDGE, PROPOSER = 0, 1
WORKERS = st.sampled_from((JUDGE, PROPOSER))
DOCUMENTS = st.sampled_from(("a.md", "b.md"))
SENTENCES = st.sampled_from([f"Sentence {number}." for number in range(6)])


class Worker:
    """The thread of one `RequestQueue`: it sleeps until its time is up or somebody wakes it, as that of
    `BackgroundEngine` does."""

    def __init__(self, health: EngineHealth) -> None:
        self.questions: RequestQueue[str, str] = RequestQueue(health, matters=lambda text, found: text.endswith("1."))
        self.taken: RunningRequest[str] | None = None
        self.wakes_at = 0.0
        health.on_recovery(self.wake)

    def wake(self) -> None:
        self.wakes_at = 0.0


class Reading(RuleBasedStateMachine):
    """Two documents, of which a judge and a proposer read each sentence; both ask one engine, which comes and goes."""

    @initialize()
    def begin(self) -> None:
        self.now = 0.0
        self.health = EngineHealth(lambda: self.now)
        self.workers = (Worker(self.health), Worker(self.health))
        self.texts: dict[str, list[str]] = {}
        self.news: set[str] = set()
        """Documents that are to be looked at again."""
        self.seen: dict[str, set[tuple[int, str]]] = {}
        """What was answered when a document was looked at last."""
        self.is_up = True
        self.texts["a.md"] = ["Sentence 0.", "Sentence 1.", "Sentence 2."]
        self.look("a.md")

    def look(self, document: str, most: int = 2) -> None:
        """As a check does, which may be cancelled once it has asked the first."""
        texts = self.texts[document]
        for worker in self.workers[:most]:
            news: Callable[[], None] = lambda: self.news.add(document)  # noqa: E731
            if worker.questions.ask(document, texts, news, self.now, after=AFTER_S):
                worker.wake()
        answered = {(w, t) for w in (JUDGE, PROPOSER) for t in texts if self.workers[w].questions.result(t)}
        self.seen[document] = answered

    @rule(document=DOCUMENTS, sentence=SENTENCES)
    def write(self, document: str, sentence: str) -> None:
        self.texts.setdefault(document, []).append(sentence)
        self.look(document)

    @precondition(lambda self: any(self.texts.values()))
    @rule(data=st.data(), sentence=SENTENCES)
    def edit(self, data: Any, sentence: str) -> None:
        document = data.draw(st.sampled_from(sorted(each for each in self.texts if self.texts[each])))
        at = data.draw(st.integers(0, len(self.texts[document]) - 1))
        self.texts[document][at : at + 1] = [sentence] if data.draw(st.booleans()) else []
        self.look(document)

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        """A check that is cancelled is followed by another, as a newer text or a refresh has caused it."""
        document = data.draw(st.sampled_from(sorted(self.texts)))
        self.look(document, most=1)
        self.news.add(document)

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def close(self, data: Any) -> None:
        document = data.draw(st.sampled_from(sorted(self.texts)))
        del self.texts[document]
        self.news.discard(document)

    @rule(which=WORKERS, seconds=st.sampled_from((0.0, AFTER_S)))
    def begins(self, which: int, seconds: float) -> None:
        self.now += seconds
        self.start(which)

    @rule(which=WORKERS, seconds=st.sampled_from((0.5, AGAIN_S)))
    def ends(self, which: int, seconds: float) -> None:
        if self.workers[which].taken is not None:
            self.now += seconds
            self.end(which)
            self.start(which)

    def start(self, which: int) -> None:
        worker = self.workers[which]
        if worker.taken is None and worker.wakes_at <= self.now:
            worker.taken = worker.questions.take(self.now)
            if worker.taken is None:
                wait = worker.questions.wait_s(self.now)
                worker.wakes_at = math.inf if wait is None else self.now + wait

    def end(self, which: int) -> None:
        worker = self.workers[which]
        if worker.taken is None:
            return
        taken, worker.taken = worker.taken, None
        if self.is_up:
            self.health.answered()
            for arrived in worker.questions.answered(taken, (taken.request,)):
                arrived()
        else:
            self.health.gave_up("the engine is gone")
            for arrived in worker.questions.give_back(taken, self.now):
                arrived()

    @rule(which=WORKERS, has_fault=st.booleans())
    def die(self, which: int, has_fault: bool) -> None:
        worker = self.workers[which]
        if worker.taken is not None:
            taken, worker.taken = worker.taken, None
            for arrived in worker.questions.lose(taken, self.now, has_fault=has_fault):
                arrived()

    @rule(is_up=st.booleans())
    def restart(self, is_up: bool) -> None:
        self.is_up = is_up

    @rule()
    def tell(self) -> None:
        for document in sorted(self.news & self.texts.keys()):
            self.look(document)
        self.news.clear()

    @invariant()
    def nobody_sleeps_past_what_is_due(self) -> None:
        if not hasattr(self, "workers") or self.health.failure is not None:
            return
        for worker in self.workers:
            if worker.taken is None and any(worker.questions.waits(document) for document in self.texts):
                assert worker.wakes_at <= self.now + AFTER_S

    def teardown(self) -> None:
        """The engine works and nobody types: in the end all is answered, and has been told."""
        if not hasattr(self, "workers"):
            return
        self.is_up, until = True, self.now + 4 * LONGEST_S
        while self.now < until:
            self.tell()
            for which in (JUDGE, PROPOSER):
                self.start(which)
                self.end(which)
            if not self.news:
                wakes = min(worker.wakes_at for worker in self.workers)
                self.now = until if math.isinf(wakes) else max(self.now, wakes)
        for document, texts in self.texts.items():
            for which, worker in enumerate(self.workers):
                assert not worker.questions.waits(document)
                for text in texts:
                    is_lost = worker.questions.lost([text])
                    assert is_lost or worker.questions.result(text) == (text,)
                    assert is_lost or (which, text) in self.seen[document]


TestReading = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")(Reading.TestCase)
TestReading.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)


def asked(questions: RequestQueue[str, str], *texts: str, now: float = 0.0) -> None:
    questions.ask("doc", texts, lambda: None, now)


def test_the_sentence_just_written_comes_before_the_rest_of_its_document_and_before_other_documents() -> None:
    questions: RequestQueue[str, str] = RequestQueue(EngineHealth())
    questions.ask("other", ["Another."], lambda: None, 0.0)
    asked(questions, "First.", "Second.", "Third.")
    order = list[str]()
    for number in range(5):
        taken = questions.take(number)
        assert taken is not None
        questions.answered(taken, ())
        order.append(taken.request)
        if number == 0:
            asked(questions, "Second.", "Written.", "Third.", now=0.0)
    assert order == ["First.", "Written.", "Second.", "Third.", "Another."]


def test_a_text_that_the_engine_dies_of_is_asked_about_again_at_growing_intervals() -> None:
    questions: RequestQueue[str, str] = RequestQueue(EngineHealth())
    asked(questions, "Deadly.")
    now, pauses = 0.0, list[float]()
    while (taken := questions.take(now)) is not None:
        questions.lose(taken, now)
        wait = questions.wait_s(now)
        pauses += [] if wait is None else [wait]
        now += wait or 0.0
    assert pauses == [AGAIN_S, 2 * AGAIN_S, 4 * AGAIN_S, 8 * AGAIN_S, LONGEST_S]
    assert questions.lost(["Deadly."])


def test_a_text_that_is_being_asked_about_is_not_asked_about_twice() -> None:
    questions: RequestQueue[str, str] = RequestQueue(EngineHealth())
    asked(questions, "One.", "Two.")
    one = questions.take(0.0)
    assert one is not None
    asked(questions, "One.")
    assert questions.wait_s(0.0) is None
    assert questions.waits("doc")
    assert questions.answered(one, ())  # nothing else is to come, so it is news


def test_everybody_who_has_asked_about_a_lost_text_is_told_when_it_is_answered() -> None:
    questions: RequestQueue[str, str] = RequestQueue(EngineHealth())
    told: list[str] = []
    questions.ask("a.md", ["Deadly."], lambda: told.append("a.md"), 0.0)
    taken = questions.take(0.0)
    assert taken is not None
    questions.lose(taken, 0.0)
    questions.ask("b.md", ["Deadly."], lambda: told.append("b.md"), 0.0)
    again = questions.take(AGAIN_S)
    assert again is not None
    for arrived in questions.answered(again, ()):
        arrived()
    assert {"a.md", "b.md"} <= set(told)
