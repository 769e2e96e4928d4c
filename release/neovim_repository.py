"""The Neovim plugin as a git repository of its own, which plugin managers clone: neovim_repository.py DIST

DIST/breadknife.nvim holds what is committed in clients/neovim, with the licence and the page of docs/ as its README, in
one commit with the release's tag. `git push` from there is a release.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from breadknife import __version__

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "clients" / "neovim"
EXTRA = {"LICENSE": ROOT / "LICENSE", "README.md": ROOT / "docs" / "editors" / "neovim.md"}


def main(dist: Path) -> None:
    target = dist / "breadknife.nvim"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(CLIENT, target, ignore=shutil.ignore_patterns("tags"))  # a plugin manager writes its own help tags
    for name, source in EXTRA.items():
        shutil.copy(source, target / name)
    when = git(ROOT, "log", "-1", "--format=%cI", "--", "clients/neovim").strip()
    who = {"NAME": "breadknife", "EMAIL": "breadknife@localhost", "DATE": when}
    environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    git(target, "init", "--quiet", "--initial-branch=main")
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message", f"breadknife {__version__}", environment=environment)
    git(target, "tag", f"v{__version__}")
    print(target)


def git(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    settled = ("-c", "core.hooksPath=", "-c", "commit.gpgSign=false", "-c", "core.autocrlf=false")
    done = subprocess.run(
        ["git", *settled, *arguments],
        cwd=folder,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
