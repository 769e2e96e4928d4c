"""Links that lead nowhere: to a file, an image or a heading that isn't there."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from breadknife.plugins.prose.documents.formats import ANCHORS, LINKS, anchors, links
from breadknife.plugins.prose.documents.parts import Link
from breadknife.plugins.prose.documents.rule import DocumentRule, Example, Subject
from breadknife.task.values import Finding
from breadknife.text.syntax import parse

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_TEMPLATE = re.compile(r"\{\{|\{%|\$\{|<%")
_SOURCES = (".md", ".rst", ".mdx", ".ipynb", ".adoc")
"""What site generators make a page out of: a link to `page.html` or `page/` means one of these."""
_MADE_PAGES = frozenset(("restructuredtext", "rst", "asciidoc", "asciidoctor", "adoc", "org"))
"""Formats in which a link to HTML is one to a page that is yet to be made."""


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
    if subject.document.language != "markdown" and not _is_certain(subject, name, path):
        return None
    return path, unquote(anchor)


def _is_certain(subject: Subject, name: str, path: Path) -> bool:
    """Whether a link is meant for the files as they lie here, in a format that mostly becomes a site elsewhere."""
    if path == subject.root or name.startswith("/") or not path.suffix or re.search(r"[{}|*<>$^]", name):
        return False
    within = path.parent
    while within != subject.root:
        if subject.exists(within / "antora.yml"):  # it has folders of its own for pages and images
            return False
        within = within.parent
    made = subject.document.language in _MADE_PAGES and path.suffix in (".html", ".htm")
    return subject.exists(path.parent) and not made


def _is_there(subject: Subject, path: Path) -> bool:
    if subject.exists(path):
        return True
    stem = path.with_suffix("") if path.suffix in ("", ".html", ".htm") else None
    return stem is not None and any(
        subject.exists(stem.with_name(stem.name + suffix)) or subject.exists(stem / f"index{suffix}")
        for suffix in _SOURCES
    )


def _broken_links(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    for link in links(subject):
        target = _target(subject, link)
        if target is None or target[0] == subject.document.path or _is_there(subject, target[0]):
            continue
        what = "image" if link.image else "file"
        yield finding(link.span, f"There is no {what} `{link.destination.partition('#')[0]}` here.")


def _broken_anchors(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    known: dict[Path, frozenset[str] | None] = {}
    for link in links(subject):
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
        yield finding(link.span, f"No heading has the anchor `#{anchor}`.", better)


def _anchors_of(subject: Subject, path: Path) -> frozenset[str] | None:
    if path == subject.document.path:
        return anchors(subject.tree)
    language = _ANCHORED.get(path.suffix.lower())
    text = subject.read(path) if language else None
    tree = parse(text, language) if text is not None and language else None
    return anchors(tree) if tree is not None else None


_ANCHORED = {".md": "markdown", ".markdown": "markdown", ".mdx": "mdx", ".html": "html", ".htm": "html"}

BROKEN_LINK = DocumentRule(
    "broken-link",
    LINKS,
    "A relative link or an image whose file doesn't exist.",
    _broken_links,
    fires=(
        Example("See [the guide](docs/guide.md).\n"),
        Example("![Logo](logo.png)\n", (("logo.svg", ""),)),
        Example("See [it][1].\n\n[1]: docs/other.md\n"),
        Example("[root](/LICENSE.md)\n"),
        Example("| a |\n|---|\n| [x](gone.md) |\n"),
        Example("<B>\n\n![x](./gone.png)\n\n</B>\n", (), "mdx"),
        Example('<p>See <a class="x" href="gone.html">it</a>.</p>\n', (), "html"),
        Example("<img alt=x src=gone.png>\n", (), "html"),
        Example("Intro\n\n.. image:: docs/gone.png\n   :alt: x\n", (("docs/x.png", ""),), "restructuredtext"),
        Example("See `the guide <guide.rst>`_.\n", (), "restructuredtext"),
        Example("See it_.\n\n.. _it: gone.txt\n", (), "rst"),
        Example("See link:gone.txt[it].\n", (), "asciidoc"),
        Example("image::gone.png[]\n", (), "asciidoc"),
        Example("See <<gone.adoc#there,it>>.\n", (), "adoc"),
        Example("See [[file:gone.org::*There][it]].\n", (), "org"),
        Example("[[./gone.png]]\n", (), "org"),
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
        Example("[a route](guide) [a page](/guide.mdx) [x](made/here.md) {/* [x](gone.md) */}\n", (), "mdx"),
        Example('<a href="guide">x</a><a href="/x.css">x</a><a href="made.html">x</a>\n', (("made.md", ""),), "html"),
        Example('{% block x %}<a href="gone.html">x</a>{% endblock %}\n', (), "html"),
        Example('<form th:object="${x}"><a href="gone.html">x</a></form> <img src="$x^a.png">\n', (), "html"),
        Example('<!-- <a href="gone.html">x</a> --><a :href="gone.html">x</a>\n', (), "html"),
        Example('<a href="a.html?x=1&amp;y=2">x</a>\n', (("a.html", ""),), "html"),
        Example("::\n\n    `x <gone.rst>`_\n\n``x <gone.rst>`_``\n", (), "restructuredtext"),
        Example(".. code:: rst\n\n   .. image:: gone.png\n\n.. image:: /x.png\n", (), "restructuredtext"),
        Example("`A class <api.html>`_, `x <https://x.org/y.png>`_ and :ref:`x <gone.rst>`\n", (), "restructuredtext"),
        Example("`link:gone.txt[]` https://x.org/link:gone.txt[x]\n\n----\nlink:gone.txt[]\n----\n", (), "asciidoc"),
        Example(":imagesdir: images\n\nimage::x.png[]\n", (), "asciidoc"),
        Example("xref:{dir}/x.adoc[x] link:made/x.txt[x] link:x.html[x]\n", (), "asciidoc"),
        Example("=[[file:gone.org]]= [[gone.png]] [[file:~/x.org]] [[https://x.org/y.png]]\n", (), "org"),
        Example("#+begin_src R :file plot.png\nplot(x)\n#+end_src\n\n[[file:plot.png]]\n", (), "org"),
    ),
)

BROKEN_ANCHOR = DocumentRule(
    "broken-anchor",
    ANCHORS,
    "A link to a heading that doesn't exist.",
    _broken_anchors,
    fires=(
        Example("# Setup\n\nSee [below](#instalation).\n\n## Installation\n"),
        Example("[there](b.md#two)\n", (("b.md", "# One\n"),)),
        Example("# Setup\n\n<B>\n\n[x](#setpu)\n\n</B>\n", (), "mdx"),
        Example('<html><h1 id="one">x</h1><a href="#two">x</a></html>\n', (), "html"),
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
        Example("# The `__name__` of _it_\n\n[x](#the-__name__-of-it)\n"),
        Example("import More from './_more.mdx'\n\n<More />\n\n[x](#two)\n", (), "mdx"),
        Example(
            '<html><h1 id="one">x</h1><a href="#one">x</a><a name=two></a><a href="#two">y</a></html>\n', (), "html"
        ),
        Example('<h1 id="one">a part</h1><a href="#two">x</a>\n', (), "html"),
        Example('<html><script src="x.js"></script><a href="#two">x</a></html>\n', (), "html"),
        Example('<html><a href="#">x</a><a href="#top">x</a></html>\n', (), "html"),
    ),
)
