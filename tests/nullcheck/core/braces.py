"""What the tests of Go and Java in the new core share: the specification's cases, and statements as text."""

from __future__ import annotations

import re
from pathlib import Path

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.text.document import Span
from breadknife.text.syntax import SyntaxTree
from nullcheck.core.alike import followed, told_alike

SPECIFICATION = Path(__file__).parents[1]
DROPPED = Path(__file__).parent / "dropped_go_java.md"


def cases(language: str, name: str) -> list[str]:
    """The blocks of `fires` or `silent`."""
    return _blocks(language, (SPECIFICATION / language / "cases" / f"{name}.md").read_text("utf-8"))


def dropped(language: str) -> list[str]:
    """Blocks of the specification that the core is allowed to fail, from the language's section."""
    return _blocks(language, DROPPED.read_text("utf-8"))


def _blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def spans(_tree: SyntaxTree, home: FileAnalysis) -> list[Span]:
    return followed(home)


def reasons(home: FileAnalysis) -> list[str]:
    return [each.dereference.fact.origin.why for each in home.findings() if each.dereference.fact.origin is not None]


def told(action: il.Expression | il.Statement | None) -> str:
    """An expression or a statement in few words."""
    match action:
        case None:
            return ""
        case il.Assign(target=target, value=value) | il.AssignmentExpression(target=target, value=value):
            return f"{told(target)} = {told(value)}"
        case il.If(test=test, then=then, otherwise=otherwise):
            return f"if {told(test)} {{{block(then)}}}" + (f" else {{{block(otherwise)}}}" if otherwise else "")
        case il.Loop(test=test, target=target, iterable=iterable, body=body, update=update, label=label):
            head = f"for {told(target)} in {told(iterable)}" if target is not None else f"while {told(test)}"
            return f"{label + ': ' if label else ''}{head} {{{block(body)}}}" + (
                f" then {block(update)}" if update else ""
            )
        case il.Switch(cases=found):
            said = "; ".join(
                f"{told(case.test) if case.test is not None else 'default'}: {block(case.body)}" for case in found
            )
            return f"switch {{{said}}}"
        case il.Try(body=body, handlers=handlers, finally_=final):
            caught = "".join(f" catch {'|'.join(each.catches)} {{{block(each.body)}}}" for each in handlers)
            return f"try {{{block(body)}}}{caught}" + (f" finally {{{block(final)}}}" if final else "")
        case il.Invocation(callee=callee, arguments=arguments):
            return f"{told(callee)}({', '.join(told(each.value) for each in arguments)})"
        case il.Cast(value=value, type=type_):
            return f"{told(value)} as {type_.name if type_ is not None else '?'}"
        case il.TypeAssertion(value=value):
            return f"{told(value)}!"
        case il.CommaOk(value=value):
            return f"attempt({told(value)})"
        case il.Name(key=key) | il.Constant(key=key):
            return key.partition("@")[0] or "_"
        case _:
            return told_alike(action, told)


def block(statements: il.Block) -> str:
    return "; ".join(map(told, statements))
