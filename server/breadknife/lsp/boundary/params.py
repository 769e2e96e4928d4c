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
"""lsprotocol's message about a number, with the field's name."""
_REASONS = (
    (re.compile(r"not subscriptable|indices must be"), True, "should be an object"),
    (re.compile(r"argument of type"), False, "should be an object"),
    (re.compile(r"object is not iterable"), False, "should be an array"),
)
"""Python's message when a field or an element is looked for in something else; whether the path that comes with it is
the field's although its parent is what is wrong; and what the parent should be."""
_URI_FIELDS = frozenset(
    ("uri", "languageId", "rootUri", "rootPath", "scopeUri", "oldUri", "newUri", "notebookDocument", "baseUri")
)
"""Fields that are URIs, paths or identifiers wherever they stand."""
_OPAQUE = frozenset(("data", "arguments", "settings", "initializationOptions", "experimental", "text", "newText"))
"""Fields whose content is the client's or a plugin's own: nothing in them is checked."""
_UNUSABLE = re.compile(r"[\x00\ud800-\udfff]")
"""Characters that neither paths nor UTF-8 can have."""


class WrongField(Exception):
    """A field of a message's parameters can't be used; the message is a sentence that names it."""


def make_converter() -> cattrs.Converter:
    """Return lsprotocol's converter, made stricter: a number isn't taken for a text, nor a text for a number.
    Enumerations may grow: a value that this version doesn't know stays as it is."""
    converter = cattrs.Converter()
    for kind in (int, str, bool, float):
        converter.register_structure_hook(kind, _strict)
    return converters.get_converter(converter)


def read_params(converter: cattrs.Converter, message: Mapping[str, Any], kind: type[Any]) -> Any:
    """Return the `params` of a message of type `kind`. Raises WrongField."""
    for path, text in _uris(message.get("params"), "params"):
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
    """Return the value if it has that type. Raises TypeError."""
    if issubclass(kind, Enum):  # LSP's are subclasses of int or str
        return _as_member(value, kind)
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    raise TypeError(f"should be {_NOUNS[kind]}, not {_noun(value)}")


def _as_member(value: object, kind: type[Enum]) -> Any:
    """Return the member of an enumeration, or the value itself if it is new. Raises TypeError for a value of another
    type."""
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


def _uris(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Yield every URI, path and identifier in JSON that stands at `path`, each after its own path."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            if isinstance(item, str):
                if key in _URI_FIELDS:
                    yield f"{path}.{key}", item
            elif key not in _OPAQUE:
                yield from _uris(item, f"{path}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(cast("list[object]", value)):
            if not isinstance(item, str):
                yield from _uris(item, f"{path}[{number}]")


def _explain(error: BaseException) -> tuple[str, str]:
    """Return the path of the first field that is wrong, as LSP spells it, and what is wrong with it."""
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
