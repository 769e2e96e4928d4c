"""Compiles a grammar in a process of its own, before the engine does: `python -m breadknife.engine.grammars.trial`.

It reads the grammar from its standard input and writes why it can't be used, or nothing. Whoever started it ends it
when it takes too long or too much memory (see `gate`).
"""

from __future__ import annotations

import contextlib
import sys
import time

from llguidance import LLMatcher

from breadknife.engine.grammars.grammar import first_line, limits, refused, translated
from breadknife.errors import EngineError

READY = b"\n"
"""What it writes first: it has started, and begins to read."""
MOST_SECONDS = 0.1
"""Of computing. All clients of the engine wait that long when it compiles the grammar."""

MOST_ADDRESSES = 1 << 30
"""Bytes of address space, of which a process takes more than of memory."""


def problem(grammar: str) -> str:
    """Return why a grammar can't be used; empty when it can be."""
    started = time.process_time()
    try:
        source = translated(grammar)
    except EngineError as error:
        return str(error)
    is_wrong, messages = LLMatcher.validate_grammar_with_warnings(source, limits=limits())
    seconds = time.process_time() - started
    if is_wrong:
        return str(refused(first_line(messages[0])))
    if seconds > MOST_SECONDS:
        return str(refused(f"it takes {seconds:.1f} s to compile, and {MOST_SECONDS} s is the most; make it smaller"))
    return ""


def limit_memory() -> None:
    """Linux only; elsewhere whoever watches the process is all there is, which may come late on a busy machine."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError):  # a lower limit holds already
            resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))


def main() -> None:
    limit_memory()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    grammar = sys.stdin.buffer.read().decode("utf-8", "replace")
    sys.stdout.buffer.write(problem(grammar).encode())


if __name__ == "__main__":
    main()
