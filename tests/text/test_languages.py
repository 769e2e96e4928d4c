"""Each language: a whole file parses, and in a broken one an edit is told to mend or to worsen it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from tree_sitter import Language

from breadknife.text.document import Span, TextEdit, language_of
from breadknife.text.languages import LANGUAGES, LanguageSyntax
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import changed_tree, has_grammar, parse

WHOLE = {
    "python": 'import os\n\n\nclass A:\n    def f(self) -> str:\n        return f"{os.sep}"\n',
    "typescript": "import { a } from './a'\n\nexport function f<T>(x: T): T[] {\n  return [x, a as T]\n}\n",
    "javascript": "const f = async (x) => {\n  return `a${x}`\n}\n",
    "typescriptreact": "export const A = ({ x }: { x: number }) => <b id='q'>{x}</b>\n",
    "javascriptreact": "export const A = ({ x }) => <b id='q'>{x}</b>\n",
    "go": 'package a\n\nimport "fmt"\n\nfunc (r *R) F(a int) error {\n\treturn fmt.Errorf("%d", a)\n}\n',
    "rust": "use std::fmt;\n\n#[derive(Debug)]\npub struct A<'a> {\n    b: &'a str,\n}\n\nimpl<'a> A<'a> {}\n",
    "java": "package a;\n\nclass A<T> {\n    @Override\n    public int f(T a) { return 1; }\n}\n",
    "c": '#include <stdio.h>\n\nint main(void)\n{\n    printf("%d\\n", 1);\n    return 0;\n}\n',
    "cpp": "template <typename T>\nclass A {\npublic:\n    auto f() const -> T { return T{}; }\n};\n",
    "csharp": 'using System;\n\nclass A\n{\n    public int B => 1;\n    string C(int a) { return $"{a}"; }\n}\n',
    "ruby": 'require "a"\n\nclass A < B\n  def f(x)\n    x.map { |y| "#{y}" }\n  end\nend\n',
    "php": "<?php\nnamespace A;\n\nclass B\n{\n    public function f(int $a): int { return $a; }\n}\n",
    "lua": "local m = {}\n\nfunction m.f(a)\n  if a then return a .. 'b' end\nend\n\nreturn m\n",
    "shellscript": 'f() {\n  local a="$1"\n  if [[ -n "$a" ]]; then\n    echo "$a" | wc -l\n  fi\n}\n',
    "kotlin": "package a\n\nclass A(val x: Int) {\n    fun f(): Int {\n        return x\n    }\n}\n",
    "html": '<!doctype html>\n<html>\n<body>\n<p class="a">b</p>\n<br>\n</body>\n</html>\n',
    "css": "@media (min-width: 1px) {\n  .a > b {\n    color: red;\n  }\n}\n",
    "json": '{\n  "a": [1, true, null],\n  "b": {"c": "d"}\n}\n',
    "yaml": "a: 1\nb:\n  - c: d\n  - [e, f]\n",
    "toml": 'a = 1\n\n[b]\nc = ["d", "e"]\n',
    "sql": "CREATE TABLE a (b INT);\nSELECT b, count(*) FROM a WHERE b > 1 GROUP BY b;\n",
    "markdown": "# A\n\n- b\n- c\n\n```python\nd = 1\n```\n",
}


@pytest.mark.parametrize("language", WHOLE)
def test_a_whole_file_parses(language: str) -> None:
    tree = parse(WHOLE[language], language)
    assert tree is not None
    assert tree.error_count == 0


def test_every_language_has_a_whole_file() -> None:
    assert {language.id for language in LANGUAGES.values()} - {"markdown_inline"} == set(WHOLE)


BROKEN = [
    # language, text with the cursor, what may be inserted there, what may not
    ("python", "def f(:\n    pass\n\nx = |\ny = 2\n", ["g(1)", "[\n    1,\n]", "None  # b"], ["g(1", "'a", "1)"]),
    ("typescript", "let = ;\nfunction f() {\n  |\n}\n", ["const a: A = g(1)", "return [1]"], ["g(1", "1)", "`a", "}"]),
    (
        "javascript",
        "let = ;\nfunction f() {\n  |\n}\n",
        ["return { a: 1 }", "g(x => x)"],
        ["g({ a: 1 )", "x => )", "}"],
    ),
    ("typescriptreact", "let = ;\nconst a = () => <p>|</p>\n", ["{b}", "<i>c</i>"], ["{b", "<i>", "</i>"]),
    ("javascriptreact", "let = ;\nconst a = () => <p>|</p>\n", ["{b}", "<br />"], ["{b", "<br", "</p>"]),
    ("go", "package a\n\nvar = 1\n\nfunc f() {\n\t|\n}\n", ["x := g(1)", "return a"], ["x := g(1", "}", 'x := "b']),
    ("rust", "let = 1;\n\nfn f() {\n    |\n}\n", ["let a = g(1);", "vec![1]"], ["let a = g(1;", "}", "if a {"]),
    (
        "java",
        "class A {\n    int = 1;\n    int f() {\n        return |;\n    }\n}\n",
        ["g(1)", "a + b"],
        ["g(1", "a +"],
    ),
    ("c", "int = 1;\n\nint f(void)\n{\n    return |;\n}\n", ["g(1)", "a[0]"], ["g(1", "a[0", "'a"]),
    (
        "cpp",
        "int = 1;\n\nint f()\n{\n    return |;\n}\n",
        ["g<int>(1)", "[](int x) { return x; }"],
        ["g(1", "[](int x) {"],
    ),
    ("csharp", "class A\n{\n    int F( {\n    int G()\n    {\n        return |;\n    }\n}\n", ["G(1)"], ["G(1", '"a']),
    (
        "ruby",
        "x = )\n\ndef f(a)\n  |\nend\n",
        ["a.map { |b| b }", "if a\n    b\n  end"],
        ["a.map { |b| b", "if a", "a]"],
    ),
    ("php", "<?php\n$a = ;\nfunction f() {\n  return |;\n}\n", ["g(1)", "[1, 2]"], ["g(1", "[1", '"a']),
    (
        "lua",
        "local = 1\n\nlocal function f(a)\n  |\nend\n",
        ["return a", "if a then b() end"],
        ["if a then", "f(", "end"],
    ),
    ("shellscript", "f() {\n  echo a\n  |\n}\n\ng() {\n  ;;\n}\n", ['echo "$a"', "b=$(c)"], ["b=$(c", 'echo "$a']),
    (
        "kotlin",
        "fun f(): Int {\n    |\n}\n\nfun g( {}\n",
        ["return g(1)", "val b = a + b"],
        ["return g(1", "val b = a + ]"],
    ),
    ("html", "<p <b>\n<div>\n|\n</div>\n", ["<i>a</i>", "a", "<br>"], ["<i", "a <", '<i class="a>']),
    ("css", "a { : ; }\n\nb {\n  |\n}\n", ["color: red;", "margin: 0 auto;"], ["color: red; }", "color: rgb(1", "{"]),
    ("json", '{\n  "a": ,\n  "b": [|]\n}\n', ["1", '{"c": [1]}'], ["{", '"c', "]"]),
    ("yaml", "a: [1\nb: 2\n---\nc: |\n", ["d", "\n  - e\n  - f", "[1, 2]"], ["[1", '"d', "}"]),
    ("toml", "a = \n\n[b]\n|\n", ["c = 1", 'c = ["d"]'], ["c = [1", 'c = "d', "c ="]),
    ("sql", "SELECT a FROM b|;\n\nSELECT ( FROM;\n", [" WHERE a > 1", ", c"], [" WHERE a > (1", " WHERE", ", (c"]),
]


def inserted(language: str, marked: str, new_text: str) -> bool:
    at = marked.index("|")
    before = parse(marked[:at] + marked[at + 1 :], language)
    assert before is not None
    assert before.error_count > 0
    after = changed_tree(before, TextEdit(Span(at, at), new_text))
    assert after is not None
    return parses_no_worse(before, after)


@pytest.mark.parametrize(("language", "marked", "good", "bad"), BROKEN)
def test_an_edit_in_a_broken_file(language: str, marked: str, good: list[str], bad: list[str]) -> None:
    assert {text: inserted(language, marked, text) for text in good} == dict.fromkeys(good, True)
    assert {text: inserted(language, marked, text) for text in bad} == dict.fromkeys(bad, False)


def test_every_language_has_a_broken_file() -> None:
    assert set(WHOLE) - {language for language, *_ in BROKEN} == {"markdown"}, "every text is Markdown"


@pytest.mark.parametrize("syntax", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_the_node_types_are_the_grammars(syntax: LanguageSyntax) -> None:
    module, function = syntax.grammar
    grammar = Language(getattr(import_module(module), function)())
    known = {grammar.node_kind_for_id(id) for id in range(grammar.node_kind_count) if grammar.node_kind_is_named(id)}
    named = (syntax.comments, syntax.strings, syntax.interpolations, syntax.statements)
    assert frozenset().union(*named, syntax.identifiers, syntax.decorators, syntax.wrappers) <= known


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.py", "python"),
        ("a.pyi", "python"),
        ("A.PY", "python"),
        ("a.d.ts", "typescript"),
        ("a.mts", "typescript"),
        ("a.tsx", "typescriptreact"),
        ("a.cjs", "javascript"),
        ("a.h", "c"),
        ("a.hpp", "cpp"),
        ("a.cxx", "cpp"),
        ("a.zsh", "shellscript"),
        ("a.gradle.kts", "kotlin"),
        ("a.htm", "html"),
        ("a.jsonc", "json"),
        ("a.yml", "yaml"),
        ("a.txt", "plaintext"),
        ("a.scss", None),
        ("Makefile", None),
    ],
)
def test_a_file_s_language(name: str, language: str | None) -> None:
    assert language_of(Path(name)) == language


@pytest.mark.parametrize(
    ("language", "known"), [("sh", True), ("cs", True), ("jsonc", True), ("plaintext", False), ("cobol", False)]
)
def test_what_has_a_grammar(language: str, known: bool) -> None:
    """Also by the names that some editors use; anything else goes without the parse gate."""
    assert has_grammar(language) is known
