"""`breadknife shelf ask`: what the shelf says on a question, word for word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import print_json, say, tell
from breadknife.cli.recipes.asking import ask_recipe, sentence_of
from breadknife.errors import ShelfError
from breadknife.host.host import Host
from breadknife.host.receipts import Receipt
from breadknife.plugins.shelf.evidence_steps import MARK, EvidenceOutput
from breadknife.plugins.shelf.index.shelves import added_folders
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span
from breadknife.text.printable import counted

RECIPE = "ask-my-shelf"


@dataclass(frozen=True)
class _Passage:
    text: str
    title: str
    page: int
    """Counted from 1; 0 if the format has no pages."""
    link: str


@dataclass(frozen=True)
class _Asked:
    """What a question found: see `EvidenceOutput`."""

    quotes: tuple[_Passage, ...] = ()
    near: tuple[_Passage, ...] = ()
    note: str = ""
    searched: str = ""
    silence: Silence | None = None
    """Why nothing was found; None if something was."""


def run(question: str, *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    """Print quotes that answer a question, what is only near it, what was searched, and what that cost. Return the exit
    code: 0 if there is a quote, else 1. Raises ShelfError if no folder is on the shelf."""
    if not added_folders():
        raise ShelfError("no folder is on the shelf; `breadknife shelf add FOLDER` adds one")
    host = make_host(engine_script)
    try:
        host.settings = settings_for(host, offline, Path.cwd())
        asked = _ask(host, question)
        [receipt] = host.ledger.newest(limit=1)
    finally:
        host.close()
    if as_json:
        _print_json(asked, receipt)
    else:
        _say(asked)
        cost = f"{receipt.milliseconds:,.0f} ms, {counted(receipt.bytes_sent, 'byte')} off this machine"
        say(f"{receipt.model or 'no model'}, {cost}")
    return 0 if asked.quotes else 1


def _say(asked: _Asked) -> None:
    for quote in asked.quotes:
        _say_passage(">", quote)
    if asked.near:
        say(f"{asked.note} Near, but no answer:".strip())
        say()
    for passage in asked.near:
        _say_passage("~", passage)
    if asked.silence is not None:
        tell(sentence_of(asked.silence))
    if asked.searched:
        say(f"searched: {asked.searched}")


def _say_passage(mark: str, passage: _Passage) -> None:
    say(f"{mark} {passage.text}")
    say(f"  {passage.title}{f', p. {passage.page}' if passage.page else ''}")
    say(f"  {passage.link}")
    say()


def _ask(host: Host, question: str) -> _Asked:
    """Run the recipe that editors ask the shelf by. Return what it found."""
    found = list[EvidenceOutput]()

    def watch(_step: str, output: Any, _milliseconds: float, _remembered: bool) -> None:
        if isinstance(output, EvidenceOutput):
            found.append(output)

    text = f"{MARK} {' '.join(question.split())}"
    document = Document("untitled:question.md", "markdown", text)
    cursor = Span(len(text), len(text))
    request = RecipeRequest(RECIPE, document, cursor, watcher=watch)
    answer = ask_recipe(host, request, None)
    if isinstance(answer, Silence):
        return _Asked(silence=answer)
    if not found:
        return _Asked()  # the user's own recipe of this name asks in another way
    evidence = found[-1]
    quotes = map(_Passage, evidence.texts, evidence.titles, evidence.pages, evidence.uris)
    near = (_Passage(each.text, each.title, each.page, each.source) for each in evidence.near)
    return _Asked(tuple(quotes), tuple(near), evidence.note, evidence.searched)


def _print_json(asked: _Asked, receipt: Receipt) -> None:
    silence = asked.silence
    why = {"reason": silence.reason, "sentence": silence.sentence} if silence is not None else {}
    found = {"quotes": [vars(quote) for quote in asked.quotes], "near": [vars(passage) for passage in asked.near]}
    told = {"note": asked.note, "searched": asked.searched}
    cost = {"model": receipt.model, "milliseconds": receipt.milliseconds, "bytes_sent": receipt.bytes_sent}
    print_json({**found, **told, **why, **cost})
