"""Whether a finding's null can happen, is a value's life cycle, or is only what a checker doesn't see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.nullcheck.project.causes import Found, Origin
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.triage.guards import given_before, guard
from breadknife.plugins.nullcheck.project.triage.tracing import is_handed_on
from breadknife.plugins.nullcheck.shown.clues import NullOrigin, clues_of, origin_of
from breadknife.plugins.nullcheck.shown.confidence import fitted
from breadknife.plugins.nullcheck.values import Use
from breadknife.plugins.nullcheck.wording import capitalised
from breadknife.task.values import Confidence
from breadknife.text.syntax import path_to

_NULLS = frozenset({"None", "null", "nil", "undefined"})
_NULL = r"(?:None|null|nil|undefined)\b"
_GIVES_NULL = re.compile(
    rf"\breturn(?:[ \t]+{_NULL}|\b[^\n]*(?:\belse|:)[ \t]*{_NULL}|[ \t]*;?[ \t]*(?:#.*|//.*)?$)", re.MULTILINE
)
_OPTIONAL_IMPORT = re.compile(
    r"\bexcept\b[^\n]*\b(?:ImportError|ModuleNotFoundError)\b[^\n]*:\s*(?:[^\n]*\n\s*){0,4}\Z"
)
_GIVES_A_CALL = re.compile(r"\breturn\b(?![^\n]*\bcast\()[^\n]*\(")
_WORDS = {"python": "None", "go": "nil"}
_CAME = {
    Kind.FUNCTION: NullOrigin.CALL,
    Kind.LIBRARY: NullOrigin.CALL,
    Kind.PARAMETER: NullOrigin.DEFAULT,
    Kind.ATTRIBUTE: NullOrigin.UNSET,
    Kind.VARIABLE: NullOrigin.UNSET,
    Kind.PLACE: NullOrigin.ANNOTATION,
}
_ANNOTATED = re.compile(r"\bNone\b|\bOptional\[|\bnull\b|\bundefined\b|@Nullable")


class Sort(StrEnum):
    """What a finding is."""

    CAN_HAPPEN = "can happen"
    UNCLEAR = "unclear"
    """It comes from a call and something speaks for it, but not enough."""
    LIFE_CYCLE = "life cycle"
    """The value is null until it is set, by a default, or by an annotation that allows more than the code."""
    NOISE = "checker noise"
    """The code shows that it isn't null there, or nothing around it speaks for it."""


@dataclass(frozen=True)
class Sorted:
    sort: Sort
    why: str
    """A sentence without its full stop."""
    chance: float
    """How likely the null is to get to its use by the fitted model, from 0 to 1."""
    is_shown: bool = False
    """The code shows it; otherwise it is only likely."""


def sorted_by_code(repairs: Repairs, found: Found, origin: Origin) -> Sorted:
    """Sort a finding. `origin`: where its null comes from."""
    file = repairs.file(found.path)
    if file is None:
        return Sorted(Sort.NOISE, "The null check doesn't know the file's language", 0.0)
    document, span, use = repairs.changes.document(found.path), found.place.span, found.place.use
    if document.slice(span) in _NULLS and use is Use.ARGUMENT and not is_handed_on(repairs, found):
        return Sorted(Sort.NOISE, "A library's declaration excludes the null that it is given", 0.0, is_shown=True)
    if document.slice(span) in _NULLS:
        return Sorted(Sort.LIFE_CYCLE, "A null is put into what is declared without one", 0.0)
    own = next((each for each in file.findings() if each.related and file.place(each) == found.place), None)
    reason = own.related[0].message.partition(";")[0] if own else _reason(origin, document.language)
    if own and own.confidence is Confidence.HIGH:
        return Sorted(Sort.CAN_HAPPEN, capitalised(reason), fitted().high)
    if known := guard(file.tree, span) or (None if own else given_before(file.tree, span)):
        line = document.line_at(known.span.start) + 1
        return Sorted(Sort.NOISE, f"{capitalised(known.why)} (line {line})", 0.0, is_shown=True)
    if use is Use.ASSIGN and document.language == "go":
        return Sorted(Sort.CAN_HAPPEN, "Writing into a nil map panics", 1.0)
    kind = file.kind(found.place) if own else None
    came = origin_of(kind) if kind is not None else _CAME[origin.kind]
    chance = fitted().chance(clues_of(document.text, span, use, came))
    if chance >= fitted().high and not is_handed_on(repairs, found):
        return Sorted(Sort.CAN_HAPPEN, capitalised(reason), chance)
    match origin.kind:
        case Kind.ATTRIBUTE | Kind.VARIABLE if _is_optional_import(repairs, origin):
            return Sorted(Sort.NOISE, "It is null only where an optional library is missing", chance, is_shown=True)
        case Kind.ATTRIBUTE:
            return Sorted(Sort.LIFE_CYCLE, f"`{origin.name}` is null until it is set, or by its declaration", chance)
        case Kind.PARAMETER:
            return Sorted(Sort.LIFE_CYCLE, f"`{origin.name}` may be null by its default or its annotation", chance)
        case Kind.VARIABLE:
            return Sorted(Sort.LIFE_CYCLE, f"`{origin.name}` is null until it is set", chance)
        case Kind.FUNCTION if own is None and not _may_give_null(repairs, origin):
            return Sorted(Sort.LIFE_CYCLE, f"No path in `{origin.name}` gives null itself", chance)
        case Kind.FUNCTION | Kind.LIBRARY if chance >= fitted().high:
            return Sorted(Sort.LIFE_CYCLE, "A function of the project gets it, whose declaration excludes null", chance)
        case Kind.FUNCTION | Kind.LIBRARY if use is Use.RETURN:
            return Sorted(Sort.LIFE_CYCLE, "The signature excludes the null that is handed on", chance)
        case Kind.FUNCTION | Kind.LIBRARY if chance > fitted().chance((NullOrigin.CALL,)):
            return Sorted(Sort.UNCLEAR, f"{capitalised(reason)}; read how it is called", chance)
        case Kind.FUNCTION | Kind.LIBRARY:
            return Sorted(Sort.NOISE, f"{capitalised(reason)}, but nothing around it says that it does here", chance)
        case Kind.PLACE:
            return Sorted(Sort.NOISE, "Only its type allows null; nothing around it says that it is null here", chance)


def _reason(origin: Origin, language: str) -> str:
    """As the null check's own findings say it."""
    name, null = origin.name.removesuffix("()"), _WORDS.get(language, "null")
    match origin.kind:
        case Kind.FUNCTION | Kind.LIBRARY:
            return f"`{name}` may return {null}"
        case Kind.PARAMETER:
            return f"The default of `{name}` is {null}"
        case Kind.ATTRIBUTE | Kind.VARIABLE:
            return f"`{name}` is set to {null}"
        case Kind.PLACE:
            return f"`{name}` is annotated"


def is_inferred(repairs: Repairs, origin: Origin) -> bool:
    """Whether a function's signature says nothing of null, so that a checker has inferred it."""
    head, _ = _function(repairs, origin)
    return bool(head) and not _ANNOTATED.search(head)


def _may_give_null(repairs: Repairs, origin: Origin) -> bool:
    """Whether a function returns null or what a call gives, or its null was inferred."""
    head, body = _function(repairs, origin)
    return not _ANNOTATED.search(head) or bool(_GIVES_NULL.search(body) or _GIVES_A_CALL.search(body))


def _function(repairs: Repairs, origin: Origin) -> tuple[str, str]:
    """The signature and the body of a function; "" for what has none."""
    tree = repairs.tree(origin.path) if origin.path else None
    if tree is None or origin.span is None:
        return "", ""
    node = tree.node_at(origin.span)
    around = (node, *reversed(path_to(tree, node)))
    body = next((body for each in around if (body := each.child_by_field_name("body")) is not None), None)
    if body is None:
        return "", ""
    start = tree.span(body).start
    return tree.text[min(origin.span.start, start) : start], tree.source(body)


def _is_optional_import(repairs: Repairs, origin: Origin) -> bool:
    """Whether a handler of a failed import sets it."""
    if origin.path is None or origin.span is None:
        return False
    text = repairs.changes.document(origin.path).text
    return _OPTIONAL_IMPORT.search(text, max(0, origin.span.start - 400), origin.span.start) is not None
