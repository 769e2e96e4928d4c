"""Steps that find a better name for a local variable, and rename it within its function."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from breadknife.steps.builtin.functions import function_at
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span
from breadknife.text.syntax import Node, SyntaxTree, nodes_in

MOST_NAMES = 6
LONGEST_TEXT = 400
"""Code points of the code in which names are compared."""
_REFLECTS = re.compile(r"\b(?:locals|vars|eval|exec)\s*\(")
_PARAMETERS = frozenset({"parameters", "lambda_parameters"})
_COMPREHENSIONS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Tables(msgspec.Struct, frozen=True):
    """`renaming.toml`."""

    weak: str
    never: frozenset[str]
    verbs: frozenset[str]
    calls: dict[str, str]


@cache
def tables() -> Tables:
    return msgspec.toml.decode(Path(__file__).with_name("renaming.toml").read_bytes(), type=Tables)


@dataclass(frozen=True)
class Local:
    """A local variable of a Python function: each place in the function that names it."""

    name: str
    function: Node
    places: tuple[Node, ...]


def local_at(tree: SyntaxTree, span: Span) -> Local | str:
    """The local variable at a place, or why there is none that can be renamed."""
    node = tree.node_at(span)
    if node.type != "identifier":
        return "The cursor is in no name."
    if _is_foreign(node):
        return "This name belongs to something else."
    name = tree.source(node)
    function = function_at(tree, tree.span(node))
    if function is None:
        return "The name is in no function: others may use it."
    return local_of(tree, function, name)


def local_of(tree: SyntaxTree, function: Node, name: str) -> Local | str:
    """A variable of a function, or why it can't be renamed within it."""
    body = function.child_by_field_name("body")
    if body is None:
        return "The function has no body."
    head = tree.text[tree.offset(function.start_byte) : tree.offset(body.start_byte)]
    if re.search(rf"\b{re.escape(name)}\b", head):
        return f"`{name}` is in the function's head, which callers see."
    if _REFLECTS.search(tree.source(body)):
        return "The function looks at its variables by their names."
    named = [node for node in nodes_in(body) if node.type == "identifier" and tree.source(node) == name]
    places = tuple(node for node in named if not _is_foreign(node))
    if not any(_is_bound(node) for node in places):
        return f"`{name}` gets no value in this function."
    for node in places:
        if why := _other_scope(node, function):
            return f"`{name}` is also the name of {why}."
    return Local(name, function, places)


def _is_foreign(node: Node) -> bool:
    """Whether it names an attribute or a keyword of a call."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node


def _is_bound(node: Node) -> bool:
    """Whether it gets a value here by an assignment, a loop or a `with`."""
    at, parent = node, node.parent
    while parent is not None and parent.type in ("pattern_list", "tuple_pattern", "as_pattern_target"):
        at, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("assignment", "for_statement"):
        return parent.child_by_field_name("left") == at
    return parent.type == "as_pattern" or (
        parent.type == "named_expression" and parent.child_by_field_name("name") == at
    )


def _other_scope(node: Node, function: Node) -> str:
    """What else has the name here, if anything has: then the places don't all mean one variable."""
    parent = node.parent
    if parent is not None and parent.type in ("global_statement", "nonlocal_statement"):
        return "something outside of the function"
    if parent is not None and parent.type in ("function_definition", "class_definition", "dotted_name", "aliased_import"):
        return "something that is defined or imported in it"
    at = node
    while at.parent is not None and at.id != function.id:
        at = at.parent
        if at.type in _PARAMETERS:
            return "an inner function's parameter"
        if at.type == "for_in_clause":
            left = at.child_by_field_name("left")
            if left is not None and left.start_byte <= node.start_byte < left.end_byte:
                return "a comprehension's variable"
        if at.type in ("function_definition", "class_definition") and at.id != function.id and _is_bound(node):
            return "an inner function's variable"
    return ""


def weak_locals(tree: SyntaxTree) -> list[tuple[Span, Span]]:
    """(Function, first place) of each local variable whose name says nothing and that can be renamed."""
    found: list[tuple[Span, Span]] = []
    for function in nodes_in(tree.root):
        if function.type != "function_definition" or (body := function.child_by_field_name("body")) is None:
            continue
        names = {tree.source(node) for node in nodes_in(body) if node.type == "identifier" and _is_bound(node)}
        for name in sorted(each for each in names if re.match(tables().weak, each)):
            local = local_of(tree, function, name)
            if isinstance(local, Local) and function_at(tree, tree.span(local.places[0])) == function:
                found.append((tree.span(function), tree.span(local.places[0])))
    return found


@dataclass(frozen=True)
class LocalWanted:
    document: Document
    span: Span


@dataclass(frozen=True)
class LocalFound:
    name: str
    names: tuple[str, ...]
    """Better ones that its values, its type and its use suggest; the best first. May be empty."""
    function: str
    """The function's source."""


def name_local(given: LocalWanted, context: StepContext) -> LocalFound | Silence:
    """The local variable at the cursor, if its name says little, and names that its values and its use suggest."""
    tree = context.tree(given.document) if given.document.language == "python" else None
    if tree is None:
        return Silence("no-local", f"Local variables are read in Python, not in {given.document.language}.")
    local = local_at(tree, given.span)
    if isinstance(local, str):
        return Silence("no-local", local, "put the cursor on a local variable")
    if not re.match(tables().weak, local.name):
        return Silence("good-name", f"`{local.name}` is not among the names that say nothing.")
    found = (_plain(each) for each in _suggested(tree, local))
    names = tuple(dict.fromkeys(each for each in found if not objection(tree, local, each)))
    return LocalFound(local.name, names[:MOST_NAMES], tree.source(local.function))


def objection(tree: SyntaxTree, local: Local, name: str) -> str:
    """Why the variable can't have that name; empty if it can."""
    if not re.fullmatch("[a-z][a-z0-9_]{1,29}", name) or keyword.iskeyword(name):
        return "it is no name"
    if re.match(tables().weak, name) or name in tables().never:
        return "it says as little"
    if hasattr(builtins, name):
        return "it is one of Python's own names"
    for node in nodes_in(local.function):
        if node.type == "identifier" and not _is_foreign(node) and tree.source(node) == name:
            return "the function has that name already"
    return ""


def _plain(name: str) -> str:
    return _HUMPS.sub("_", name.strip("_")).lower()


def _suggested(tree: SyntaxTree, local: Local) -> Iterator[str]:
    for node in local.places:
        if not _is_bound(node) or (parent := node.parent) is None:
            continue
        if parent.type == "assignment":
            if kind := parent.child_by_field_name("type"):
                yield from _of_type(tree.source(kind))
            if value := parent.child_by_field_name("right"):
                yield noun(tree, value)
        elif parent.type == "for_statement" and (many := parent.child_by_field_name("right")):
            yield singular(noun(tree, many))
        elif parent.type == "as_pattern_target" and parent.parent is not None:
            yield noun(tree, parent.parent.named_children[0])
        elif parent.type == "named_expression" and (value := parent.child_by_field_name("value")):
            yield noun(tree, value)
    yield from _of_use(tree, local)


def _of_type(annotation: str) -> Iterator[str]:
    match = re.fullmatch(r"(?:\w+\.)*([A-Z]\w+)(?: \| None)?", annotation.strip("\"'"))
    if match and match[1] not in ("Any", "Optional", "Callable", "List", "Dict"):
        yield match[1]


def _of_use(tree: SyntaxTree, local: Local) -> Iterator[str]:
    """What is appended to it, which keyword takes it, which attribute it becomes, and what the function returns."""
    for node in local.places:
        parent = node.parent
        if parent is None:
            continue
        call = parent.parent
        if parent.type == "attribute" and call is not None and call.type == "call":
            method = parent.child_by_field_name("attribute")
            arguments = call.child_by_field_name("arguments")
            if method is not None and tree.source(method) in ("append", "add") and arguments is not None:
                yield from (plural(noun(tree, each)) for each in arguments.named_children[:1])
        elif parent.type == "keyword_argument" and (key := parent.child_by_field_name("name")):
            yield tree.source(key)
        elif parent.type == "assignment" and parent.child_by_field_name("right") == node:
            left = parent.child_by_field_name("left")
            if left is not None and left.type == "attribute":
                yield noun(tree, left)
        elif parent.type == "return_statement" and (name := local.function.child_by_field_name("name")):
            yield _without_verb(tree.source(name), only=True)


def noun(tree: SyntaxTree, node: Node) -> str:
    """What an expression is about, in a word or two that its own names have; empty if they don't say."""
    match node.type:
        case "identifier":
            return tree.source(node)
        case "attribute":
            last = node.child_by_field_name("attribute")
            return tree.source(last) if last is not None else ""
        case "await" | "parenthesized_expression" if node.named_children:
            return noun(tree, node.named_children[0])
        case "subscript":
            return _of_key(tree, node)
        case "call":
            return _of_call(tree, node)
        case "list_comprehension" if node.named_children:
            return plural(noun(tree, node.named_children[0]))
        case _:
            return ""


def _of_key(tree: SyntaxTree, node: Node) -> str:
    key, whole = node.child_by_field_name("subscript"), node.child_by_field_name("value")
    if key is None or whole is None:
        return ""
    if key.type == "string":
        return _word(tree.source(key))
    return singular(noun(tree, whole)) if key.type in ("integer", "identifier") else ""


def _of_call(tree: SyntaxTree, node: Node) -> str:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return ""
    first = arguments.named_children[0] if arguments.named_children else None
    name = noun(tree, function)
    if name in ("get", "getattr", "pop", "getenv") and first is not None:
        text = next((each for each in arguments.named_children[:2] if each.type == "string"), None)
        return _word(tree.source(text)) if text is not None else ""
    if (known := tables().calls.get(name)) is not None:
        receiver = function.child_by_field_name("object") if function.type == "attribute" else None
        inner = receiver if receiver is not None else first
        about = noun(tree, inner) if inner is not None and "{}" in known else ""
        if known == "{}_count":
            about = singular(about)
        return known.replace("{}", about) if about or "{}" not in known else ""
    return name if name[:1].isupper() else _without_verb(name)


def _word(literal: str) -> str:
    inside = literal.strip("rbfu\"'").replace("-", "_")
    return inside if re.fullmatch(r"[A-Za-z][A-Za-z_]+", inside) else ""


def _without_verb(name: str, *, only: bool = False) -> str:
    """`load_config` gives `config`. A name without such a verb is taken as it is, unless `only` those count."""
    first, _, rest = _plain(name).partition("_")
    if first in tables().verbs:
        return re.sub(r"^(?:or|the|all|all_the)_|_(?:from|by|for|of|in|with|to|as|at|or)_.*$", "", rest)
    return "" if only or "_" not in _plain(name) else _plain(name)


def plural(name: str) -> str:
    if not name or name.endswith("s"):
        return name
    return f"{name[:-1]}ies" if re.search("[^aeiou]y$", name) else f"{name}{'es' if re.search('(x|ch|sh)$', name) else 's'}"


def singular(name: str) -> str:
    """Of a plural; of anything else, nothing."""
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if re.search("(x|ch|sh|ss)es$", name):
        return name[:-2]
    return name[:-1] if re.search("[^su]s$", name) and len(name) > 3 else ""


@dataclass(frozen=True)
class TextsWanted:
    document: Document
    span: Span
    names: tuple[str, ...]
    more: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TextsFound:
    names: tuple[str, ...]
    """Those that the variable can have, each once."""
    texts: tuple[str, ...]
    """For each name the code from the variable's first place, with that name."""
    before: str
    """The function's source up to there."""


def name_texts(given: TextsWanted, context: StepContext) -> TextsFound | Silence:
    """Code with each of several names for the local variable at the cursor, for a model to compare."""
    tree = context.tree(given.document)
    local = local_at(tree, given.span) if tree is not None else "There is no grammar."
    if isinstance(local, str) or tree is None:
        return Silence("no-local", str(local))
    wanted = dict.fromkeys(_plain(each) for each in (*given.names, *(given.more or ())))
    names = tuple(each for each in wanted if not objection(tree, local, each))[:MOST_NAMES]
    if not names:
        return Silence("no-better-name", f"Nothing suggests a better name than `{local.name}`.")
    start = tree.span(local.places[0]).start
    end = min(max(tree.span(local.places[-1]).end, start), start + LONGEST_TEXT)
    end = given.document.line_span(given.document.line_at(end)).end
    texts = tuple(renamed(tree, local, each, Span(start, end)) for each in names)
    return TextsFound(names, texts, given.document.text[tree.offset(local.function.start_byte) : start])


def renamed(tree: SyntaxTree, local: Local, name: str, span: Span) -> str:
    """A part of the text with the variable called otherwise."""
    return "".join(_pieces(tree, (tree.span(node) for node in local.places), name, span))


def _pieces(tree: SyntaxTree, places: Iterable[Span], name: str, span: Span) -> Iterator[str]:
    at = span.start
    for place in places:
        if span.contains(place):
            yield tree.text[at : place.start]
            yield name
            at = place.end
    yield tree.text[at : span.end]


@dataclass(frozen=True)
class RenameWanted:
    document: Document
    span: Span
    names: tuple[str, ...]
    number: int = 0
    """Of the name that it gets."""


@dataclass(frozen=True)
class Renamed:
    text: str
    """From the first place of the variable to the last, with the new name."""
    place: Span
    name: str


def scope_rename(given: RenameWanted, context: StepContext) -> Renamed | Silence:
    """Renames the local variable at the cursor within its function, unless the name is taken or another scope has it."""
    tree = context.tree(given.document) if given.document.language == "python" else None
    local = local_at(tree, given.span) if tree is not None else "Local variables are renamed in Python alone."
    if isinstance(local, str) or tree is None:
        return Silence("no-local", str(local))
    name = given.names[given.number]
    if why := objection(tree, local, name):
        return Silence("name-refused", f"`{local.name}` can't be called `{name}`: {why}.")
    place = Span(tree.span(local.places[0]).start, tree.span(local.places[-1]).end)
    return Renamed(renamed(tree, local, name, place), place, name)


RENAMING = (
    StepType("name.local", 1, Kind.RULE, LocalWanted, LocalFound, name_local, from_outside=True),
    StepType("name.texts", 1, Kind.RULE, TextsWanted, TextsFound, name_texts, from_outside=True),
    StepType("scope.rename", 1, Kind.RULE, RenameWanted, Renamed, scope_rename, from_outside=True),
)
