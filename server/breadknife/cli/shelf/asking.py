"""`breadknife shelf ask`: what the shelf says on a question, word for word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import counted, print_json, say, tell
from breadknife.cli.recipes.asking import ask_recipe, sentence_of
from breadknife.errors import ShelfError
from breadknife.host.host import Host
from breadknife.host.receipts import Receipt
from breadknife.plugins.shelf.evidence_steps import MARK, EvidenceOutput
from breadknife.plugins.shelf.index.shelves import added_folders
from breadknife.recipes.requests import RecipeRequest, RecipeResult
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span

RECIPE = "ask-my-shelf"


@dataclass(frozen=True)
class _Quote:
    text: str
    title: str
    page: int
    """Counted from 1; 0 if the format has no pages."""
    link: str


def run(question: str, *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    """Print quotes that answer a question, and what finding them cost. Return the exit code: 0 if there is a quote,
    else 1. Raises ShelfError if no folder is on the shelf."""
    if not added_folders():
        raise ShelfError("no folder is on the shelf; `breadknife shelf add FOLDER` adds one")
    host = make_host(engine_script)
    try:
        host.settings = settings_for(host, offline, Path.cwd())
        answer, quotes = _ask(host, question)
        [receipt] = host.ledger.newest(limit=1)
    finally:
        host.close()
    if as_json:
        _print_json(answer, quotes, receipt)
    else:
        for quote in quotes:
            say(f"> {quote.text}")
            say(f"  {quote.title}{f', p. {quote.page}' if quote.page else ''}")
            say(f"  {quote.link}")
            say()
        if isinstance(answer, Silence):
            tell(sentence_of(answer))
        cost = f"{receipt.milliseconds:,.0f} ms, {counted(receipt.bytes_sent, 'byte')} off this machine"
        say(f"{receipt.model or 'no model'}, {cost}")
    return 1 if isinstance(answer, Silence) else 0


def _ask(host: Host, question: str) -> tuple[RecipeResult | Silence, list[_Quote]]:
    """Run the recipe that editors ask the shelf by. Return its answer, and the quotes in that."""
    quotes: list[_Quote] = []

    def watch(_step: str, output: Any, _milliseconds: float, _remembered: bool) -> None:
        if isinstance(output, EvidenceOutput):
            quotes.extend(map(_Quote, output.texts, output.titles, output.pages, output.uris))

    text = f"{MARK} {' '.join(question.split())}"
    document = Document("untitled:question.md", "markdown", text)
    cursor = Span(len(text), len(text))
    request = RecipeRequest(RECIPE, document, cursor, watcher=watch)
    answer = ask_recipe(host, request, None)
    return answer, [] if isinstance(answer, Silence) else quotes


def _print_json(answer: RecipeResult | Silence, quotes: list[_Quote], receipt: Receipt) -> None:
    why = {"reason": answer.reason, "sentence": answer.sentence} if isinstance(answer, Silence) else {}
    cost = {"model": receipt.model, "milliseconds": receipt.milliseconds, "bytes_sent": receipt.bytes_sent}
    print_json({"quotes": [vars(quote) for quote in quotes], **why, **cost})
