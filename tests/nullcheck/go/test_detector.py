"""What is found in Go and what isn't: the cases are files to read, in `cases/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.go.file import Go
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import parse
from support import marked_spans

CASES = Path(__file__).parent / "cases"
IMPORTS = (
    "bytes", "crypto/x509", "encoding/pem", "errors", "fmt", "log", "net/http", "net/url", "os", "example.org/other",
)  # fmt: skip
HEAD = "package p\n\nimport (\n" + "".join(f'\t"{path}"\n' for path in IMPORTS) + ")\n\n"


def blocks(name: str) -> list[str]:
    return re.findall(r"^```go\n(.*?)^```$", (CASES / name).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def found(text: str, name: str = "a.go", nullable: tuple[str, ...] = ()) -> list[Finding]:
    tree = parse(text, "go")
    assert tree is not None
    assert not tree.root.has_error, text
    return list(Go(nullable).open(Document(f"file:///project/{name}", "go", text), tree, None).findings())


@pytest.mark.parametrize("marked", blocks("fires.md"))
def test_must_fire(marked: str) -> None:
    text, spans = marked_spans(HEAD + marked)
    assert spans
    assert [finding.span for finding in found(text)] == spans, marked


@pytest.mark.parametrize("text", blocks("silent.md"))
def test_must_not_fire(text: str) -> None:
    assert [finding.message for finding in found(HEAD + text)] == [], text


ORDERS = 'package p\n\nimport "example.org/orders"\n\n'


@pytest.mark.parametrize(
    ("row", "function", "why"),
    [
        ("example.org/orders.Find -> when there is none",
         "func f(k int) {\n\to := orders.Find(k)\n\tprintln(o.Name)\n}",
         "`orders.Find` returns nil when there is none"),
        ("example.org/orders.Find -> when there is none", "func f(k int) {\n\tprintln(orders.Find(k).Name)\n}",
         "`orders.Find` returns nil when there is none"),
        ("example.org/orders.Find -> when there is none",
         "func f(k int) {\n\to, err := orders.Find(k)\n\tif err != nil {\n\t\treturn\n\t}\n\tprintln(o.Name)\n}",
         "`orders.Find` returns nil when there is none"),
        ("example.org/orders.Find", "func f(k int) {\n\to, _ := orders.Find(k)\n\tprintln(o.Name)\n}",
         "`orders.Find` returns nil when it fails"),
        ("example.org/orders.Client.Find -> at times",
         "func f(c *orders.Client) {\n\to := c.Find(1)\n\tprintln(o.Name)\n}",
         "`orders.Client.Find` returns nil at times"),
    ],
)  # fmt: skip
def test_a_user_adds_calls(row: str, function: str, why: str) -> None:
    text = f"{ORDERS}{function}\n"
    assert [finding.message.partition(": ")[2] for finding in found(text, nullable=(row,))] == [why]
    assert found(text) == []


@pytest.mark.parametrize(
    "function",
    [
        "func f(k int) {\n\to := orders.Find(k)\n\tif o == nil {\n\t\treturn\n\t}\n\tprintln(o.Name)\n}",
        "func f(k int) {\n\to := orders.Look(k)\n\tprintln(o.Name)\n}",
        "func f(orders Store) {\n\to := orders.Find(1)\n\tprintln(o.Name)\n}",
        "func f(c Client) {\n\to := c.Find(1)\n\tprintln(o.Name)\n}",
    ],
)
def test_a_users_row_is_about_that_call_alone(function: str) -> None:
    rows = ("example.org/orders.Find -> at times", "example.org/orders.Client.Find -> at times")
    assert found(f"{ORDERS}{function}\n", nullable=rows) == []


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_breaks_and_a_byte_order_mark_are_part_of_the_text(newline: str) -> None:
    lines = ["\ufeffpackage p", "func f() {", '\ts := "😀"; var m map[string]int; ⟦m⟧[s] = 1', "}", ""]
    text, spans = marked_spans(newline.join(lines))
    assert [finding.span for finding in found(text)] == spans


@pytest.mark.parametrize(
    ("body", "code", "message", "path"),
    [
        ("r, _ := http.Get(u)\n\tprintln(r.Status)", "none-attribute",
         "`r` may be nil: `http.Get` returns nil when it fails",
         [("http.Get(u)", "`http.Get` returns nil when it fails"),
          ("r, _ := http.Get(u)", "`r, _` gets it here; nothing checks it before the use")]),
        ("var m map[string]int\n\tm[u] = 1", "none-assign", "`m` is nil here: `m` is declared without a value",
         [("m", "`m` is declared without a value; nothing checks it before the use")]),
        ("var g func()\n\tg()", "none-call", "`g` is nil here: `g` is declared without a value",
         [("g", "`g` is declared without a value; nothing checks it before the use")]),
        ("var p *int\n\tprintln(*p)", "none-operand", "`p` is nil here: `p` is declared without a value",
         [("p", "`p` is declared without a value; nothing checks it before the use")]),
    ],
)  # fmt: skip
def test_a_finding_says_what_why_and_the_path(body: str, code: str, message: str, path: list[tuple[str, str]]) -> None:
    text = f'package p\n\nimport "net/http"\n\nfunc f(u string) {{\n\t{body}\n}}\n'
    (finding,) = found(text)
    assert (finding.code, finding.message) == (code, message)
    assert [(text[r.span.start : r.span.end], r.message) for r in finding.related] == path


def test_generated_code_and_the_tests_own_ignored_errors_are_left_alone() -> None:
    text = 'package p\n\nimport "net/http"\n\nfunc f(u string) {\n\tr, _ := http.Get(u)\n\tprintln(r.Status)\n}\n'
    assert len(found(text)) == 1
    assert found(text, "a_test.go") == []
    assert found("// Code generated by x. DO NOT EDIT.\n\n" + text) == []


@pytest.mark.parametrize(
    "body",
    [
        "x := " + "(" * 3000 + "nil" + ")" * 3000,
        "var x *T; _ = " + " + ".join(["1"] * 20000) + " + x.n",
        "var x *T; x" + ".a(nil)" * 3000,
        "if nil == nil {" * 400 + "}" * 400,
        "var x *T;" + "for range y {" * 40 + "x = nil" + "}" * 40,
    ],
    ids=["parentheses", "sum", "chain", "ifs", "loops"],
)
def test_deep_nesting_is_a_normal_file(body: str) -> None:
    tree = parse(f"package p\n\nfunc f() {{\n{body}\n}}\n", "go")
    assert tree is not None
    assert isinstance(Go().open(Document("file:///project/a.go", "go", tree.text), tree, None).findings(), tuple)
