"""A plugin written against version 1 of the protocol. FROZEN: it is never changed, so that it shows that what was
added later breaks nobody. It uses all of version 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.api import (
    ANY_LANGUAGE,
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Context,
    Done,
    Finding,
    Findings,
    Fix,
    Kind,
    Origin,
    Part,
    PassedOn,
    Related,
    Request,
    ResolveRequest,
    Settled,
    Severity,
    Silence,
    Span,
    Step,
    TextEdit,
    Verdict,
    Vetoed,
)

START = Span(0, 0)


@dataclass(frozen=True)
class Settings:
    greeting: str = "hello"
    """What it says."""


def gate(request: CompletionRequest, context: Context) -> Verdict:
    return PassedOn(request) if request.document.text else Vetoed(Silence("empty", "an empty file", "write something"))


def ask(request: CompletionRequest, context: Context) -> Verdict:
    model = context.model("completion")
    prompt = (Part("<|x|>", control=True), Part(request.document.text))
    last = None
    text = ""
    for last in model.generate(prompt, max_tokens=8, stop=("\n",), cancel=context.cancel):
        text += last.text
    origin = model.origin(last) if last else Origin(rule="v1")
    return Settled(Completions((CompletionItem(Span(request.offset, request.offset), text, origin),)))


STEPS = (
    Step("gate", Kind.RULE, CompletionRequest, CompletionRequest, gate),
    Step("model", Kind.SMALL, CompletionRequest, Completions, ask, role="completion"),
)


class PluginV1:
    api = 1
    name = "v1"
    settings: type[Any] = Settings
    serves: Mapping[type[Any], frozenset[str]] = {
        CompletionRequest: frozenset({ANY_LANGUAGE}),
        CheckRequest: frozenset({"python"}),
        ActionRequest: frozenset({"python"}),
    }
    roles = ("completion",)

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        context.cancel.raise_if_cancelled()
        greeting = context.settings(Settings).greeting
        match request:
            case CompletionRequest():
                return context.run(STEPS, request)
            case CheckRequest(document=document, whole=whole):
                tree = context.tree(document)
                message = f"{greeting} {whole} {tree is not None and tree.root.type} {context.root}"
                fix = Fix("fix", (TextEdit(START, "# "),), preferred=True, origin=Origin(rule="v1/fix"))
                related = Related(START, "here")
                return Findings((Finding(START, "v1", "code", message, Severity.HINT, (fix,), (related,)),))
            case ActionRequest(findings=findings):
                command = Command("v1.greet", "Greet", ("you",))
                return Actions(
                    (
                        Action("later", data={"n": 1}, findings=findings),
                        Action("greet", command=command),
                    )
                )
            case ResolveRequest(action=action):
                return Actions((Action(action.title, edits=(TextEdit(START, "# "),), origin=Origin("v1")),))
            case CommandRequest(command=Command(arguments=(who,))):
                context.refresh()
                context.notify(greeting)
                return Done(f"{greeting} {who}")
            case _:
                return None

    def close(self) -> None:
        pass
