"""Measures the machine: its processor, the memory that is left, and the cores that other programs use."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from breadknife.engine.installed import llama_build

SHORTEST_LOOK = 0.5
"""The shortest time, in seconds, over which cores are measured: processes' times have steps of 10 ms or more."""


@dataclass(frozen=True)
class Memory:
    available: int
    """Bytes that could be taken without slowing any program down, this one included."""
    own: int
    """Bytes that this process holds, with the pages of mapped model files."""


def memory() -> Memory:
    """Measure the memory that is left, and what this process holds."""
    own = psutil.Process().memory_info()
    # Linux counts pages of mapped files as available, as it can drop and read them again. Those that we have mapped
    # are the weights that we compute with: without them each token would wait for the disk.
    mapped: int = getattr(own, "shared", 0)
    return Memory(psutil.virtual_memory().available - mapped, own.rss)


def total_memory() -> int:
    """Return the bytes of memory that this machine has."""
    return psutil.virtual_memory().total


def memory_kills() -> int:
    """Return how many processes the system has killed for want of memory since it started; 0 if it doesn't say."""
    try:
        counts = dict(line.split() for line in Path("/proc/vmstat").read_text("ascii").splitlines())
        return int(counts["oom_kill"])
    except (OSError, ValueError, KeyError):
        return 0


def cores() -> tuple[int, int]:
    """Return how many physical and logical cores this process may use."""
    allowed = len(_allowed())
    return min(psutil.cpu_count(logical=False) or allowed, allowed), allowed


def _allowed() -> Collection[int]:
    """Return the numbers of the logical cores that this process may use."""
    return os.sched_getaffinity(0) if sys.platform == "linux" else range(os.cpu_count() or 1)


def others_work(pid: int | None = None) -> Iterator[float]:
    """Yield at each `next` how many of the cores that we may use other programs kept busy since the last one. `pid` is
    the process that isn't one of them; None for our own. Raises psutil.Error if there is no such process."""
    _, count = cores()
    before, busy = _times(pid), 0.0
    while True:
        yield busy
        now = _times(pid)
        wall, idle, own = (b - a for a, b in zip(before, now, strict=True))
        if wall >= SHORTEST_LOOK:
            before, busy = now, min(max(count - (idle + own) / wall, 0.0), float(count))


def _times(pid: int | None) -> tuple[float, float, float]:
    """Return three times in seconds: the clock's, the idle time of the cores that we may use, a process's CPU time."""
    own, cores = psutil.Process(pid).cpu_times(), psutil.cpu_times(percpu=True)
    mine = [cores[core] for core in _allowed() if core < len(cores)]
    idle = sum(core.idle + getattr(core, "iowait", 0.0) for core in mine)
    return time.monotonic(), idle, own.user + own.system


def machine() -> str:
    """Return processor, cores and llama.cpp in words. Measurements are valid as long as these stay the same."""
    physical, logical = cores()
    return f"{processor()}, {physical} of {logical} cores, llama.cpp {llama_build()}"


def processor() -> str:
    """Return the name of the processor's model, as far as the system has it."""
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()
