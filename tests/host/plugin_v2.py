"""A plugin written against version 2 of the protocol. It uses all that version 2 added; `plugin_v1` has the rest.

Once a version 3 begins, this file is frozen, too: what is added later breaks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.api import (
    ANY_LANGUAGE,
    Action,
    ActionRequest,
    Actions,
    Answer,
    Command,
    CommandRequest,
    Context,
    Document,
    Done,
    Hover,
    HoverRequest,
    Inlay,
    InlayRequest,
    Inlays,
    Lens,
    Lenses,
    LensRequest,
    Message,
    NewDocument,
    OpenDocument,
    Origin,
    OwnAnswer,
    OwnRequest,
    Request,
    Resource,
    Sampling,
    Span,
)

RULE = Origin(rule="v2/words")


@dataclass(frozen=True)
class Reword(OwnRequest):
    """Say it in other words."""

    document: Document
    text: str


@dataclass(frozen=True)
class Reworded(OwnAnswer):
    text: str
    origin: Origin


@dataclass(frozen=True)
class Settings:
    words: int = 2
    """How many words are likely to be too many."""


class PluginV2:
    api = 2
    name = "v2"
    settings: type[Any] = Settings
    serves: Mapping[type[Any], frozenset[str]] = {
        HoverRequest: frozenset({ANY_LANGUAGE}),
        LensRequest: frozenset({"plaintext"}),
        InlayRequest: frozenset({"plaintext"}),
        ActionRequest: frozenset({"plaintext"}),
        Reword: frozenset({"plaintext"}),
    }
    roles = ("completion", "v2-meaning")

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case HoverRequest(document=document, offset=offset):
                return self._near(document, offset, context)
            case LensRequest(document=document):
                command = Command("v2.report", "Report", (document.uri,))
                return Lenses((Lens(Span(0, 5), "Write a report", command, RULE),))
            case InlayRequest(document=document, span=span):
                return Inlays(tuple(Inlay(at, "…", "a long line", RULE) for at in _ends(document) if at in _all(span)))
            case ActionRequest(span=span):
                command = Command("v2.report", "Report", (request.document.uri,))
                return Actions((Action("Write a report", command=command, within=span),))
            case CommandRequest(command=Command(arguments=(uri,)), document=document):
                return self._report(uri, document, context)
            case Reword(text=text):
                return self._reworded(text, context)
            case _:
                return None

    def _near(self, document: Document, offset: int, context: Context) -> Hover | None:
        """The line that is nearest in meaning to the one at `offset`, which a rule chooses by its vector."""
        lines = [line for line in document.text.splitlines() if line]
        if len(lines) < context.settings(Settings).words:
            return None
        here, *others = context.model("v2-meaning").embed((document.line_text(document.line_at(offset)), *lines))
        likeness = [sum(x * y for x, y in zip(here, other, strict=True)) for other in others]
        _, nearest = max((like, line) for like, line in zip(likeness, lines, strict=True) if like < 0.999)
        return Hover(f"**near**: {nearest}", Span(offset, offset), RULE, markdown=True)

    def _report(self, uri: str, document: Document | None, context: Context) -> Done:
        context.progress("reading the picture", 0.5)
        picture: Resource = context.read("picture.png")
        said = context.ask(Reword(document, document.text)) if document else None
        told = said.text if isinstance(said, Reworded) else "–"
        text = f"# {picture.media_type}, {len(picture.data)} bytes\n{told}\n"
        return Done(
            "The report is open.",
            {"uri": uri, "sizes": [len(picture.data)]},
            (NewDocument(text, "markdown", "Report", RULE),),
            (OpenDocument(picture.uri),),
        )

    def _reworded(self, text: str, context: Context) -> Reworded:
        model = context.model("completion")
        messages = (Message("system", "Say it in other words."), Message("user", text))
        said, last = "", None
        for last in model.chat(messages, max_tokens=20, stop=("\n",), sampling=Sampling(temperature=0.0)):
            said += last.text
        scores = model.rerank(text, (said, text))
        classes = model.classify((said,))
        told = f"{said} {len(scores)} {classes.labels} {classes.probabilities}"
        return Reworded(told, model.origin(last) if last else RULE)

    def close(self) -> None:
        pass


def _ends(document: Document) -> Iterator[int]:
    return (document.line_span(line).end for line in range(document.line_count))


def _all(span: Span) -> range:
    return range(span.start, span.end + 1)
