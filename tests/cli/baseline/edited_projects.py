"""A project that random edits move, rename and reformat, and that knows which of its findings are which.

A finding is a call of `boom` in code, and the word `teh` in a document: what counts is whether it is recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

from breadknife.text.document import Document, Span

_NAMES, _VERBS, _WORDS = (
    words.split(" ")
    for words in (
        "user order parser result match reader entry token field widget session config route query cursor frame",
        "load store find check render parse open close merge split send fetch build trim count join",
        "the reader keeps each entry in order and writes it back when a session ends so that no query has to wait",
    )
)
_FLAW = re.compile(r"\b\w+\.boom\b|\bteh\b")


@dataclass
class Statement:
    variable: str
    verb: str
    argument: str
    finding: int | None
    """Its number, if it has a finding."""


@dataclass
class Block:
    """A function, or a section of a document."""

    name: str
    body: list[Statement]


@dataclass
class Style:
    quote: str = '"'
    wraps: bool = False
    gap: int = 1
    comment: bool = False


@dataclass
class File:
    path: str
    blocks: list[Block]
    style: Style = field(default_factory=Style)

    @property
    def is_code(self) -> bool:
        return self.path.endswith(".py")


class Project:
    """Files with numbered findings."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._next = 0
        self._names = 0
        self.files = [
            File(f"{folder}/{name}.{suffix}", [self._block() for _ in range(random.randint(1, 5))])
            for folder, name, suffix in (
                ("src", "one", "py"), ("src", "two", "py"), ("lib", "three", "py"),
                ("docs", "a", "md"), ("docs", "b", "md"),
            )
        ]  # fmt: skip

    def findings(self) -> dict[str, tuple[Document, list[tuple[Span, int]]]]:
        """Path -> the document, and its findings with their numbers."""
        found = dict[str, tuple[Document, list[tuple[Span, int]]]]()
        for file in self.files:
            text, numbers = self._text(file)
            document = Document(f"file:///p/{file.path}", "python" if file.is_code else "markdown", text)
            spans = [Span(*match.span()) for match in _FLAW.finditer(text)]
            found[file.path] = document, list(zip(spans, numbers, strict=True))
        return found

    def keep(self) -> None:
        """Move, rename or reformat something: no finding is new after it."""
        random, file = self._random, self._random.choice(self.files)
        block = random.choice(file.blocks) if file.blocks else None
        match random.randrange(9):
            case 0 if block:
                file.blocks.remove(block)
                file.blocks.insert(random.randint(0, len(file.blocks)), block)
            case 1 if block:
                file.blocks.remove(block)
                other = random.choice([other for other in self.files if other.is_code == file.is_code])
                other.blocks.insert(random.randint(0, len(other.blocks)), block)
            case 2:
                folder, _, name = file.path.partition("/")
                file.path = f"{random.choice(('src', 'lib', 'moved', folder))}/{self._name()}.{name.rpartition('.')[2]}"
            case 3 if block:
                block.name = self._name()
            case 4 if block and file.is_code and block.body:
                old, new = random.choice(block.body).variable, self._name()
                for statement in block.body:
                    statement.variable = new if statement.variable == old else statement.variable
                    statement.argument = new if statement.argument == old else statement.argument
            case 5 | 6:
                file.style = Style(
                    random.choice("\"'"), random.random() < 0.5, random.randint(1, 3), random.random() < 0.5
                )
            case _ if block:
                block.body.insert(random.randint(0, len(block.body)), self._statement(flawed=False))
            case _:
                pass

    def plant(self) -> None:
        """Bring a new finding."""
        random, file = self._random, self._random.choice(self.files)
        if file.blocks and random.random() < 0.5:
            body = random.choice(file.blocks).body
            body.insert(random.randint(0, len(body)), self._statement(flawed=True))
        elif file.blocks and random.random() < 0.5:
            copied = deepcopy(random.choice(file.blocks))
            copied.name = self._name()
            for statement in copied.body:
                statement.finding = self._number() if statement.finding is not None else None
            others = [other for other in self.files if other.is_code == file.is_code and other is not file]
            random.choice(others).blocks.append(copied)
        else:
            file.blocks.append(Block(self._name(), [self._statement(flawed=True)]))

    def _block(self) -> Block:
        return Block(
            self._name(), [self._statement(self._random.random() < 0.4) for _ in range(self._random.randint(1, 6))]
        )

    def _statement(self, flawed: bool) -> Statement:
        random = self._random
        number = self._number() if flawed else None
        return Statement(random.choice(_NAMES), random.choice(_VERBS), random.choice(_NAMES), number)

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _name(self) -> str:
        self._names += 1
        return f"{self._random.choice(_VERBS)}_{self._random.choice(_NAMES)}{self._names}"

    def _text(self, file: File) -> tuple[str, list[int]]:
        pieces = list(self._code(file) if file.is_code else self._prose(file))
        numbers = [
            statement.finding for block in file.blocks for statement in block.body if statement.finding is not None
        ]
        return "".join(pieces), numbers

    def _code(self, file: File) -> Iterator[str]:
        style = file.style
        for block in file.blocks:
            yield f"def {block.name}(state):\n"
            for each in block.body:
                if style.comment:
                    yield "    # next\n" if each.verb == "load" else ""
                target = f"{each.variable}.boom" if each.finding is not None else f"{each.variable}.{each.verb}"
                first, second = f"{style.quote}{each.verb}{style.quote}", each.argument
                inner = f"\n        {first},\n        {second},\n    " if style.wraps else f"{first}, {second}"
                yield f"    {each.argument}_{each.verb} = {target}({inner})\n"
            yield "    return state\n" + "\n" * style.gap

    def _prose(self, file: File) -> Iterator[str]:
        for block in file.blocks:
            yield f"## About {block.name}\n\n"
            words = list[str]()
            for each in block.body:
                start = (len(each.variable) + len(each.verb)) % (len(_WORDS) - 8)
                flaw = "teh" if each.finding is not None else "the"
                words += [
                    "When",
                    flaw,
                    each.variable,
                    "must",
                    each.verb,
                    "its",
                    each.argument,
                    *_WORDS[start : start + 6],
                ]
                words[-1] += "."
            width = 6 if file.style.wraps else 14
            lines = (" ".join(words[at : at + width]) for at in range(0, len(words), width))
            yield "\n".join(lines) + "\n" * (file.style.gap + 1)
