"""The answers of all plugins to one request, and what receipts say of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from breadknife.host.receipts import Outcome, Receipt
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CompletionItem,
    CompletionRequest,
    Completions,
    Done,
    Finding,
    Findings,
    Hover,
    HoverRequest,
    Inlay,
    InlayRequest,
    Inlays,
    JsonValue,
    Lens,
    Lenses,
    NewDocument,
    NextEditRequest,
    OpenDocument,
    Origin,
    OwnAnswer,
    Request,
    ResolveRequest,
    WhyRequest,
)


@dataclass(frozen=True)
class Reply:
    """All plugins' answers to one request, each with its plugin's name, and a receipt for each plugin asked."""

    answers: tuple[tuple[str, Answer], ...] = ()
    receipts: tuple[Receipt, ...] = ()

    @property
    def completions(self) -> list[CompletionItem]:
        return [item for _, item in self.offers]

    @property
    def offers(self) -> list[tuple[str, CompletionItem]]:
        """Completions, each after the name of its plugin, which is told if it is accepted."""
        return [
            (name, item) for name, answer in self.answers if isinstance(answer, Completions) for item in answer.items
        ]

    @property
    def findings(self) -> list[Finding]:
        findings = [item for _, answer in self.answers if isinstance(answer, Findings) for item in answer.items]
        return sorted(findings, key=lambda finding: finding.order)

    @property
    def checks(self) -> Mapping[str, Findings]:
        """By plugin, its answer to a check."""
        return {name: answer for name, answer in self.answers if isinstance(answer, Findings)}

    @property
    def unanswered(self) -> list[str]:
        """Sentences about parts of plugins that gave no answer to a check."""
        return [why for answer in self.checks.values() for why in answer.unanswered]

    @property
    def actions(self) -> list[tuple[str, Action]]:
        """Actions, each after the name of the plugin that offers it and that will resolve it."""
        return [(name, item) for name, answer in self.answers if isinstance(answer, Actions) for item in answer.items]

    @property
    def hovers(self) -> list[Hover]:
        return [answer for _, answer in self.answers if isinstance(answer, Hover)]

    @property
    def lenses(self) -> list[tuple[str, Lens]]:
        """Lenses, each after the name of the plugin that carries out its command."""
        return [(name, item) for name, answer in self.answers if isinstance(answer, Lenses) for item in answer.items]

    @property
    def inlays(self) -> list[Inlay]:
        return [item for _, answer in self.answers if isinstance(answer, Inlays) for item in answer.items]

    @property
    def message(self) -> str:
        return " ".join(done.message for done in self._done() if done.message)

    @property
    def result(self) -> JsonValue:
        """The result of the command that was carried out."""
        return next((done.result for done in self._done() if done.result is not None), None)

    @property
    def documents(self) -> list[NewDocument]:
        return [document for done in self._done() for document in done.documents]

    @property
    def shows(self) -> list[OpenDocument]:
        return [shown for done in self._done() for shown in done.shows]

    @property
    def failures(self) -> list[Receipt]:
        return [receipt for receipt in self.receipts if receipt.outcome is Outcome.FAILED]

    def _done(self) -> Iterator[Done]:
        return (answer for _, answer in self.answers if isinstance(answer, Done))


def says_something(answer: Answer | None) -> bool:
    """Tell whether an answer isn't empty. Findings never are: a check that finds nothing says that there is nothing."""
    match answer:
        case Completions(items=items) | Actions(items=items) | Lenses(items=items) | Inlays(items=items):
            return bool(items)
        case Hover(text=text):
            return bool(text.strip())
        case Findings() | Done() | OwnAnswer():
            return True
        case _:
            return False


def origins(answer: Answer | None) -> list[Origin]:
    """Return where the items of an answer come from: their rules and models."""
    match answer:
        case Completions(items=items) | Actions(items=items) | Lenses(items=items) | Inlays(items=items):
            return [item.origin for item in items]
        case Findings(items=items):
            judges = [next((fix.origin.model for fix in item.fixes if fix.origin.model), "") for item in items]
            return [Origin(rule=item.code, model=judge) for item, judge in zip(items, judges, strict=True)]
        case Hover(origin=origin):
            return [origin]
        case Done(documents=documents):
            return [document.origin for document in documents]
        case _:
            return []


def line_of(request: Request) -> int:
    """Return the line of the document, from 1, that a request is about; 0 if it is about the whole document."""
    match request:
        case (
            CompletionRequest(document=document, offset=at)
            | NextEditRequest(document=document, offset=at)
            | HoverRequest(document=document, offset=at)
        ):
            return document.line_at(at) + 1
        case (
            ActionRequest(document=document, span=span)
            | InlayRequest(document=document, span=span)
            | WhyRequest(document=document, span=span)
        ):
            return document.line_at(span.start) + 1
        case ResolveRequest(document=document, action=Action(findings=(first, *_))):
            return document.line_at(first.span.start) + 1
        case _:
            return 0
