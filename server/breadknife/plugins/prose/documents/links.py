"""Links that lead nowhere: to a file, an image or a heading that isn't there."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from breadknife.plugins.prose.documents.elements import Link
from breadknife.plugins.prose.documents.formats import find_anchors, find_links
from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem
from breadknife.text.syntax import parse

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_TEMPLATE = re.compile(r"\{\{|\{%|\$\{|<%")
_SOURCES = (".md", ".rst", ".mdx", ".ipynb", ".adoc")
"""What site generators make a page out of: a link to `page.html` or `page/` means one of these."""
_GENERATED_PAGES = frozenset(("restructuredtext", "rst", "asciidoc", "asciidoctor", "adoc", "org"))
"""Formats in which a link to HTML means a page that is yet to be generated."""


def _target(context: DocumentContext, link: Link) -> tuple[Path, str] | None:
    """Return the file and the anchor (perhaps empty) that a link means; None if it may well mean something else."""
    written = link.destination
    if not written or _ELSEWHERE.match(written) or _TEMPLATE.search(written) or context.folder is None:
        return None
    name, _, anchor = written.partition("#")
    name = unquote(name.partition("?")[0])
    if not name:
        return Path(context.document.path or ""), unquote(anchor)
    if context.root is None:  # a file by itself says nothing of what stood around it
        return None
    if name.startswith("/"):  # of the repository on GitHub, of the site elsewhere
        first, _, rest = name.lstrip("/").partition("/")
        if (rest or not Path(first).suffix) and not context.exists(context.root / first):
            return None
        path = Path(os.path.normpath(context.root / name.lstrip("/")))
    else:
        path = Path(os.path.normpath(context.folder / name))
    if not path.is_relative_to(context.root):
        return None  # `../../issues` is a page of the forge
    if not Path(name).suffix and "/" not in name and not context.exists(path) and _is_in(context, path, "conf.py"):
        return None  # to MyST, Sphinx's Markdown, a label of any page
    if context.document.language != "markdown" and not _is_certain(context, name, path):
        return None
    return path, unquote(anchor)


def _is_certain(context: DocumentContext, name: str, path: Path) -> bool:
    """Tell whether `name`, in a format other than Markdown, surely means the file `path` of this project.

    Other formats mostly become a site, whose pages may lie elsewhere than their sources.
    """
    if path == context.root or name.startswith("/") or not path.suffix or re.search(r"[{}|*<>$^]", name):
        return False
    if _is_in(context, path, "antora.yml"):  # Antora has folders of its own for pages and images
        return False
    is_generated = context.document.language in _GENERATED_PAGES and path.suffix in (".html", ".htm")
    return context.exists(path.parent) and not is_generated


def _is_in(context: DocumentContext, path: Path, marker: str) -> bool:
    """Tell whether one of the folders of a path, below the project's or that one, has a file of this name."""
    folders = (each for each in path.parents if context.root is not None and each.is_relative_to(context.root))
    return any(context.exists(folder / marker) for folder in folders)


def _is_there(context: DocumentContext, path: Path) -> bool:
    """Tell whether a file is there, or the source that a site generator makes it of."""
    if context.exists(path):
        return True
    stem = path.with_suffix("") if path.suffix in ("", ".html", ".htm") else None
    return stem is not None and any(
        context.exists(stem.with_name(stem.name + suffix)) or context.exists(stem / f"index{suffix}")
        for suffix in _SOURCES
    )


def find_broken_links(context: DocumentContext) -> Iterator[DocumentProblem]:
    for link in find_links(context):
        target = _target(context, link)
        if target is None or target[0] == context.document.path or _is_there(context, target[0]):
            continue
        what = "image" if link.is_image else "file"
        yield DocumentProblem(link.span, f"There is no {what} `{link.destination.partition('#')[0]}` here.")


def find_broken_anchors(context: DocumentContext) -> Iterator[DocumentProblem]:
    """Yield each anchor that is missing once: one that is linked to again and again is the site's own."""
    anchors_of: dict[Path, frozenset[str] | None] = {}
    told: set[tuple[Path, str]] = set()
    for link in find_links(context):
        target = _target(context, link)
        if target is None or not target[1] or target in told:
            continue
        path, anchor = target
        if path not in anchors_of:
            anchors_of[path] = _read_anchors(context, path)
        anchors = anchors_of[path]
        if anchors is None or anchor.lower() in anchors or anchor in anchors or anchor == "top":
            continue
        told.add(target)
        similar = difflib.get_close_matches(anchor, anchors, n=1, cutoff=0.7)
        replacement = link.destination.partition("#")[0] + "#" + similar[0] if similar else None
        yield DocumentProblem(link.span, f"No heading has the anchor `#{anchor}`.", replacement)


def _read_anchors(context: DocumentContext, path: Path) -> frozenset[str] | None:
    """Return the anchors of a file; None where they can't be known, as of a format or a file that isn't read."""
    if path == context.document.path:
        return find_anchors(context.tree)
    language = _LANGUAGE_OF_SUFFIX.get(path.suffix.lower())
    text = context.read(path) if language else None
    tree = parse(text, language) if text is not None and language else None
    return find_anchors(tree) if tree is not None else None


_LANGUAGE_OF_SUFFIX = {".md": "markdown", ".markdown": "markdown", ".mdx": "mdx", ".html": "html", ".htm": "html"}
