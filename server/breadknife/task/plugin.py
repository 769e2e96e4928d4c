"""The plugin protocol. Read `Plugin` and `Context`: that is all of it.

A plugin is found through the entry-point group `breadknife.plugins`; the entry point names a callable without
arguments that returns a `Plugin`. One instance serves a whole process, from several threads at once.

The protocol only grows: what a later version adds has a default, so that a plugin of an earlier one works on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Prompt, Sampling, Scores
from breadknife.project.values import Project
from breadknife.task.cascade import Step
from breadknife.task.values import Answer, Origin, Request
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

API = 1
"""The version of this protocol."""

ANY_LANGUAGE = "*"


class Plugin(Protocol):
    """A plugin may have more than what is declared here:

    - `roles: tuple[str, ...]`: of the models that it needs.
    - `rules() -> Mapping[str, str]`: by id, as `breadknife lint` prints it (`SOURCE/CODE`), a sentence about each rule.
      An id that ends in `/` stands for all rules of a source that can't be listed.
    - `may_be_spread(settings) -> bool`: whether several processes may check at once, each with an instance of the
      plugin. Without it `breadknife lint` asks the plugin in one process alone. A plugin that starts a server says no.
    """

    api: int
    """The `API` that it was written for. Not needed: 1 is meant without it."""
    name: str
    """Also the name of its section in the settings."""
    settings: type[Any]
    """A frozen dataclass with a default for every field; each field's docstring is its documentation."""
    serves: Mapping[type[Any], frozenset[str]]
    """Request type -> language ids (or ANY_LANGUAGE). Resolve and command requests come back to whoever offered
    them and need no entry."""

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        """Answer one request, in a thread of the plugin's own; None means "no opinion".

        May raise any BreadknifeError; poll `context.cancel` in long work. Anything else that it raises, no answer long
        after it was cancelled, a span outside the document or a flood of answers is a failure; a plugin that fails
        three times in a row is paused.
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

    @property
    def project(self) -> Project | None:
        """What is known of that folder; None for a document outside of all folders that are projects."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether the user trusts that folder: only then may a program or code of it be run."""
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

    def escalate(self, role: str, /) -> Model | None:
        """The bigger model that the user's own settings name for hard cases of a role; None when they name none."""
        ...

    def run(self, steps: Sequence[Step[Any, Any]], value: Any, /) -> Any:
        """What a cascade makes of `value`, or a Silence. The request's receipt tells each step.

        Raises what a step raises, and PluginError for steps that don't fit together.
        """
        ...

    def refresh(self) -> None:
        """Say, now or later and from any thread, that this request would be answered differently now: a check's
        findings, or a completion that was `incomplete`."""
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

    @property
    def digest(self) -> str:
        """Another one where the same question may be answered otherwise: of the model's file and the engine's build.
        Empty where nobody knows, as of another runtime's model: then no answer can be kept for later.

        Raises UnknownModel."""
        ...

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        stop: tuple[str, ...] = (),
        cancel: CancelToken | None = None,
        sampling: Sampling = Sampling(),
        grammar: str = "",
        adapter: str = "",
        place: str = "",
        hints: tuple[str, ...] = (),
        top_logprobs: int = 0,
        urgent: bool = True,
    ) -> Iterator[Chunk]:
        """Generate piece by piece, greedily unless `sampling` says otherwise. Closing the iterator stops the work, and
        so does the request's cancellation, or `cancel` instead where work is meant to outlive the request. What isn't
        `urgent` goes on while nobody waits for anything else.

        For the rest see `breadknife.engine.api.GenerateRequest`. Raises Cancelled, ModelError or EngineError.
        """
        ...

    def score(
        self,
        prompt: Prompt,
        alternatives: tuple[str, ...],
        *,
        adapter: str = "",
        place: str = "",
        pieces: bool = False,
        top_logprobs: int = 0,
        fresh: bool = False,
        cancel: CancelToken | None = None,
    ) -> Scores:
        """How likely the model finds each continuation of the prompt; `cancel` as in `generate`.

        For the rest see `breadknife.engine.api.ScoreRequest`. Raises Cancelled, ModelError or EngineError.
        """
        ...

    def origin(self, last: Chunk) -> Origin:
        """Who made what a generation wrote up to the chunk `last`, for the value that is answered with it.

        Call it also when nothing is answered, for a generation with a `cancel` of its own: the receipt can't know.
        """
        ...
