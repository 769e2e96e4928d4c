"""The plugin protocol. Read `Plugin` and `Context`: that is all of it.

A plugin is found through the entry-point group `breadknife.plugins`; the entry point names a callable without
arguments that returns a `Plugin`. One instance serves a whole process, from several threads at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Prompt
from breadknife.task.values import Answer, Origin, Request
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

ANY_LANGUAGE = "*"


class Plugin(Protocol):
    name: str
    """Also the name of its section in the settings."""
    settings: type[Any]
    """A frozen dataclass with a default for every field; each field's docstring is its documentation."""
    serves: Mapping[type[Any], frozenset[str]]
    """Request type -> language ids (or ANY_LANGUAGE). Resolve and command requests come back to whoever offered
    them and need no entry."""

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        """Answer one request, in a worker thread; None means "no opinion".

        May raise any BreadknifeError; poll `context.cancel` in long work.
        """
        ...

    def close(self) -> None:
        """Free what it holds (processes, files). Called once, at the end."""
        ...


class Context(Protocol):
    """What a plugin may use while it answers one request."""

    @property
    def cancel(self) -> CancelToken: ...

    @property
    def root(self) -> Path | None:
        """The workspace folder of the request's document."""
        ...

    def tree(self, document: Document, /) -> SyntaxTree | None:
        """The document's syntax tree, made once for all plugins; None without a grammar for its language."""
        ...

    def settings(self, kind: type[Any], /) -> Any:
        """The plugin's own settings, of its own type."""
        ...

    def model(self, role: str, /) -> Model:
        """The model that the user's settings give to a role. Raises ModelError or EngineError."""
        ...

    def refresh(self) -> None:
        """Say, now or later and from any thread, that an earlier answer for the document would be different now."""
        ...

    def notify(self, message: str, /) -> None:
        """Tell the user something once a session: a missing optional part, a slow start."""
        ...


class Model(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def context_size(self) -> int:
        """Tokens that prompt and output may have together."""
        ...

    def generate(
        self, prompt: Prompt, *, max_tokens: int, stop: tuple[str, ...] = (), cancel: CancelToken | None = None
    ) -> Iterator[Chunk]:
        """Generate greedily, piece by piece. Closing the iterator stops the work, and so does the request's
        cancellation, or `cancel` instead where work is meant to outlive the request.

        Raises Cancelled, ModelError or EngineError.
        """
        ...

    def origin(self, last: Chunk) -> Origin:
        """The receipt's line for a generation up to the chunk `last`."""
        ...
