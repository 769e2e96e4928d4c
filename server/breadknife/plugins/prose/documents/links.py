"""Links that lead nowhere: to a file, an image or a heading that isn't there."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from breadknife.plugins.prose.documents.markdown import Link, anchors, links
from breadknife.plugins.prose.documents.rule import DocumentRule, Example, Subject
from breadknife.task.values import Finding
from breadknife.text.syntax import parse

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_TEMPLATE = re.compile(r"\{\{|\{%|\$\{|<%")
_SOURCES = (".md", ".rst", ".mdx", ".ipynb", ".adoc")
"""What site generators make a page out of: a link to `page.html` or `page/` means one of these."""


def _target(subject: Subject, link: Link) -> tuple[Path, str] | None:
    """The file and the anchor that a link means; None for what can't be judged from here."""
    written = link.destination
    if not written or _ELSEWHERE.match(written) or _TEMPLATE.search(written) or subject.folder is None:
        return None
    name, _, anchor = written.partition("#")
    name = unquote(name.partition("?")[0])
    if not name:
        return Path(subject.document.path or ""), unquote(anchor)
    if subject.root is None:  # a file by itself says nothing of what stood around it
        return None
    if name.startswith("/"):  # of the repository on GitHub, of the site elsewhere
        if not Path(name).suffix and not subject.exists(subject.root / name.lstrip("/").partition("/")[0]):
            return None
        path = Path(os.path.normpath(subject.root / name.lstrip("/")))
    else:
        path = Path(os.path.normpath(subject.folder / name))
    if not path.is_relative_to(subject.root):
        return None  # `../../issues` is a page of the forge
    return path, unquote(anchor)


def _is_there(subject: Subject, path: Path) -> bool:
    if subject.exists(path):
        return True
    stem = path.with_suffix("") if path.suffix in ("", ".html", ".htm") else None
    return stem is not None and any(
        subject.exists(stem.with_name(stem.name + suffix)) or subject.exists(stem / f"index{suffix}")
        for suffix in _SOURCES
    )


def _broken_links(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    for link in links(subject.tree):
        target = _target(subject, link)
        if target is None or target[0] == subject.document.path or _is_there(subject, target[0]):
            continue
        what = "image" if link.image else "file"
        yield finding(link.span, f"There is no {what} `{link.destination.partition('#')[0]}` here.")


def _broken_anchors(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    known: dict[Path, frozenset[str] | None] = {}
    for link in links(subject.tree):
        target = _target(subject, link)
        if target is None or not target[1]:
            continue
        path, anchor = target
        if path not in known:
            known[path] = _anchors_of(subject, path)
        there = known[path]
        if there is None or anchor.lower() in there or anchor in there or anchor == "top":
            continue
        near = difflib.get_close_matches(anchor, there, n=1, cutoff=0.7)
        better = link.destination.partition("#")[0] + "#" + near[0] if near else None
        yield finding(link.span, f"No heading makes the anchor `#{anchor}`.", better)


def _anchors_of(subject: Subject, path: Path) -> frozenset[str] | None:
    if path == subject.document.path:
        return anchors(subject.tree)
    text = subject.read(path) if path.suffix.lower() in (".md", ".markdown") else None
    tree = parse(text, "markdown") if text is not None else None
    return anchors(tree) if tree is not None else None


MARKDOWN = frozenset(("markdown",))

BROKEN_LINK = DocumentRule(
    "broken-link",
    MARKDOWN,
    "A relative link or an image whose file isn't there.",
    _broken_links,
    fires=(
        Example("See [the guide](docs/guide.md).\n"),
        Example("![Logo](logo.png)\n", (("logo.svg", ""),)),
        Example("See [it][1].\n\n[1]: docs/other.md\n"),
        Example("[root](/LICENSE.md)\n"),
        Example("| a |\n|---|\n| [x](gone.md) |\n"),
    ),
    silent=(
        Example("See [the guide](docs/guide.md).\n", (("docs/guide.md", ""),)),
        Example("[a folder](docs/)\n", (("docs/index.md", ""),)),
        Example("[made of Markdown](guide.html)\n", (("guide.md", ""),)),
        Example("[elsewhere](https://example.org/x) and [mail](mailto:a@b.c)\n"),
        Example("[issues](../../issues)\n"),
        Example("[a page of the site](/docs/guide)\n"),
        Example("[with a space](a%20b.md)\n", (("a b.md", ""),)),
        Example("[generated]({{ url }}/x.md)\n"),
        Example("`[code](gone.md)`\n"),
        Example("```md\n[code](gone.md)\n```\n"),
    ),
)

BROKEN_ANCHOR = DocumentRule(
    "broken-anchor",
    MARKDOWN,
    "A link to a heading that isn't there.",
    _broken_anchors,
    fires=(
        Example("# Setup\n\nSee [below](#instalation).\n\n## Installation\n"),
        Example("[there](b.md#two)\n", (("b.md", "# One\n"),)),
    ),
    silent=(
        Example("# Setup\n\nSee [above](#setup), [again](#setup-1).\n\n## Setup\n"),
        Example("[there](b.md#one-two)\n", (("b.md", "# `One` *Two*\n"),)),
        Example('<a name="here"></a>\n\n[here](#here)\n'),
        Example("# Long title {#short}\n\n[x](#short)\n"),
        Example('<h2 align="center"><b>Big</b> title</h2>\n\n[x](#big-title)\n'),
        Example("[there](gone.md#two)\n"),
        Example("[a line](code.py#L10)\n", (("code.py", ""),)),
        Example("# What's new?\n\n[x](#whats-new)\n"),
    ),
)
