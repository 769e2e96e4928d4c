"""Lets only such grammars into the engine's process as a trial process has compiled within its limits.

So what nobody can foresee, such as a schema that grows while it is compiled, happens in a process that can be killed,
and not in the one that all clients share.
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

SHORT_CHARACTERS = 1_000
"""A grammar of at most so many characters is read at once: that takes less than a millisecond."""
PLAIN_SYMBOLS = 1_000
"""GBNF of at most so many symbols needs no trial if no rule refers to itself: it is an automaton of that size."""
MOST_CPU_SECONDS = 0.5
"""CPU time of a trial, without its start: a busy machine makes a trial last longer, and doesn't make it fail."""
MOST_SECONDS = 10.0
"""Time of a trial by the clock."""
MOST_BYTES = 256 << 20
"""Memory of a trial, which begins with 23 MB."""
LOOK_SECONDS = 0.02
"""Time between two looks at what a trial takes."""
PARALLEL_TRIALS = 2
"""Each client has one trial at a time."""
KEPT_RESULTS = 1_000
_TRIAL = tuple(children.python_module("breadknife.engine.grammars.trial"))  # not imported: llguidance takes 60 ms


class GrammarGate:
    """The trials of grammars and their results. To be used in one event loop."""

    def __init__(self, command: Sequence[str] = _TRIAL) -> None:
        self._command = command
        self._problems = LruCache[bytes, str](KEPT_RESULTS)
        """Digest of a grammar -> why it can't be used; empty if it can."""
        self._free = asyncio.Semaphore(PARALLEL_TRIALS)

    def knows(self, grammar: str) -> bool:
        """Tell whether a grammar may be compiled without a trial. Raises EngineError for one that may not be
        compiled at all."""
        if len(grammar) <= SHORT_CHARACTERS or len(grammar) > MOST_CHARACTERS:
            check(grammar)
        if is_plain(grammar):
            return True
        problem = self._problems.get(_digest(grammar))
        if problem:
            raise EngineError(problem)
        return problem is not None

    async def try_out(self, grammar: str) -> None:
        """Have a grammar tried, unless its result is known. Raises EngineError for one that may not be compiled."""
        async with self._free:
            if self.knows(grammar):
                return
            problem = await asyncio.to_thread(try_grammar, grammar, self._command)
        self._problems[_digest(grammar)] = problem
        if problem:
            raise EngineError(problem)


def is_plain(grammar: str) -> bool:
    """Tell whether a grammar is so simple that it needs no trial, as the one that completes half a word is."""
    if len(grammar) > SHORT_CHARACTERS or is_schema(grammar):
        return False
    try:
        parsed = parse_gbnf(grammar)
    except GbnfError:
        return True  # there is nothing to compile
    return bool(parsed.order) and parsed.symbols <= PLAIN_SYMBOLS


def try_grammar(grammar: str, command: Sequence[str] = _TRIAL) -> str:
    """Compile a grammar in a process of its own, and return why it can't be used; empty if it can."""
    try:
        process = children.start(command, stdin=children.PIPE, stdout=children.PIPE)
    except OSError as error:
        return f"the request's grammar can't be tried out: {error}"
    with process:
        try:
            assert process.stdout is not None
            process.stdout.read(1)  # waits for `trial.READY`
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
    """Measures what a trial takes from now on, which is when it begins to compile."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu_seconds = self._usage()[0]
        self._end = time.monotonic() + MOST_SECONDS

    def exceeded(self) -> str:
        """Return the limit that the trial exceeds, in words; empty if it exceeds none."""
        cpu_seconds, memory = self._usage()
        if cpu_seconds - self._cpu_seconds > MOST_CPU_SECONDS:
            return f"more than {MOST_CPU_SECONDS} s"
        if memory > MOST_BYTES:
            return f"more than {MOST_BYTES >> 20} MB"
        return f"more than {MOST_SECONDS:.0f} s" if time.monotonic() > self._end else ""

    def _usage(self) -> tuple[float, int]:
        """Return CPU seconds and bytes of memory; zeros if the process has ended."""
        try:
            process = psutil.Process(self._pid)
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
        except psutil.Error:
            return 0.0, 0


def _digest(grammar: str) -> bytes:
    return hashlib.sha256(grammar.encode("utf-8", "replace")).digest()
