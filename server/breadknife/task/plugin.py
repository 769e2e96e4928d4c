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

    - `roles: tuple[str, ...]`: the roles of the models that it needs.
    - `rules() -> Mapping[str, str]`: rule id -> a sentence about the rule. An id is `SOURCE/CODE`, as `breadknife lint`
      prints it. An id that ends in `/` stands for all rules of a source that can't be listed.
    - `may_be_spread(settings) -> bool`: whether several processes may check at once, each with an instance of the
      plugin. Without it, `breadknife lint` asks the plugin in one process. A plugin that starts a server returns False.
    """

    api: int
    """The `API` version that it was written for; 1 if it has no such attribute."""
    name: str
    """The plugin's name, and the name of its section in the settings."""
    settings: type[Any]
    """A frozen dataclass with a default for every field; each field's docstring is its documentation."""
    serves: Mapping[type[Any], frozenset[str]]
    """Request type -> language ids (or ANY_LANGUAGE). `ResolveRequest` and `CommandRequest` need no entry: the plugin
    that made the action or command gets them."""

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        """Answer one request, in a thread of the plugin's own; None means "no opinion".

        May raise any BreadknifeError. Long work must poll `context.cancel`. These count as failures: any other
        exception, no answer long after a cancellation, a span outside the document, and a flood of answers. After three
        failures in a row, the plugin is paused.
        """
        ...

    def close(self) -> None:
        """Release processes and files. Called once, at the end."""
        ...


class Context(Protocol):
    """What a plugin may use while it answers a request."""

    @property
    def cancel(self) -> CancelToken: ...

    @property
    def root(self) -> Path | None:
        """The workspace folder of the request's document."""
        ...

    @property
    def project(self) -> Project | None:
        """What is known about that folder; None if the document isn't in a project."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether the user trusts that folder. Only then may the plugin run a program or code from it."""
        ...

    def tree(self, document: Document, /) -> SyntaxTree | None:
        """The document's syntax tree, shared by all plugins; None if its language has no grammar or parsing takes too
        long."""
        ...

    def settings(self, kind: type[Any], /) -> Any:
        """The plugin's settings for this document, an instance of `kind`."""
        ...

    def model(self, role: str, /) -> Model:
        """The model that has the role in the user's settings. Raises ModelError or EngineError."""
        ...

    def escalate(self, role: str, /) -> Model | None:
        """The bigger model that the user's own settings name for the role's hard cases; None if they name none."""
        ...

    def run(self, steps: Sequence[Step[Any, Any]], value: Any, /) -> Any:
        """Run a cascade on `value`. Returns its result, or a Silence. The request's receipt lists each step.

        Raises what a step raises, and PluginError if the types or the order of the steps don't match.
        """
        ...

    def refresh(self) -> None:
        """Report that the answer to this request has changed: the findings of a check, or a completion that was
        `incomplete`. May be called from any thread, also after `answer` has returned."""
        ...

    def notify(self, message: str, /) -> None:
        """Show the user a message, each one once a session: a missing optional part, a slow start."""
        ...


class Model(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def context_size(self) -> int:
        """The most tokens that prompt and output may have together."""
        ...

    @property
    def digest(self) -> str:
        """A digest of the model's file and the engine's build. If it changes, the same request may get another answer.
        Empty for a model of another runtime: then no answer can be stored.

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
        """Yield the output in chunks. Greedy unless `sampling` sets a temperature.

        Closing the iterator stops the work. So does cancelling the request; if `cancel` is given, only that token does,
        and the work may outlive the request. Work that isn't `urgent` runs while no other request waits.

        For the other parameters see `breadknife.engine.api.GenerateRequest`.

        Raises Cancelled, ModelError or EngineError.
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
        """The log-probability of each of the `alternatives` as a continuation of the prompt. `cancel` as in `generate`.

        For the other parameters see `breadknife.engine.api.ScoreRequest`.

        Raises Cancelled, ModelError or EngineError.
        """
        ...

    def origin(self, last: Chunk) -> Origin:
        """The origin of the text that a generation wrote up to the chunk `last`. Put it into the answer.

        For a generation with a `cancel` of its own, call this even without an answer, so that the receipt has its cost.
        """
        ...
