"""Whether a finding's null can happen, is a value's life cycle, or is only what a checker doesn't see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.project.causes import Origin
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairs import FAILS, Repairs
from breadknife.plugins.nullcheck.project.values import Found
from breadknife.plugins.nullcheck.shown.clues import clues_of
from breadknife.plugins.nullcheck.shown.confidence import fitted
from breadknife.plugins.nullcheck.values import NullFile, Use
from breadknife.plugins.nullcheck.wording import capitalised
from breadknife.task.values import Confidence
from breadknife.text.syntax import path_to

_NULLS = frozenset({"None", "null", "nil", "undefined"})
_WORDS = {"python": "None", "go": "nil"}
_ARGUMENTS = frozenset({"argument_list", "arguments"})
_CAME = {
    Kind.FUNCTION: OriginKind.CALL,
    Kind.LIBRARY: OriginKind.CALL,
    Kind.PARAMETER: OriginKind.DEFAULT,
    Kind.ATTRIBUTE: OriginKind.INITIAL,
    Kind.VARIABLE: OriginKind.INITIAL,
    Kind.PLACE: OriginKind.ANNOTATION,
}
_REASONS = {
    Kind.FUNCTION: "`{name}` may return {null}",
    Kind.LIBRARY: "`{name}` may return {null}",
    Kind.PARAMETER: "`{name}` may be null by its default or its annotation",
    Kind.ATTRIBUTE: "`{name}` is null until it is set, or by its declaration",
    Kind.VARIABLE: "`{name}` is null until it is set",
    Kind.PLACE: "Only its type allows null here",
}
"""As the null check's own findings say it."""


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
    chance: float = 0.0
    """How likely the null is to get to its use by the fitted model, from 0 to 1; 0 where the code excludes it."""


def sorted_by_code(repairs: Repairs, found: Found, origin: Origin) -> Sorted:
    """Sort a finding. `origin`: where its null comes from."""
    file = repairs.file(found.path)
    if file is None:
        return Sorted(Sort.NOISE, "The null check doesn't know the file's language")
    document, span, use = repairs.changes.document(found.path), found.place.span, found.place.use
    is_handed_on = use is Use.ARGUMENT and _is_given_to_own(repairs, found)
    if document.slice(span) in _NULLS:
        if use is Use.ARGUMENT and not is_handed_on:
            return Sorted(Sort.NOISE, "A library's declaration excludes the null that it is given")
        return Sorted(Sort.LIFE_CYCLE, "A null is put into what is declared without one")
    own = next((each for each in file.findings() if each.related and file.place(each) == found.place), None)
    reason = own.related[0].message.partition(";")[0] if own else _reason(origin, document.language)
    if own and own.confidence is Confidence.HIGH:
        return Sorted(Sort.CAN_HAPPEN, capitalised(reason), fitted().high)
    if not own and (known := _known_there(file, found)):
        return Sorted(Sort.NOISE, known)
    kind = file.kind(found.place) if own else None
    came = kind or _CAME[origin.kind]
    message = f"it may be {_WORDS.get(document.language, 'null')}"  # which tells the languages apart
    chance = fitted().chance(clues_of(document.text, span, use, came, message))
    if chance >= fitted().high and not is_handed_on:
        return Sorted(Sort.CAN_HAPPEN, capitalised(reason), chance)
    match origin.kind:
        case Kind.ATTRIBUTE | Kind.PARAMETER | Kind.VARIABLE:
            return Sorted(Sort.LIFE_CYCLE, _reason(origin, document.language), chance)
        case Kind.FUNCTION | Kind.LIBRARY if use is Use.RETURN or is_handed_on:
            return Sorted(Sort.LIFE_CYCLE, "What it is handed on to excludes null", chance)
        case Kind.FUNCTION | Kind.LIBRARY if chance > fitted().chance((OriginKind.CALL,)):
            return Sorted(Sort.UNCLEAR, f"{capitalised(reason)}; read how it is called", chance)
        case Kind.FUNCTION | Kind.LIBRARY:
            return Sorted(Sort.NOISE, f"{capitalised(reason)}, but nothing around it says that it does here", chance)
        case Kind.PLACE:
            return Sorted(Sort.NOISE, reason, chance)


def _known_there(file: NullFile, found: Found) -> str:
    """Why the analysis sees that no null gets there, if the value may be one at first; "" where it may get there."""
    place = found.place
    supposed = file.suppose({place})
    if place in supposed.tested:
        line = file.tree.text.count("\n", 0, supposed.tested[place].start) + 1
        return f"A test before it tells that it is there (line {line})"
    is_python = file.tree.language == "python"  # of which the analysis knows best where a null fails
    is_excluded = is_python and place.use in FAILS and place not in supposed.found
    return "What the code before it does, or a handler around it, excludes a null" if is_excluded else ""


def _reason(origin: Origin, language: str) -> str:
    return _REASONS[origin.kind].format(name=origin.name.removesuffix("()"), null=_WORDS.get(language, "null"))


def _is_given_to_own(repairs: Repairs, found: Found) -> bool:
    """Whether a value is only an argument of a function of the project, or of the class that a class extends."""
    tree = repairs.tree(found.path)
    around = path_to(tree, tree.node_at(found.place.span)) if tree else ()
    call = next((each.parent for each in reversed(around) if each.type in _ARGUMENTS), None)
    function = call.child_by_field_name("function") if call is not None else None
    if tree is None or function is None:
        return False
    called = tree.source(function)
    return called.startswith("super") or bool(repairs.functions(found.path, called.rpartition(".")[2]))
