"""Prose in HTML, by its grammar: what stands between two tags of blocks is a paragraph.

So are the longer texts of `alt`, `title` and their like. Left out: code, scripts, styles, and elements with
`translate="no"`. The attribute `lang` of an element is the language of the paragraphs in it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.blocks import FEWEST_WORDS_IN_CELL
from breadknife.text.extract.comments.prose import comment_prose
from breadknife.text.extract.passage import Cut, Cutter, markup, markup_cuts, passage, prose, split_lines
from breadknife.text.languages.values import kinds
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree

_INLINE_TAGS = kinds(
    """
    a abbr acronym b bdi bdo big br cite data del dfn em font i img ins label mark q ruby rb rt rp s small span
    strike strong sub sup time u wbr nobr input
    """
)
_CODE_TAGS = kinds("code kbd samp var tt svg math")
"""Inline elements for which a word stands in the prose."""
_LEFT_OUT = kinds(
    """
    pre script style textarea template iframe object canvas video audio noscript listing xmp plaintext
    """
)
_SPOKEN_ATTRIBUTES = frozenset(("alt", "title", "aria-label", "aria-description", "placeholder", "summary"))
_SHIELDED = re.compile(r"""\btranslate\s*=\s*["']?no\b|\bclass\s*=\s*["'][^"']*\bnotranslate\b""", re.IGNORECASE)
_TAG_START = re.compile(r"</?[A-Za-z]|<!")
_LANG = re.compile(r"""\b(?:xml:)?lang\s*=\s*["']?([A-Za-z]{2,3}(?:-[A-Za-z\d]+)*)""")
TAG = r"<[/!?]?[A-Za-z](?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}')*>"
_INLINE = (
    markup(r"<!--.*?-->|\{%.{0,500}?%\}|\{#.{0,500}?#\}", "", re.DOTALL),
    markup(r"<(code|kbd|samp|var|tt|svg|math)\b[^<>]*>.{0,5000}?</\1\s*>|\{\{.{0,500}?\}\}", None, re.DOTALL | re.I),
    markup(r"<[bw]+r\b[^<>]*>|&nbsp;|&#160;|[ \t]{2,}", "\n", re.IGNORECASE),
    markup(TAG, ""),
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,30});")
_RESERVED = "<>&{}\n"
_QUOTED_RESERVED = _RESERVED + "\"'"


def _one_paragraph(text: str, lines: Iterable[Span]) -> list[list[Span]]:
    """Return all lines as one paragraph."""
    return [[*lines]]


def html_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a tree of the `html` grammar, of its comments too."""
    texts = [*comment_prose(tree, cancel), *spoken_html(tree, cancel, html_cuts)]
    yield from sorted(texts, key=lambda text: text.start)


def spoken_html(
    tree: SyntaxTree,
    cancel: CancelToken,
    cutter: Cutter,
    paragraphs: Callable[[str, Iterable[Span]], list[list[Span]]] = _one_paragraph,
) -> Iterator[ProseText]:
    """Yield the prose of a tree of the `html` grammar, in order, without that of its comments. Raises Cancelled.

    Args:
        tree: the tree.
        cancel: cancels reading.
        cutter: finds the inline markup.
        paragraphs: makes paragraphs of the text and the lines between two tags of blocks; by default one of all.
    """
    spoken = list[ProseText]()
    for span, language, reserved in _runs(tree):
        cancel.raise_if_cancelled()
        for lines in paragraphs(tree.text, split_lines(tree.text, span)):
            text = prose(passage(tree.text, lines), cutter, reserved, language)
            if text is not None:
                spoken.append(text)
    yield from sorted(spoken, key=lambda text: text.start)


def html_cuts(text: str) -> list[Cut]:
    """Return tags, templates, entities and line breaks of a passage as cuts."""
    cuts = markup_cuts(text, _INLINE)
    return cuts + [Cut(m.start(), m.end(), html.unescape(m[0])) for m in _ENTITY.finditer(text)]


def _runs(tree: SyntaxTree) -> Iterator[tuple[Span, str, str]]:
    """Yield the source between the tags of blocks: (span, language, what is reserved there)."""
    begin: int | None = None  # of the run at hand; None between two
    end, run_language = 0, ""
    stack: list[tuple[Node, str]] = [(tree.root, "")]
    while stack:
        node, language = stack.pop()
        kind, tag = node.type, ""
        if kind == "element":
            opening = node.children[0]
            source, tag = tree.source(opening), tag_name(tree, opening)
            match = _LANG.search(source)
            language = match[1] if match else language
            if tag in _LEFT_OUT or (_SHIELDED.search(source) and tag not in _INLINE_TAGS):
                kind = "left_out"
        elif kind in ("start_tag", "end_tag", "self_closing_tag"):
            tag = tag_name(tree, node)
        is_text = kind in ("text", "entity") or (kind == "ERROR" and _is_spoken(tree, node))
        is_inline = is_text or (kind.endswith("_tag") and tag in _INLINE_TAGS) or tag in _CODE_TAGS
        if begin is not None and (language != run_language or not (is_inline or kind in ("element", "comment"))):
            yield Span(begin, end), run_language, _RESERVED
            begin = None
        if is_inline:
            span = tree.span(node)
            begin = span.start if begin is None else begin
            end, run_language = span.end, language
        if kind in ("start_tag", "self_closing_tag"):
            for value in _spoken_values(tree, node):
                yield value, language, _QUOTED_RESERVED
        elif not is_inline and kind not in ("left_out", "comment", "script_element", "style_element", "doctype"):
            stack.extend((child, language) for child in reversed(node.children))
    if begin is not None:
        yield Span(begin, end), run_language, _RESERVED


def _is_spoken(tree: SyntaxTree, error: Node) -> bool:
    """Tell whether an error is text: an `&` or `<` alone is one to the grammar, with the text after it."""
    span = tree.span(error)
    is_name = tree.text.endswith("<", 0, span.start) or tree.text.endswith("</", 0, span.start)
    return not is_name and not _TAG_START.search(tree.text, span.start, span.end)


def tag_name(tree: SyntaxTree, node: Node) -> str:
    """Return the name of a tag in small letters; empty if it has none."""
    name = next((child for child in node.children if child.type == "tag_name"), None)
    return tree.source(name).lower() if name is not None else ""


def _spoken_values(tree: SyntaxTree, node: Node) -> Iterator[Span]:
    """Yield the insides of a tag's quoted attributes that are read aloud or shown, and long enough to be sentences."""
    for attribute in node.children:
        if attribute.type != "attribute" or attribute.child_count < 3:
            continue
        quoted = attribute.children[-1]
        if quoted.type == "quoted_attribute_value" and tree.source(attribute.children[0]).lower() in _SPOKEN_ATTRIBUTES:
            span = tree.span(quoted)
            if len(tree.text[span.start : span.end].split()) >= FEWEST_WORDS_IN_CELL:
                yield Span(span.start + 1, span.end - 1)
