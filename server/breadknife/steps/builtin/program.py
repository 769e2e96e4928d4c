"""The step that runs another program, in folders that the user trusts."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from breadknife import children
from breadknife.errors import PluginError
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document


@dataclass(frozen=True)
class RunProgramInput:
    document: Document
    argv: tuple[str, ...] = literal()
    """Program and arguments, without a shell. `{root}` and `{file}` stand for the folder and the document's path."""
    stdin: str = ""
    seconds: float = literal(10.0)
    max_bytes: int = literal(100_000)
    """Bytes of its output that are read at most."""


@dataclass(frozen=True)
class RunProgramOutput:
    stdout: str
    code: int
    """Its exit code; meaningless if the output was cut."""
    is_cut: bool
    """True if there was more output than `max_bytes`."""


def run_program(given: RunProgramInput, context: StepContext) -> RunProgramOutput | Silence:
    """Run a program in the workspace folder, and return what it writes to stdout."""
    if context.root is None or not context.trusted:
        return Silence("untrusted", "The recipe runs a program, and this folder isn't trusted.", "`breadknife trust .`")
    if not given.argv:
        raise PluginError("`argv` is empty; name a program")
    placeholders = {"{root}": str(context.root), "{file}": str(given.document.path or "")}
    argv = [placeholders.get(word, word) for word in given.argv]
    try:
        process = children.start(
            [_program(argv[0], context.root), *argv[1:]],
            folder=context.root,
            environ=os.environ,
            stdin=children.PIPE,
            stdout=children.PIPE,
            own_group=True,
        )
    except OSError as error:
        return Silence("no-program", f"`{argv[0]}` can't be run: {error.strerror or error}.", "install it")
    output: list[bytes] = []
    worker = threading.Thread(target=_talk, args=(process, given, output), daemon=True, name="program")
    worker.start()
    end = time.monotonic() + given.seconds
    try:
        while worker.is_alive():
            worker.join(children.LOOK_SECONDS)
            context.cancel.raise_if_cancelled()
            if time.monotonic() > end:
                return Silence("program-hung", f"`{argv[0]}` has not ended within {given.seconds:g} s.")
    finally:
        children.Family(process).end()
    written = b"".join(output)
    text = written.decode("utf-8", "replace").replace("\r\n", "\n")
    return RunProgramOutput(text, process.returncode, len(written) == given.max_bytes)


def _program(name: str, root: Path) -> str:
    """Return the path of a program: a path counts from the workspace folder, a plain name is looked for in PATH.

    Raises FileNotFoundError.
    """
    path = os.path.join(root, name) if os.path.dirname(name) else children.find_program(name)
    if path is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return path


def _talk(process: subprocess.Popen[bytes], given: RunProgramInput, output: list[bytes]) -> None:
    """Give the program its input, read its output, and wait for its end."""
    assert process.stdout
    feeder = threading.Thread(target=_feed, args=(process, given.stdin), daemon=True)
    feeder.start()
    bytes_left = given.max_bytes
    while bytes_left and (piece := os.read(process.stdout.fileno(), min(bytes_left, 1 << 16))):
        output.append(piece)
        bytes_left -= len(piece)
    if bytes_left:
        process.wait()


def _feed(process: subprocess.Popen[bytes], text: str) -> None:
    """Write a program's input and close it: in a thread of its own, since a program may not read before it writes."""
    assert process.stdin
    try:
        process.stdin.write(text.encode("utf-8", "replace"))
        process.stdin.close()
    except OSError:  # the program has ended or closed its input before it read everything
        pass


RUNNING = (
    StepType(
        "program.run", 1, Kind.RULE, RunProgramInput, RunProgramOutput, run_program,
        from_outside=True, needs_trust=True, remembered=False,
    ),
)  # fmt: skip
