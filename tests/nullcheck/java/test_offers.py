"""How a null is dealt with in Java: a table of each strategy, and every edit for every case that must fire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.java.file import Java, JavaFile
from breadknife.plugins.nullcheck.values import MessageContent, RepairOffer, Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse
from support import marked_spans

CASES = Path(__file__).parent / "cases"
NULLABLE = "import javax.annotation.Nullable;\n"
PRINT = "System.out.println();"
FIND = "class B { static A find(String k) { return k.isEmpty() ? null : new A(); } }\n"


def opened(text: str, uri: str = "file:///project/src/main/A.java") -> JavaFile:
    tree = parse(text, "java")
    assert tree is not None
    return Java().open(Document(uri, "java", text), tree, None)


def offered(
    text: str, about: tuple[Finding, ...] = (), uri: str = "file:///project/src/main/A.java"
) -> list[RepairOffer]:
    file = opened(text, uri)
    finding = about[0] if about else file.findings()[0]
    place = file.place(finding)
    assert place is not None
    return list(file.offers(place, about))


def in_class(*lines: str, head: str = NULLABLE) -> str:
    return head + "class A {\n" + "".join(f"    {line}\n" if line else "\n" for line in lines) + "}\n"


def results(text: str) -> dict[str, str]:
    return {offer.strategy.value: apply_edits(text, offer.edits) for offer in offered(text)}


@pytest.mark.parametrize(
    ("head", "strategy", "before", "after", "title"),
    [
        (NULLABLE, "raise",
         ["int f(@Nullable String s) {", "    return s.length();", "}"],
         ["int f(@Nullable String s) {", "    if (s == null) {",
          '        throw new IllegalArgumentException("s is null");', "    }", "    return s.length();", "}"],
         "Throw IllegalArgumentException if `s` is null"),
        (NULLABLE, "return",
         ["void f(@Nullable String s) {", "    g(s.length());", "}"],
         ["void f(@Nullable String s) {", "    if (s == null) {", "        return;", "    }", "    g(s.length());",
          "}"],
         "Return early if `s` is null (returns nothing)"),
        (NULLABLE, "narrow",
         ["void f(@Nullable String s) {", "    s.trim();", "}"],
         ["void f(@Nullable String s) {", "    if (s != null) {", "        s.trim();", "    }", "}"],
         "Skip this if `s` is null"),
        (FIND, "continue",
         ["void f(String[] keys) {", "    for (String key : keys) {", "        A a = B.find(key);",
          "        a.run();", "    }", "}"],
         ["void f(String[] keys) {", "    for (String key : keys) {", "        A a = B.find(key);",
          "        if (a == null) {", "            continue;", "        }", "        a.run();", "    }", "}"],
         "Skip this iteration if `a` is null"),
        ("import java.util.Objects;\n", "assert",
         ["int f() {", '    return System.getenv("A").length();', "}"],
         ["int f() {",
          '    return Objects.requireNonNull(System.getenv("A"), "System.getenv(A) is null").length();', "}"],
         "Require that the result is not null (NullPointerException if it is)"),
        ("import java.io.File;\nimport java.util.Objects;\n", "assert",
         ["int f(File d) {", "    return d.listFiles().length;", "}"],
         ["int f(File d) {", '    return Objects.requireNonNull(d.listFiles(), "d.listFiles() is null").length;', "}"],
         "Require that the result is not null (NullPointerException if it is)"),
        # The value is tested already: what leaves goes into that test.
        ("", "raise",
         ["String f(String s) {", "    if (s == null) {", "        " + PRINT, "    }", "    return s.trim();", "}"],
         ["String f(String s) {", "    if (s == null) {", "        " + PRINT,
          '        throw new IllegalArgumentException("s is null");', "    }", "    return s.trim();", "}"],
         "Throw IllegalArgumentException if `s` is null"),
        ("", "continue",
         ["void f(String[] all) {", "    for (String s : all) {", "        if (s == null) {", "            " + PRINT,
          "        }", "        s.trim();", "    }", "}"],
         ["void f(String[] all) {", "    for (String s : all) {", "        if (s == null) {", "            " + PRINT,
          "            continue;", "        }", "        s.trim();", "    }", "}"],
         "Skip this iteration if `s` is null"),
    ],
)  # fmt: skip
def test_edit(head: str, strategy: str, before: list[str], after: list[str], title: str) -> None:
    text = in_class(*before, head=head)
    offers = {offer.strategy.value: offer for offer in offered(text)}
    assert strategy in offers, offers.keys()
    assert apply_edits(text, offers[strategy].edits) == in_class(*after, head=head)
    assert offers[strategy].title == title


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("import java.util.Map;\nimport javax.a.B;\n",
         "import java.util.Map;\nimport java.util.Objects;\nimport javax.a.B;\n"),
        ("import java.util.Set;\nimport javax.a.B;\n",
         "import java.util.Objects;\nimport java.util.Set;\nimport javax.a.B;\n"),
        ("import static java.a.B.c;\n\nimport org.a.B;\n",
         "import static java.a.B.c;\n\nimport org.a.B;\nimport java.util.Objects;\n"),
    ],
)  # fmt: skip
def test_require_non_null_is_imported_where_that_is_needed(head: str, after: str) -> None:
    made = results(in_class("int f() {", '    return System.getenv("A").length();', "}", head=head))["assert"]
    assert made.startswith(after)


@pytest.mark.parametrize(
    ("before", "first"),
    [
        (["int f(@Nullable String s) {", "    return s.length();", "}"], "raise"),
        (["int f(@Nullable String s, Object o) {", "    java.util.Objects.requireNonNull(o);", "    return s.length();",
          "}"], "assert"),
        (["void f(@Nullable String s) {", "    if (s == null) {", "        log(s);", "    }", "    s.trim();", "}"],
         "return"),
    ],
)  # fmt: skip
def test_the_surroundings_decide_what_comes_first(before: list[str], first: str) -> None:
    assert offered(in_class(*before))[0].strategy.value == first


@pytest.mark.parametrize(
    "lines",
    [
        ["int n = -1;", "n = s.length();", "g(n);"],
        ["int n = s.length();", "s.strip();", "g(n);"],
    ],
)
def test_a_check_for_one_statement_alone_leaves_nothing_behind(lines: list[str]) -> None:
    assert "narrow" not in results(in_class("void f(@Nullable String s) {", *("    " + each for each in lines), "}"))


@pytest.mark.parametrize(
    ("lines", "goes_on"),
    [
        (["while (true) {", "    {}", "    a = a.next;", "}"], False),
        (["while (n > 0) {", "    {}", "    a = a.next;", "}"], False),
        (["for (int i = 0; ; i++) {", "    {}", "    a = a.next;", "}"], False),
        (["A u = b;", "while (true) {", "    a = u.next;", "    {}", "    u = a;", "}"], False),
        (["do {", "    {}", "    a = a.next;", "} while (n > 0);"], False),
        (["do {", "    {}", "} while ((a = b.next) != b);"], False),
        (["while ((a = b.next) != b) {", "    {}", "}"], False),
        (["while (!q.isEmpty()) {", "    a = q.peek();", "    {}", "    q.remove();", "}"], False),
        (["while (n > 0) {", "    if (n > 1)", "        a = b.get();", "    {}", "}"], False),
        (["for (int i = 0; i < n; i++) {", "    {}", "    a = a.next;", "}"], True),
        (["for (A c : b.all) {", "    {}", "}"], True),
    ],
)
def test_a_round_is_skipped_only_where_the_next_may_go_well(lines: list[str], goes_on: bool) -> None:
    for used in (["if (a == null) {", "    " + PRINT, "}", "a.run();"], ["if (a != null) {", "}", "a.run();"]):
        whole = [line.replace("{}", each) for line in lines for each in (used if "    {}" in line else [line])]
        made = results(in_class("A next;", "void f(A a, A b, Q q, int n) {", *("    " + each for each in whole), "}"))
        assert ("continue" in made) is goes_on


@pytest.mark.parametrize(
    ("returns", "value"),
    [
        (["if (s.isEmpty()) { return true; }", "return false;"], "false"),
        (["boolean b = s.isEmpty();", "return b;"], None),
    ],
)
def test_an_early_return_gives_what_the_method_ends_with(returns: list[str], value: str | None) -> None:
    text = in_class("boolean f(@Nullable String s) {", *("    " + each for each in returns), "}")
    titles = [offer.title for offer in offered(text) if offer.strategy.value == "return"]
    assert titles == ([f"Return early if `s` is null (returns `{value}`)"] if value else [])


@pytest.mark.parametrize(
    "body",
    ["return a && s.isEmpty();", "return a || s.isEmpty();", "return a ? s.isEmpty() : a;", "if (a) g(s.length());",
     "while (s.isEmpty()) g(1);"],
)  # fmt: skip
def test_nothing_is_put_before_a_statement_that_may_not_reach_the_use(body: str) -> None:
    text = in_class("boolean f(@Nullable String s, boolean a) {", f"    {body}", "}")
    assert not {"raise", "return"} & results(text).keys()


def test_where_a_test_has_found_null_nothing_requires_another() -> None:
    text = in_class("    int f() {", '        String s = System.getenv("A");', "        if (s == null) {",
                    "            return s.length();", "        }", "        return 0;", "    }")  # fmt: skip
    assert not {offer.strategy for offer in offered(text)} & {Strategy.ASSERT, Strategy.RAISE, Strategy.RETURN}


@pytest.mark.parametrize(("caught", "raises"), [("IllegalArgumentException", False), ("java.io.IOException", True)])
def test_what_is_thrown_is_not_caught_around_it(caught: str, raises: bool) -> None:
    text = in_class(
        "void f(@Nullable String s) {", "    try {", "        s.trim();", f"    }} catch ({caught} e) {{", "    }", "}"
    )
    assert ("raise" in results(text)) is raises


def test_where_null_is_certain_no_guard_hides_it() -> None:
    text = in_class(
        "int f(String s) {", "    if (s == null) {", "        return s.length();", "    }", "    return 0;", "}"
    )
    assert not {"raise", "assert"} & results(text).keys()


def test_a_model_may_write_the_message() -> None:
    text = in_class("int f(@Nullable String s) {", "    return s.length();", "}")
    file = opened(text)
    place = file.place(file.findings()[0])
    assert place is not None
    made = file.repair(place, Strategy.RAISE, MessageContent("IllegalArgumentException", "no name was given"))
    assert made is not None
    assert 'throw new IllegalArgumentException("no name was given");' in apply_edits(text, made)


@pytest.mark.parametrize(
    ("call", "is_asked_for"),
    [
        ("g(⟦s⟧);", True),
        ("new G(⟦s⟧);", True),
        ("this.g.run(⟦s⟧);", True),
        ("Integer.parseInt(⟦s⟧);", False),
        ("new StringBuilder(⟦s⟧);", False),
        ("new ArrayList<String>(⟦s⟧);", False),
        ("java.util.Objects.hash(⟦s⟧);", False),
    ],
)
def test_what_is_passed_on_may_be_meant_and_is_checked_only_where_somebody_asks(call: str, is_asked_for: bool) -> None:
    text, [span] = marked_spans(in_class("void f(@Nullable String s) {", f"    {call}", "}"))
    text, span = f"import java.util.ArrayList;\n{text}", span.shifted(len("import java.util.ArrayList;\n"))
    message = "passing @Nullable parameter 's' where @NonNull is required"
    passed = offered(text, (Finding(span, "nullaway", "NullAway", message),))
    assert {offer.strategy: offer.is_asked_for for offer in passed}[Strategy.ASSERT] is is_asked_for


CATCH = {
    "none": ["void f(@Nullable A a) {", "    try {", "        g();", "    } catch (X e) {"],
    "own": ["void f(@Nullable A a) throws MyError {", "    try {", "        g();", "    } catch (X e) {"],
}


@pytest.mark.parametrize(
    ("throws", "inside", "strategy", "after"),
    [
        ("none", "a.close();", "narrow", ["if (a != null) {", "    a.close();", "}"]),
        ("none", "log(a.path(), e);", "raise",
         ["if (a == null) {", '    throw new IllegalArgumentException("a is null", e);', "}", "log(a.path(), e);"]),
        ("own", "throw new MyError(a.path(), e);", "raise",
         ["if (a == null) {", '    throw new IllegalArgumentException("a is null", e);', "}",
          "throw new MyError(a.path(), e);"]),
    ],
)  # fmt: skip
def test_what_was_caught_is_not_dropped(throws: str, inside: str, strategy: str, after: list[str]) -> None:
    text, wanted = (
        in_class(*CATCH[throws], *(f"        {line}" for line in lines), "    }", "}") for lines in ([inside], after)
    )
    best, *rest = offered(text)
    assert (best.strategy.value, apply_edits(text, best.edits)) == (strategy, wanted)
    assert all(", e);" in apply_edits(text, offer.edits) for offer in rest if offer.strategy is Strategy.RAISE)
    if "throw" in inside:
        assert Strategy.RETURN not in {offer.strategy for offer in rest}


# --- every edit, for every case that must fire ---


def cases() -> Iterator[str]:
    for block in re.findall(r"^```java\n(.*?)^```$", (CASES / "fires.md").read_text("utf-8"), re.DOTALL | re.MULTILINE):
        yield marked_spans(block)[0]


def edited(text: str) -> Iterator[tuple[RepairOffer, str]]:
    file = opened(text)
    for finding in file.findings():
        place = file.place(finding)
        assert place is not None
        for offer in file.offers(place, (finding,)):
            yield offer, apply_edits(text, offer.edits)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", list(cases()))
def test_every_offered_edit_parses_ends_the_finding_and_brings_none(case: str, newline: str) -> None:
    text = case.replace("\n", newline)
    before = len(opened(text).findings())
    assert before
    for offer, after in edited(text):
        file = opened(after)
        assert not file.tree.root.has_error, after
        assert len(file.findings()) < before, after
        assert after.count("\r") in (0, after.count("\n"))
        assert ("\r\n" in after) == (newline == "\r\n")
        assert offer.within is not None
        assert all(offer.within.contains(edit.span) for edit in offer.edits)


def test_nearly_every_case_has_an_offer() -> None:
    without = [case for case in cases() if not list(edited(case))]
    assert len(without) <= len(list(cases())) // 5, without
