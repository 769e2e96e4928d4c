"""What the model writes: one message or one default value, as a small JSON object. Never structure."""

from __future__ import annotations

import json
from dataclasses import replace

from breadknife.engine.api import Part, Prompt
from breadknife.plugins.nullcheck.values import Content, NullFile, NullLanguage, Offer, Place
from breadknife.task.plugin import Model
from breadknife.task.values import Origin

_MAX_TOKENS = 32
_MAX_MESSAGE = 80
_MAX_DEFAULT = 40
"""Code points."""


def written(
    file: NullFile, language: NullLanguage, place: Place, offer: Offer, model: Model
) -> tuple[Content, Origin] | None:
    """The model's content for an offer that has some, or None when it said nothing that can be used."""
    template = offer.content
    if template is None:
        return None
    name = file.tree.text[place.span.start : place.span.end][:60]
    if template.default:
        question = (
            f"`{name}` may be null in the code below. Write the literal to use in its place, such as "
            f'{template.default}. Answer as JSON: {{"default": …}}'
        )
        answer = '{"default": '
    else:
        question = (
            f"`{name}` may be null in the code below. Write the message of the {template.exception or 'error'} that is "
            'raised when it is: one short phrase that says what is missing. Answer as JSON: {"message": "…"}'
        )
        answer = '{"message": "'
    said, last = "", None
    prompt = _prompt(file.tree.language, file.code(place), question, answer)
    for chunk in model.generate(prompt, max_tokens=_MAX_TOKENS, stop=("\n", "}")):
        said += chunk.text
        last = chunk
    if template.default:
        default = said.strip().rstrip(",")
        usable = len(default) <= _MAX_DEFAULT and default.isprintable() and language.literal(default, template.default)
        content = replace(template, default=default) if usable else None
    else:
        message = _message(answer + said)
        content = replace(template, message=message) if message else None
    return (content, model.origin(last)) if content is not None and last is not None else None


def _prompt(language: str, code: str, question: str, answer: str) -> Prompt:
    return (
        Part("<|im_start|>system\n", control=True),
        Part("You are a careful programmer. You answer with JSON only."),
        Part("<|im_end|>\n<|im_start|>user\n", control=True),
        Part(f"{question}\n\n```{language}\n{code}\n```"),
        Part("<|im_end|>\n<|im_start|>assistant\n", control=True),
        Part(answer),
    )


def _message(said: str) -> str:
    """The message that the model's JSON holds, or "" where it is none that may go between double quotes."""
    try:
        message = json.loads(said.rstrip().rstrip("}").rstrip() + "}")["message"]
    except (ValueError, KeyError, TypeError):
        return ""
    if not isinstance(message, str):
        return ""
    message = message.strip().rstrip(".")
    usable = message and len(message) <= _MAX_MESSAGE and message.isprintable() and not set(message) & set('"\\`$#{}')
    return message if usable else ""
