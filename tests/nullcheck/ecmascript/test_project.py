"""What the modules that a file imports say of null."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript
from breadknife.plugins.nullcheck.languages.ecmascript.project import EcmaScriptProject
from breadknife.plugins.nullcheck.queries.sources import SECONDS
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import SyntaxTree, parse
from support import marked_spans


def tree_of(text: str, name: str = "here.ts") -> SyntaxTree:
    tree = parse(text, language_of(Path(name)) or "")
    assert tree is not None
    assert not tree.root.has_error, text
    return tree


def written(root: Path, files: dict[str, str]) -> FolderProject:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return FolderProject(root)


def found(root: Path, files: dict[str, str], text: str, name: str) -> list[Finding]:
    project = written(root, files)
    document = Document((root / name).as_uri(), language_of(Path(name)) or "", text)
    findings = list(EcmaScript().open(document, tree_of(text, name), project).findings())
    project.close()
    return findings


FIND = "export function find(xs: string[]): string | undefined {\n  return xs[0];\n}\n"
LOOK = "export function look(xs) {\n  for (const x of xs) if (x.ok) return x;\n  return null;\n}\n"
CONST = "export const pick = (xs) => {\n  if (xs.length) return xs[0];\n  return null;\n};\n"
NODE = "export interface Node {\n  name: string;\n  parent?: Node;\n  next(): Node | null;\n}\n"
CLASS = (
    "import { Node } from './node';\n"
    "export class Tree {\n  root: Node | null = null;\n  top(): Node { return g(); }\n}\n"
)
FAIL = "export function fail(s: string): never {\n  throw new Error(s);\n}\n"
STOP = "export function stop(s) {\n  throw new Error(s);\n}\n"
ASYNC = "export async function load(p: string): Promise<string | null> {\n  return g(p);\n}\n"
COMMON = "function look(xs) {\n  for (const x of xs) if (x.ok) return x;\n  return null;\n}\n"


@pytest.mark.parametrize(
    ("files", "name", "marked"),
    [
        ({"a.ts": FIND}, "b.ts", "import { find } from './a';\n⟦find([])⟧.trim();\n"),
        ({"a.ts": FIND}, "b.ts", "import { find as f } from './a.js';\nconst x = f([]);\n⟦x⟧.trim();\n"),
        ({"a.ts": FIND}, "b.ts", "import * as a from './a';\n⟦a.find([])⟧.trim();\n"),
        ({"a/index.ts": "export * from './c';\n", "a/c.ts": FIND}, "b.ts",
         "import { find } from './a';\n⟦find([])⟧.at(0);\n"),
        ({"a.ts": "export { find as get } from './c';\n", "c.ts": FIND}, "b.ts",
         "import { get } from './a';\n⟦get([])⟧.trim();\n"),
        ({"a.ts": "import { find } from './c';\nexport { find };\n", "c.ts": FIND}, "b.ts",
         "import { find } from './a';\n⟦find([])⟧.trim();\n"),
        ({"a.ts": LOOK.replace("function", "default function")}, "b.ts", "import l from './a';\n⟦l([])⟧.x;\n"),
        ({"a.ts": LOOK}, "b.tsx", "import { look } from './a';\nexport const f = () => <b>{⟦look([])⟧.x}</b>;\n"),
        ({"a.js": CONST}, "b.js", "import { pick } from './a';\nfunction f(xs) {\n  return ⟦pick(xs)⟧.x;\n}\n"),
        ({"node.ts": NODE}, "b.ts",
         "import type { Node } from './node';\nexport const f = (n: Node) => ⟦n.parent⟧.name;\n"),
        ({"node.ts": NODE}, "b.ts", "import { Node as N } from './node';\nfunction f(n: N) {\n  ⟦n.next()⟧.name;\n}\n"),
        ({"node.ts": NODE, "tree.ts": CLASS}, "b.ts",
         "import { Tree } from './tree';\nconst t = new Tree();\nt.top().name;\n⟦t.root⟧.name;\n"),
        ({"node.ts": NODE, "tree.ts": CLASS}, "b.ts",
         "import { Tree } from './tree';\nfunction f(t: Tree) {\n  ⟦t.top().parent⟧.name;\n}\n"),
        ({"node.ts": NODE}, "b.ts",
         "import { Node } from './node';\ninterface Leaf extends Node { x: number }\n"
         "const f = (l: Leaf) => ⟦l.parent⟧.name;\n"),
        ({"a.ts": ASYNC}, "b.ts",
         "import { load } from './a';\nasync function f() {\n  ⟦(await load('a'))⟧.trim();\n}\n"),
        ({"a.ts": "export const top: string | null = g();\n"}, "b.ts", "import { top } from './a';\n⟦top⟧.trim();\n"),
        ({"a.js": COMMON + "module.exports = { look };\n"}, "b.js",
         "const { look } = require('./a');\n⟦look([])⟧.x;\n"),
        ({"a.js": COMMON + "exports.look = look;\n"}, "b.js", "const a = require('./a');\n⟦a.look([])⟧.x;\n"),
        ({"a.js": COMMON + "module.exports = look;\n"}, "b.js", "const look = require('./a');\n⟦look([])⟧.x;\n"),
    ],
)  # fmt: skip
def test_must_fire_across_files(tmp_path: Path, files: dict[str, str], name: str, marked: str) -> None:
    text, spans = marked_spans(marked)
    assert [finding.span for finding in found(tmp_path, files, text, name)] == spans


@pytest.mark.parametrize(
    ("files", "name", "text"),
    [
        ({"a.ts": FIND}, "b.ts", "import { find } from './a';\nconst x = find([]);\nif (x) x.trim();\nx?.trim();\n"),
        ({"a.ts": FIND}, "b.ts", "import { find } from './a';\nconst f = (find: G) => find([]).trim();\n"),
        ({"a.ts": FIND}, "b.ts", "import { find } from 'a';\nfind([]).trim();\n"),
        ({"a.ts": FIND.removeprefix("export ")}, "b.ts", "import { find } from './a';\nfind([]).trim();\n"),
        ({"a.ts": "export { find } from './b';\n"}, "b.ts", "import { find } from './a';\nfind([]).trim();\n"),
        ({"a.ts": "export function find(): string;\nexport function find(x: 1): null;\n" + FIND}, "b.ts",
         "import { find } from './a';\nfind([]).trim();\n"),
        ({"a.ts": FAIL}, "b.ts",
         "import { fail } from './a';\nfunction f(x?: string) {\n  if (!x) fail('x');\n  return x.length;\n}\n"),
        ({"a.js": STOP}, "b.ts",
         "import { stop } from './a';\nfunction f(x?: string) {\n  if (!x) stop('x');\n  return x.length;\n}\n"),
        ({"a.js": STOP}, "b.ts",
         "import * as e from './a';\nfunction f(x?: string) {\n  if (!x) e.stop('x');\n  return x.length;\n}\n"),
        ({"node.ts": NODE}, "b.ts",
         "import { Node } from './node';\nconst f = (n: Node) => n.parent && n.parent.name;\n"),
        ({"node.ts": NODE}, "b.ts", "import { Node } from './node';\nconst f = (n: Node) => n.name.trim();\n"),
        # What ends in a call of another file's function may not end at all.
        ({"a.ts": "import { fail } from './c';\nexport function find(x) {\n  if (x) return x;\n  fail('x');\n}\n",
          "c.ts": FAIL}, "b.ts", "import { find } from './a';\nfind([]).trim();\n"),
        ({"c.ts": FAIL}, "b.ts",
         "import { fail } from './c';\n"
         "function find(x: string) {\n  if (x) return x;\n  fail('x');\n}\nfind('').trim();\n"),
        # Its own type of that name, which the other file only uses.
        ({"tree.ts": CLASS, "node.ts": NODE}, "b.ts",
         "import { Tree } from './tree';\ninterface Node { parent?: Node }\n"
         "const f = (t: Tree) => { const n = t.top(); n.name.trim(); };\n"),
        ({"a.ts": "export const top: string | null = g();\n"}, "b.ts",
         "import { top } from './a';\nif (top !== null) top.trim();\n"),
        ({"package.json": "{}"}, "b.js", "const { version } = require('./package.json');\nversion.trim();\n"),
        ({"a.js": COMMON}, "b.js", "const { look } = require('./a');\nlook([]).x;\n"),
        ({"a.js": COMMON + "module.exports = { look };\n"}, "b.js",
         "const a = require('./a');\nfunction f(a) {\n  a.look([]).x;\n}\n"),
    ],
)  # fmt: skip
def test_must_not_fire_across_files(tmp_path: Path, files: dict[str, str], name: str, text: str) -> None:
    assert [finding.message for finding in found(tmp_path, files, text, name)] == []


@pytest.mark.parametrize(
    ("files", "text", "said", "message", "here"),
    [
        ({"a.ts": "// 😀\n" + FIND}, "import { find } from './a';\nfind([]).trim();\n",
         "export function find(xs: string[]): string | undefined {",
         "`find` may return undefined", "This call gives it: `find` may return undefined"),
        ({"a.ts": NODE}, "import { Node } from './a';\nconst f = (n: Node) => n.parent.name;\n",
         "parent?: Node", "`parent` is declared so that it may be undefined", ""),
    ],
)  # fmt: skip
def test_a_finding_names_the_place_in_the_other_file(
    tmp_path: Path, files: dict[str, str], text: str, said: str, message: str, here: str
) -> None:
    (finding,) = found(tmp_path, files, text, "b.ts")
    there, *others = finding.related
    assert there.uri == (tmp_path / "a.ts").as_uri()
    assert [each.message.partition(";")[0] for each in (there, *others)] == [message, here][: 1 + bool(here)]
    assert finding.related[-1].message.endswith("; nothing checks it before the use")
    assert files["a.ts"][there.span.start : there.span.end] in said


def test_a_change_of_one_file_changes_what_is_found_in_another(tmp_path: Path) -> None:
    now = 0.0
    project = written(tmp_path, {"a.ts": FIND, "node.ts": NODE})
    text = "import { find } from './a';\nimport { Node } from './node';\nfind([]).trim();\n"
    document = Document((tmp_path / "b.ts").as_uri(), "typescript", text)
    files = EcmaScriptProject(project, clock=lambda: now)
    home = files.look_at(document, tree_of(text))
    assert len(home.findings()) == 1
    assert files.is_current(files.reads(home), document.path)
    (tmp_path / "a.ts").write_text(FIND.replace(" | undefined", ""), "utf-8")
    now += SECONDS
    assert not files.is_current(files.reads(home), document.path)
    assert not files.look_at(document, tree_of(text)).findings()
    project.close()


def test_an_edit_of_one_function_keeps_what_is_known_of_the_others(tmp_path: Path) -> None:
    files = EcmaScriptProject(written(tmp_path, {}))

    def looked_at(text: str) -> FileAnalysis:
        return files.look_at(Document((tmp_path / "b.ts").as_uri(), "typescript", text), tree_of(text))

    text = "function f(s) {\n  return s.match(/a/).index;\n}\nfunction g(s) {\n  return s;\n}\n"
    assert len(looked_at(text).findings()) == 1
    after = looked_at(text.replace("return s;", "return s.match(/b/)[0];"))
    assert after.kept(after.file.named["f"]) is not None
    assert len(after.findings()) == 2
