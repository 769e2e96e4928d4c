"""The exception that a check raises."""

from __future__ import annotations

import builtins
import re
from collections import Counter

from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import is_local
from breadknife.plugins.nullcheck.repairs.python.guarding.evidence import Evidence
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import usable
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import parameter_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import Node

_HABITS = frozenset({"ValueError", "TypeError", "RuntimeError", "LookupError"})
"""Exceptions that take one message, and whose name a file's own habit may put in place of ValueError."""
_RAISED = re.compile(r"""raise ([\w.]+)\((\s*f?(?:"[^"\n]*"|'[^'\n]*')\s*\)$)?""")
_TAKES_MESSAGE = _HABITS | {"AttributeError", "EOFError", "KeyError", "OSError"}


def raised(site: Site, evidence: Evidence, quoted: str) -> tuple[str, int, str]:
    """It, how much there is to say for raising it there, and why."""
    exception = habitual_exception(site.function)
    weight, reason = 45, "a message says more than an AssertionError"
    is_own_matter = site.node.type == "attribute"  # the object's, not what is tried or asked there
    if evidence.caught and not is_own_matter:
        exception, weight, reason = evidence.caught, 60, f"the {evidence.caught} is handled here"
    if evidence.exits[Strategy.RAISE] and not is_own_matter:
        # What a caller gave is checked with the rest of it; of the function's own values it is sure itself.
        given = site.function is not None and parameter_of(site.function, site.source) is not None
        weight, reason = (65 if given else max(weight, 49)), "the function raises elsewhere"
    found = _RAISED.match(evidence.exit_of(Strategy.RAISE))
    if found and _takes_message(site, found[1], said=bool(found[2])):
        # Callers catch what the file raises, and no other.
        exception, weight, reason = found[1], 80, f"the file raises elsewhere when {quoted} is None"
    return exception, weight, reason


def _takes_message(site: Site, exception: str, *, said: bool) -> bool:
    """Whether the place can raise what another place does, which takes one message there if that is `said`."""
    root = exception.partition(".")[0]
    is_there = hasattr(builtins, root) or usable(site.tree, root)
    return is_there and not is_local(site, root) and (said or exception in _TAKES_MESSAGE)


def habitual_exception(function: Node | None) -> str:
    """What the function raises already, if that can say that a value is missing."""
    found = re.findall(r"\braise (\w+)\(", text(function)) if function is not None else []
    found = [name for name in found if name in _HABITS]
    return Counter(found).most_common(1)[0][0] if found else "ValueError"
