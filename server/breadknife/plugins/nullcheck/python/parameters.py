"""What is known of a function's parameters before its first statement."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.annotations import is_followed, is_optional
from breadknife.plugins.nullcheck.python.expressions import Evaluator
from breadknife.plugins.nullcheck.python.facts import Cause, Env, Fact, contents
from breadknife.plugins.nullcheck.python.filled import filled
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.text.syntax import Node

_SPLATS = ("list_splat_pattern", "dictionary_splat_pattern")
_AROUND_NAME = ("typed_parameter", *_SPLATS)


def parameters(node: Node, evaluator: Evaluator, receiver: tuple[str, str]) -> Env:
    """The environment at a function's first statement. `receiver` is the name of the object that the function (or one
    around it) is a method of, and its kind."""
    env: Env = {}
    meaning = evaluator.meaning
    if receiver[0]:
        env[receiver[0]] = Fact(kind=receiver[1])
    found, function = node.child_by_field_name("parameters"), node.child_by_field_name("name")
    within = f" in `{text(function)}`" if function is not None else ""
    for at, parameter in enumerate(found.named_children if found is not None else ()):
        name, splat = parameter.child_by_field_name("name") or parameter, ""
        while name.type in _AROUND_NAME and name.named_children:
            splat = name.type if name.type in _SPLATS else splat
            name = name.named_children[0]
        if name.type != "identifier":
            continue
        known_as = text(name)
        meaning.bound.add(known_as)
        if at == 0 and known_as == receiver[0]:
            continue
        env.pop(known_as, None)
        annotation, default = parameter.child_by_field_name("type"), parameter.child_by_field_name("value")
        written = text(annotation) if annotation is not None else ""
        if not splat and known_as not in evaluator.shared:
            evaluator.defaults[known_as] = text(default) if default is not None else ""
        if splat:
            is_dictionary = splat == "dictionary_splat_pattern"
            whole = f"dict[str, {written}]" if is_dictionary else f"tuple[{written}, ...]"
            held = contents(
                whole, Cause(parameter, f"`{'**' if is_dictionary else '*'}{known_as}` is annotated `{written}`")
            )
            if is_dictionary or held is not None:
                env[known_as] = Fact(kind="dict" if is_dictionary else "", contents=held)
            continue
        cause = None
        if default is not None and default.type == "none" and known_as not in filled(node, meaning):
            cause = Cause(parameter, f"the default of `{known_as}`{within} is None")
        elif is_optional(written):
            cause = Cause(parameter, f"the parameter is annotated `{written}`")
        kind = meaning.annotated(written) if written else ""
        held = None
        if is_followed(written):
            held = contents(written, Cause(parameter, f"`{known_as}` is annotated `{written}`"))
        if cause is not None or kind or held is not None:
            env[known_as] = Fact(cause, kind, contents=held)
    return {key: fact for key, fact in env.items() if key not in evaluator.shared}
