"""What a step of a recipe is: a named function from one frozen dataclass to another.

Steps are found through the entry-point group `breadknife.steps`; an entry point names a `StepType` or a tuple of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from breadknife.cancel import CancelToken
from breadknife.steps.ports import Port, ports_of
from breadknife.task.cascade import Kind
from breadknife.task.plugin import Model
from breadknife.task.values import Answer, Request, Resource, Silence
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

In = TypeVar("In")
Out = TypeVar("Out")

Migration = Callable[[int, Mapping[str, Any]], Mapping[str, Any]]
"""From an older version of a step, and what a recipe gives it, to what it gives the step now."""


class StepContext(Protocol):
    """What a step may use besides its inputs. A step in a process of its own can't ask models."""

    @property
    def cancel(self) -> CancelToken: ...

    @property
    def root(self) -> Path | None:
        """The workspace folder."""
        ...

    @property
    def trusted(self) -> bool:
        """Tell whether the user trusts that folder: only then may a program be run."""
        ...

    def tree(self, document: Document, /) -> SyntaxTree | None: ...

    def read(self, path: Path | str, /) -> Resource:
        """Return a file of the workspace folder as bytes, of limited size. Raises FileRefused."""
        ...

    def model(self, role: str, /) -> Model:
        """Return the model that the user's settings give to a role of the recipe. Raises ModelError or EngineError."""
        ...

    def ask(self, request: Request, /) -> Answer | None:
        """Return what other plugins answer: see `Context.ask`. A step in a process of its own can't ask."""
        ...

    def progress(self, message: str, fraction: float | None = None, /) -> None:
        """Say what takes long: see `Context.progress`."""
        ...


@dataclass(frozen=True)
class StepType(Generic[In, Out]):
    """One kind of step. The fields of `takes` and `gives` are its ports."""

    name: str
    """Words with dots: `select.symbol`."""
    version: int
    """Raised when the same inputs may give something else, or other inputs are needed."""
    kind: Kind
    """What the step costs."""
    takes: type[In]
    """A frozen dataclass. A field made with `literal()` is written in the recipe; any other is a port."""
    gives: type[Out]
    run: Callable[[In, StepContext], Out | Silence]
    """Its docstring says what the step does."""
    from_outside: bool = False
    """True if what it gives comes from a document, a PDF or a program, whatever it takes: then it is tainted."""
    writes: bool = False
    """True if a model writes what it gives: a verifier checks the recipe's result then."""
    needs_trust: bool = False
    """True if the step runs only in a folder that the user trusts."""
    remembered: bool = True
    """True if the same inputs always give the same result."""
    migrate: Migration | None = None
    """How a recipe that was locked with an older version is read."""
    isolated: bool = False
    """True if it runs in a process of its own. All steps of other packages do."""
    seconds: float = 30.0
    """How long an isolated step may take."""

    @cached_property
    def inputs(self) -> dict[str, Port]:
        return ports_of(self.takes)

    @cached_property
    def outputs(self) -> dict[str, Port]:
        return ports_of(self.gives)

    @property
    def summary(self) -> str:
        """Return what the step does, in one paragraph."""
        return " ".join((self.run.__doc__ or "").split())
