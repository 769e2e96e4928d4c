"""What the model writes: the words of one message. A default it chooses, of those that the file has. Never structure.

It is asked for them as a model of code has learned to write: the prompt is the text as the template makes it, up to the
value that is missing there, and a grammar holds the model to that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.cancel import CancelToken
from breadknife.engine.api import Part
from breadknife.engine.runtimes import split_model
from breadknife.plugins.nullcheck.values import Content, NullFile, NullLanguage, Offer, Place
from breadknife.project.secrets.contents import secrets_in
from breadknife.task.plugin import Model
from breadknife.task.values import Origin
from breadknife.text.document import TextEdit, apply_edits
from breadknife.text.syntax import captures

_BEFORE = 400
"""Code points of the text before the value: more make it no better, and each takes its time."""
_MAX_TOKENS = 20
_MAX_MESSAGE = 60
"""Code points."""

_VALUE = r"""("[^"\\\n]{0,40}"|'[^'\\\n]{0,40}'|-?\d+(?:\.\d+)?\b|(?:[Tt]rue|[Ff]alse)\b)"""
"""A literal, as group 1."""
_KEY = re.compile(r"""[(\[]\s*["']([^"'\\\n]+)["']""")
_LITERAL = re.compile(r"""(["'])[^"'\\\n]*\1""")
_ENDS = ("\n", ". ", ", ", "; ", ": ", " (")
"""What a message says after one of these can go."""
_MISSING = re.compile(
    r"\b(?:null|none|nil|undefined|missing|absent|unset|empty|unavailable|invalid|required|needed|needs|lacks|must"
    r"|given|provided|specified|no|not|without)\b|n't\b",
    re.IGNORECASE,
)
"""What a message about a null has to say."""
_DETAILS = re.compile(r"""(?<!n)'|'(?!t\b)|["`:;(%]|\d""")
"""What follows these are values and choices of another error's: nothing is known of a null."""
_UNFINISHED = re.compile(
    r"\b(?:an?|and|as|at|be|by|expected|for|from|got|in|into|is|it|of|on|or|than|that|the|to|with)$", re.IGNORECASE
)
"""How no message ends."""
_SUBJECT = re.compile(r"(?:(?:the|an?|missing)\s+)?(\w+)", re.IGNORECASE)
_VERBS = frozenset({"get", "find", "load", "read", "make", "create", "fetch", "search", "match"})
"""Of a function's name, which say nothing of what it gives."""
_CHARACTERS = r'[^"\\`$#{}\x00-\x1f\x7f]'
"""Those that mean the same in a string of any language, with double quotes, backticks or an `f` before it."""


@dataclass(frozen=True)
class _Question:
    prompt: str
    grammar: str
    """Of what follows, in GBNF."""
    stop: tuple[str, ...]
    """With what it ends."""


def written(
    file: NullFile,
    language: NullLanguage,
    place: Place,
    offer: Offer,
    model: Model,
    cancel: CancelToken | None = None,
) -> tuple[Content, Origin] | None:
    """The model's content for an offer that has some, or None when it said nothing that can be used."""
    template = offer.content
    if template is None:
        return None
    defaults = _defaults(file, place, template.default, language) if template.default else ()
    asked = _question(file.tree.text, offer.edits, template, defaults)
    if asked is None:
        return None
    # Other runtimes know no such grammars; what comes is looked at in any case.
    grammar = asked.grammar if split_model(model.name) is None else ""
    said, last = "", None
    for last in model.generate(
        (Part(asked.prompt),), max_tokens=_MAX_TOKENS, stop=asked.stop, grammar=grammar, cancel=cancel
    ):
        said += last.text
        if not template.default and _is_useless(said, file, place):
            return None  # it need not be heard out
    if last is None or last.finish != "stop":
        return None
    if not template.default:
        content = _message(said, template, file, place)
    else:
        content = replace(template, default=said.strip()) if said.strip() in defaults else None
    return (content, model.origin(last)) if content else None


def only_content_differs(edits: Sequence[TextEdit], template: Sequence[TextEdit]) -> bool:
    """Whether edits with a model's content are those of the template but for a word or a line's end."""
    return [edit.span for edit in edits] == [edit.span for edit in template] and all(
        len(edit.new_text) <= len(other.new_text) + _MAX_MESSAGE
        and edit.new_text.count("\n") == other.new_text.count("\n")
        for edit, other in zip(edits, template, strict=True)
    )


def only_words_differ(edits: Sequence[TextEdit], template: Sequence[TextEdit]) -> bool:
    """Whether they differ in nothing but the words of string literals: of a message, all are the same to a checker."""
    said = [(edit.span, _LITERAL.sub('""', edit.new_text)) for edit in edits]
    return said == [(edit.span, _LITERAL.sub('""', edit.new_text)) for edit in template]


def _question(text: str, edits: Sequence[TextEdit], template: Content, defaults: Sequence[str]) -> _Question | None:
    """None where there is nothing to choose."""
    default, after = template.default, apply_edits(text, edits)
    found = _written(edits, re.escape(default) if default else rf"([\"']){re.escape(template.message)}\1")
    if found is None:
        return None
    start, end = found
    if not default:
        quote = after[start]
        grammar = f"{_CHARACTERS}{{1,{_MAX_MESSAGE + 1}}} {json.dumps(quote)}"
        return _Question(_before(after, start + 1), f"root ::= {grammar}", (quote, *_ENDS))
    if len(defaults) < 2:
        return None
    following = after[end : end + 1] or "\n"
    grammar = f"({' | '.join(map(json.dumps, defaults))}) {json.dumps(following)}"
    return _Question(_before(after, start), f"root ::= {grammar}", (following, "\n"))


def _written(edits: Sequence[TextEdit], pattern: str) -> tuple[int, int] | None:
    """Where it stands in the text with the edits: the last time that they write it."""
    found, moved = None, 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        for match in re.finditer(pattern, edit.new_text):
            found = edit.span.start + moved + match.start(), edit.span.start + moved + match.end()
        moved += len(edit.new_text) - len(edit.span)
    return found


def _before(text: str, at: int) -> str:
    """Whole lines, if there are any."""
    before = text[max(0, at - _BEFORE) : at]
    return before if at <= _BEFORE else before.partition("\n")[2] or before


def _is_useless(said: str, file: NullFile, place: Place) -> bool:
    plain = said.replace(_name(file, place), "")  # which may have digits
    return len(said.strip()) > _MAX_MESSAGE or _DETAILS.search(plain) is not None


def _message(said: str, template: Content, file: NullFile, place: Place) -> Content | None:
    message = said.strip().rstrip(".")
    plain = re.fullmatch(rf"(?:{_CHARACTERS})+", message) and message.isprintable()
    usable = plain and _MISSING.search(message) and not _UNFINISHED.search(message) and message not in file.tree.text
    return replace(template, message=message) if usable and _is_about(message, file, place) else None


def _name(file: NullFile, place: Place) -> str:
    """Without what it is a part of, and what a function is called with."""
    return file.tree.text[place.span.start : place.span.end].partition("(")[0].rpartition(".")[2]


def _is_about(message: str, file: NullFile, place: Place) -> bool:
    """Whether it has a word of the value's name, or begins with no other name where that has no words: a small model
    likes to repeat what another error is about."""
    name = re.sub(r"([a-z])([A-Z])", r"\1 \2", _name(file, place))
    words = [word.lower() for word in re.findall(r"[^\W\d_]{3,}", name)]
    words = [word for word in words if word not in _VERBS]
    if words:
        return any(word in message.lower() for word in words)
    subject = _SUBJECT.match(message)
    if subject is None or message.split()[0].lower() == name.lower():
        return True
    named = captures(file.tree, "(identifier) @name").get("name", [])
    return subject[1].lower() not in {file.tree.source(node).lower() for node in named}


def _defaults(file: NullFile, place: Place, template: str, language: NullLanguage) -> Sequence[str]:
    """The template's value, and those of its type that the file has elsewhere in place of the same: of what is asked
    for by the same key, or has the same name. What a small model makes up only looks like data."""
    text = file.tree.text
    key = _KEY.search(text[place.span.start : place.span.end])
    name = re.escape(key[1] if key else _name(file, place))
    if not name:
        return (template,)
    if key:
        asked = rf"""\b(?:get|getenv|pop|setdefault)\(\s*["']{name}["']"""
        other = rf"""["']{name}["'][)\]]\s*(?:or\b|\?\?|\|\|)"""
        pattern = rf"(?:{asked}\s*,|{other})\s*{_VALUE}"
    else:
        pattern = rf"\b{name}\s*(?:or\b|\?\?|\|\||(?:is None|===?\s*(?:null|undefined))\W+{name}\s*=)\s*{_VALUE}"
    given = (match for match in re.finditer(pattern, text) if not secrets_in(match[0]))
    found = dict.fromkeys((template, *(match[1] for match in given)))
    return [value for value in found if language.literal(value, template)]
