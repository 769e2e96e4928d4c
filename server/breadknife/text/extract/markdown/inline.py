"""The inline markup of Markdown and MDX, and the HTML between their blocks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from breadknife.cancel import CancelToken
from breadknife.text.extract.comments.paragraphs import paragraphs
from breadknife.text.extract.html import TAG, html_cuts, spoken_html
from breadknife.text.extract.passage import Cut, brackets, disjoint, line_breaks, markup, markup_cuts, masked
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
_FENCES = r"(?m:^)[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:(?m:^)[ \t]*(?P=fence)|\Z)"
_FENCE = re.compile(_FENCES, re.DOTALL)
_CODE_OR_ESCAPED = rf"\\.|{_FENCES}|`[^`\n]*`"
_FLOW = re.compile(r"^(?:\{|(?:import|export)\b[^\n{]*(?=\{))", re.MULTILINE)
_INK = re.compile(r"\S")
_LEFT_OVER = markup(r"(?:(?<=[\s(\[\0\"'—])|^)(\*{1,3})(?=[^\s*])(?P<keep>[^*]{1,1000}?)(?<=[^\s*])\1(?![\w*])", "")
"""Emphasis that the grammar misses where it begins with a link, code or a mention."""
_PUNCTUATION = re.compile(r"[<>\"'={}`*_\[\]]")


def markdown_cuts(text: str) -> tuple[Cut, ...]:
    """Return everything of a paragraph that isn't prose, by the grammar of inline Markdown."""
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
        elif (of_node := _cut(tree, node)) is not None:
            cuts += of_node
            stack.extend(reversed([c for c in node.children if c.type == "link_text"]))
        else:
            stack.extend(reversed(node.children))
    hidden = masked(text, disjoint(cuts))
    return (*cuts, *markup_cuts(hidden, (_LEFT_OVER,))) if "*" in hidden else tuple(cuts)


def _tag(tree: SyntaxTree, node: Node) -> str:
    """Return the name of a tag of HTML in small letters, with `/` before that of an end tag."""
    source = tree.source(node)
    match = _TAG.match(source)
    name = match[1].lower() if match else ""
    return "/" + name if source.startswith("</") else name


def _cut(tree: SyntaxTree, node: Node) -> list[Cut] | None:
    """Return what to cut for this node; None for text and for what only holds other nodes."""
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
    """Return the cuts of `markdown_cuts`, and expressions and components. What these hold is no Markdown."""
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
    """Return the expressions in braces, and the text with harmless characters in their place."""
    closing, cuts, out, at = brackets(text, "{}"), list[Cut](), list[str](), 0
    while (start := text.find("{", at)) >= 0:
        end = closing.get(start, start) + 1
        if end > start + 1:
            cuts.append(Cut(start, end, "" if text.startswith("/*", start + 1) else None))
        out += (text[at:start], _PUNCTUATION.sub("x", text[start:end]))
        at = end
    return cuts, "".join((*out, text[at:]))


def without_flow(text: str) -> str:
    """Return the text of MDX with blanks in place of the expressions and the modules between its blocks, which the
    grammar of Markdown takes for text."""
    closing, out, at = brackets(text, "{}", _CODE_OR_ESCAPED), list[str](), 0
    while (match := _FLOW.search(text, at)) is not None:
        end = closing.get(match.end() - (match[0] == "{"), -1) + 1
        if match[0] == "{" and text[end : text.find("\n", end) % (len(text) + 1)].strip():
            end = 0  # a paragraph that begins with one
        out += (text[at : match.start()], _INK.sub(" ", text[match.start() : end]) if end else match[0])
        at = end or match.end()
    return "".join((*out, text[at:]))


def html_inside(source: str, *, is_mdx: bool) -> Iterator[ProseText]:
    """Yield the prose of a block of HTML or of components, counted from its start."""
    if not is_mdx:
        tree = parse(source, "html")
        if tree is not None:
            yield from spoken_html(tree, CancelToken(), html_cuts)
        return
    shown = _FENCE.sub(lambda match: _INK.sub(" ", match[0]), source)
    tree = parse(_expressions(shown)[1], "html")
    if tree is not None:  # and there is Markdown between its tags
        yield from spoken_html(replace(tree, text=shown), CancelToken(), mdx_cuts, paragraphs)
