"""What the model writes: one exception message or one default value, as a small JSON object. Never structure."""

from __future__ import annotations

import ast
import json
from dataclasses import replace

from breadknife.engine.api import Part, Prompt
from breadknife.plugins.nullcheck.outline import text
from breadknife.plugins.nullcheck.site import Site
from breadknife.plugins.nullcheck.strategies import Content, Strategy
from breadknife.task.plugin import Model
from breadknife.task.values import Origin

_MAX_CONTEXT = 2000
"""Code points of the function that the model is shown."""
_MAX_TOKENS = 32
_MAX_MESSAGE = 80
"""Code points."""

_TASKS = {
    Strategy.RAISE: (
        "`{name}` may be None in the code below. Write the message of the {exception} that is raised when it is: "
        'one short phrase that says what is missing. Answer as JSON: {{"message": "…"}}',
        '{"message": "',
    ),
    Strategy.DEFAULT: (
        "`{name}` may be None in the code below. Write the Python literal to use in its place, such as {default}. "
        'Answer as JSON: {{"default": …}}',
        '{"default": ',
    ),
}
"""Strategy -> what the model is asked, and how its answer begins."""


def written(site: Site, strategy: Strategy, template: Content, model: Model) -> tuple[Content, Origin] | None:
    """The model's content, or None when it said nothing that can be used."""
    task, answer = _TASKS[strategy]
    question = task.format(name=site.source[:60], exception=template.exception, default=template.default)
    said, last = "", None
    for chunk in model.generate(_prompt(site, question, answer), max_tokens=_MAX_TOKENS, stop=("\n", "}")):
        said += chunk.text
        last = chunk
    content = _content(strategy, answer + said, template)
    return (content, model.origin(last)) if content is not None and last is not None else None


def has_content(strategy: Strategy) -> bool:
    """Whether a strategy has anything for a model to write."""
    return strategy in _TASKS


def _prompt(site: Site, question: str, answer: str) -> Prompt:
    function = site.function
    code = text(function) if function is not None else site.tree.text
    if len(code) > _MAX_CONTEXT:
        start = max(0, site.span.start - _MAX_CONTEXT // 2)
        code = site.tree.text[start : start + _MAX_CONTEXT]
    return (
        Part("<|im_start|>system\n", control=True),
        Part("You are a careful Python programmer. You answer with JSON only."),
        Part("<|im_end|>\n<|im_start|>user\n", control=True),
        Part(f"{question}\n\n```python\n{code}\n```"),
        Part("<|im_end|>\n<|im_start|>assistant\n", control=True),
        Part(answer),
    )


def _content(strategy: Strategy, said: str, template: Content) -> Content | None:
    if strategy is Strategy.DEFAULT:
        return _default(said.removeprefix(_TASKS[strategy][1]).strip().rstrip(","), template)
    try:
        message = json.loads(said.rstrip().rstrip("}").rstrip() + "}")["message"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(message, str):
        return None
    message = message.strip().rstrip(".")
    # It goes between double quotes: no escape, no quote, nothing that isn't printed.
    if not message or len(message) > _MAX_MESSAGE or not message.isprintable() or set(message) & set('"\\'):
        return None
    return replace(template, message=message)


def _default(source: str, template: Content) -> Content | None:
    """A literal of the same type as the template's, in the model's words."""
    try:
        value, expected = ast.literal_eval(source), ast.literal_eval(template.default)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    usable = type(value) is type(expected) and len(source) <= 40 and source.isprintable()
    return replace(template, default=source) if usable else None
