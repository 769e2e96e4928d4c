"""Compiles a grammar in a process of its own, before the engine does: `python -m breadknife.engine.grammars.trial`.

It reads the grammar from its standard input, and writes to its standard output `READY` and then the reason why the
grammar can't be used, or nothing. `gate` starts it, and ends it if it takes too long or too much memory.
"""

from __future__ import annotations

import contextlib
import sys
import time

from llguidance import LLMatcher

from breadknife.engine.grammars.grammar import first_line, limits, refused, translated
from breadknife.errors import EngineError

READY = b"\n"
"""It has started, and begins to read."""
MOST_CPU_SECONDS = 0.1
"""All clients of the engine wait that long while it compiles the grammar."""
MOST_ADDRESSES = 1 << 30
"""Bytes of address space, of which a process takes more than of memory."""


def problem(grammar: str) -> str:
    """Compile a grammar, and return why it can't be used; empty if it can."""
    started = time.process_time()
    try:
        source = translated(grammar)
    except EngineError as error:
        return str(error)
    is_wrong, messages = LLMatcher.validate_grammar_with_warnings(source, limits=limits())
    seconds = time.process_time() - started
    if is_wrong:
        return str(refused(first_line(messages[0])))
    if seconds > MOST_CPU_SECONDS:
        return str(
            refused(f"it takes {seconds:.1f} s to compile, and {MOST_CPU_SECONDS} s is the most; make it smaller")
        )
    return ""


def limit_memory() -> None:
    """Limit this process's memory on Linux. Elsewhere `gate` alone does, which may come late on a busy machine."""
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
