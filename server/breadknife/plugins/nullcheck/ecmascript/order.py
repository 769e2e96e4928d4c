"""Which JavaScript reads something, and which changes it."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS
from breadknife.plugins.nullcheck.ecmascript.rules import ARRAY_METHODS, CALLS, STRING_METHODS
from breadknife.plugins.nullcheck.order import Accesses

_READS = re.compile(
    r"(?:get|find|has|is|query|to|peek)(?:[A-Z]\w*)?|at|concat|entries|includes|indexOf|keys|slice|values"
)
_TAKES = frozenset({"pop", "push", "reverse", "shift", "sort", "splice", "unshift"})
_ONLY_READ = (STRING_METHODS | ARRAY_METHODS | CALLS.keys()) - _TAKES


def _only_reads(name: str) -> bool:
    return name in _ONLY_READ or _READS.fullmatch(name) is not None


ACCESSES = Accesses(
    sets={"update_expression": "argument", "assignment_expression": "left", "augmented_assignment_expression": "left"},
    call="call_expression",
    only_reads=_only_reads,
    names=frozenset({"identifier", "shorthand_property_identifier", "this"}),
    members={"member_expression": "object", "subscript_expression": "object"},
    unread={"call_expression": "function", "variable_declarator": "name", "assignment_expression": "left"},
    later=FUNCTIONS,
    waits=frozenset({"await_expression", "yield_expression"}),
)
