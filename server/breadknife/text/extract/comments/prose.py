"""Prose in the comments of any language whose syntax is known, and in Python's docstrings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.comments.code import looks_like_code, without_code
from breadknife.text.extract.comments.docstrings import docstring_prose
from breadknife.text.extract.comments.inline import inline_cuts
from breadknife.text.extract.comments.paragraphs import paragraphs
from breadknife.text.extract.comments.signs import comment_blocks
from breadknife.text.extract.comments.tags import split_at_tags
from breadknife.text.extract.passage import FEWEST_WORDS, Cut, Cutter, markup, markup_cuts, passage, prose
from breadknife.text.languages import LANGUAGES
from breadknife.text.prose import ProseText
from breadknife.text.syntax import SyntaxTree, captures

_CODE = (
    r"<(code|c|tt)\b[^<>\n]*>[^<>]*</\1>",
    r"\{@\w+(?:\s[^}\n]*)?\}",  # {@link Item the items}
    r"\[`[^`\n]+`\](?:\([^()\s]*\)|\[[^\]\n]*\])?",  # [`Item`](path)
    r"<(?:see|seealso|paramref|typeparamref|inheritdoc)\b[^<>\n]*/>",
    r"\\f\$.*?\\f\$",
    r"(?<!\S)[@\\](?:[pca]|ref|link|copydoc|cite)[ ]+[^\s,;.!?]+(?:\.\w+)*",
)
_INLINE = (
    markup("|".join(_CODE)),
    markup(r"</?[A-Za-z][^<>\n]*>|(?<!\S)[@\\](?:em?|b)[ ]+", ""),
)
# Characters that an edit of a comment mustn't bring in: they may end it, or mean something to a tool that reads it.
_RESERVED, _RESERVED_IN_PYTHON = "\n*/\\`<>", "\n\\"


def comment_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of comments, in the order of the source. Raises Cancelled."""
    query = " ".join(f"({kind})" for kind in sorted(LANGUAGES[tree.language].comments))
    comments = captures(tree, f"[{query}] @comment").get("comment", [])
    is_python = tree.language == "python"
    for block in comment_blocks(tree, comments):
        cancel.raise_if_cancelled()
        if is_python:
            yield from _block_prose(tree, block, inline_cuts, _RESERVED_IN_PYTHON)
            continue
        for lines in split_at_tags(tree.text, block, tree.language):
            yield from _block_prose(tree, lines, _inline_cuts, _RESERVED)


def python_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of comments and docstrings, in the order of the source. Raises Cancelled."""
    texts = [*comment_prose(tree, cancel), *docstring_prose(tree, cancel)]
    yield from sorted(texts, key=lambda text: text.start)


def _block_prose(tree: SyntaxTree, lines: Iterable[Span], cutter: Cutter, reserved: str) -> Iterator[ProseText]:
    """Yield the prose of a comment's lines, paragraph by paragraph. Single words are left out."""
    prose_lines = without_code(tree.text, [*lines], tree.language)
    for paragraph in paragraphs(tree.text, prose_lines, code=lambda line: looks_like_code(line, tree.language)):
        piece = passage(tree.text, paragraph)
        if len(piece.text.split()) >= FEWEST_WORDS and (text := prose(piece, cutter, reserved)) is not None:
            yield text


def _inline_cuts(text: str) -> list[Cut]:
    """Return the inline markup of documentation comments, HTML's and Doxygen's too, as cuts."""
    return markup_cuts(text, _INLINE) + inline_cuts(text)
