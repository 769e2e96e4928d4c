"""The intermediate language in few words, as far as the tests of all languages say it alike."""

from __future__ import annotations

from collections.abc import Callable

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.text.document import Span


def followed(home: FileAnalysis) -> list[Span]:
    """The uses to which the flow brings a null."""
    return [home.file.span(each.dereference.at) for each in home.findings()]


def told_alike(action: object, told: Callable[[il.Expression | il.Statement], str]) -> str:
    """A statement or an expression; `told` says its parts, and comes here with what it says like the others."""
    match action:
        case il.Assign(target=target, value=value):
            return f"{told(target)} = {told(value)}"
        case il.Evaluate(value=value):
            return told(value)
        case il.Return(value=value):
            return f"return {told(value)}" if value is not None else "return"
        case il.Raise(values=values):
            return f"raise {', '.join(map(told, values))}".rstrip()
        case il.Jump(is_break=is_break, label=label):
            return f"{'break' if is_break else 'continue'} {label}".rstrip()
        case il.Delete(targets=targets):
            return f"delete {', '.join(map(told, targets))}"
        case il.Operation(operator=operator, operands=operands):
            return f"{operator}({', '.join(map(told, operands))})"
        case il.Comparison(operator=operator, left=left, right=right, negated=negated):
            return f"{told(left)} {'not ' if negated else ''}{operator} {told(right)}"
        case il.Not(operand=operand):
            return f"not {told(operand)}"
        case il.ShortCircuit(is_and=is_and, left=left, right=right):
            return f"({told(left)} {'and' if is_and else 'or'} {told(right)})"
        case il.Conditional(test=test, then=then, otherwise=otherwise):
            return f"({told(test)} ? {told(then)} : {told(otherwise)})"
        case il.AssignmentExpression(target=target, value=value):
            return f"({told(target)} := {told(value)})"
        case il.Member(owner=owner, name=name):
            return f"{told(owner)}.{name}"
        case il.Subscript(owner=owner, within=within):
            return f"{told(owner)}[{told(within) if within is not None else ':'}]"
        case il.Display(type=type_, items=items):
            return f"{type_}({', '.join(map(told, items))})"
        case il.Opaque(parts=parts):
            return f"parts({', '.join(map(told, parts))})"
        case il.Closure():
            return "function"
        case il.Null():
            return "null"
        case il.Name(key=key) | il.Constant(key=key):
            return key.partition("@")[0]
        case _:
            raise AssertionError(action)
