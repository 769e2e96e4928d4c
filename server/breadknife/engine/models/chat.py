"""Messages as a prompt, by the chat template that is in the model's file.

Templates are Jinja2 programs of whoever made the file: they run in Jinja's sandbox. What a message says is never seen
by the template, which gets one character in its place: so it can't become a control token, whatever it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from breadknife.engine.api import ChatRequest, GenerateRequest, Message, Part, Prompt, Trim
from breadknife.engine.models.catalog import read_models
from breadknife.engine.models.gguf import GgufInfo, read_header
from breadknife.engine.models.store import ModelStore
from breadknife.errors import EngineError, ModelUnfit

ROLES = ("system", "user", "assistant", "tool")
_STAND_IN = 0xF0000
"""The first private-use character that stands for a message's content."""
MAX_MESSAGES = 0xFFFE
"""As many as there are such characters."""


def chat_prompt(info: GgufInfo, messages: Sequence[Message]) -> Prompt:
    """Return the prompt after which the model answers as the assistant.

    Nothing of it is left out when it is too long. Raises ModelUnfit when the model has no template, and EngineError
    when it refuses these messages (many want the user and the assistant to take turns, some know no system message).
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if not info.chat_template:
        raise ModelUnfit(f"{info.name or 'the model'} has no chat template: it continues text; ask for a completion")
    if len(messages) > MAX_MESSAGES:
        raise EngineError(f"{len(messages)} messages; {MAX_MESSAGES} are the most")
    if wrong := [message.role for message in messages if message.role not in ROLES]:
        raise EngineError(f"no message can have the role {wrong[0]!r}; the roles are {', '.join(ROLES)}")
    # As in Hugging Face's transformers, for which templates are written.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    shown = [
        {"role": message.role, "content": _stand_in(number, message.text)} for number, message in enumerate(messages)
    ]
    try:
        rendered = environment.from_string(info.chat_template).render(
            messages=shown,
            add_generation_prompt=True,
            bos_token=info.bos,
            eos_token=info.eos,
            raise_exception=_refuse,
            strftime_now=_now,
        )
    except _Refused as error:
        raise EngineError(f"the model's chat template refuses these messages: {error}") from error
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise EngineError(f"the model's chat template fails: {type(error).__name__}: {error}") from error
    return tuple(_parts(rendered, messages))


def as_generation(request: ChatRequest) -> GenerateRequest:
    """Return the same as a prompt for the model, whose file is looked at. Raises as `chat_prompt`, and ModelError."""
    model = read_models().model(request.model)
    store = ModelStore()
    prompt = chat_prompt(read_header(store.find(model) or store.verified(model)), request.messages)
    return GenerateRequest(
        request.model,
        prompt,
        request.max_tokens,
        request.stop,
        request.lane,
        request.sampling,
        request.grammar,
        request.adapter,
        request.place,
        top_logprobs=request.top_logprobs,
        urgent=request.urgent,
    )


def _stand_in(number: int, content: str) -> str:
    """With the blanks around it, which a template may take away; an empty one stays empty, for templates that ask."""
    body = content.strip()
    before, _, after = content.partition(body) if body else (content, "", "")
    return f"{before}{chr(_STAND_IN + number)}{after}" if body else content


def _parts(rendered: str, messages: Sequence[Message]) -> list[Part]:
    parts: list[Part] = []
    for piece in re.split(f"([{chr(_STAND_IN)}-{chr(_STAND_IN + MAX_MESSAGES - 1)}])", rendered):
        number = ord(piece) - _STAND_IN if len(piece) == 1 else -1
        if 0 <= number < len(messages):
            parts.append(Part(messages[number].text.strip(), trim=Trim.NEVER))
        elif piece:
            parts.append(Part(piece, control=True, trim=Trim.NEVER))
    return parts


class _Refused(Exception):
    """The template called `raise_exception`."""


def _refuse(message: str) -> None:
    raise _Refused(message)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def _to_json(value: Any, indent: int | None = None) -> str:
    """Jinja's own escapes HTML, and nobody reads this as HTML."""
    return json.dumps(value, ensure_ascii=False, indent=indent)
