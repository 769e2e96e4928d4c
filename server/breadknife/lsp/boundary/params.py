"""Reads the parameters of messages into lsprotocol's types, strictly, and names the field that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import cattrs
from cattrs.errors import AttributeValidationNote, ClassValidationError, IterableValidationError, IterableValidationNote
from lsprotocol import converters

_FIELD = re.compile(r"\w+\.(\w+) should be in range")
"""In lsprotocol's message about a number."""
_REASONS = (
    (re.compile(r"not subscriptable|indices must be"), True, "should be an object"),
    (re.compile(r"argument of type"), False, "should be an object"),
    (re.compile(r"object is not iterable"), False, "should be an array"),
)
"""What Python's message means when a field or an element is looked for in something else, and whether the path that it
comes with is the field's, and the value that is wrong its parent's."""
_NAMES = frozenset(
    ("uri", "languageId", "rootUri", "rootPath", "scopeUri", "oldUri", "newUri", "notebookDocument", "baseUri")
)
"""Fields that are URIs, paths or identifiers wherever they stand."""
_OPAQUE = frozenset(("data", "arguments", "settings", "initializationOptions", "experimental", "text", "newText"))
"""Fields whose content is the client's or a plugin's own."""
_UNUSABLE = re.compile(r"[\x00\ud800-\udfff]")


class WrongField(Exception):
    """A field of a message's parameters can't be used; the message is a sentence that names it."""


def make_converter() -> cattrs.Converter:
    """lsprotocol's converter, but a number isn't taken for a text, nor a text for a number, and enumerations may grow:
    a value that this version doesn't know stays as it is."""
    converter = cattrs.Converter()
    for kind in (int, str, bool, float):
        converter.register_structure_hook(kind, _strict)
    return converters.get_converter(converter)


def read_params(converter: cattrs.Converter, message: Mapping[str, Any], kind: type[Any]) -> Any:
    """Return the `params` of a message of type `kind`. Raises WrongField."""
    for path, text in _texts(message.get("params"), "params"):
        if _UNUSABLE.search(text) or "\0" in unquote(text):
            raise WrongField(f"{path} has a NUL or half of a surrogate pair in it")
        try:
            urlsplit(text)
        except ValueError as error:
            raise WrongField(f"{path} is no URI: {error}") from None
    try:
        return converter.structure(message, kind).params
    except Exception as error:  # the hooks of lsprotocol raise whatever comes of a wrong type
        path, reason = _explain(error)
        raise WrongField(f"{path} {reason}") from error


def _strict(value: object, kind: type[Any]) -> Any:
    if issubclass(kind, Enum):  # LSP's are integers or strings, too
        return _grown(value, kind)
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    raise TypeError(f"should be {_NOUNS[kind]}, not {_noun(value)}")


def _grown(value: object, kind: type[Enum]) -> Any:
    try:
        return kind(value)
    except ValueError:
        if type(value) is type(next(iter(kind)).value):
            return value
        raise TypeError(f"should be {_NOUNS[type(next(iter(kind)).value)]}, not {_noun(value)}") from None


_NOUNS: Mapping[type[Any], str] = {
    int: "an integer", str: "a string", bool: "a boolean", float: "a number",
    type(None): "null", list: "an array", dict: "an object",
}  # fmt: skip


def _noun(value: object) -> str:
    return _NOUNS.get(type(value), "something else")


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every URI, path and identifier in a message's parameters, with where it stands."""
    if isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            if isinstance(each, str):
                if key in _NAMES:
                    yield f"{path}.{key}", each
            elif key not in _OPAQUE:
                yield from _texts(each, f"{path}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(cast("list[object]", value)):
            if not isinstance(each, str):
                yield from _texts(each, f"{path}[{number}]")


def _explain(error: BaseException) -> tuple[str, str]:
    """The path of the first field that is wrong, as LSP spells it, and what is wrong with it."""
    path = ""
    while True:
        if isinstance(error, ClassValidationError | IterableValidationError):
            error = error.exceptions[0]
            for note in getattr(error, "__notes__", ()):
                if isinstance(note, AttributeValidationNote):
                    path += f".{_camel(note.name)}"
                elif isinstance(note, IterableValidationNote):
                    path += f"[{note.index}]"
            continue
        path = path.removeprefix(".") or "params"
        if isinstance(error, KeyError):
            return path, "is missing"
        if match := _FIELD.search(str(error)):
            return f"{path}.{_camel(match[1])}", "is out of range"
        for pattern, is_of_parent, reason in _REASONS:
            if isinstance(error, TypeError) and pattern.search(str(error)):
                return (path.rpartition(".")[0] or path) if is_of_parent else path, reason
        if isinstance(error, TypeError) and str(error).startswith("should be"):
            return path, str(error)
        return path, "has a wrong type"


def _camel(name: str) -> str:
    first, *rest = name.removesuffix("_").split("_")
    return first + "".join(part.title() for part in rest)
