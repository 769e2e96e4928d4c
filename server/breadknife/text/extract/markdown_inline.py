"""The inline markup of Markdown and MDX, and the HTML between their blocks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from breadknife.cancel import CancelToken
from breadknife.text.extract.html import TAG, html_cuts, spoken_html
from breadknife.text.extract.passage import Cut, brackets, line_breaks
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree, parse

MODULE_LINE = re.compile(r"(?:import|export)\b.*[{}'\"(=;]")
"""What begins a paragraph of MDX that is JavaScript."""
_FOOTNOTE_LABEL = re.compile(r"\[\^[^\]]+\]:[ \t]*")
_HEADING_ATTRIBUTES = re.compile(r"[ \t]*\{[#.:][^}\n]*\}$")
_TAG = re.compile(r"</?\s*([A-Za-z][\w-]*)")
_CODE_TAGS = frozenset(("code", "kbd", "samp", "var", "pre", "script", "style"))
_MARKUP = re.compile(r"[`*_~\[\]<>&\\$!]")
_JSX = re.compile(TAG)
_PUNCTUATION = re.compile(r"[<>\"'={}`*_\[\]]")


def markdown_cuts(text: str) -> tuple[Cut, ...]:
    """Everything of a paragraph that the inline grammar says is not prose."""
    cuts = line_breaks(text)
    if match := _FOOTNOTE_LABEL.match(text):
        cuts.append(Cut(0, match.end(), ""))
    if match := _HEADING_ATTRIBUTES.search(text):
        cuts.append(Cut(match.start(), match.end(), ""))
    if not _MARKUP.search(text):
        return tuple(cuts)
    tree = parse(text, "markdown_inline")
    if tree is None:
        return tuple(cuts)
    opened: tuple[str, int] | None = None
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type == "html_tag":
            tag = _tag(tree, node)
            span = tree.span(node)
            if opened and tag == "/" + opened[0]:
                cuts.append(Cut(opened[1], span.end))
                opened = None
            elif tag in _CODE_TAGS and not opened:
                opened = (tag, span.start)
            cuts.append(Cut(span.start, span.end, " " if tag == "br" else ""))
        elif (found := _cut(tree, node)) is not None:
            cuts += found
            stack.extend(reversed([c for c in node.children if c.type == "link_text"]))
        else:
            stack.extend(reversed(node.children))
    return tuple(cuts)


def _tag(tree: SyntaxTree, node: Node) -> str:
    source = tree.source(node)
    match = _TAG.match(source)
    name = match[1].lower() if match else ""
    return "/" + name if source.startswith("</") else name


def _cut(tree: SyntaxTree, node: Node) -> list[Cut] | None:
    """What to cut for this node; None for text and for what only holds other nodes."""
    kind, span = node.type, tree.span(node)
    if kind in ("code_span", "latex_block", "uri_autolink", "email_autolink"):
        return [Cut(span.start, span.end)]
    if kind in ("image", "emphasis_delimiter"):
        return [Cut(span.start, span.end, "")]
    if kind == "backslash_escape":
        return [Cut(span.start, span.end, tree.source(node)[1:])]
    if kind in ("entity_reference", "numeric_character_reference"):
        return [Cut(span.start, span.end, html.unescape(tree.source(node)))]
    if kind == "shortcut_link":
        return [Cut(span.start, span.end, "")] if tree.text.startswith("[^", span.start) else None
    if kind in ("inline_link", "full_reference_link", "collapsed_reference_link"):
        text = next((tree.span(c) for c in node.children if c.type == "link_text"), None)
        if text is None:
            return [Cut(span.start, span.end, "")]
        return [Cut(span.start, text.start, ""), Cut(text.end, span.end, "")]
    return None


def mdx_cuts(text: str) -> tuple[Cut, ...]:
    """As `markdown_cuts`, without expressions and components. What these hold is no Markdown."""
    cuts, masked = _expressions(text)
    for match in _JSX.finditer(masked):
        tag = _TAG.match(match[0])
        if tag is None or tag[1] not in _CODE_TAGS:
            cuts.append(Cut(match.start(), match.end(), ""))
    hidden = list(masked)
    for cut in cuts:
        hidden[cut.start : cut.end] = "x" * (cut.end - cut.start)
    return (*cuts, *markdown_cuts("".join(hidden)))


def _expressions(text: str) -> tuple[list[Cut], str]:
    """The expressions in braces, and the text with harmless characters in their place."""
    closing, cuts, out, at = brackets(text, "{}"), list[Cut](), list[str](), 0
    while (start := text.find("{", at)) >= 0:
        end = closing.get(start, start) + 1
        if end > start + 1:
            cuts.append(Cut(start, end, "" if text.startswith("/*", start + 1) else None))
        out += (text[at:start], _PUNCTUATION.sub("x", text[start:end]))
        at = end
    return cuts, "".join((*out, text[at:]))


def html_inside(source: str, *, is_mdx: bool) -> Iterator[ProseText]:
    """The prose of a block of HTML or of components, counted from its start."""
    tree = parse(_expressions(source)[1] if is_mdx else source, "html")
    if tree is not None:
        yield from spoken_html(replace(tree, text=source), CancelToken(), mdx_cuts if is_mdx else html_cuts)
