"""Tells tests, and what they read, from the rest of a project, by how files and folders are named."""

from __future__ import annotations

import os
import re
from pathlib import Path

_FOLDER = r"(?:^|/)(?:tests?|specs?|__tests__)/"
_MODULE = r"(?:^|/)(?:test_[^/]*|conftest)\.py$|_test\.(?:py|go)$|\.(?:test|spec)\.[cm]?[jt]sx?$|(?:Tests?|IT)\.java$"
_TEST = re.compile(f"{_FOLDER}|{_MODULE}")
_DATA = re.compile(
    rf"(?:^|/)(?:testdata|__fixtures__|__snapshots__)/|{_FOLDER}(?:.*/)?"
    r"(?:test[_-])?(?:data|fixtures?|resources?|samples?|cases|corpus|snapshots?|baselines?|goldens?|expected|inputs?"
    r"|outputs?|sources?)/"
)
"""Folders of what a test reads, or compares with."""
_NESTED = re.compile(rf"{_FOLDER}.*/")
_README = re.compile(r"readme\b", re.IGNORECASE)


def is_test(uri: str) -> bool:
    """Tell whether a file is a test, or stands in a folder of tests."""
    return _TEST.search(uri) is not None


def is_test_data(path: Path, root: Path, *, is_document: bool) -> bool:
    """Tell whether a test of the project reads a file: it is written as the test wants it, mistakes and all.

    A document is read, if it isn't a README, also where only the folder above it is one of tests.
    """
    try:
        name = path.relative_to(root).as_posix()
    except ValueError:
        return False
    if _DATA.search(name) is not None:
        return True
    if not is_document or _README.match(path.name) or _NESTED.search(name) is None:
        return False
    try:
        return not any(re.search(_MODULE, beside) for beside in os.listdir(path.parent))
    except OSError:
        return False
