"""What the model writes: the words of an exception's message. It never writes structure, and it makes up no values.

It is asked for them as a model of code has learned to write: the prompt is the text as the template makes it, up to the
message, and a grammar holds the model to the rest of a string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from breadknife.cancel import CancelToken
from breadknife.engine.api import Part
from breadknife.engine.remote.runtime import split_model
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.values import Dereference, MessageContent, RepairOffer
from breadknife.task.plugin import Model
from breadknife.task.values import Origin
from breadknife.text.document import TextEdit, apply_edits
from breadknife.text.syntax import captures

_LITERAL = re.compile(r"""(["'])[^"'\\\n]*\1""")
_BEFORE = 400
"""Code points of the text before the message: more make it no better, and each takes its time."""
_MAX_TOKENS = 20
_MAX_MESSAGE = 60
"""Code points."""
_ENDS = ("\n", ". ", ", ", "; ", ": ", " (")
"""What a message says after one of these can go."""
_CHARACTERS = r'[^"\\`$#{}\x00-\x1f\x7f]'
"""Those that mean the same in a string of any language, with double quotes, backticks or an `f` before it."""
_MISSING = re.compile(
    r"\b(?:null|none|nil|undefined|missing|absent|unset|empty|unavailable|invalid|required|needed|needs|lacks|must"
    r"|given|provided|specified|no|not|without)\b|n't\b",
    re.IGNORECASE,
)
"""What a message about a null has to say."""
_UNFINISHED = re.compile(
    r"\b(?:an?|and|as|at|be|by|expected|for|from|got|in|into|is|it|of|on|or|than|that|the|to|with)$", re.IGNORECASE
)
"""How no message ends."""


def written(
    file: NullFile, place: Dereference, offer: RepairOffer, model: Model, cancel: CancelToken | None = None
) -> tuple[MessageContent, Origin] | None:
    """Return the offer with the model's message; None where it has no message, or the model said nothing that can be
    used."""
    template = offer.content
    asked = _question(file.tree.text, offer.edits, template.message) if template else None
    if template is None or asked is None:
        return None
    prompt, quote = asked
    # Other runtimes know no such grammars; what comes is looked at in any case.
    is_own = split_model(model.name) is None
    grammar = f"root ::= {_CHARACTERS}{{1,{_MAX_MESSAGE + 1}}} {json.dumps(quote)}" if is_own else ""
    chunks = list(
        model.generate((Part(prompt),), max_tokens=_MAX_TOKENS, stop=(quote, *_ENDS), grammar=grammar, cancel=cancel)
    )
    message = "".join(chunk.text for chunk in chunks).strip().rstrip(".")
    if not chunks or chunks[-1].finish != "stop" or not _is_usable(message, file, place):
        return None
    return replace(template, message=message), model.origin(chunks[-1])


def only_words_differ(edits: Sequence[TextEdit], template: Sequence[TextEdit]) -> bool:
    """Tell whether edits differ from the template in nothing but the words of string literals."""
    said = [(edit.span, _LITERAL.sub('""', edit.new_text)) for edit in edits]
    return said == [(edit.span, _LITERAL.sub('""', edit.new_text)) for edit in template]


def _question(text: str, edits: Sequence[TextEdit], message: str) -> tuple[str, str] | None:
    """Return the text up to the message, and the quote that ends it; None where the edits have no such message."""
    after, moved, found = apply_edits(text, edits), 0, None
    for edit in sorted(edits, key=lambda edit: edit.span):
        for match in re.finditer(rf"([\"']){re.escape(message)}\1", edit.new_text):
            found = edit.span.start + moved + match.start()
        moved += len(edit.new_text) - len(edit.span)
    if found is None:
        return None
    before = after[max(0, found + 1 - _BEFORE) : found + 1]
    whole_lines = before.partition("\n")[2] if found >= _BEFORE else before
    return whole_lines or before, after[found]


def _is_usable(message: str, file: NullFile, place: Dereference) -> bool:
    """Tell whether it is one plain message that says what is missing, of this value, and isn't another error's."""
    is_plain = re.fullmatch(rf"{_CHARACTERS}{{1,{_MAX_MESSAGE}}}", message) is not None and message.isprintable()
    if not is_plain or not _MISSING.search(message) or _UNFINISHED.search(message) or message in file.tree.text:
        return False
    value = file.tree.text[place.span.start : place.span.end].partition("(")[0].rpartition(".")[2]
    words = re.findall(r"[^\W\d_]{3,}", re.sub(r"([a-z])([A-Z])", r"\1 \2", value))
    if words:
        is_about = any(word.lower() in message.lower() for word in words)
    else:
        named = {file.tree.source(node) for node in captures(file.tree, "(identifier) @name").get("name", [])}
        is_about = named.isdisjoint({*re.findall(r"\w+", message)} - {value})
    return is_about and not re.search(r"[\d']", message.replace(value, "").replace("n't", ""))  # made-up details
