"""Turns the messages of a chat into a prompt, by the chat template in the model's file.

Templates are Jinja2 programs of whoever made the file, so they run in Jinja's sandbox, with a meter that bounds their
time and memory. A template never sees the text of a message but one character in its place, so that nothing of the text
can become a control token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from breadknife.engine.api import ChatRequest, GenerateRequest, Message, Part, Prompt, Trim
from breadknife.engine.models.catalog import read_models
from breadknife.engine.models.gguf import GgufInfo, read_header
from breadknife.engine.models.store import ModelStore
from breadknife.errors import EngineError, ModelUnfit, PluginError

ROLES = ("system", "user", "assistant", "tool")
_STAND_IN = 0xF0000
"""The private-use character that stands for the first message's text; the next one stands for the second's."""
MAX_MESSAGES = 0xFFFE
"""The number of private-use characters from `_STAND_IN`."""
MAX_TEMPLATE = 1 << 18
"""The most characters of a template; the longest in use have some 20,000."""
_FILTERS = (
    "abs", "attr", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "int", "items",
    "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "safe", "select",
    "selectattr", "sort", "string", "title", "trim", "unique", "upper", "wordcount",
)  # fmt: skip
_GLOBALS = ("cycler", "dict", "joiner", "namespace", "range")
_MOST_INDENT = 16


def chat_prompt(info: GgufInfo, messages: Sequence[Message]) -> Prompt:
    """Return the prompt after which the model writes the assistant's next message. No part of it may be trimmed.

    Raises ModelUnfit if the model has no template, and EngineError if the template refuses these messages: many want
    the user and the assistant to take turns, some allow no system message.
    """
    if not info.chat_template:
        raise ModelUnfit(f"{info.name or 'the model'} has no chat template: it continues text; ask for a completion")
    if len(info.chat_template) > MAX_TEMPLATE:
        raise EngineError(f"the model's chat template is longer than {MAX_TEMPLATE:,} characters; take another file")
    if len(messages) > MAX_MESSAGES:
        raise EngineError(f"{len(messages)} messages; {MAX_MESSAGES} are the most")
    if wrong := [message.role for message in messages if message.role not in ROLES]:
        raise EngineError(f"no message can have the role {wrong[0]!r}; the roles are {', '.join(ROLES)}")
    shown = [
        {"role": message.role, "content": _stand_in(number, message.text)} for number, message in enumerate(messages)
    ]
    return tuple(_parts(_rendered(info, shown), messages))


def _rendered(info: GgufInfo, messages: Sequence[Mapping[str, str]]) -> str:
    from breadknife.metering import METERED, MeteredEnvironment, metered  # Jinja takes time to import

    # As in Hugging Face's transformers, for which templates are written.
    environment = MeteredEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    filters: Any = {name: environment.filters[name] for name in _FILTERS}
    environment.filters = filters | METERED | {"tojson": _to_json}
    environment.globals = {name: environment.globals[name] for name in _GLOBALS}
    values = {
        "messages": messages,
        "add_generation_prompt": True,
        "bos_token": info.bos,
        "eos_token": info.eos,
        "raise_exception": _refuse,
        "strftime_now": _now,
    }
    try:
        return environment.from_string(info.chat_template).render(metered(values))
    except _TemplateRefusal as error:
        raise EngineError(f"the model's chat template refuses these messages: {error}") from error
    except PluginError as error:
        raise EngineError(f"the model's chat template takes too much: {error}") from error
    except Exception as error:  # a template of anybody's: whatever it divides or compares
        raise EngineError(f"the model's chat template fails: {type(error).__name__}: {error}") from error


def as_generation(request: ChatRequest) -> GenerateRequest:
    """Return a chat's request as one to continue a prompt, by the template in the model's file. Raises as `chat_prompt`
    does, and ModelError."""
    model = read_models().model(request.model)
    store = ModelStore()
    prompt = chat_prompt(read_header(store.find(model) or store.verified(model)), request.messages)
    common = {field.name: getattr(request, field.name) for field in fields(request) if field.name != "messages"}
    return GenerateRequest(prompt=prompt, **common)


def _stand_in(number: int, content: str) -> str:
    """Return what the template gets for a message's text: one character, with the blanks around the text, which a
    template may strip. An empty text stays empty, for templates that check that."""
    body = content.strip()
    before, _, after = content.partition(body) if body else (content, "", "")
    return f"{before}{chr(_STAND_IN + number)}{after}" if body else content


def _parts(rendered: str, messages: Sequence[Message]) -> list[Part]:
    """Split a rendered template into the messages' texts and, as control parts, what is between them."""
    parts: list[Part] = []
    for piece in re.split(f"([{chr(_STAND_IN)}-{chr(_STAND_IN + MAX_MESSAGES - 1)}])", rendered):
        number = ord(piece) - _STAND_IN if len(piece) == 1 else -1
        if 0 <= number < len(messages):
            parts.append(Part(messages[number].text.strip(), trim=Trim.NEVER))
        elif piece:
            parts.append(Part(piece, control=True, trim=Trim.NEVER))
    return parts


class _TemplateRefusal(Exception):
    """The template called `raise_exception`."""


def _refuse(message: str) -> None:
    raise _TemplateRefusal(message)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def _to_json(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON. Jinja's own escapes HTML, and nobody reads this as HTML."""
    if indent is not None and not 0 <= indent <= _MOST_INDENT:
        raise PluginError(f"`tojson` indents by at most {_MOST_INDENT}; write less")
    return json.dumps(value, ensure_ascii=False, indent=indent)
