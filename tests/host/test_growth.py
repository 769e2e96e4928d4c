"""Completions that grow after they were answered."""

from __future__ import annotations

from dataclasses import replace

from breadknife.task.plugin import Context
from breadknife.task.values import Answer, CheckRequest, CompletionItem, CompletionRequest, Completions, Findings
from breadknife.text.document import Span
from host.fakes import BY_MODEL, Fake, host
from support import document

DOC = document("x = 1\n")


def test_an_incomplete_answer_stays_marked_so() -> None:
    growing = Completions((CompletionItem(Span(5, 5), " + 2", BY_MODEL),), incomplete=True)
    one = host(Fake("grows", lambda context: growing))
    assert one.ask(CompletionRequest(DOC, 5)).answers == (("grows", growing),)


def test_a_refresh_is_about_what_was_asked() -> None:
    def refreshing(answer: Answer) -> Fake:
        def reply(context: Context) -> Answer:
            context.refresh()
            return answer

        return Fake("refreshes", reply)

    one = host(refreshing(Findings(())))
    told: list[object] = []
    one.on_refresh = lambda uri, plugin: told.append((uri, plugin))
    one.on_growth = told.append
    one.ask(CheckRequest(DOC))
    assert told == [(DOC.uri, "refreshes")]
    one.ask(CompletionRequest(DOC, 5))
    assert told[1:] == [DOC]


def test_someone_who_types_fast_sees_each_suggestion_grow() -> None:
    one = host(Fake("grows", lambda context: context.refresh()))
    told: list[object] = []
    one.on_growth = told.append
    for _ in range(100):
        one.ask(CompletionRequest(DOC, 5))
    assert len(told) == 100
    for _ in range(900):
        one.ask(CompletionRequest(DOC, 5))
    assert len(told) < 500, "but not without end"


def test_many_documents_have_news_at_the_same_time() -> None:
    one = host(Fake("refreshes", lambda context: context.refresh()))
    told: list[str] = []
    one.on_refresh = lambda uri, plugin: told.append(uri)
    documents = [replace(DOC, uri=f"file:///{number}.py") for number in range(40)]
    for each in documents:
        one.ask(CheckRequest(each))
    assert told == [each.uri for each in documents]


def test_the_status_tells_of_which_documents_more_is_to_come() -> None:
    answers = [Findings((), incomplete=True), Findings(()), Findings((), incomplete=True)]
    one = host(Fake("reads", lambda context: answers.pop(0)))
    one.ask(CheckRequest(DOC))
    assert one.incomplete.uris() == (DOC.uri,)
    one.ask(CheckRequest(DOC))
    assert one.incomplete.uris() == ()
    one.ask(CheckRequest(DOC))
    one.incomplete.close(DOC.uri)
    assert one.incomplete.uris() == ()
