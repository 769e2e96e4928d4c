"""The process that runs the steps of one entry point: `python -m breadknife.steps.worker ENTRY`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec

from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError, PluginError
from breadknife.steps.channel import serve
from breadknife.steps.isolated import WorkerAnswer, WorkerCall
from breadknife.steps.registry import GROUP, AnyStep, load_steps
from breadknife.task import values as task
from breadknife.task.plugin import Model
from breadknife.task.values import Resource, Silence
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree, parse

_GRACE_S = 5.0
"""Seconds beyond a step's time limit, after which this process ends itself if nobody has ended it."""


@dataclass(frozen=True)
class WorkerContext:
    """What a step in a process of its own may use. The process is killed when the request is cancelled."""

    root: Path | None
    trusted: bool
    cancel: CancelToken = field(default_factory=CancelToken)

    def tree(self, document: Document, /) -> SyntaxTree | None:
        return parse(document.text, document.language)

    def read(self, path: Path | str, /) -> Resource:
        raise PluginError("a step in a process of its own reads no files; give it what `file.load` has read")

    def ask(self, request: task.Request, /) -> task.Answer | None:
        raise PluginError("a step in a process of its own asks no plugin; let another step do that")

    def progress(self, message: str, fraction: float | None = None, /) -> None:
        """Do nothing: nobody hears it."""

    def model(self, role: str, /) -> Model:
        raise PluginError("a step in a process of its own asks no model; let another step do that")


def main(entry: str) -> None:
    """Answer calls for the steps of an entry point until the process that asks has ended."""
    steps: dict[str, AnyStep] = {}
    problem = ""
    try:
        [point] = entry_points(group=GROUP, name=entry)
        steps = {kind.name: kind for kind in load_steps(point)}
    except Exception as error:
        problem = f"it can't be loaded: {error}"

    def answers(message: bytes) -> Iterator[WorkerAnswer]:
        call = msgspec.msgpack.decode(message, type=WorkerCall)
        kind = steps.get(call.step)
        answer = _answer(kind, call) if kind else WorkerAnswer(error=problem or f"there is no step `{call.step}`")
        yield replace(answer, number=call.number)

    longest = max((kind.seconds for kind in steps.values()), default=0.0) + _GRACE_S
    serve(answers, longest)


def _answer(kind: AnyStep, call: WorkerCall) -> WorkerAnswer:
    """Run a step. Whatever it raises becomes an answer, too."""
    context = WorkerContext(Path(call.root) if call.root else None, call.trusted)
    try:
        given: Any = msgspec.msgpack.decode(call.given, type=kind.takes)
        gave = kind.run(given, context)
        if isinstance(gave, Silence):
            return WorkerAnswer(silence=gave)
        return WorkerAnswer(msgspec.msgpack.encode(gave))
    except BreadknifeError as error:
        return WorkerAnswer(error=str(error))
    except Exception as error:  # anybody's code
        return WorkerAnswer(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
