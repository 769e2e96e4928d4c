"""Whether what is shown is safe, by a judge that shares nothing with the filters.

Holes are cut into files of several languages and typed back word by word; suggestions come as one types, and at every
other place all alternatives are asked for by hand. The judge parses the whole new text with tree-sitter itself, and
counts brackets in the text without its comments and strings.
"""

from __future__ import annotations

import importlib
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import sources
from lsprotocol import types as lsp
from systems import ROOT, Row
from tree_sitter import Language, Parser

sys.path.insert(0, str(ROOT / "examples"))

from editor import Editor, offset, position

CHARACTERS = range(500, 5_000)
HOLE_LINES = 3
PLACES = 8
"""Of one hole."""
GRAMMARS = {
    "python": ("tree_sitter_python", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "javascript": ("tree_sitter_javascript", "language"),
    "go": ("tree_sitter_go", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "java": ("tree_sitter_java", "language"),
    "c": ("tree_sitter_c", "language"),
}
_STRINGS = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
_BRACES = rf"//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|{_STRINGS}|`(?s:.*?)(?:`|\Z)"
NOT_CODE = {
    "python": rf'"""(?s:.*?)(?:"""|\Z)|\'\'\'(?s:.*?)(?:\'\'\'|\Z)|{_STRINGS}|#[^\n]*',
    "rust": r"//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|\"(?:\\.|[^\"\\])*\"|'(?:\\[^']*|[^'\\])'",
}
PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Shown:
    language: str
    before: str
    at: int
    after: str
    """The whole text with the suggestion."""
    end: int
    """Of the suggestion in `after`."""
    original: str
    """The file as it was."""

    def faults(self) -> list[str]:
        found: list[str] = []
        if not has_error(self.before, self.language) and has_error(self.after, self.language):
            found.append("stops parsing")
        is_of_file = self.original.startswith(self.after[: self.end])  # brackets may close what is still to be typed
        if not is_of_file and self._unbalances():
            found.append("unbalances")
        if not is_of_file and repeats_next_line(self.after, self.at, self.end):
            found.append("repeats")
        return found

    def _unbalances(self) -> bool:
        """More than the text before, and than that with this line as the file has it: a comment or a string that is
        still being written hides brackets of what follows, until it is closed."""
        line_end = self.original.find("\n", self.at)
        line = self.original[self.at : line_end]
        closed = self.before[: self.at] + line + self.before[self.at :]
        now, was, could_be = (unmatched(text, self.language) for text in (self.after, self.before, closed))
        return any(more > max(others) for more, *others in zip(now, was, could_be, strict=True))


def has_error(text: str, language: str) -> bool:
    module, name = GRAMMARS[language]
    grammar = Language(getattr(importlib.import_module(module), name)())
    return Parser(grammar).parse(text.encode()).root_node.has_error


def unmatched(text: str, language: str) -> tuple[int, ...]:
    """Brackets that nothing closes, and that nothing opened, read in two ways: a closing one ends what is open inside
    of its pair, or is the wrong one."""
    code = re.sub(NOT_CODE.get(language, _BRACES), "", text)
    found: list[int] = []
    for is_strict in (False, True):
        stack, wrong = list[str](), 0
        for char in re.findall(r"[()\[\]{}]", code):
            opener = PAIRS.get(char)
            if opener is None:
                stack.append(char)
            elif stack[-1:] == [opener] or (opener in stack and not is_strict):
                while stack.pop() != opener:
                    pass
            else:
                wrong += 1
        found += [len(stack), wrong]
    return tuple(found)


def repeats_next_line(text: str, start: int, end: int) -> bool:
    """Whether the last line of `text[start:end]` is the line that follows; brackets and `end` may stand twice."""
    following = next((line.strip() for line in text[end:].split("\n")[1:] if line.strip()), "")
    new = text[start:end].rstrip()
    last = text[text.rfind("\n", 0, start + len(new)) + 1 : end].strip()
    return bool(new.strip()) and last == following and sum(map(str.isalnum, last)) > 3


@dataclass(frozen=True)
class Hole:
    name: str
    language: str
    text: str
    start: int
    end: int


def holes(files: Sequence[tuple[str, Path]], chance: random.Random) -> Iterator[Hole]:
    """Without end, a file of each language in turn."""
    by_language: dict[str, list[tuple[Path, str]]] = {}
    for language, path in files:
        text = path.read_text("utf-8", "ignore").replace("\r\n", "\n")
        is_fit = len(text) in CHARACTERS and text.count("\n") > HOLE_LINES
        if language in GRAMMARS and is_fit and not has_error(text, language):
            by_language.setdefault(language, []).append((path, text))
    while True:
        for language, found in by_language.items():
            path, text = chance.choice(found)
            lines = text.split("\n")
            first = chance.randrange(len(lines) - HOLE_LINES)
            count = chance.randint(1, HOLE_LINES)
            if all(line.strip() for line in lines[first : first + count]):
                start = sum(len(line) + 1 for line in lines[:first])
                end = start + len("\n".join(lines[first : first + count]))
                yield Hole(path.name, language, text, start, end)


class Asking(Editor):
    async def items(self, uri: str, at: lsp.Position, *, invoked: bool) -> list[lsp.InlineCompletionItem]:
        kinds = lsp.InlineCompletionTriggerKind
        context = lsp.InlineCompletionContext(kinds.Invoked if invoked else kinds.Automatic)
        reply: Any = await self._client.text_document_inline_completion_async(
            lsp.InlineCompletionParams(context, lsp.TextDocumentIdentifier(uri), at)
        )
        return list(reply.items)


async def shown(editor: Asking, hole: Hole, number: int, chance: random.Random) -> list[Shown]:
    """What is shown while the hole is typed back; a text that comes again as one types along counts once."""
    wanted = hole.text[hole.start : hole.end]
    ends = [match.end() for match in re.finditer(r"\w+|\s+|[^\w\s]", wanted)][:-1]
    places = [0, *sorted(chance.sample(ends, min(PLACES - 1, len(ends))))]
    uri = editor.open(f"{number}-{hole.name}", hole.text[: hole.start] + hole.text[hole.end :], hole.language)
    found: dict[str, Shown] = {}
    done = 0
    for index, place in enumerate(places):
        at = hole.start + place
        if place > done:
            where = position(editor.texts[uri], hole.start + done)
            editor.edit(uri, [lsp.TextEdit(lsp.Range(where, where), wanted[done:place])])
            done = place
        before = editor.texts[uri]
        for item in await editor.items(uri, position(before, at), invoked=bool(index % 2)):
            assert item.range
            assert isinstance(item.insert_text, str)
            start, end = offset(before, item.range.start), offset(before, item.range.end)
            after = before[:start] + item.insert_text + before[end:]
            made = Shown(hole.language, before, at, after, start + len(item.insert_text), hole.text)
            found.setdefault(after, made)
    editor.close(uri)
    return list(found.values())


async def rows(folder: Path, most: int, seed: int = 6) -> list[Row]:
    """Until so many suggestions were shown."""
    chance, counts, faults = random.Random(seed), Counter[str](), Counter[str]()
    parsed = 0
    editor = Asking(folder)
    await editor.start()
    for number, hole in enumerate(holes(list(sources(folder)), chance)):
        for each in await shown(editor, hole, number, chance):
            counts[each.language] += 1
            parsed += not has_error(each.before, each.language)
            for fault in each.faults():
                faults[fault] += 1
                ghost = each.after[each.at : each.end]
                print(f"{fault}: {hole.name} ({each.language}): {each.before[: each.at][-60:]!r} {ghost!r} "
                      f"{each.before[each.at :][:60]!r}", file=sys.stderr, flush=True)  # fmt: skip
        if sum(counts.values()) >= most:
            break
    await editor.stop()
    total = sum(counts.values())
    languages = ", ".join(f"{language} {n}" for language, n in counts.most_common())
    return [
        Row("shown suggestions that make a parsing file stop parsing", "0", f"{faults['stops parsing']} in {parsed}"),
        Row(
            "shown suggestions that repeat the next line or unbalance brackets",
            "0 in 2,000",
            f"{faults['repeats']} and {faults['unbalances']} in {total:,} ({languages})",
        ),
    ]
