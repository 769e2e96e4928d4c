"""The Java release that a project is compiled for, as its build files say; nothing of them is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from breadknife.project.values import Project
from breadknife.text.document import Document

USUAL = 17
"""Where the project says nothing."""
_POM = re.compile(r"<(?:(?:maven\.compiler\.)?(?:source|target|release)|java\.version)>\s*(?:1\.)?(\d+)\s*<")
_GRADLE = re.compile(
    r"\b(?:sourceCompatibility|targetCompatibility|options\.release|languageVersion)\b[^\n\d]*(?:1[._])?(\d+)"
)
_READ: Mapping[str, re.Pattern[str]] = {"pom.xml": _POM, "build.gradle": _GRADLE, "build.gradle.kts": _GRADLE}


def java_release(document: Document, project: Project | None) -> int:
    """In the nearest folder that says something the oldest that is said."""
    if project is None or document.path is None or not document.path.is_relative_to(project.root):
        return USUAL
    for folder in (each for each in document.path.parents if each.is_relative_to(project.root)):
        if releases := list(_said(project, folder)):
            return min(releases)
    return USUAL


def _said(project: Project, folder: Path) -> Iterator[int]:
    for name, pattern in _READ.items():
        path = folder / name
        text = project.text(path) if path.is_file() else None
        yield from map(int, pattern.findall(text or ""))
