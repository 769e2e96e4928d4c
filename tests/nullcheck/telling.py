"""A checker for tests, which says what it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.plugins.nullcheck.verify.oracle.tools import InstalledChecker
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem, RunningChecker


class Says:
    """A checker that finds each line of a text that begins with `!`, and dies or hangs where it is told to."""

    def __init__(self, root: Path, installed: InstalledChecker) -> None:
        self.root = root
        self.installed = installed
        self.asked = list[tuple[str, ...]]()
        self.beside: Mapping[Path, str] = {}

    def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[CheckerProblem]:
        self.asked.append(tuple(f"{path.name}: {text.strip()}" for path, text in sorted(texts.items())))
        self.beside = beside
        while any("hang" in text for text in texts.values()):
            cancel.raise_if_cancelled()
        return sorted(
            CheckerProblem(path, "c", line[1:])
            for path, text in texts.items()
            for line in text.splitlines()
            if line[:1] == "!"
        )

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Telling(InstalledChecker):
    started: list[Says] = field(default_factory=list)

    def start(self, language: str, cancel) -> RunningChecker:
        self.started.append(Says(self.root, self))
        return self.started[-1]
