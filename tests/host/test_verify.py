"""Where a model's edits may be: ⟦marked⟧ below."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.host.answers.form import BadAnswer, check_form
from breadknife.host.answers.verify import ACCEPTED_UNPARSED, Verifier
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    DocumentEdits,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    ResolveRequest,
    Silence,
)
from breadknife.text.document import Document, Span, TextEdit
from host.fakes import BY_MODEL
from support import document, marked_spans

TEXT = "first line\nsecond line\nthird line\n"
DOC = document(TEXT, "plaintext")
SECOND = Span(11, 22)
IN_SECOND = Span(13, 14)
FINDING = Finding(IN_SECOND, "s", "c", "m")


def verified(request: Request, answer: Answer) -> Answer | None:
    return Verifier(request, lambda document: None, lambda origin: bool(origin.model)).verified(answer)


def edit(span: Span, origin: Origin = BY_MODEL, within: Span | None = None) -> Action:
    return Action("t", edits=(TextEdit(span, "new"),), origin=origin, within=within)


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        (CompletionRequest(DOC, 13), "first line\n⟦second line⟧\nthird line\n"),
        (CompletionRequest(DOC, 13, selected=(Span(5, 13), "x")), "⟦first line\nsecond line⟧\nthird line\n"),
        (ActionRequest(DOC, IN_SECOND), "first line\n⟦second line⟧\nthird line\n"),
        (ActionRequest(DOC, Span(13, 30)), "first line\n⟦second line\nthird line⟧\n"),
        (ResolveRequest(DOC, Action("t", findings=(FINDING,))), "first line\n⟦second line⟧\nthird line\n"),
        (ResolveRequest(DOC, Action("t", within=Span(3, 5))), "fir⟦st⟧ line\nsecond line\nthird line\n"),
        (ResolveRequest(DOC, Action("t")), "⟦⟧first line\nsecond line\nthird line\n"),
    ],
)
def test_asked_range(request_: Request, asked: str) -> None:
    _, [span] = marked_spans(asked)
    for start in range(len(TEXT) + 1):
        for end in (start, min(len(TEXT), start + 3)):
            found = Span(start, end)
            answer: Answer = (
                Completions((CompletionItem(found, "new", BY_MODEL),))
                if isinstance(request_, CompletionRequest)
                else Actions((edit(found),))
            )
            refused = verified(request_, answer)
            assert (not isinstance(refused, Silence)) == span.contains(found), found
            assert not isinstance(refused, Silence) or refused.reason == "outside-range"


def test_a_rules_edits_may_be_anywhere() -> None:
    rule = Actions((edit(Span(0, 5), Origin(rule="r")),))
    assert verified(ActionRequest(DOC, IN_SECOND), rule) == rule


def test_a_plugin_may_say_the_range_when_it_offers_and_not_when_it_resolves() -> None:
    whole = Span(0, len(TEXT))
    assert not isinstance(verified(ActionRequest(DOC, IN_SECOND), Actions((edit(Span(0, 5), within=whole),))), Silence)
    resolved = Actions((edit(Span(0, 5), within=whole),))
    assert isinstance(verified(ResolveRequest(DOC, Action("t", within=SECOND)), resolved), Silence)


def test_an_offer_carries_its_range() -> None:
    offered = verified(ActionRequest(DOC, IN_SECOND), Actions((Action("t", data={"a": 1}),)))
    assert isinstance(offered, Actions)
    assert offered.items[0].within == SECOND


@pytest.mark.parametrize(
    ("span", "within", "kept"), [(SECOND, None, 1), (Span(0, 2), None, 0), (Span(0, 2), Span(0, 9), 1)]
)
def test_a_fix_stays_on_its_findings_lines(span: Span, within: Span | None, kept: int) -> None:
    fix = Fix("t", (TextEdit(span, "new"),), origin=BY_MODEL, within=within)
    found = verified(CheckRequest(DOC), Findings((Finding(IN_SECOND, "s", "c", "m", fixes=(fix,)),)))
    assert isinstance(found, Findings)
    assert len(found.items[0].fixes) == kept


@pytest.mark.parametrize(("language", "expected"), [("python", "no-tree"), ("plaintext", ACCEPTED_UNPARSED)])
def test_what_has_a_grammar_and_was_not_parsed_is_refused(language: str, expected: str) -> None:
    request = CompletionRequest(document("x = \n", language), 4)
    verifier = Verifier(request, lambda document: None, lambda origin: bool(origin.model))
    verifier.verified(Completions((CompletionItem(Span(4, 4), "1", BY_MODEL),)))
    assert verifier.verdict == expected


# --- other documents ---

OTHER = replace(document("other text\n", "plaintext"), uri="file:///project/other")
SHARED = {Path("/project/other"): OTHER.text}


def elsewhere(document: Document, span: Span = Span(0, 5), origin: Origin = Origin("r")) -> Action:
    return Action("t", origin=origin, elsewhere=(DocumentEdits(document, (TextEdit(span, "new"),)),))


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (elsewhere(OTHER), ""),
        (elsewhere(OTHER, origin=BY_MODEL), "outside-range"),
        (elsewhere(replace(OTHER, text="older text\n")), "changed-elsewhere"),
        (elsewhere(replace(OTHER, uri="file:///project/.env")), "outside-folder"),
        (elsewhere(replace(OTHER, uri="untitled:other")), "outside-folder"),
    ],
)
@pytest.mark.parametrize("request_", [ActionRequest(DOC, IN_SECOND), ResolveRequest(DOC, Action("t"))])
def test_which_other_documents_an_action_may_edit(request_: Request, action: Action, reason: str) -> None:
    check_form(request_, Actions((action,)))
    verifier = Verifier(request_, lambda document: None, lambda origin: bool(origin.model), SHARED.get)
    answer = verifier.verified(Actions((action,)))
    assert answer.reason == reason if isinstance(answer, Silence) else (answer == Actions((action,)) and not reason)


@pytest.mark.parametrize(
    ("there", "origin", "kept"),
    [
        (OTHER, Origin("r"), True),
        (OTHER, BY_MODEL, False),
        (replace(OTHER, uri="file:///project/.env"), Origin("r"), False),
    ],
)
def test_which_other_documents_a_fix_may_edit(there: Document, origin: Origin, kept: bool) -> None:
    fix = Fix("t", (), origin=origin, elsewhere=elsewhere(there).elsewhere)
    request, found = CheckRequest(DOC), Findings((Finding(IN_SECOND, "s", "c", "m", fixes=(fix,)),))
    check_form(request, found)
    verifier = Verifier(request, lambda document: None, lambda origin: bool(origin.model), SHARED.get)
    answer = verifier.verified(found)
    assert isinstance(answer, Findings)
    assert answer.items[0].fixes == ((fix,) if kept else ())


@pytest.mark.parametrize("action", [elsewhere(OTHER, Span(8, 99)), elsewhere(DOC), elsewhere(OTHER, Span(3, 1))])
def test_edits_of_other_documents_are_inside_them(action: Action) -> None:
    with pytest.raises(BadAnswer) as caught:
        check_form(ActionRequest(DOC, IN_SECOND), Actions((action,)))
    assert caught.value.reason == "bad-span"
