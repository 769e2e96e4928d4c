"""How much to suggest: the rest of a line, or a block, decided by what stands around the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.text.document import Document


@dataclass(frozen=True)
class Shape:
    block: bool
    """Several lines are welcome: the cursor is where an empty block begins."""
    indent: int
    """Columns of indentation that lines of the block have at least."""
    before_line: bool
    """The cursor is at the very start of a line that has text: what is suggested becomes a line of its own."""
    filled: bool
    """The lines that follow belong to the block that the suggestion may open."""
    max_lines: int = 12

    @property
    def max_tokens(self) -> int:
        return 160 if self.block else 64


def shape_at(document: Document, offset: int, max_lines: int = 12) -> Shape:
    line = document.line_at(offset)
    start = document.line_starts[line]
    before = document.text[start:offset]
    after = document.text[offset : document.line_span(line).end]
    opener = _previous_text(document, line) if not before.strip() else before
    following = _next_text(document, line if offset == start and after.strip() else line + 1)
    own = _width(before) if not before.strip() else _width(before[: len(before) - len(before.lstrip())])
    opens = _opens_block(opener)
    deeper = following is not None and _width(following) > (_width(opener) if opens else own)
    block = not after.strip() and opens and not deeper and not before.strip() and max_lines > 1
    indent = max(own, _width(opener) + 1) if block else own
    return Shape(block, indent, before_line=not before and bool(after.strip()), filled=deeper, max_lines=max_lines)


def wanted(text: str, shape: Shape) -> tuple[str, bool]:
    """The part of the generated `text` to suggest, and whether it is all there (nothing that follows can add to it)."""
    lines = text.split("\n")
    complete = len(lines) > 1
    first = lines[0]
    if shape.before_line:
        return (first + "\n" if complete and first.strip() else first), complete
    if not shape.block and (shape.filled or shape.max_lines == 1 or not _opens_block(first)):
        return first.rstrip() if complete else first, complete
    indent = shape.indent if shape.block else shape.indent + 1
    kept = [first]
    for i, line in enumerate(lines[1:], 1):
        last = i == len(lines) - 1
        if line.strip() and _width(line) < indent:
            return "\n".join(kept).rstrip(), True
        if last and not line.strip():
            break
        kept.append(line)
        if len(kept) > shape.max_lines:
            return "\n".join(kept[:-1]).rstrip(), True
    return "\n".join(kept), False


def whole_lines(text: str) -> str:
    """The text without a last line that may not be complete."""
    return text.rpartition("\n")[0].rstrip()


def _previous_text(document: Document, line: int) -> str:
    for number in range(line - 1, max(-1, line - 20), -1):
        if (text := document.line_text(number)).strip():
            return text
    return ""


def _next_text(document: Document, line: int) -> str | None:
    for number in range(line, min(document.line_count, line + 20)):
        if (text := document.line_text(number)).strip():
            return text
    return None


def _opens_block(line: str) -> bool:
    code = line.rstrip()
    return code.endswith((":", "{", "=>", " do", " then"))


def _width(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
