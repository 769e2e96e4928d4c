"""What is null still where a `try` was left by an exception."""

from __future__ import annotations

import re
from dataclasses import replace

from breadknife.plugins.nullcheck.braces.assigning import assigned_in
from breadknife.plugins.nullcheck.braces.facts import Env
from breadknife.plugins.nullcheck.java.outline import Outline
from breadknife.text.syntax import Node

_CATCHES_ALL = re.compile(r"\b(?:Exception|Throwable|RuntimeException)\b")


def catches_all(outline: Outline, handler: Node) -> bool:
    """Whether a `catch` takes what any call may throw, so that it isn't known how far its `try` came."""
    return _CATCHES_ALL.search(outline.text(handler).partition(")")[0]) is not None


def unset_by(outline: Outline, node: Node, before: Env) -> Env:
    """The variables that are null before a `try` and get the result of a call in it: where that throws, they are null
    still. What else is set there may tell of it."""
    body = node.child_by_field_name("body")
    unset: Env = {}
    for key, fact in before.items() if body is not None else ():
        if fact.cause is None or not fact.cause.certain or fact.partial or body is None:
            continue
        if _is_set_by_call(outline, body, key):
            signs = assigned_in(outline.text, node) - {key}
            unset[key] = replace(fact, cause=replace(fact.cause, certain=False, soft=True), partial=True, signs=signs)
    return unset


def _is_set_by_call(outline: Outline, body: Node, name: str) -> bool:
    """Whether a variable gets what a call gives, or an object that is made of something, before it is sure to have
    got another value."""
    for statement in body.named_children:
        values = re.findall(rf"(?<![\w.]){re.escape(name)}\s*=(?!=)\s*([^;]*);", outline.text(statement))
        if any("(" in value and re.fullmatch(r"new [\w.<>, ]+\(\s*\)", value) is None for value in values):
            return True
        if values and statement.type == "expression_statement":
            return False
    return False
