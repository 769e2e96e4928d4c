"""Prose in message catalogs: JSON files in a folder of translations, and gettext's PO.

Placeholders of ICU, printf, Mustache and template strings are words; each branch of a plural or a select is a paragraph
of its own. A translation has the language of its file: PO says it in its header or its path, JSON in its path. In PO,
programs copy the source's text to each translation: it is read in a template (`.pot`) or an English catalog alone.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract.html import TAG
from breadknife.text.extract.passage import (
    FEWEST_WORDS,
    Cut,
    MarkedPassage,
    brackets,
    markup,
    markup_cuts,
    passage,
    prose,
)
from breadknife.text.languages.values import kinds
from breadknife.text.prose import Author, ProseText
from breadknife.text.syntax import Node, SyntaxTree

_FOLDERS = kinds("locales locale _locales i18n l10n intl lang langs translations messages")
_NAME = re.compile(r"(?:messages|translations?|i18n|package\.nls)(?:[._-][A-Za-z_-]+)?\.json")
_LANGUAGES = kinds(
    """
    af am ar as ast az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fil fr ga gl gu he hi hr hu hy id
    is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms mt my nb ne nl nn no or pa pl pt ro ru si sk sl sq sr sv
    sw ta te tg th tl tr tt uk ur uz vi zh zu
    """
)
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Z][a-z]{3}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")
_NO_TEXT = frozenset(("$schema", "@@locale", "locale", "placeholders", "context", "type", "id", "key"))
_BRANCH = re.compile(r",\s*(?:plural|select|selectordinal)\s*,")
_PRINTF = r"%(?:\(\w+\)|\d+\$)?[-+0#]*\d*(?:\.\d+)?(?:hh?|ll?|[zjtL])?[diouxXeEfgGcsSpaA@](?![A-Za-z])"
_INLINE = (
    markup(rf"{_PRINTF}|\$t\([^()]*\)|\$[A-Za-z_]\w*\$?|%\w+%|@:[\w.]+"),
    markup(rf"</?\d+/?>|{TAG}|(?<!\w)[_&](?=[A-Za-z])", ""),
)
_COUNT = markup(r"\#")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[A-Za-z]{2,10});")
_PO_BREAK = re.compile(r"(?P<space>(?:[ \t]|\\[ntr])+\n|(?:\\[ntr])+)|\n")
_RESERVED = '"\\{}%<>\n'
_SOURCE_LANGUAGES = frozenset(("", "en"))
"""Of catalogs that translate nothing: `en-GB` does."""


def is_catalog(document: Document) -> bool:
    """Tell by its path whether a JSON document is a catalog of messages."""
    path = _path(document)
    return not _FOLDERS.isdisjoint(path.parts[:-1]) or _NAME.fullmatch(path.name) is not None


def json_prose(document: Document, tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the messages of a JSON catalog, in the order of the file. Raises Cancelled."""
    language = _language_of(_path(document))
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            if key is not None and value is not None and tree.source(key).strip('"') not in _NO_TEXT:
                stack.append(value)
        elif node.type == "string":
            cancel.raise_if_cancelled()
            yield from _string_prose(tree, node, language)
        else:
            stack.extend(reversed(node.named_children))


def _string_prose(tree: SyntaxTree, node: Node, language: str) -> Iterator[ProseText]:
    """Yield the prose of one string, and of each branch of its plurals and selects."""
    span = tree.span(node)
    if span.end - span.start < 2 or tree.text[span.end - 1] != '"':
        return
    messages = [Span(span.start + 1, span.end - 1)]
    while messages:
        message = messages.pop(0)
        source = tree.text[message.start : message.end]
        if len(source.split()) < FEWEST_WORDS:
            continue
        is_branch = message.start > span.start + 1
        cutter = _branch_cuts if is_branch else _cuts
        text = prose(passage(tree.text, [message]), cutter, _RESERVED, language)
        if text is not None:
            yield _by_author(text)
        closing = brackets(source, "{}")
        messages += (branch.shifted(message.start) for branch in _branches(source, closing))


def _branches(source: str, closing: Mapping[int, int]) -> Iterator[Span]:
    """Yield the texts of plurals and selects: `{n, plural, one {# file} other {# files}}` has two."""
    at = 0
    while (at := source.find("{", at)) >= 0:
        end = closing.get(at, -1)
        if end >= 0 and _BRANCH.search(source, at, end):
            inner = at + 1
            while (inner := source.find("{", inner, end)) >= 0:
                stop = closing.get(inner, inner)
                yield Span(inner + 1, max(stop, inner + 1))
                inner = stop + 1
        at = max(end, at) + 1


def _cuts(text: str) -> list[Cut]:
    """Return everything of a message that isn't prose. Line breaks are cuts only as escapes: those of the file mean
    nothing."""
    closing, cuts, at = brackets(text, "{}"), list[Cut](), 0
    while (at := text.find("{", at)) >= 0:
        end = closing.get(at, at)
        if end > at:
            cuts.append(Cut(at - (at > 0 and text[at - 1] in "$%#"), end + 1))
        at = end + 1
    cuts += (Cut(m.start(), m.end(), html.unescape(m[0])) for m in _ENTITY.finditer(text))
    cuts += (Cut(m.start(), m.end(), _unescaped(m[0])) for m in _ESCAPE.finditer(text))
    return cuts + markup_cuts(text, _INLINE)


def _branch_cuts(text: str) -> list[Cut]:
    """Return the cuts of a branch of a plural, in which `#` stands for the number."""
    return _cuts(text) + markup_cuts(text, (_COUNT,))


def _unescaped(escape: str) -> str:
    """Return what an escape of JSON or PO stands for; a line break for white space."""
    if escape[1] in "ntrfvb":
        return "\n"
    try:
        return json.loads(f'"{escape}"')
    except ValueError:
        return escape[1:]


def _by_author(text: ProseText) -> ProseText:
    """Return what a project or its translators have written in a catalog."""
    return text if text.language.partition("-")[0] in _SOURCE_LANGUAGES else replace(text, author=Author.TRANSLATOR)


def _path(document: Document) -> PurePosixPath:
    return PurePosixPath(unquote(urlsplit(document.uri).path))


def _language_of(path: PurePosixPath) -> str:
    """Return the language that a path names, or nothing: `locales/de.json`, `pt_BR/app.json`, `messages.fr.json`."""
    names = [*reversed(path.stem.split(".")), *reversed(path.parts[:-1][-3:])]
    return next((tag for name in names if (tag := _tag(name))), "")


def _tag(name: str) -> str:
    """Return the BCP 47 tag that a name is, such as `pt-BR` for `pt_BR`; empty if it is none that is known."""
    match = _TAG.fullmatch(name)
    if match is None or match[1].lower() not in _LANGUAGES:
        return ""
    return "-".join(part for part in (match[1].lower(), match[2], match[3] and match[3].upper()) if part)


# gettext

_KEYWORD = re.compile(r'(msgid|msgid_plural|msgctxt|msgstr)(?:\[\d+\])?[ \t]*(?=")')
_LANGUAGE_HEADER = re.compile(r"(?:^|\\n)Language:[ \t]*([A-Za-z_-]+)")


@dataclass
class _Message:
    """One keyword of a PO file, such as `msgid`, with its text."""

    keyword: str
    pieces: list[Span] = field(default_factory=list[Span])
    """The insides of its strings."""


def po_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the translations of a PO file, or the messages of one that translates nothing; no comments, no obsolete
    entries, and no translation that is the message itself."""
    text, path, ids = document.text, _path(document), list[str]()
    language = _language_of(path)
    for message in _po_messages(document):
        cancel.raise_if_cancelled()
        source = "".join(text[piece.start : piece.end] for piece in message.pieces)
        is_translation = message.keyword == "msgstr"
        if message.keyword == "msgid":
            ids.clear()
        if message.keyword == "msgctxt" or source in ids:
            continue
        if is_translation and ids == [""]:
            named = _LANGUAGE_HEADER.search(source)
            language = _tag(named[1]) or named[1] if named else language
            continue
        if not is_translation:
            ids.append(source)
        if not (is_translation or language in _SOURCE_LANGUAGES or path.suffix == ".pot"):
            continue
        for pieces in _po_paragraphs(text, message.pieces):
            prose_text = prose(_joined(text, pieces), _po_cuts, _RESERVED, language if is_translation else "")
            if prose_text is not None and len(prose_text.text.split()) >= FEWEST_WORDS:
                yield _by_author(prose_text) if is_translation else replace(prose_text, author=Author.PROGRAM)


def _po_messages(document: Document) -> Iterator[_Message]:
    """Yield each keyword of a PO file with its strings, in the order of the file."""
    message: _Message | None = None
    for number in range(document.line_count):
        span = document.line_span(number)
        line = document.slice(span)
        start = len(line) - len(line.lstrip())
        if keyword := _KEYWORD.match(line, start):
            if message is not None:
                yield message
            message, start = _Message(keyword[1]), keyword.end()
        end = len(line.rstrip())
        if message is not None and end - start >= 2 and line[start] == '"' and line[end - 1] == '"':
            message.pieces.append(Span(span.start + start + 1, span.start + end - 1))
    if message is not None:
        yield message


def _po_paragraphs(text: str, pieces: list[Span]) -> Iterator[list[Span]]:
    """Yield the strings of each paragraph of a message; an empty line of it parts two."""
    paragraph = list[Span]()
    for piece in pieces:
        source = text[piece.start : piece.end]
        if source == "\\n":
            yield paragraph
            paragraph = []
        elif source:
            paragraph.append(piece)
            if source.endswith("\\n\\n"):
                yield paragraph
                paragraph = []
    yield paragraph


def _joined(text: str, pieces: list[Span]) -> MarkedPassage:
    """Return the passage of these pieces. Their blanks belong to the message, so they aren't trimmed."""
    if not pieces:
        return MarkedPassage("", 0, ())
    start = pieces[0].start
    joined = "\n".join(text[piece.start : piece.end] for piece in pieces)
    return MarkedPassage(joined, start, tuple(piece.start - start for piece in pieces))


def _po_cuts(text: str) -> list[Cut]:
    """Return everything of a PO message that isn't prose; breaks between its strings mean nothing by themselves."""
    breaks = [Cut(m.start(), m.end(), "\n" if m["space"] else "") for m in _PO_BREAK.finditer(text)]
    return [*breaks, *(cut for cut in _cuts(text) if cut.text != "\n")]
