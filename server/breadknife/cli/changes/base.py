"""Finds the commit that changes are counted from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breadknife.errors import GitFailed
from breadknife.git import Repository

_OF_CI: Sequence[tuple[str, str]] = (
    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "{}"),  # GitLab
    ("GITHUB_BASE_REF", "origin/{}"),  # also Gitea's and Forgejo's actions
    ("CHANGE_TARGET", "origin/{}"),  # Jenkins
    ("CI_COMMIT_TARGET_BRANCH", "origin/{}"),  # Woodpecker
    ("BITBUCKET_PR_DESTINATION_BRANCH", "origin/{}"),
    ("SYSTEM_PULLREQUEST_TARGETBRANCHNAME", "origin/{}"),  # Azure Pipelines
)
"""The variables in which CI servers name the branch or commit that a pull request starts from."""
_LOCAL = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""Where branches begin, if nobody says."""
_SHORT = 10


@dataclass(frozen=True)
class Base:
    commit: str
    """The id of a commit, or of the empty tree."""
    about: str
    """Which one that is, in words: `a1b2c3d4e5, where this branch left origin/main`."""


def find_base(repository: Repository, name: str = "", variables: Mapping[str, str] = os.environ) -> Base:
    """Return the commit where the branch left `name`, or what CI or the clone says that it started from.

    Raises GitFailed for a base that isn't there: to check everything, or nothing, would look like an answer.
    """
    if not repository.commit("HEAD"):
        return Base(repository.line("hash-object", "-t", "tree", "--stdin"), "nothing: there is no commit yet")
    if name:
        return _branching(repository, name) or _missing(repository, name)
    for variable, pattern in _OF_CI:
        if value := variables.get(variable):
            named = pattern.format(value)
            # The first parent of a merge that CI has made is the branch that it was made with.
            is_merge = bool(repository.commit("HEAD^2"))
            merged = Base(repository.commit("HEAD^1"), f"{value}, which this merge was made with") if is_merge else None
            return _branching(repository, named) or merged or _missing(repository, named)
    found = next((base for name in _LOCAL if (base := _branching(repository, name))), None)
    return found or Base(repository.commit("HEAD"), "HEAD")


def _branching(repository: Repository, name: str) -> Base | None:
    """Return the commit where HEAD left the commit `name`; None if there is none of that name."""
    commit = repository.commit(name)
    if not commit:
        return None
    common = repository.line("merge-base", commit, "HEAD", may_fail=True)
    if common == commit or not common:
        why = " itself, since no common commit is in this clone" if not common else ""
        return Base(commit, f"{name}{why} ({commit[:_SHORT]})")
    return Base(common, f"{common[:_SHORT]}, where this branch left {name}")


def _missing(repository: Repository, name: str) -> Base:
    remedy = "name a commit, or a path that is there"
    if repository.is_shallow:
        branch = name.removeprefix("origin/")
        remedy = f"this clone is shallow: `git fetch --depth=1 origin {branch}:refs/remotes/origin/{branch}` brings it"
    raise GitFailed(f"the base {name} isn't in this clone; {remedy}")
