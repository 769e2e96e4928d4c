"""Commits to a new git branch, without touching the working tree, the index or the branch that is checked out."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from breadknife.errors import DocumentError, SettingsError
from breadknife.plugins.nullcheck.project.changes import Change
from breadknife.plugins.nullcheck.project.programs import program
from breadknife.text.document import file_bytes, read_raw

_NOTHING_OF_THE_FOLDERS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
"""Programs that a repository's own configuration may name."""


class Branch:
    def __init__(self, name: str, folder: Path) -> None:
        """Raises SettingsError where there is no repository, no commit, or a branch of that name already."""
        self._git_program = program("git")
        self._folder = folder
        self._name = name
        try:
            self._folder = Path(self._git("rev-parse", "--show-toplevel").strip())  # which paths are told from
            self._head = self._git("rev-parse", "--verify", "HEAD").strip()
            self._git("check-ref-format", "--branch", name)
        except DocumentError as error:
            raise SettingsError(f"--branch {name}: {error}") from error
        if self._succeeds("rev-parse", "--verify", "--quiet", f"refs/heads/{name}"):
            raise SettingsError(f"--branch {name}: there is such a branch already")

    def check(self, path: Path) -> None:
        """Raises DocumentError for a file that isn't committed as it is: its changes would get into the branch."""
        self._blob(path, read_raw(path))

    def commit(self, changes: Sequence[Change], message: str) -> None:
        """One commit on top of those made before; the branch is there after the first. Raises DocumentError."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git("read-tree", self._head, index=index)
            for change in changes:
                name = self._relative(change.path)
                mode = self._git("ls-tree", "HEAD", "--", name).split(" ")[0]
                as_committed = self._blob(change.path, read_raw(change.path))
                text = file_bytes(change.path, change.after)
                if b"\r\n" not in as_committed:
                    text = text.replace(b"\r\n", b"\n")
                blob = self._git("hash-object", "-w", "--no-filters", "--stdin", given=text).strip()
                self._git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{name}", index=index)
            tree = self._git("write-tree", index=index).strip()
        self._head = self._git("commit-tree", tree, "-p", self._head, "-F", "-", given=message.encode()).strip()
        self._git("update-ref", f"refs/heads/{self._name}", self._head)

    def _relative(self, path: Path) -> str:
        try:
            return path.resolve().relative_to(self._folder.resolve()).as_posix()
        except ValueError as error:
            raise DocumentError(f"{path} is outside of the repository {self._folder}") from error

    def _blob(self, path: Path, on_disk: bytes) -> bytes:
        """The file as HEAD has it, which is what is on disk but for line ends."""
        name = self._relative(path)
        if not self._succeeds("cat-file", "-e", f"HEAD:{name}"):
            raise DocumentError(f"{path} isn't committed, so it can't be changed on a branch")
        committed = self._run("cat-file", "blob", f"HEAD:{name}").stdout
        if committed not in (on_disk, on_disk.replace(b"\r\n", b"\n")):
            raise DocumentError(f"{path} has changes that aren't committed: commit or stash them, then run it again")
        return committed

    def _succeeds(self, *arguments: str) -> bool:
        return self._run(*arguments).returncode == 0

    def _git(self, *arguments: str, index: dict[str, str] | None = None, given: bytes = b"") -> str:
        done = self._run(*arguments, index=index, given=given)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise DocumentError(f"git {arguments[0]}: {said or f'exit code {done.returncode}'}")
        return done.stdout.decode("utf-8", "replace")

    def _run(
        self, *arguments: str, index: dict[str, str] | None = None, given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self._git_program, *_NOTHING_OF_THE_FOLDERS, *arguments],
            cwd=self._folder,
            env={**os.environ, **(index or {})},
            input=given,
            capture_output=True,
        )
