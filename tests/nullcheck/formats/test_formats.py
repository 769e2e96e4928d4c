"""What other checkers print, as they printed it of `sources`: read as findings, at the right places.

`printed/` is their real output, with the folder's name put in place of the machine's; of Maven's the downloads are left
out, of the XML the libraries and the descriptions. `UPDATE_EXPECTED=1 pytest` writes `findings.txt` anew.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.formats.values import Columns, PrintedFinding
from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.project.places import located, may_be_of
from breadknife.text.document import Document, read_document
from breadknife.text.syntax import parse

HERE = Path(__file__).parent

COMMANDS = {
    "pyright.txt": "pyright pkg/store.py  # 1.1.414",
    "pyright.json": "pyright --outputjson pkg/store.py",
    "basedpyright.txt": "basedpyright pkg/store.py  # 1.40.2",
    "mypy.txt": "mypy --strict pkg/store.py  # 2.4.1",
    "mypy-columns.txt": "mypy --strict --show-column-numbers --show-error-end pkg/store.py",
    "mypy.jsonl": "mypy --strict --output json pkg/store.py",
    "ty-concise.txt": "ty check --output-format concise pkg/store.py",
    "pyrefly.txt": "pyrefly check --output-format full-text pkg/store.py  # 1.4.1",
    "pyrefly-min-text.txt": "pyrefly check --output-format min-text pkg/store.py",
    "operands-ty-concise.txt": "ty check --output-format concise pkg/operands.py",
    "operands-pyrefly.txt": "pyrefly check --output-format full-text pkg/operands.py",
    "operands-pyrefly-min-text.txt": "pyrefly check --output-format min-text pkg/operands.py",
    "uses-pyright.txt": "pyright pkg/uses.py",
    "uses-pyright.json": "pyright --outputjson pkg/uses.py",
    "uses-mypy.txt": "mypy --strict pkg/uses.py",
    "uses-mypy-columns.txt": "mypy --strict --show-column-numbers --show-error-end pkg/uses.py",
    "uses-ty-concise.txt": "ty check --output-format concise pkg/uses.py",
    "uses-pyrefly.txt": "pyrefly check --output-format full-text pkg/uses.py",
    "uses-pyrefly-min-text.txt": "pyrefly check --output-format min-text pkg/uses.py",
    "tsc.txt": "tsc -p . # typescript 5.9.3, strict",
    "order-tsc.txt": "tsc -p . # only order.ts",
    "spotbugs.txt": "spotbugs -textui -low -effort:max -sourcepath . classes  # 4.9.8",
    "spotbugs-messages.xml": "spotbugs -textui -xml:withMessages …",
    "nilaway.txt": "nilaway -include-pkgs=example.com/shop ./...  # 2026-09-18",
    "nilaway-plain.txt": "nilaway -include-pkgs=example.com/shop -pretty-print=false ./...",
    "nullaway-javac.txt": "javac -Xplugin:ErrorProne … demo/Store.java  # Error Prone 2.36.0, NullAway 0.12.9",
    "nullaway-maven.txt": "mvn -B compile  # maven-compiler-plugin 3.14.0, forked",
}


def printed(name: str) -> tuple[PrintedFinding, ...]:
    return read((HERE / "printed" / name).read_bytes().decode())[0]


def source(said: PrintedFinding) -> Document:
    name = PurePosixPath(said.path).name
    return read_document(next((HERE / "sources").rglob(name)))


def test_every_output_has_its_command() -> None:
    assert {path.name for path in (HERE / "printed").iterdir()} == set(COMMANDS) == set(PLACES)


def described(name: str) -> str:
    lines = [f"$ {COMMANDS[name]}"]
    for said in printed(name):
        document = source(said)
        finding = said.finding(document)
        assert finding is not None
        where = (
            f"{PurePosixPath(said.path).name}:{said.line}:{finding.span.start - document.line_starts[said.line - 1]}"
        )
        what = (
            " ".join(document.slice(finding.span).split())
            or "‸" + document.text[finding.span.start :].partition("\n")[0][:12]
        )
        lines.append(
            f"  {where:18} {what:32} {finding.severity} {finding.source}/{finding.code}: {finding.message[:60]}"
        )
    return "\n".join(lines)


def test_findings() -> None:
    """Line, column from 0 in code points, and what stands there: `‸` where no end is known."""
    page = HERE / "findings.txt"
    wanted = "\n\n".join(map(described, COMMANDS)) + "\n"
    if os.environ.get("UPDATE_EXPECTED"):
        page.write_text(wanted, "utf-8")
    assert page.read_text("utf-8") == wanted


PYTHON = {
    (15, 'store.find("a")'), (16, "names"), (18, "names"), (19, "store.find(first)"), (21, "store.path"),
    (23, "store.find(text)"), (27, "store.path"), (27, 'store.find("b")'),
}  # fmt: skip
OPERANDS = {
    (8, "each"), (12, "each"), (13, "least"), (13, 'os.getenv("A")'), (14, "tags(None)"),
    (19, 're.match("a", "b")'), (22, "given"), (26, "left"), (26, "right"),
}  # fmt: skip
USES = {
    (14, "self.socket"), (17, "each"), (20, "each"), (21, "least"), (22, "self.tags(None)"),
    (25, "given"), (26, "given"), (27, 'os.getenv("A")'), (27, "most_of(given)"), (27, "given"), (33, "nothing"),
    (35, 're.match("a", "b")'), (42, "lock"), (44, "task"), (49, "left"), (50, "left"), (50, "right"), (54, "action"),
}  # fmt: skip
TYPESCRIPT = {
    (2, "(box?.items)"), (2, "box?.items"), (3, "(box?.items)"), (5, "user"), (6, "callback"), (7, "find(id)"),
    (7, "find(id).tags"), (9, "element"), (10, "users.get(id)"),
}  # fmt: skip
ORDER = {
    (7, "other.name"), (8, "order"), (8, "order.send"), (9, 'find("a")'), (9, 'find("a").tags'), (10, "other.count"),
}  # fmt: skip
SPOTBUGS = {(9, "path"), (15, "folder.listFiles()"), (21, "found")}
NILAWAY = {(8, "i"), (19, "item"), (29, "counts"), (36, "names")}
NULLAWAY = {(17, "found"), (23, "path"), (25, "path"), (25, 'find("a")'), (29, 'find("b")')}
CALLED = (27, 'store.find("b")')
PLACES = {
    **{name: PYTHON for name in COMMANDS if name.startswith(("py", "based", "my", "ty"))},
    **{name: OPERANDS for name in COMMANDS if name.startswith("operands")},
    **{name: USES for name in COMMANDS if name.startswith("uses")},
    **{name: TYPESCRIPT for name in COMMANDS if name.startswith("tsc")},
    **{name: ORDER for name in COMMANDS if name.startswith("order")},
    **{name: SPOTBUGS for name in COMMANDS if name.startswith("spotbugs")},
    **{name: NILAWAY for name in COMMANDS if name.startswith("nilaway")},
    **{name: NULLAWAY for name in COMMANDS if name.startswith("nullaway")},
}
UNSURE = {
    "mypy.txt": {(18, "names"), CALLED},  # it prints no columns
    "tsc.txt": {(7, "find(id)"), (7, "find(id).tags")},  # nor ends
    "order-tsc.txt": {(9, 'find("a")'), (9, 'find("a").tags')},
    "operands-ty-concise.txt": {(26, "right")},  # of two operands that may be None, one is told
    # re.match()'s other type doesn't go with the left operand either
    **{name: {(35, 're.match("a", "b")'), (50, "right")} for name in COMMANDS if name.startswith("uses-pyright")},
    **{name: {(49, "left"), (50, "right")} for name in COMMANDS if name.startswith("uses-ty")},
    **{name: {(27, "given"), (49, "left")} for name in COMMANDS if name.startswith("uses-pyrefly")},
    "uses-mypy.txt": {
        (22, "self.tags(None)"), (26, "given"), (27, "given"), (42, "lock"), (44, "task"), (49, "left"),
        (50, "left"),
    },
    "uses-mypy-columns.txt": {(42, "lock"), (44, "task"), (49, "left")},  # the function isn't checked
    "ty-concise.txt": {CALLED},  # it can't be called at all
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_places(name: str) -> None:
    """Each form of each tool leads to the same expressions, or to none where it prints too little to be sure."""
    found = set[tuple[int, str]]()
    for said in printed(name):
        document = source(said)
        tree = parse(document.text, document.language)
        assert tree is not None
        at = located(language(document.language).open(document, tree, None), document, said)
        if at:
            found.add((said.line, document.slice(at[1].span)))
    assert found == PLACES[name] - UNSURE.get(name, set())


@pytest.mark.parametrize(
    ("text", "line", "column", "columns", "expected"),
    [
        ("a = 1\nb.c\n", 2, 3, Columns.CODE_POINTS, "c"),
        ("😀 b\n", 1, 3, Columns.CODE_POINTS, "b"),
        ("😀 b\n", 1, 4, Columns.UTF16, "b"),
        ("\tb\r\nc\r\n", 2, 1, Columns.UTF16, "c"),
        ("  é.b  \n", 1, 3, Columns.UNSURE, "é.b"),
        ("  é.b  \n", 1, 0, Columns.CODE_POINTS, "é.b"),
        ("a\n", 1, 99, Columns.UTF16, ""),
        ("a\n", 7, 1, Columns.UTF16, None),
        ("a\n", 0, 1, Columns.UTF16, None),
    ],
)
def test_positions(text: str, line: int, column: int, columns: Columns, expected: str | None) -> None:
    end = column + 1 if column else 0
    said = PrintedFinding("tsc", "a.ts", line, "", column=column, end_column=end, columns=columns)
    document = Document("untitled:a", "typescript", text)
    finding = said.finding(document)
    assert (None if finding is None else document.slice(finding.span)) == expected


@pytest.mark.parametrize("name", COMMANDS)
def test_whether_it_can_be_of_a_text(name: str) -> None:
    """All can be of the text that they were printed of; of one with less in it, those that tell what isn't there."""
    for said in printed(name):
        document = source(said)
        assert may_be_of(document, said), said
        assert not may_be_of(Document(document.uri, document.language, "\n"), said) or said.line < 2 or not said.column


@pytest.mark.parametrize(
    ("name", "line", "text"),
    [
        ("pyright.txt", 15, '    text = "é😀" + store.find("a").other()'),
        ("pyright.json", 15, '    text = "é😀" + store.find("a")'),
        ("tsc.txt", 5, '  const smile = "😀"; const other = find(id); console.log("é😀", other.name);'),
        ("ty-concise.txt", 18, "    pass"),
    ],
)
def test_a_line_that_has_changed(name: str, line: int, text: str) -> None:
    said = next(each for each in printed(name) if each.line == line)
    document = source(said)
    lines = document.text.splitlines()
    changed = "\n".join((*lines[: line - 1], text, *lines[line:]))
    assert not may_be_of(Document(document.uri, document.language, changed), said)


@given(st.text(), st.integers(-1, 5), st.integers(0, 20), st.integers(0, 20), st.sampled_from(Columns))
def test_a_span_is_always_in_its_text(text: str, line: int, column: int, end: int, columns: Columns) -> None:
    document = Document("untitled:a", "python", text)
    said = PrintedFinding("x", "a", line, "", column=column, end_column=end, columns=columns)
    may_be_of(document, said)
    finding = said.finding(document)
    assert finding is None or 0 <= finding.span.start <= finding.span.end <= len(text)


@given(st.text())
def test_anything_can_be_read(text: str) -> None:
    assert not read(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "[1, 2]", '{"errors": 3}', '{"generalDiagnostics": [{"file": 1}]}', "<a/>", "<a>", "null",
        "12:3", "[" * 100_000,
        'Traceback (most recent call last):\n  File "a.py", line 3, in f\n', "All checks passed!\n",
        "2026-11-25 10:11:12: error in the pipeline\n",
    ],
)  # fmt: skip
def test_no_findings(text: str) -> None:
    assert read(text)[0] == ()


@pytest.mark.parametrize("path", sorted((HERE / "clean").iterdir()), ids=lambda path: path.name)
def test_what_tools_print_where_there_is_nothing(path: Path) -> None:
    assert read(path.read_text("utf-8")) == ((), "")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.endswith(("json", "xml"))])
def test_what_is_cut_off(name: str) -> None:
    text = (HERE / "printed" / name).read_text("utf-8")
    half = text[: len(text) // 2]
    said, why = read(half)
    assert (said, "is cut off or broken (" in why) == ((), True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\x1b[0m\n", ""),
        ("{}", "its JSON has none of the forms"),
        ('[{"file": "a.py"}]', "its JSON has none of the forms"),
        ("[", "its JSON is cut off or broken (Expecting value: line 1 column 2 (char 1))"),
        ("[12:03] make check\n", "no checker's finding is in it"),
        ('{"errors": 3}', "its JSON has none of the forms"),
        ("[" * 100_000, "its JSON is cut off or broken (it is nested too deep)"),
        ("<a/>", "its XML isn't that of SpotBugs"),
        ("<BugCollection/>", ""),
        ("$ make check\nDone.\n", "no checker's finding is in it"),
        ("10 errors, 0 warnings, 0 informations\n", "no checker's finding is in it"),
        ("\ufffdELF\x02\x01", "it isn't text in UTF-8"),
    ],
)
def test_why_nothing_is_read(text: str, why: str) -> None:
    assert read(text) == ((), why)


@pytest.mark.parametrize("first", ["[\x1b[1;34mINFO\x1b[m] Scanning for projects...\n", "[12:03] make check\n"])
def test_a_log_may_begin_with_a_bracket(first: str) -> None:
    log = (HERE / "printed" / "mypy.txt").read_text("utf-8")
    assert read(first + log)[0] == printed("mypy.txt")


def test_several_tools_in_one_log() -> None:
    log = "".join((HERE / "printed" / name).read_text("utf-8") for name in ("mypy.txt", "ty-concise.txt", "tsc.txt"))
    assert read(log)[0] == (*printed("mypy.txt"), *printed("ty-concise.txt"), *printed("tsc.txt"))


@pytest.mark.parametrize(
    ("text", "column", "code", "place"),
    [
        ("return a[0].trim();", 8, "TS2532", "a[0]"),
        ("m.get(k).push(x);", 1, "TS2532", "m.get(k)"),
        ("return a[0] + 1;", 8, "TS2532", "a[0]"),
        ("return a[0].b > 3;", 8, "TS2532", "a[0]"),
        ("return a[0][1] - 1;", 8, "TS2532", "a[0]"),
        ("return m.get(k).n + 1;", 8, "TS2532", None),  # the object, or its member
        ("x.y.z();", 1, "TS18048", "x.y"),
        ("this.dom.on(t, h[t]);", 10, "TS2769", None),  # of which argument isn't said
        # what is calculated or compared is there, and so is what nothing but `=== ` looks at
        ('return k > 0 && a[0][0] === "$";', 17, "TS2532", "a[0]"),
        ("return (a[k + 4] << 3) | 1;", 9, "TS2532", "a[k + 4]"),
        ("a[8] = (a[8] & 0x3f) | 0x80;", 9, "TS2532", "a[8]"),
        ("return (a[k].match(/=/) ?? []).slice(1);", 9, "TS2532", "a[k]"),
        ("for (const y of x) a[y]++;", 20, "TS2532", "a[y]"),
        ("return m[a[k]] ?? 0;", 10, "TS2538", "a[k]"),
        # what an index may miss goes before a member of it
        ("if (a[k].max >= x) return k;", 5, "TS2532", "a[k]"),
        ("return x + a[k].max - a[k].min;", 12, "TS2532", "a[k]"),
        ("s += m[k][x];", 6, "TS2532", "m[k]"),
        ("if (m.get(k).max >= x) return k;", 5, "TS2532", None),
    ],
)
def test_where_typescript_points_without_an_end(text: str, column: int, code: str, place: str | None) -> None:
    types = "interface A { max: number; top?: number; end: number | null }\n"
    source = f"function f(a, m, k, x) {{\n{text}\n}}\n{types}"
    tree = parse(source, "typescript")
    assert tree is not None
    document = Document("file:///a.ts", "typescript", source)
    messages = {
        "TS2532": "Object is possibly 'undefined'.",
        "TS18048": "'x.y' is possibly 'undefined'.",
        "TS2538": "Type 'undefined' cannot be used as an index type.",
    }
    overload = "No overload matches this call.\n  Type 'undefined' is not assignable to type 'A'."
    [said] = read(f"a.ts(2,{column}): error {code}: {messages.get(code, overload)}\n")[0]
    found = located(language("typescript").open(document, tree, None), document, said)
    assert (document.slice(found[1].span) if found else None) == place
