"""The intermediate language and graphs as text, for tests."""

from __future__ import annotations

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.flow.build import build
from breadknife.plugins.nullcheck.core.flow.cfg import Action, Graph
from breadknife.plugins.nullcheck.languages.python.language import home_of
from breadknife.text.syntax import parse


def home(text: str) -> FileHome:
    tree = parse(text, "python")
    assert tree is not None
    return home_of(tree)


def graph(text: str) -> Graph:
    """Of the file's last function, or of the file if it has none."""
    file = home(text)
    function = file.file.functions[-1] if file.file.functions else file.file.main
    return build(function.body, file.knowledge.errors)


def drawn(graph: Graph) -> list[str]:
    """A line for each node, with where it leads. What only joins or passes on is left out if one way leads through."""
    lines = list[str]()
    for node in graph.nodes:
        where = [f"{_when(edge.when)}{edge.target.index}" for edge in node.edges]
        where += [f"raises {catch.index}" for catch in node.catches]
        said = f" {told(node.action)}".rstrip() if node.action is not None else ""
        lines.append(f"{node.index} {node.kind}{said} -> {', '.join(where) or 'end'}")
    return lines


def _when(outcome: bool | None) -> str:
    return "" if outcome is None else "yes " if outcome else "no "


def told(action: Action | il.Statement | il.Block) -> str:
    """An action, an expression or statements in few words."""
    match action:
        case il.Assign(target=target, value=value):
            return f"{told(target)} = {told(value)}"
        case il.Evaluate(value=value):
            return told(value)
        case il.Return(value=value):
            return f"return {told(value)}" if value is not None else "return"
        case il.Raise(values=values):
            return f"raise {', '.join(map(told, values))}".rstrip()
        case il.If(test=test, then=then, otherwise=otherwise):
            rest = f" else {{{told_all(otherwise)}}}" if otherwise else ""
            return f"if {told(test)} {{{told_all(then)}}}{rest}"
        case il.Loop(test=None, target=il.Name() | il.Display() as target, iterable=iterable, body=body):
            assert iterable is not None
            return f"for {told(target)} in {told(iterable)} {{{told_all(body)}}}"
        case il.Loop(test=test, body=body) if test is not None:
            return f"while {told(test)} {{{told_all(body)}}}"
        case il.Try(body=body, handlers=handlers, finally_=final):
            said = [f"catch {'|'.join(each.catches)} {{{told_all(each.body)}}}" for each in handlers]
            return " ".join(
                [f"try {{{told_all(body)}}}", *said, *([f"finally {{{told_all(final)}}}"] if final else [])]
            )
        case il.Delete(targets=targets):
            return f"delete {', '.join(map(told, targets))}"
        case il.Define(name=name):
            return f"define {name.partition('@')[0]}"
        case il.Jump(is_break=is_break):
            return "break" if is_break else "continue"
        case il.Operation(operator=operator, operands=operands):
            return f"{operator}({', '.join(map(told, operands))})"
        case il.Test(operator=operator, left=left, right=right, negated=negated):
            return f"{told(left)} {'not ' if negated else ''}{operator} {told(right)}"
        case il.Not(operand=operand):
            return f"not {told(operand)}"
        case il.Both(is_and=is_and, left=left, right=right):
            return f"({told(left)} {'and' if is_and else 'or'} {told(right)})"
        case il.Choice(test=test, then=then, otherwise=otherwise):
            return f"({told(test)} ? {told(then)} : {told(otherwise)})"
        case il.Bind(target=target, value=value):
            return f"({told(target)} := {told(value)})"
        case il.Call(callee=callee, arguments=arguments):
            given = (f"{each.name}=" * bool(each.name) + told(each.value) for each in arguments)
            return f"{told(callee)}({', '.join(given)})"
        case il.Attribute(owner=owner, name=name):
            return f"{told(owner)}.{name}"
        case il.Element(owner=owner, within=within):
            return f"{told(owner)}[{told(within) if within is not None else ':'}]"
        case il.Display(type=type_, items=items):
            return f"{type_}({', '.join(map(told, items))})"
        case il.Parts(parts=parts):
            return f"parts({', '.join(map(told, parts))})"
        case il.Comprehension(type=type_, results=results):
            return f"{type_} of {', '.join(map(told, results))}"
        case il.Closure():
            return "function"
        case il.Null():
            return "null"
        case il.Name(key=key) | il.Constant(key=key):
            return key.partition("@")[0]
        case _:
            raise AssertionError(action)


def told_all(block: il.Block) -> str:
    return "; ".join(map(told, block))
