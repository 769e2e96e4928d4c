"""The place that a suggestion goes to, and the filters' own type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from breadknife.plugins.completion.values import Draft, Where
from breadknife.task.values import Silence
from breadknife.text.document import Span, line_break
from breadknife.text.languages import LANGUAGES
from breadknife.text.tokens import CLOSING, Kind, string_quote, tokens

LOOK_BACK = 8_000
LOOK_AHEAD = 4_000
"""Characters around the cursor that are read for brackets."""

NEARBY = 6
"""Lines with text above and below that count as near."""


@dataclass(frozen=True)
class Filter:
    name: str
    reason: str
    """Code in `task.reasons` of a refusal."""
    apply: Callable[[str, Site], str | Silence | None]
    """The text, or what of it may be shown, or None to refuse it, or a silence where that has another reason. Line
    breaks are `\\n`."""
    final: bool = False
    """What it refuses it refuses with whatever more is written, too."""


@dataclass(frozen=True, eq=False)
class Site:
    draft: Draft
    _tails: dict[str, tuple[str, bool]] = field(default_factory=dict[str, tuple[str, bool]])
    """By the quote of the string that is open there: what `_tail` found."""

    @property
    def language(self) -> str:
        return self.draft.document.language

    @cached_property
    def line(self) -> int:
        return self.draft.document.line_at(self.draft.offset)

    @cached_property
    def before(self) -> str:
        """The line up to the cursor."""
        return self.draft.document.text[self.draft.document.line_starts[self.line] : self.draft.offset]

    @cached_property
    def rest(self) -> str:
        """The line after the cursor; empty where the suggestion becomes a line of its own."""
        if self.draft.shape.before_line:
            return ""
        return self.draft.document.text[self.draft.offset : self.draft.document.line_span(self.line).end]

    @cached_property
    def preceding(self) -> Sequence[str]:
        """The nearest lines with text above, in their order."""
        return tuple(reversed(self._near(range(self.line - 1, -1, -1))))

    @cached_property
    def following(self) -> Sequence[str]:
        """The nearest lines with text below."""
        first = self.line + (0 if self.draft.shape.before_line else 1)
        return self._near(range(first, self.draft.document.line_count))

    def _near(self, numbers: range) -> Sequence[str]:
        texts = (self.draft.document.line_text(number) for number in numbers[: 3 * NEARBY])
        return tuple(text for text in texts if text.strip())[:NEARBY]

    @cached_property
    def line_break(self) -> str:
        """The document's own."""
        return line_break(self.draft.document.text)

    def ended(self, text: str) -> str:
        """Return a text that was cut: without blanks at its end but for one before a word that follows, and with the
        line break that a line of its own needs."""
        stripped = text.rstrip()
        if stripped and self.draft.shape.before_line:
            return stripped + "\n"
        blank = stripped and text[len(stripped) :][:1] in (" ", "\t")
        return stripped + " " if blank and self.rest[:1] not in (*" \t)]},;:", "") else stripped

    def imbalance(self, text: str) -> int:
        """Brackets and strings around the cursor that nothing closes or opens, if `text` is inserted."""
        shape = self.draft.shape
        if not self._counts:
            return 0
        brackets, left, unended = _scan(text, self.language, shape.quote)
        after, ended = self._tail(left)
        if left:
            unended += not ended
        elif shape.quote:  # the text ends the string that the document ends too
            unended += self._tail(shape.quote)[1]
        return len(_unmatched((*self.opened, *brackets, *after))) + unended

    def closed_in_itself(self, text: str) -> bool:
        """Tell whether the balance around the cursor needs no look at: the text opens and closes nothing of others."""
        if not self._counts:
            return True
        brackets, left, unended = _scan(text, self.language, self.draft.shape.quote)
        return not _unmatched(brackets) and left == self.draft.shape.quote and not unended

    def closes_what_it_opens(self, text: str) -> bool:
        """Tell whether what the text leaves open is what follows the cursor closes, and first of all."""
        if not self._counts:
            return True
        brackets, left, _ = _scan(text, self.language, self.draft.shape.quote)
        opened = [CLOSING[char] for char in _unmatched(brackets) if char in CLOSING]
        return self._tail(left)[0].startswith("".join(reversed(opened)))

    def opens_comment(self, text: str) -> bool:
        """Tell whether code that follows would become part of a comment."""
        if self.draft.shape.where is not Where.CODE:
            return False
        *_, last = [None, *tokens(self.before + text, self.language)]
        return last is not None and last.kind is Kind.COMMENT and not last.closed

    @property
    def _counts(self) -> bool:
        """Whether brackets count there: in prose, comments and strings without quotes (heredocs) they don't."""
        shape = self.draft.shape
        return shape.where is Where.CODE or (shape.where is Where.STRING and shape.quote != "")

    @cached_property
    def opened(self) -> tuple[str, ...]:
        """The brackets that are open at the cursor."""
        start = self._start()
        text = self.draft.document.text[start : self.draft.offset]
        return tuple(char for char in _unmatched(_scan(text, self.language)[0]) if char in CLOSING)

    def _start(self) -> int:
        """Where to begin to read: the nearest line that no bracket or string spans, to judge by its indentation."""
        document, nearest = self.draft.document, self.draft.offset - LOOK_BACK
        start = 0
        for number in range(self.line - (not self.before.strip()), -1, -1):
            start = document.line_starts[number]
            if start < nearest:
                break
            if document.text[start : start + 1] not in ("", " ", "\t", "\r", "\n", ")", "]", "}"):
                break
        start = max(start, nearest)
        tree, syntax = self.draft.tree, LANGUAGES.get(self.language)
        node = tree.node_at(Span(start, start)) if tree and syntax else None
        while tree and syntax and node:
            if node.type in syntax.strings | syntax.comments:
                start = max(min(start, tree.span(node).start), nearest - LOOK_BACK)
            node = node.parent
        return start

    def _tail(self, quote: str) -> tuple[str, bool]:
        """What follows the cursor if a string with that quote is open there: its brackets, and whether it is ended."""
        if quote not in self._tails:
            ahead, inside = self.draft.document.text[self.draft.offset : self.draft.offset + LOOK_AHEAD], quote
            string = next(tokens(ahead, self.language, quote), None) if quote else None
            ended = string is not None and string.closed
            over_lines = len(quote) > 1 or quote == "`"
            if string and not over_lines and "\n" in ahead[: string.end]:  # its line ends it
                ahead, inside, ended = ahead.partition("\n")[2], "", False
            elif over_lines and ended and self.draft.document.text.count(quote, self.draft.offset) % 2 == 0:
                ahead, inside, ended = "", "", False  # what ends it was to begin another one
            self._tails[quote] = "".join(_unmatched(_scan(ahead, self.language, inside)[0])), ended
        return self._tails[quote]


def _scan(text: str, language: str, quote: str = "") -> tuple[list[str], str, int]:
    """The brackets of the code in `text`, the quote of a string that is open at its end, and how many others are.

    It begins inside a string which `quote` ends.
    """
    found = list(tokens(text, language, quote))
    brackets = [text[token.start : token.end] for token in found if token.kind in (Kind.OPEN, Kind.CLOSE)]
    left, unended = quote if not found else "", 0
    for i, token in enumerate(found):
        source = text[token.start : token.end]
        inside = i == 0 and quote != ""
        apostrophe = not inside and source.startswith("'") and text[token.start - 1 : token.start].isalnum()
        if token.kind is not Kind.STRING or token.closed or apostrophe:
            continue
        if i == len(found) - 1:
            left = quote if inside else string_quote(source)
        else:
            unended += 1
    return brackets, left, unended


def _unmatched(brackets: Iterable[str]) -> list[str]:
    """Those that have no partner. One that closes an outer bracket leaves the inner ones without."""
    stack, lost = list[str](), list[str]()
    for char in brackets:
        if char in CLOSING:
            stack.append(char)
            continue
        if any(CLOSING[opened] == char for opened in stack):
            while CLOSING[stack[-1]] != char:
                lost.append(stack.pop())
            stack.pop()
        else:
            lost.append(char)
    return lost + stack
