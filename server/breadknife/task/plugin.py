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
from breadknife.engine.api import Chunk, Classes, Message, Prompt, Sampling, Scores
from breadknife.engine.fim import FimForm
from breadknife.project.values import Project
from breadknife.task.cascade import Step
from breadknife.task.values import Answer, Origin, Request, Resource
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

API = 2
"""The version of this protocol.

- 1: completion, checks, actions, commands; `Model.generate` and `score`.
- 2: hovers, lenses and inlays; why nothing is shown at a place; commands with a result, new documents; kinds of request
  that plugins define; `ask`, `read` and `progress` of `Context`; `chat`, `embed`, `rerank` and `classify` of `Model`;
  models of a plugin's own.
"""

ANY_LANGUAGE = "*"


class Plugin(Protocol):
    """A plugin may have more than what is declared here:

    - `roles: tuple[str, ...]`: of the models that it needs. Roles and models of its own are data: see `models.toml` in
      docs/plugins.md.
    - `rules() -> Mapping[str, str]`: by id, as `breadknife lint` prints it (`SOURCE/CODE`), a sentence about each rule.
      An id that ends in `/` stands for all rules of a source that can't be listed.
    - `may_open(path) -> bool`: whether the plugin may have the editor show this file although it isn't in the workspace
      folder, because the user has named its folder to the plugin.
    - `may_be_spread(settings) -> bool`: whether several processes may check at once, each with an instance of the
      plugin. Without it, `breadknife lint` asks the plugin in one process. A plugin that starts a server returns False.
    - `kept_with(settings, root, language) -> str`: says, in any form, on what its findings in a file of a folder depend
      besides its settings, its code, the models of its roles, the file's text, and what its `Findings` say that they
      depend on. Then `breadknife lint` shows again what it found, as long as none of these changes.
    - `load() -> None`: begin to load, in a thread of its own, what its answers need. A language server calls it once,
      before the first request; it returns at once.
    """

    api: int
    """The `API` version that it was written for; 1 if it has no such attribute."""
    name: str
    """Also the name of its section in the settings: small letters, digits and `_`."""
    settings: type[Any]
    """A frozen dataclass with a default for every field; each field's docstring is its documentation."""
    serves: Mapping[type[Any], frozenset[str]]
    """Request type -> LSP language ids (or ANY_LANGUAGE). Resolve and command requests come back to whoever offered
    them and need no entry. A type may be an `OwnRequest` of this or of another plugin."""

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
    """What a plugin may use while it answers one request. Safe to use from several threads."""

    @property
    def cancel(self) -> CancelToken:
        """Set when nobody wants the answer any more, or the time for it is up."""
        ...

    @property
    def root(self) -> Path | None:
        """The workspace folder of the request's document, absolute; None where there is none."""
        ...

    @property
    def project(self) -> Project | None:
        """Return what is known about that folder; None if the document isn't in a project."""
        ...

    @property
    def trusted(self) -> bool:
        """Tell whether the user trusts that folder. Only then may the plugin run a program or code from it."""
        ...

    def tree(self, document: Document, /) -> SyntaxTree | None:
        """Return the document's syntax tree, shared by all plugins; None if its language has no grammar or parsing
        takes too long."""
        ...

    def settings(self, kind: type[Any], /) -> Any:
        """Return the plugin's own settings for the request's document: a value of `kind`, its own type."""
        ...

    def model(self, role: str, /) -> Model:
        """Return the model that the user's settings give to a role. It is loaded when it is first asked something.

        Raises UnknownModel for a role that no model has, DocumentKept for a document that no model may be asked about,
        or EngineError.
        """
        ...

    def names_model(self, role: str, /) -> bool:
        """Tell whether the user's own settings name a model for a role, so that it isn't the catalog's choice."""
        ...

    def escalate(self, role: str, /) -> Model | None:
        """Return the bigger model that the user's own settings name for hard cases of a role; None when they name none.

        Raises as `model` does.
        """
        ...

    def run(self, steps: Sequence[Step[Any, Any]], value: Any, /) -> Any:
        """Run a cascade on `value`. Returns its result, or a Silence. The request's receipt lists each step.

        Raises what a step raises, and PluginError if the types or the order of the steps don't match.
        """
        ...

    def ask(self, request: Request, /) -> Answer | None:
        """Ask the other plugins that serve such a request, side by side, and wait: the first answer in the order of
        their names that isn't "no opinion", checked as an editor's would be; None where there is none.

        It is cancelled with this request and takes its lane and folder. Not asked are: a plugin that waits for this
        answer already (this one, and who asked it), one that is switched off or paused. What another plugin's model
        wrote counts as a model's here, too, unless a rule of this plugin takes the credit.

        Raises PluginError where more than 4 requests would wait for each other, and Cancelled.
        """
        ...

    def read(self, path: Path | str, /) -> Resource:
        """Return a file of the workspace folder as bytes: an image, a PDF. `path` is absolute, relative to `root`, or a
        `file:` URI.

        At most 32 MB, of a regular file, within 10 s. Raises FileRefused for anything else: a file outside of the
        folder, wherever links lead, one that is ignored or looks like a secret, one that isn't there. Waits for the
        disk.
        """
        ...

    def progress(self, message: str, fraction: float | None = None, /) -> None:
        """Say what takes long, such as "reading page 3": an editor shows it as progress, the command line on standard
        error. Nothing is shown in the first second of a request, nor more than ten times a second.

        `fraction` is how much is done, from 0 to 1. At most 100 characters of the first line are shown.
        """
        ...

    def refresh(self) -> None:
        """Say, now or later and from any thread, that this request would be answered differently now: a check's
        findings, a completion that was `incomplete`, lenses, inlays."""
        ...

    def notify(self, message: str, /, *, optional: bool = False) -> None:
        """Show the user a message, each one once a session: a slow start, a file that doesn't count. One that is only
        about an `optional` part, which isn't set up, is shown on the command line once a month."""
        ...


class Model(Protocol):
    """A model, asked through the engine. Safe to use from several threads.

    Keys and passwords in what it is asked are masked, each character by `x`, and the request's receipt counts what was
    asked. Each method waits for the answer and raises:

    - Cancelled when the request, or the `cancel` that was given, is cancelled or its time is up;
    - ModelMissing, ModelCorrupt, ModelSetAside or ModelUnfit (all ModelError) for a model that isn't here, can't be
      loaded, or can't do such a thing;
    - PromptTooLong, EngineMissing, EngineDied or another EngineError.

    Let them pass: each is a reason that the user sees, and none counts as the plugin's failure.
    """

    @property
    def name(self) -> str:
        """Return the model's name in the catalog, or `ENGINE:NAME` for one of another runtime that settings name."""
        ...

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

    @property
    def fim(self) -> FimForm:
        """Return the form of its prompts for what is missing in the middle of a text.

        Raises ModelUnfit if it can't fill in."""
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
        top_logprobs: int = 0,
        urgent: bool = True,
    ) -> Iterator[Chunk]:
        """Yield the output in chunks. Greedy unless `sampling` sets a temperature.

        For the rest see `breadknife.engine.api.GenerateRequest`. The last chunk has `finish` set.
        """
        ...

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: tuple[str, ...] = (),
        cancel: CancelToken | None = None,
        sampling: Sampling = Sampling(),
        grammar: str = "",
        place: str = "",
        top_logprobs: int = 0,
        urgent: bool = True,
    ) -> Iterator[Chunk]:
        """Return the assistant's next message, piece by piece, by the chat template in the model's own file; for
        another runtime's model, by its runtime's. The rest is as in `generate`.

        What a message says can't become a control token. Nothing of the messages is left out: what is too long is
        PromptTooLong. Raises ModelUnfit where the file has no template, and EngineError where the template refuses
        the messages (many want the user and the assistant to take turns, some know no system message).
        """
        ...

    def embed(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> tuple[tuple[float, ...], ...]:
        """Return where each text is in the model's space of meanings: for each text a vector of length 1, as many
        numbers as the model is wide. The dot product of two is their likeness, from -1 to 1; compare vectors of one
        model alone.

        The end of a text that is longer than the model can read is left out.
        """
        ...

    def rerank(self, query: str, texts: Sequence[str], *, cancel: CancelToken | None = None) -> tuple[float, ...]:
        """Return how relevant each text is for the query: for each a number of any sign, the higher the more relevant.
        They compare texts for one query and one model. Raises ModelUnfit for a model that is no reranker."""
        ...

    def classify(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Classes:
        """Return which of the model's own classes each text belongs to: `labels`, and for each text the probability of
        each label, in that order, 1 together. Raises ModelUnfit for a model that is no classifier."""
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
        """Return how likely the model finds each continuation of the prompt, in nats: the sum of its tokens' logarithms
        of probability, 0 at most; `cancel` as in `generate`. Other runtimes but llama-server and vLLM can't tell: an
        EngineError.

        For the rest see `breadknife.engine.api.ScoreRequest`.
        """
        ...

    def origin(self, last: Chunk) -> Origin:
        """Return the origin of the text that a generation wrote up to the chunk `last`. Put it into the answer.

        For a generation with a `cancel` of its own, call this even without an answer, so that the receipt has its cost.
        """
        ...
