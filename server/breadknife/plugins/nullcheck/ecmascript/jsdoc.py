"""What comments of JavaScript say of null: `@param {?A} a`, `@param {A} [a]`, `@returns {A|null}`, `@type {A|null}`.

Only the null is read, not the type beside it: nothing has checked that the code keeps to a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN, Type, has_null
from breadknife.text.syntax import Node

_LONGEST, _LONGEST_CAST = 4_000, 200
"""Bytes of a comment."""
_COMMENTS = 500
"""Those that are remembered: one is asked for by its function's callers, too."""
_MARKS = re.compile(rb"@(?:param|arg|argument|returns?|type)[ \t]*\{")
_PARAMETER = re.compile(
    r"@(?:param|arg|argument)[ \t]*\{(?:\?|[^}\n]*(?:\b(?:null|undefined)\b|[?=]\})|[^}\n]*\}+[ \t]*\[)"
)
_NULL = re.compile(rb"\b(?:null|undefined)\b|\?|=\}|\}[ \t]*\[")
"""What each comment that tells of null has in it."""
_TELLS = re.compile(_NULL.pattern + rb"|@returns?\b")
_GIVES_NULL = re.compile(rb"\b(?:null|undefined|void 0)\b")
_NULL_WORD = re.compile(r"null|undefined|\?")
_COMMENT = re.compile(r"/\*\*(?!/).{0,4000}?\*/\s*(?P<after>[^\n]*)", re.DOTALL)
_TAG = re.compile(r"@(?P<tag>param|arg|argument|returns?|type)[ \t]*\{")
_NAME = re.compile(r"\s*(?P<optional>\[)?\s*(?P<name>[\w$]+)(?![\w$]|\.|\[)\s*(?P<default>=)?")
_WORD = re.compile(r"[\w$]+")
_KEYWORDS = frozenset(
    {"export", "default", "async", "function", "static", "const", "let", "var", "get", "set", "this", "exports",
     "module", "prototype"}
)  # fmt: skip
_ANYTHING = frozenset({"", "*", "any", "unknown", "mixed", "void", "this"})
"""Null may be one of these without being meant."""
_LOOKED_AT = (
    r"!\s*NAME|typeof\s+NAME|NAME\s*(?:[!=]==?|&&|\|\||\?|instanceof\b)|(?:[!=]==?|&&|\|\|)\s*NAME\s*(?:[);&|?]|$)"
    r"|\(\s*NAME\s*(?:\)\s*(?:\{|return|throw)|,|\))|=\s*NAME\s*[;,)\n]"
)
"""A test of `NAME`, a call that is given it and may be one, or another name for it."""
_FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip
_DEPENDS = {
    "if_statement": "condition", "ternary_expression": "condition", "binary_expression": "left",
    "while_statement": "condition", "for_statement": "initializer", "for_in_statement": "right",
    "switch_statement": "value", "try_statement": "body", **dict.fromkeys(_FUNCTIONS, ""),
}  # fmt: skip
"""What is only run at times -> the part of it that always is."""
_THERE = re.compile(rb"return\s+(?:[\[{\"'`\d]|new\b|true\b|false\b|[\w$.]+\.(?:filter|map|slice|concat|join|trim)\()")
"""A `return` of what is never null."""
_ARGUMENTS = rb"\(([^()]*(?:\([^()]*\)[^()]*)*)\)"
_OPENING, _CLOSING = "([{<", ")]}>"
_HOLDERS = frozenset({
    "variable_declarator", "lexical_declaration", "variable_declaration", "export_statement", "pair",
    "assignment_expression", "expression_statement", "field_definition",
})  # fmt: skip
"""What stands around a function, or a name, behind the comment that is about it."""


@dataclass(frozen=True)
class Doc:
    parameters: Mapping[str, Type] = field(default_factory=dict[str, Type])
    """Those alone that may be null."""
    returns: Type | None = None
    type: Type = UNKNOWN


NO_DOC = Doc()


def has_docs(source: bytes) -> bool:
    return _MARKS.search(source) is not None


def tells_of_parameters(text: str) -> bool:
    """Whether some comment in it says that a parameter may be null."""
    return _PARAMETER.search(text) is not None


def doc_before(node: Node, source: bytes) -> Doc:
    """The comment that is about a function, a field or an assignment."""
    while (holder := node.parent) is not None and holder.type in _HOLDERS and _is_first(node, holder):
        node = holder
    before = source[max(node.start_byte - _LONGEST, 0) : node.start_byte].rstrip()
    if not before.endswith(b"*/"):
        return NO_DOC
    comment = before[before.rfind(b"/*") :]
    if not comment.startswith(b"/**") or _TELLS.search(comment) is None:
        return NO_DOC
    return _read(comment.decode("utf-8", "replace"))


def _is_first(node: Node, holder: Node) -> bool:
    """Not the second of several variables."""
    named = [child for child in holder.named_children if child.type != "comment"]
    return holder.type not in ("lexical_declaration", "variable_declaration") or named == [node]


def documented_result(function: Node, source: bytes) -> Type | None:
    """What a comment says of what a function gives, as far as each `return` agrees: nothing where none says it."""
    said = doc_before(function, source).returns
    body = function.child_by_field_name("body")
    if said is None or body is None or body.type != "statement_block":
        return said
    given = [source[node.start_byte : node.end_byte] for node in _returns(body)]
    if not (said.null or said.args):  # it is as the comment says, but for what the code itself says otherwise
        return None if any(_GIVES_NULL.search(text) for text in given) else said
    return None if given and all(_THERE.match(text) for text in given) else said


def _returns(block: Node) -> Iterator[Node]:
    for node in block.named_children:
        if node.type == "return_statement":
            yield node
        elif node.type not in _FUNCTIONS and not node.type.endswith("_expression"):
            yield from _returns(node)


def assigned_fields(constructor: Node, source: bytes) -> Iterator[tuple[str, Node, Type]]:
    """Those that may be null: `/** @type {A|null} */ this.a = …`."""
    body = constructor.child_by_field_name("body")
    for statement in body.named_children if body is not None else ():
        assigned = statement.named_children[0] if statement.type == "expression_statement" else None
        left = assigned.child_by_field_name("left") if assigned is not None else None
        written = source[left.start_byte : left.end_byte].decode("utf-8", "replace") if left is not None else ""
        if written.startswith("this.") and (type := doc_before(statement, source).type).null:
            yield written.removeprefix("this."), statement, type


def is_cast(node: Node, source: bytes) -> bool:
    """`/** @type {Match} */ (found)`, which says as much as `as`."""
    if node.type != "parenthesized_expression":
        return False
    before = source[max(node.start_byte - _LONGEST_CAST, 0) : node.start_byte].rstrip()
    said = before[before.rfind(b"/**") :] if before.endswith(b"*/") else b""
    return b"@type" in said and re.search(rb"\b(?:null|undefined)\b|\?", said) is None


def is_looked_at(name: str, body: str) -> bool:
    """Whether a function asks anywhere whether a parameter is there: what depends on that isn't always in one `if`. Not
    all that it does with `arguments` is seen."""
    if "arguments" in body:
        return True
    its = re.escape(name)
    return re.search(_LOOKED_AT.replace("NAME", rf"(?<![\w$.]){its}(?![\w$])"), body) is not None


def is_used_for_sure(name: str, function: Node, source: bytes) -> bool:
    """Whether a function uses a parameter on each of its paths: in an `if` others may know that it is there."""
    body = function.child_by_field_name("body")
    if body is None:
        return False
    its = re.compile(rb"(?<![\w$.])" + re.escape(name.encode()) + rb"(?![\w$])")
    for found in its.finditer(source, body.start_byte, body.end_byte):
        child = body.named_descendant_for_byte_range(found.start(), found.end())
        holder = child.parent if child is not None else None
        while child is not None and holder is not None and child != body:
            operator = holder.child_by_field_name("operator") if holder.type == "binary_expression" else None
            always = operator is not None and operator.type not in ("&&", "||", "??")
            if not always and holder.type in _DEPENDS and child != holder.child_by_field_name(_DEPENDS[holder.type]):
                break
            child, holder = holder, holder.parent
        if child == body:
            return True
    return False


def always_given(function: Node, source: bytes) -> bool:
    """Whether each call of a function that the file makes gives all of its parameters, and none as a written null: its
    callers know what the comment doesn't."""
    name, holder = function.child_by_field_name("name"), function.parent
    is_method = function.type == "method_definition"
    if holder is not None and holder.type == "variable_declarator":
        name = holder.child_by_field_name("name")
    elif holder is not None and holder.type in ("assignment_expression", "pair"):
        left = holder.child_by_field_name("left") or holder.child_by_field_name("key")
        name, is_method = (left.child_by_field_name("property") or left if left is not None else None), True
    parameters = function.child_by_field_name("parameters")
    if name is None or parameters is None:
        return False
    written = source[name.start_byte : name.end_byte]
    named = re.finditer(re.escape(written) + _ARGUMENTS, source)  # what begins with letters is searched for fast
    calls = [call[1] for call in named if _is_call(source, call.start(), is_method)]
    return bool(calls) and all(
        call.count(b",") >= parameters.named_child_count - 1
        and call.strip() != b""
        and re.search(rb"\b(?:null|undefined)\b", call) is None
        for call in calls
    )


def _is_call(source: bytes, start: int, is_method: bool) -> bool:
    before = source[max(start - 9, 0) : start]
    if is_method:
        return before.endswith(b".")
    return not before.endswith(b"function ") and re.search(rb"[\w$.]\Z", before) is None


def nullable_names(text: str) -> Iterator[str]:
    """What comments that tell of null stand before, but for those of parameters: functions and variables."""
    for comment in _COMMENT.finditer(text):
        if ("@type" not in comment[0] and "@return" not in comment[0]) or _NULL_WORD.search(comment[0]) is None:
            continue
        doc = _read(comment[0][: comment.start("after") - comment.start()])
        if doc.type.null or (doc.returns is not None and (doc.returns.null or doc.returns.args)):
            yield from (word for word in _WORD.findall(comment["after"])[:6] if word not in _KEYWORDS)


@lru_cache(_COMMENTS)
def _read(comment: str) -> Doc:
    parameters, returns, type = dict[str, Type](), None, UNKNOWN
    for tag in _TAG.finditer(comment):
        end = _closing(comment, tag.end())
        said = _type(comment[tag.end() : end])
        match tag["tag"]:
            case "type":
                type = said
            case "return" | "returns":
                written = comment[tag.end() : end].strip()
                returns = Type("never") if written == "never" else said
                if not written or written.endswith("=") or written in ("null", "undefined"):
                    returns = None
            case _:
                name = _NAME.match(comment, end + 1)
                if name is not None and name["optional"] and not name["default"]:
                    said = Type(null=has_null(said.null, "undefined"))
                if name is not None and said.null and not name["default"]:
                    parameters[name["name"]] = said
    return Doc(parameters, returns, type)


def _closing(text: str, start: int) -> int:
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at
    return len(text)


def _type(written: str) -> Type:
    """The null values that are members, beside something else; those of what a promise gives."""
    written = written.replace("\n", " ").replace("*/", "").strip()
    nulls = list[str]()
    if written.endswith("="):
        written, nulls = written[:-1].strip(), ["undefined"]
    if written.startswith("..."):
        return UNKNOWN
    if written.startswith("?") or (written.endswith("?") and "?" not in written[:-1]):
        written, nulls = written.strip("? "), [*nulls, "null"]
    members = list(_members(written))
    if len(members) == 1 and written.startswith("(") and _matching(written):
        members = list(_members(written[1:-1]))
    others = [member for member in members if member not in ("null", "undefined")]
    nulls += [member for member in members if member in ("null", "undefined")]
    if not others or any(other in _ANYTHING or other.startswith("function(") for other in others):
        return UNKNOWN
    if len(others) == 1 and (promised := re.fullmatch(r"Promise\.?<(.*)>", others[0], re.DOTALL)) is not None:
        given = _type(promised[1])
        return Type("Promise", (given,)) if given.null and not nulls else UNKNOWN
    return Type(null=" or ".join(name for name in ("null", "undefined") if name in nulls))


def _matching(written: str) -> bool:
    """Whether its first bracket is closed by its last character."""
    depth = 0
    for at, char in enumerate(written):
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth == 0:
            return at == len(written) - 1
    return False


def _members(written: str) -> Iterator[str]:
    """What stands between the `|` that no bracket holds."""
    depth, start = 0, 0
    for at, char in enumerate(written):
        if char == ">" and written[at - 1 : at] == "=":
            return  # a function's type, whose last `|` may be of what it gives
        depth += (char in _OPENING) - (char in _CLOSING)
        if char == "|" and depth == 0:
            yield written[start:at].strip()
            start = at + 1
    yield written[start:].strip()
