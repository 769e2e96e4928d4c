"""What a rule says: a call of a library, or an attribute of one of its classes, that may be None, or takes none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Default(StrEnum):
    """How a call's own default decides whether None can come out of it."""

    NEVER = "it takes none"
    OPTIONAL = "None comes out unless one is given that isn't None"
    OPTIONAL_EVEN_ALONE = "as OPTIONAL, and the default is the only argument"
    REQUIRED = "None comes out only when None itself is given"


@dataclass(frozen=True)
class NullableCall:
    """A call that may give None. `fires` must each be found, `silent` must not; `…` stands for the call's module."""

    name: str
    """Qualified name; `dict.get` and `re.Pattern.match` are methods of values whose kind is known."""
    why: str
    """Ends the sentence "`name` returns None …"."""
    fires: tuple[str, ...]
    silent: tuple[str, ...] = ()
    default: Default = Default.NEVER
    default_at: int = 0
    """Position of the default among the arguments, from 0."""
    keyword: str = field(default="default")
    """Name of the default as a keyword argument."""
    gives: str = ""
    """The kind of what it gives otherwise."""


@dataclass(frozen=True)
class ValueCall:
    """A call whose first argument is never None: it raises TypeError or AttributeError then."""

    name: str
    """Qualified, as a `NullableCall`'s."""
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class NullableAttribute:
    """An attribute that may be None, of a class in `CLASSES`."""

    name: str
    """With the class's qualified name."""
    why: str
    """Ends the sentence "`name` is None …"."""
    fires: tuple[str, ...]
    silent: tuple[str, ...] = ()
