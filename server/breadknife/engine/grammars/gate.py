"""Which grammars the engine compiles: those that a process of its own, which can be killed, has compiled before.

That keeps what nobody can foresee, such as a schema that grows while it is compiled, out of the process that all
clients share.
"""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import time
from collections.abc import Sequence

import psutil

from breadknife import children
from breadknife.engine.grammars.gbnf import GbnfError
from breadknife.engine.grammars.gbnf_parser import parse_gbnf
from breadknife.engine.grammars.grammar import MOST_CHARACTERS, check, is_schema, refused
from breadknife.errors import EngineError
from breadknife.lru import LruCache

SHORT = 1_000
"""Characters of a grammar that is read at once: that takes less than a millisecond."""
PLAIN = 1_000
"""Symbols of GBNF that need no trial, if no rule refers to itself: an automaton of that size."""
MOST_CPU_SECONDS = 0.5
"""Of a trial, without its start. Others at work on the machine make it last longer, but don't make it fail."""
MOST_SECONDS = 10.0
MOST_BYTES = 256 << 20
"""Of memory; a trial begins with 23 MB."""
LOOK_SECONDS = 0.02
AT_ONCE = 2
"""Trials. Each client has one at a time."""
KEPT = 1_000
"""Grammars of which is known what came of them."""
_TRIAL = tuple(children.python_module("breadknife.engine.grammars.trial"))  # not imported: llguidance takes 60 ms


class GrammarGate:
    """What was found out about grammars. To be used in one event loop."""

    def __init__(self, command: Sequence[str] = _TRIAL) -> None:
        self._command = command
        self._problems = LruCache[bytes, str](KEPT)
        """By a digest of each grammar why it can't be used; empty where it can."""
        self._free = asyncio.Semaphore(AT_ONCE)

    def knows(self, grammar: str) -> bool:
        """Tell whether a grammar may be compiled without a trial. Raises EngineError for one that may not be
        compiled."""
        if len(grammar) <= SHORT or len(grammar) > MOST_CHARACTERS:
            check(grammar)
        if is_plain(grammar):
            return True
        problem = self._problems.get(_digest(grammar))
        if problem:
            raise EngineError(problem)
        return problem is not None

    async def try_out(self, grammar: str) -> None:
        """Raises EngineError for a grammar that may not be compiled."""
        async with self._free:
            if self.knows(grammar):
                return
            problem = await asyncio.to_thread(trial, grammar, self._command)
        self._problems[_digest(grammar)] = problem
        if problem:
            raise EngineError(problem)


def is_plain(grammar: str) -> bool:
    """Tell whether it is so simple that it needs no trial: that of each key that completes half a word is."""
    if len(grammar) > SHORT or is_schema(grammar):
        return False
    try:
        parsed = parse_gbnf(grammar)
    except GbnfError:
        return True  # there is nothing to compile
    return bool(parsed.order) and parsed.symbols <= PLAIN


def trial(grammar: str, command: Sequence[str] = _TRIAL) -> str:
    """Return why a grammar can't be used, as a process of its own finds out; empty when it can be."""
    try:
        process = children.start(command, stdin=children.PIPE, stdout=children.PIPE)
    except OSError as error:
        return f"the request's grammar can't be tried out: {error}"
    with process:
        try:
            assert process.stdout is not None
            process.stdout.read(1)  # it has started
            limits, output, exceeded = _TrialLimits(process.pid), b"", ""
            message: bytes | None = grammar.encode("utf-8", "replace")
            while not exceeded:
                try:
                    output, _ = process.communicate(message, timeout=LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    message, exceeded = None, limits.exceeded()
        finally:
            process.kill()
    if exceeded:
        return str(refused(f"to compile it takes {exceeded}; make it smaller"))
    if process.returncode:
        return str(refused("the compiler fails over it; make it simpler"))
    return output.decode("utf-8", "replace")


class _TrialLimits:
    """What a trial has taken since it began to compile."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu_seconds = self._usage()[0]
        self._end = time.monotonic() + MOST_SECONDS

    def exceeded(self) -> str:
        """Return which limit it exceeds, for people; empty for none."""
        cpu_seconds, memory = self._usage()
        if cpu_seconds - self._cpu_seconds > MOST_CPU_SECONDS:
            return f"more than {MOST_CPU_SECONDS} s"
        if memory > MOST_BYTES:
            return f"more than {MOST_BYTES >> 20} MB"
        return f"more than {MOST_SECONDS:.0f} s" if time.monotonic() > self._end else ""

    def _usage(self) -> tuple[float, int]:
        """Return CPU seconds and bytes of memory; none of a process that has ended."""
        try:
            process = psutil.Process(self._pid)
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
        except psutil.Error:
            return 0.0, 0


def _digest(grammar: str) -> bytes:
    return hashlib.sha256(grammar.encode("utf-8", "replace")).digest()
