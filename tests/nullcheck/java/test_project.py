"""What the classes of other files say of null."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.java.file import Java
from breadknife.plugins.nullcheck.languages.java.project import JavaProject
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree, parse
from support import marked_spans


def tree_of(text: str) -> SyntaxTree:
    tree = parse(text, "java")
    assert tree is not None
    assert not tree.root.has_error, text
    return tree


def written(root: Path, files: dict[str, str]) -> FolderProject:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    project = FolderProject(root)
    assert project.idle(10)
    return project


def found(root: Path, files: dict[str, str], text: str) -> list[Finding]:
    project = written(root, files)
    document = Document((root / "src/a/Here.java").as_uri(), "java", text)
    findings = list(Java().open(document, tree_of(text), project).findings())
    project.close()
    return findings


NODE = """
public class Node {
    @Nullable Node parent;
    String name;
    @Nullable public Node next() { return parent; }
    public Node self() { return this; }
    static @Nullable Node find(String n) { return g(n); }
    public String text() { if (name.isEmpty()) return null; return name; }
    boolean hasText() { String t = text(); if (t == null) return false; return text() != null; }
    public @Nullable Node twice(int a) { return null; }
    public Node twice(String a) { return this; }
}
"""
SAME = {"src/a/Node.java": "package a;\n" + NODE}
OTHER = {"src/b/c/Node.java": "package b.c;\n" + NODE}


def here(body: str, imports: str = "", extends: str = "") -> str:
    return f"package a;\n{imports}\nclass Here{extends} {{\n    void f(Node n) {{\n        {body}\n    }}\n}}\n"


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        (SAME, here("⟦n.next()⟧.self();")),
        (OTHER, here("b.c.Node m = g();\n        ⟦m.next()⟧.self();", "import b.c.Node;")),
        (SAME, here("⟦n.parent⟧.self();")),
        (SAME, here("Node m = n.next();\n        ⟦m⟧.self();")),
        (SAME, here('⟦Node.find("a")⟧.self();')),
        (SAME, here("⟦n.text()⟧.trim();")),
        (SAME, here("⟦next()⟧.self();", extends=" extends Node")),
        (OTHER, here("⟦n.next()⟧.self();", "import b.c.Node;")),
        ({**OTHER, "src/a/Leaf.java": "package a;\nimport b.c.Node;\nclass Leaf extends Node {}\n"},
         here("Leaf l = g();\n        ⟦l.next()⟧.self();")),
    ],
)  # fmt: skip
def test_must_fire_across_files(tmp_path: Path, files: dict[str, str], marked: str) -> None:
    text, spans = marked_spans(marked)
    assert [finding.span for finding in found(tmp_path, files, text)] == spans


@pytest.mark.parametrize(
    ("files", "text"),
    [
        (SAME, here("if (n.next() != null) n.next().self();")),
        (SAME, here("Node m = n.parent;\n        if (m == null) return;\n        m.self();")),
        (SAME, here("n.self().name.trim();")),
        (SAME, here('n.twice("a").self();')),
        (SAME, here(f"Node.from({'n.next(), ' * 99}n).next().self();")),
        # Another package's class of that name, one that nobody imports, and this file's own.
        (OTHER, here("n.next().self();")),
        (OTHER, here("n.next().self();", "import b.d.Node;")),
        (SAME, here("b.c.Node m = g();\n        m.next().self();")),
        (SAME, here("next().self();", extends=" extends b.c.Node")),
        (SAME, here("n.next().self();") + "class Node { Node next() { return this; } Node self() { return this; } }\n"),
    ],
)  # fmt: skip
def test_must_not_fire_across_files(tmp_path: Path, files: dict[str, str], text: str) -> None:
    assert [finding.message for finding in found(tmp_path, files, text)] == []


def test_a_finding_names_the_place_in_the_other_file(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, SAME, here("n.next().self();"))
    there, *rest = finding.related
    assert (there.uri, there.message) == ((tmp_path / "src/a/Node.java").as_uri(), "`next` may return null")
    assert "next()" in SAME["src/a/Node.java"][there.span.start : there.span.end]
    assert {each.uri for each in rest} == {None}


def test_a_change_of_one_file_changes_what_is_found_in_another(tmp_path: Path) -> None:
    now = 0.0
    project = written(tmp_path, SAME)
    files = JavaProject(project, clock=lambda: now)
    text = here("n.next().self();")
    document = Document((tmp_path / "src/a/Here.java").as_uri(), "java", text)
    before = files.look_at(document, tree_of(text))
    assert len(before.findings()) == 1
    assert files.look_at(document, tree_of(text)) is before
    (tmp_path / "src/a/Node.java").write_text("package a;\n" + NODE.replace("@Nullable", ""), "utf-8")
    now += 10
    assert not files.is_current(files.reads(before), document.path)
    after = files.look_at(document, tree_of(text))
    assert after.findings() == []
    assert files.is_current(files.reads(after), document.path)
    project.close()
