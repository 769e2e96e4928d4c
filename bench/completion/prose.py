"""Ghost text in prose: how often what is shown is exactly what comes next.

    python bench/completion/prose.py tune [--sentences N] [--seed N]
    python bench/completion/prose.py test [--sentences N] [--seed N]

Sentences are drawn from the Markdown descriptions of the packages that are installed here, and typed at the end of
what stands before them. `tune` asks the model alone, at each key of one half of the packages, and prints what each
threshold would show. `test` types sentences of the other half into the real server, accepts what is right, and counts
what is wrong once, however many keys it stays.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_string
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "examples"))

from editor import Editor, position
from lsprotocol import types as lsp

from breadknife.cancel import CancelToken
from breadknife.engine.api import GenerateRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.fim import QWEN
from breadknife.plugins.completion.generation import token_start
from breadknife.plugins.completion.prompt import fim_prompt
from breadknife.text.document import Document

MODEL = "qwen2.5-coder-0.5b"
TOKENS = 10
LEAST = -1.5
"""Natural logarithm of the probability of a text below which no threshold would show it."""
THRESHOLDS = (-1.0, -0.7, -0.5, -0.35, -0.25, -0.15, -0.1, -0.05, -0.02)
GAP = 0.25
"""Seconds from one key to the next."""
_SENTENCE = re.compile(r"(?:(?<=\n\n)|(?<=[.!?] ))[A-Z][^.!?\n|<>\[\]`*_#{}]{40,140}[.!?](?=\s)")

_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Sentence:
    package: str
    before: str
    text: str


@dataclass(frozen=True)
class Written:
    """What the model writes at one key: each token's end, and the logarithm of the probability of all up to there."""

    text: str
    ends: Sequence[tuple[int, float]]

    def sure(self, least: float, words: int) -> str:
        """Return its longest beginning of whole words that is so likely, if it has so many words."""
        end = max((end for end, logprob in self.ends if logprob >= least), default=0)
        part = self.text[:end].split("\n")[0]
        if part == self.text[:end] and re.match(r"\w", self.text[end : end + 1] or "x"):
            part = part[: max(part.rfind(" "), 0)]
        part = part.rstrip()
        return part if len(_WORD.findall(part)) >= words else ""


def sentences(half: int, count: int, seed: int) -> list[Sentence]:
    """Draw one sentence from each package of a half, until there are enough."""
    texts: dict[str, str] = {}
    for each in metadata.distributions():
        told = message_from_string(each.read_text("METADATA") or "")
        if (told.get("Description-Content-Type") or "").startswith("text/markdown"):
            body = str(told.get_payload() or told.get("Description") or "")
            texts[str(told["Name"]).lower()] = body
    chance, found = random.Random(seed), list[Sentence]()
    names = sorted(texts)
    chance.shuffle(names)
    for name in names[half::2]:
        text = re.sub(r"```.*?```", lambda code: re.sub(r"[^\n]", "#", code[0]), texts[name], flags=re.DOTALL)
        fits = [match for match in _SENTENCE.finditer(text) if match.start() > 200]
        if fits:
            match = chance.choice(fits)
            start = match.start()
            found.append(Sentence(name, texts[name][:start], match[0]))
    return found[:count]


def written(engine: DaemonEngine, before: str, typed: str) -> Written:
    document = Document("file:///README.md", "markdown", before + typed)
    offset = len(document.text)
    start = token_start(document.text, offset, held=True)
    held = document.text[start:offset]
    grammar = f"root ::= {json.dumps(held)} [^\\x00]*" if held else ""
    request = GenerateRequest(MODEL, fim_prompt(document, start, offset), TOKENS, stop=QWEN.stops, grammar=grammar)
    text, ends, total, cancel = "", list[tuple[int, float]](), 0.0, CancelToken()
    for chunk in engine.generate(request, cancel):
        # Of a token whose first letters are typed the probability isn't known that it has once they are.
        total += (
            chunk.logprob
            if chunk.text and not text[len(text) : len(held)].strip() and len(text) >= len(held.rstrip())
            else 0.0
        )
        text += chunk.text
        ends.append((max(len(text) - len(held), 0), total))
        if total < LEAST or "\n" in text[len(held) :]:
            break
    return Written(text[len(held) :], ends)


def tune(drawn: Sequence[Sentence], words: int, store: Path) -> None:
    engine = DaemonEngine()
    with store.open("w", encoding="utf-8") as file:
        for number, each in enumerate(drawn):
            for at in range(len(each.text)):
                found = written(engine, each.before, each.text[:at])
                file.write(json.dumps([number, at, each.text, found.text, found.ends]) + "\n")
            file.flush()
            print(f"{number + 1} of {len(drawn)}", file=sys.stderr, flush=True)
    engine.close()
    table(store, words)


def table(store: Path, words: int) -> None:
    keys: dict[int, list[tuple[str, Written]]] = {}
    for line in store.read_text("utf-8").splitlines():
        number, _, sentence, text, ends = json.loads(line)
        keys.setdefault(number, []).append((sentence, Written(text, ends)))
    print(f"| threshold, {len(keys)} sentences | shown | right | characters saved |\n|---|---|---|---|")
    for least in THRESHOLDS:
        shown, right, saved = counted(
            (each[0][0], [one.sure(least, words) for _, one in each]) for each in keys.values()
        )
        print(f"| {least} | {shown} | {right} | {saved} |")


def counted(typed: Iterator[tuple[str, list[str]]]) -> tuple[int, int, int]:
    """(shown, right, characters saved) of sentences, with the ghost at each of their keys."""
    shown = right = saved = 0
    for sentence, ghosts in typed:
        at, wrong = 0, ""
        while at < len(ghosts):
            ghost = ghosts[at]
            if ghost and sentence.startswith(ghost, at):
                shown, right, saved = shown + 1, right + 1, saved + len(ghost) - 1
                at += len(ghost)
                continue
            if ghost and sentence[:at] + ghost != wrong:
                shown, wrong = shown + 1, sentence[:at] + ghost
            at += 1
    return shown, right, saved


async def test(drawn: Sequence[Sentence]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        editor = Editor(Path(folder))
        await editor.start(settings={"prose": {"enabled": False}})
        shown = right = saved = keys = 0
        for number, each in enumerate(drawn):
            uri = editor.open(f"{number}.md", each.before, "markdown")
            await _ghost(editor, uri)  # the prompt is evaluated
            at, wrong = 0, ""
            while at < len(each.text):
                ghost = await _ghost(editor, uri)
                if ghost and each.text.startswith(ghost, at):
                    shown, right, saved = shown + 1, right + 1, saved + len(ghost) - 1
                elif ghost and each.text[:at] + ghost != wrong:
                    shown, wrong = shown + 1, each.text[:at] + ghost
                    print(f"  wrong: {each.text[:at][-40:]!r} {ghost!r}, not {each.text[at : at + 30]!r}", flush=True)
                new = ghost if ghost and each.text.startswith(ghost, at) else each.text[at]
                if len(new) > 1:
                    print(f"  right: {each.text[:at][-40:]!r} {new!r}", flush=True)
                place = position(editor.texts[uri], len(editor.texts[uri]))
                editor.edit(uri, [lsp.TextEdit(lsp.Range(place, place), new)])
                at, keys = at + len(new), keys + 1
            editor.close(uri)
            print(
                f"{number + 1} of {len(drawn)} ({each.package}): {shown} shown, {right} right, {saved} saved",
                flush=True,
            )
        await editor.stop()
    total = sum(len(each.text) for each in drawn)
    print(f"{len(drawn)} sentences, {total} characters: {shown} shown, {right} right, {saved} saved, {keys} keys")


async def _ghost(editor: Editor, uri: str) -> str:
    """What is shown before the next key."""
    await asyncio.sleep(GAP / 10)
    text = editor.texts[uri]
    items = await editor.suggest(uri, position(text, len(text)), lsp.InlineCompletionTriggerKind.Automatic)
    await asyncio.sleep(GAP / 2)
    return str(items[0].insert_text) if items else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("tune", "table", "test"))
    parser.add_argument("--sentences", type=int, default=20)
    parser.add_argument("--words", type=int, default=2)
    parser.add_argument("--seed", type=int, default=38)
    parser.add_argument("--store", type=Path, default=Path(tempfile.gettempdir()) / "prose-ghosts.jsonl")
    options = parser.parse_args()
    if options.what == "table":
        table(options.store, options.words)
        return
    drawn = sentences(int(options.what == "test"), options.sentences, options.seed)
    if options.what == "tune":
        tune(drawn, options.words, options.store)
    else:
        asyncio.run(test(drawn))


if __name__ == "__main__":
    main()
