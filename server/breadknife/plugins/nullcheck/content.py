"""What the model writes: the words of one message, or one default value. Never structure.

The prompt begins its answer, a small JSON object, and a grammar holds it to the one value that is missing there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.engine.api import Part, Prompt
from breadknife.engine.runtimes import split_model
from breadknife.plugins.nullcheck.values import Content, NullFile, NullLanguage, Offer, Place
from breadknife.task.plugin import Model
from breadknife.task.values import Origin
from breadknife.text.document import TextEdit

_MAX_TOKENS = 32
_MAX_MESSAGE = 80
_MAX_DEFAULT = 40
"""Code points."""
_EXAMPLES = 3
"""The file's own messages that the model is shown."""

_RAISED = re.compile(
    r"""\b(?:raise\s+\w[\w.]*|throw\s+new\s+\w[\w.]*|errors\.New|fmt\.Errorf|panic)\(\s*[fr]?(["'`])(.{3,80}?)\1"""
)
"""An error made from a message, in any of the languages."""
_SAYS_NOTHING = re.compile(r"\b(?:code|below|above|json|message)\b", re.IGNORECASE)
"""Words of the question."""
_MISSING = re.compile(
    r"\b(?:null|none|nil|undefined|missing|absent|unset|empty|unavailable|invalid|required|needed|needs|lacks|must"
    r"|given|provided|specified|no|not|without)\b|n't\b",
    re.IGNORECASE,
)
"""What a message about a null has to say."""
_DETAILS = re.compile(r"""['"`:;(]|\d""")
"""What follows these are values and choices of another error's: nothing is known of a null."""
_NO_VALUE = re.compile(r"null|none|nil|undefined|nan|n/?a|default|value|string", re.IGNORECASE)
"""Words for what is missing, or for any string."""
_VERBS = frozenset({"get", "find", "load", "read", "make", "create", "fetch", "search", "match"})
"""Of a function's name, which say nothing of what it gives."""
_CHARACTERS = r'[^"\\`$#{}\x00-\x1f\x7f]'
"""Those that mean the same in a string of any language, with double quotes, backticks or an `f` before it."""


@dataclass(frozen=True)
class _Question:
    question: str
    answer: str
    """How the answer begins."""
    grammar: str
    """Of what follows, in GBNF."""
    stop: str
    """With what it ends."""


def written(
    file: NullFile, language: NullLanguage, place: Place, offer: Offer, model: Model
) -> tuple[Content, Origin] | None:
    """The model's content for an offer that has some, or None when it said nothing that can be used."""
    template = offer.content
    asked = _question(file, place, template) if template else None
    if template is None or asked is None:
        return None
    # Other runtimes know no such grammars; what comes is looked at in any case.
    grammar = asked.grammar if split_model(model.name) is None else ""
    prompt = _prompt(file.tree.language, file.code(place), asked)
    said, last = "", None
    for last in model.generate(prompt, max_tokens=_MAX_TOKENS, stop=(asked.stop, "\n"), grammar=grammar):
        said += last.text
    if last is None or last.finish != "stop":
        return None
    content = (
        _default(said, template, file, place, language) if template.default else _message(said, template, file, place)
    )
    return (content, model.origin(last)) if content else None


def only_content_differs(edits: Sequence[TextEdit], template: Sequence[TextEdit]) -> bool:
    """Whether edits with a model's content are those of the template but for a word or a line's end."""
    return [edit.span for edit in edits] == [edit.span for edit in template] and all(
        len(edit.new_text) <= len(other.new_text) + _MAX_MESSAGE
        and edit.new_text.count("\n") == other.new_text.count("\n")
        for edit, other in zip(edits, template, strict=True)
    )


def _question(file: NullFile, place: Place, template: Content) -> _Question | None:
    """None where there is nothing to choose: an empty collection is all that an empty one can be."""
    name = file.tree.text[place.span.start : place.span.end][:60]
    default = template.default
    if not default:
        said = (
            f"`{name}` may be null in the code below. Write the message of the {template.exception or 'error'} for "
            'that case: one short phrase that says what is missing. Answer as JSON: {"message": "…"}'
        )
        if examples := _messages(file.tree.text):
            said += "\n\nOther messages of this file: " + "; ".join(json.dumps(each) for each in examples)
        return _Question(said, '{"message": "', rf'root ::= {_CHARACTERS}{{1,{_MAX_MESSAGE}}} "\""', '"')
    said = (
        f"`{name}` may be null in the code below. Write the literal to use in its place, such as {default}. "
        'Answer as JSON: {"default": …}'
    )
    if default[0] in "\"'":
        return _Question(said, '{"default": "', rf'root ::= {_CHARACTERS}{{0,{_MAX_DEFAULT}}} "\""', '"')
    if re.fullmatch(r"-?\d+", default):
        return _Question(said, '{"default": ', 'root ::= "-"? ("0" | [1-9] [0-9]{0,9}) "}"', "}")
    if re.fullmatch(r"-?\d+\.\d+", default):
        return _Question(said, '{"default": ', 'root ::= "-"? ("0" | [1-9] [0-9]{0,9}) "." [0-9]{1,6} "}"', "}")
    if default.lower() in ("true", "false"):
        both = ("True", "False") if default[0].isupper() else ("true", "false")
        return _Question(said, '{"default": ', f'root ::= ("{both[0]}" | "{both[1]}") "}}"', "}")
    return None


def _prompt(language: str, code: str, asked: _Question) -> Prompt:
    return (
        Part("<|im_start|>system\n", control=True),
        Part("You are a careful programmer. You answer with JSON only."),
        Part("<|im_end|>\n<|im_start|>user\n", control=True),
        Part(f"{asked.question}\n\n```{language}\n{code}\n```"),
        Part("<|im_end|>\n<|im_start|>assistant\n", control=True),
        Part(asked.answer),
    )


def _messages(text: str) -> list[str]:
    """The first few that the file raises its errors with."""
    found = (match[2] for match in _RAISED.finditer(text) if match[2].isprintable())
    return list(dict.fromkeys(found))[:_EXAMPLES]


def _message(said: str, template: Content, file: NullFile, place: Place) -> Content | None:
    message = said.strip().rstrip(".")
    plain = re.fullmatch(rf"(?:{_CHARACTERS})+", message) and message.isprintable() and len(message) <= _MAX_MESSAGE
    tells = _MISSING.search(message) and not _DETAILS.search(message) and not _SAYS_NOTHING.search(message)
    usable = plain and tells and message not in _messages(file.tree.text)
    return replace(template, message=message) if usable and _is_about(message, file, place) else None


def _is_about(message: str, file: NullFile, place: Place) -> bool:
    """Whether it has a word of the value's name: a small model likes to repeat what another error is about."""
    name = re.sub(r"([a-z])([A-Z])", r"\1 \2", file.tree.text[place.span.start : place.span.end])
    words = [word.lower() for word in re.findall(r"[^\W\d_]{3,}", name.partition("(")[0].rpartition(".")[2])]
    words = [word for word in words if word not in _VERBS]
    return not words or any(word in message.lower() for word in words)


def _default(said: str, template: Content, file: NullFile, place: Place, language: NullLanguage) -> Content | None:
    """Not a word for null, nor the key that was asked for: a string that only looks like data."""
    quote = template.default[0] if template.default[0] in "\"'" else ""
    default = f"{quote}{said.strip()}{quote}"
    asked = file.tree.text[place.span.start : place.span.end]
    if quote and (_NO_VALUE.fullmatch(said.strip()) or f'"{said}"' in asked or f"'{said}'" in asked):
        return None
    usable = len(default) <= _MAX_DEFAULT and default.isprintable() and language.literal(default, template.default)
    return replace(template, default=default) if usable else None
