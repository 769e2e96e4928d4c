"""Asks git about a repository, without running anything that the repository's own `.git/config` names: that file may
have come with the folder."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife import children
from breadknife.errors import GitFailed

_SECONDS = 120.0
"""The longest that git may take for one question."""
_HARMLESS: Mapping[str, str] = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.quotePath": "true",
    "safe.bareRepository": "explicit",
}
"""Settings that outweigh the repository's: of those that make git run a program while it compares files."""
COMPARE: Sequence[str] = (
    "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--ignore-submodules=all", "-M"
)  # fmt: skip
"""`git diff` with options under which nothing but git's own code decides what it prints."""
_FILTER = ("clean", "smudge", "process")
"""The settings of a filter that are commands. Empty, they are none."""
_ALONE = {
    "GIT_ALLOW_PROTOCOL": "none",  # a clone without all texts would fetch them, by a program that it may name
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True)
class Repository:
    """A repository with files that are checked out."""

    top: Path
    """The folder that has all of them, without links."""
    program: str
    """The path of git."""
    environ: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path) -> Repository:
        """Return the repository that a folder is in. Raises GitFailed if there is none, or git can't be used."""
        program = children.find_program("git")
        if program is None:
            raise GitFailed("what has changed is not known without git; install it")
        settings = dict(_HARMLESS)
        asking = cls(folder, program, _environment(settings))
        for line in asking.ask("config", "-z", "--name-only", "--get-regexp", r"^filter\.", may_fail=True).split(b"\0"):
            name = line.decode("utf-8", "surrogateescape").rpartition(".")[0]
            if name:
                settings |= {f"{name}.{command}": "" for command in _FILTER} | {f"{name}.required": "false"}
        asking = cls(folder, program, _environment(settings))
        if asking.line("config", "core.fsmonitor", may_fail=True) != "false":  # git doesn't read these variables
            raise GitFailed("git is older than 2.31, which can't be kept from running a folder's programs; update it")
        return cls(Path(asking.line("rev-parse", "--show-toplevel")), program, asking.environ)

    def ask(self, *words: str, given: bytes = b"", may_fail: bool = False) -> bytes:
        """Return what git prints. Raises GitFailed with the last line of what it complains of; with `may_fail`, nothing
        is printed where git fails."""
        try:
            ran = children.run(
                [self.program, *words], folder=self.top, environ=self.environ, given=given, seconds=_SECONDS
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise GitFailed(f"git {words[0]}: {error}") from error
        if ran.returncode and not may_fail:
            lines = ran.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit code {ran.returncode}"]
            fatal = next((line for line in lines if line.startswith("fatal: ")), lines[-1])
            raise GitFailed(f"git {words[0]}: {fatal.removeprefix('fatal: ')}")
        return b"" if ran.returncode else ran.stdout

    def line(self, *words: str, may_fail: bool = False) -> str:
        """Return the one line that git prints; empty where it fails and may."""
        return self.ask(*words, may_fail=may_fail).decode("utf-8", "surrogateescape").removesuffix("\n")

    def names(self, *words: str) -> list[str]:
        """Return the paths that git prints with `-z`, from the repository's top."""
        printed = self.ask(*words).decode("utf-8", "surrogateescape")
        return [name for name in printed.split("\0") if name]

    def commit(self, name: str) -> str:
        """Return the id of the commit that a name stands for; empty where it stands for none."""
        return self.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", may_fail=True)

    def blob(self, name: str, most: int) -> bytes | None:
        """Return the bytes that a name such as `COMMIT:PATH` stands for; None if they aren't in this clone, which may
        fetch texts only when somebody looks at them, or if they are more than `most`."""
        size = self.line("cat-file", "-s", name, may_fail=True)
        if not size.isdigit() or int(size) > most:
            return None
        try:
            return self.ask("cat-file", "blob", name)
        except GitFailed:  # a folder
            return None

    @property
    def is_shallow(self) -> bool:
        """True if the clone has only the newest commits."""
        return self.line("rev-parse", "--is-shallow-repository") == "true"


def _environment(settings: Mapping[str, str]) -> Mapping[str, str]:
    """Return an environment in which these settings outweigh those of files."""
    given = {"GIT_CONFIG_COUNT": str(len(settings))}
    for at, (name, value) in enumerate(settings.items()):
        given |= {f"GIT_CONFIG_KEY_{at}": name, f"GIT_CONFIG_VALUE_{at}": value}
    return children.environment(**_ALONE, **given)
