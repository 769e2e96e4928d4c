"""How a nil is dealt with in Go: a table of each strategy, and every edit for every case that must fire."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.go.file import Go, GoFile
from breadknife.plugins.nullcheck.values import MessageContent, RepairOffer, Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse
from support import marked_spans

CASES = Path(__file__).parent / "cases"
HTTP = 'package p\n\nimport "net/http"\n\n'
T = "package p\n\ntype T struct{ N int }\n\n"
LOG = 'package p\n\nimport (\n\t"errors"\n\t"log"\n)\n\ntype T struct{ N int }\n\n'


def opened(text: str) -> GoFile:
    tree = parse(text, "go")
    assert tree is not None
    return Go().open(Document("file:///project/a.go", "go", text), tree, None)


def offered(text: str, about: tuple[Finding, ...] = ()) -> list[RepairOffer]:
    file = opened(text)
    finding = about[0] if about else file.findings()[0]
    place = file.place(finding)
    assert place is not None
    return list(file.offers(place, about))


def function(*lines: str, head: str) -> str:
    return head + "\n".join(lines) + "\n}\n"


@pytest.mark.parametrize(
    ("head", "strategy", "before", "after", "title"),
    [
        (LOG + "type anyThing struct{ N int }\n\n", "raise",
         ["func f(t *T) (anyThing, error) {", "\tif t == nil {", '\t\tlog.Println("none")', "\t}",
          "\treturn anyThing{t.N}, nil"],
         ["func f(t *T) (anyThing, error) {", "\tif t == nil {", '\t\tlog.Println("none")',
          '\t\treturn anyThing{}, errors.New("t is nil")', "\t}", "\treturn anyThing{t.N}, nil"],
         "Return an error if `t` is nil"),
        (HTTP, "check-error",
         ["func f(u string) error {", "\tr, _ := http.Get(u)", "\tdefer r.Body.Close()", "\treturn nil"],
         ["func f(u string) error {", "\tr, err := http.Get(u)", "\tif err != nil {", "\t\treturn err", "\t}",
          "\tdefer r.Body.Close()", "\treturn nil"],
         "Check the error (`return err` if it fails)"),
        (LOG, "raise",
         ["func f(t *T) (int, error) {", "\tif t == nil {", '\t\tlog.Println("none")', "\t}", "\treturn t.N, nil"],
         ["func f(t *T) (int, error) {", "\tif t == nil {", '\t\tlog.Println("none")',
          '\t\treturn 0, errors.New("t is nil")', "\t}", "\treturn t.N, nil"],
         "Return an error if `t` is nil"),
        (T, "return",
         ["func f(t *T) {", "\tif t != nil {", "\t\tprintln(1)", "\t}", "\tprintln(t.N)"],
         ["func f(t *T) {", "\tif t != nil {", "\t\tprintln(1)", "\t}", "\tif t == nil {", "\t\treturn", "\t}",
          "\tprintln(t.N)"],
         "Return early if `t` is nil (returns nothing)"),
        (T, "narrow",
         ["func f(t *T) {", "\tif t != nil {", "\t\tprintln(1)", "\t}", "\tprintln(t.N)"],
         ["func f(t *T) {", "\tif t != nil {", "\t\tprintln(1)", "\t}", "\tif t != nil {", "\t\tprintln(t.N)", "\t}"],
         "Skip this if `t` is nil"),
        (T, "continue",
         ["func f(ts []*T) {", "\tfor _, t := range ts {", "\t\tif t != nil {", "\t\t\tprintln(1)", "\t\t}",
          "\t\tprintln(t.N)", "\t}"],
         ["func f(ts []*T) {", "\tfor _, t := range ts {", "\t\tif t != nil {", "\t\t\tprintln(1)", "\t\t}",
          "\t\tif t == nil {", "\t\t\tcontinue", "\t\t}", "\t\tprintln(t.N)", "\t}"],
         "Skip this iteration if `t` is nil"),
    ],
)  # fmt: skip
def test_edit(head: str, strategy: str, before: list[str], after: list[str], title: str) -> None:
    text = function(*before, head=head)
    offers = {offer.strategy.value: offer for offer in offered(text)}
    assert strategy in offers, offers.keys()
    assert apply_edits(text, offers[strategy].edits) == function(*after, head=head)
    assert offers[strategy].title == title


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        (["func f(u string) error {", "\tr, _ := http.Get(u)", "\tprintln(r.Status)", "\treturn nil"], "check-error"),
        (["func f(u string) error {", "\tr, err := http.Get(u)", "\tprintln(r.Status)", "\treturn err"], "check-error"),
        (["func f(r *http.Request) {", "\tif r == nil {", "\t\tprintln(1)", "\t}", "\tprintln(r.Host)"], "return"),
    ],
)
def test_the_cause_is_mended_before_the_place(lines: list[str], first: str) -> None:
    assert offered(function(*lines, head=HTTP))[0].strategy.value == first


@pytest.mark.parametrize(
    "lines",
    [
        ["if err != nil {", "\tdefer r.Body.Close()", "\treturn err", "}"],
        ["if err == nil {", "\treturn nil", "}", "println(r.Status)"],
        ["if err != nil {", "\tprintln(u, r.Status)", "}"],
    ],
)
def test_no_check_takes_the_part_of_one_that_is_there(lines: list[str]) -> None:
    text = function(
        "func f(u string) error {",
        *("\t" + each for each in ("r, err := http.Get(u)", *lines, "return nil")),
        head=HTTP,
    )
    assert "check-error" not in [offer.strategy.value for offer in offered(text)]


OPEN = """package p

import "errors"

type T struct{ N int }

func (t *T) Close() { t.N = 0 }

func open(u string) (*T, error) {
	if u == "" {
		return nil, errors.New("none")
	}
	return &T{}, nil
}

"""


@pytest.mark.parametrize(
    ("inside", "made"),
    [
        (["t.Close()", "return 0, err"],
         {"narrow": ["if t != nil {", "\tt.Close()", "}", "return 0, err"],
          "return": ["if t == nil {", "\treturn 0, err", "}", "t.Close()", "return 0, err"]}),
        (["n := t.N", "println(n)", "continue"],
         {"continue": ["if t == nil {", "\tcontinue", "}", "n := t.N", "println(n)", "continue"]}),
        (["n := t.N", "return n, err"],
         {"return": ["if t == nil {", "\treturn 0, err", "}", "n := t.N", "return n, err"]}),
        (["var n int = t.N", "const k = 1", "type e = int", "return n + k, err"],
         {"return": ["if t == nil {", "\treturn 0, err", "}", "var n int = t.N", "const k = 1", "type e = int",
                     "return n + k, err"]}),
        (["n := t.N", "const k = 1", "return k, err"],
         {"return": ["if t == nil {", "\treturn 0, err", "}", "n := t.N", "const k = 1", "return k, err"]}),
        (["n := t.N", "type k int", "return int(k(1)), err"],
         {"return": ["if t == nil {", "\treturn 0, err", "}", "n := t.N", "type k int", "return int(k(1)), err"]}),
        (["var (", "\ta = 1", "\tb = t.N", ")", "return b, err"],
         {"return": ["if t == nil {", "\treturn 0, err", "}", "var (", "\ta = 1", "\tb = t.N", ")",
                     "return b, err"]}),
        (["return t.N, err"], {"return": ["if t == nil {", "\treturn 0, err", "}", "return t.N, err"]}),
    ],
)  # fmt: skip
def test_where_an_error_has_said_it_no_way_out_drops_the_error(inside: list[str], made: dict[str, list[str]]) -> None:
    head = [
        "func f(us []string) (int, error) {",
        "\tfor _, u := range us {",
        "\t\tt, err := open(u)",
        "\t\tif err != nil {",
    ]
    rest = ["\t\t}", "\t\tprintln(t)", "\t}", "\treturn 1, nil"]
    text = function(*head, *(f"\t\t\t{line}" for line in inside), *rest, head=OPEN)
    found = [(offer.strategy.value, apply_edits(text, offer.edits)) for offer in offered(text)]
    wanted = [
        (way, function(*head, *(f"\t\t\t{line}" for line in lines), *rest, head=OPEN)) for way, lines in made.items()
    ]
    assert found[: len(wanted)] == wanted
    assert not {way for way, _ in found[len(wanted) :]} & {"raise", "continue", "return"}


@pytest.mark.parametrize(
    ("lines", "made"),
    [
        (["if err != nil {", "\tt.Close()", "\treturn err", "}"],
         ["if err != nil {", "\tif t != nil {", "\t\tt.Close()", "\t}", "\treturn err", "}"]),
        (["if err != nil {", "\tif err == errNone {", "\t\tt.Close()", "\t\treturn nil", "\t}", "\treturn err", "}"],
         ["if err != nil {", "\tif err == errNone {", "\t\tif t != nil {", "\t\t\tt.Close()", "\t\t}",
          "\t\treturn nil", "\t}", "\treturn err", "}"]),
        (["switch {", "case errors.Is(err, errNone):", "\tn := t.N", "\tprintln(n)", "\treturn err", "}"],
         ["switch {", "case errors.Is(err, errNone):", "\tif t == nil {", "\t\treturn err", "\t}", "\tn := t.N",
          "\tprintln(n)", "\treturn err", "}"]),
    ],
)  # fmt: skip
def test_an_error_at_hand_is_not_dropped_for_another(lines: list[str], made: list[str]) -> None:
    head = ["func f(t *T, err error) error {", "\tif t != nil {", "\t\tprintln(1)", "\t}"]
    before, after = (
        function(*head, *(f"\t{line}" for line in inside), "\treturn nil", head=OPEN) for inside in (lines, made)
    )
    assert apply_edits(before, offered(before)[0].edits) == after


def test_the_unit_of_indentation_is_a_tab_whatever_a_licence_is_indented_by() -> None:
    text = function("func f(u string) error {", "\tr, _ := http.Get(u)", "\treturn r.Write(nil)", head=HTTP)
    text = "/*\n    https://example.org/licence\n*/\n\n" + text
    assert "\tif err != nil {\n\t\treturn err\n\t}" in apply_edits(text, offered(text)[0].edits)


def test_a_check_stands_above_the_comments_of_its_statement() -> None:
    head = ("func f(t *T) int {", "\tif t != nil {", "\t\tprintln(1)", "\t}")
    text = function(*head, "\t// it is", "\treturn t.N", head=T)
    made = next(offer for offer in offered(text) if offer.strategy is Strategy.RETURN)
    check = ("\tif t == nil {", "\t\treturn 0", "\t}")
    assert apply_edits(text, made.edits) == function(*head, *check, "\t// it is", "\treturn t.N", head=T)


def test_no_error_becomes_a_panic() -> None:
    text = function("func f(u string) {", "\tr, _ := http.Get(u)", "\tprintln(r.Status)", head=HTTP)
    assert "check-error" not in [offer.strategy.value for offer in offered(text)]


def test_what_is_used_again_is_skipped_with_it() -> None:
    text = function(
        "func f(t *T) {", "\tif t == nil {", "\t\tprintln(1)", "\t}", "\tprintln(t.N)", "\tprintln(t.N)", head=T
    )
    skipped = next(offer for offer in offered(text) if offer.strategy is Strategy.NARROW)
    assert "\tif t != nil {\n\t\tprintln(t.N)\n\t\tprintln(t.N)\n\t}" in apply_edits(text, skipped.edits)


@pytest.mark.parametrize(
    "body",
    ["println(ok && t.N > 0)", "println(ok || t.N > 0)", "println(g(), t.N)", "func() { println(t.N) }()"],
)
def test_nothing_is_put_before_a_statement_that_may_not_reach_the_use(body: str) -> None:
    lines = ["func f(t *T, ok bool, g func() int) {", "\tif t != nil {", "\t\tprintln(1)", "\t}", f"\t{body}"]
    file = opened(function(*lines, head=T))
    for finding in file.findings():
        place = file.place(finding)
        assert place is not None
        made = {offer.strategy for offer in file.offers(place)}
        assert body == "println(g(), t.N)" or not made & {Strategy.RAISE, Strategy.RETURN, Strategy.ASSERT}


def test_a_model_may_write_the_message() -> None:
    lines = ["func f(t *T) (int, error) {", "\tif t == nil {", '\t\tlog.Println("none")', "\t}", "\treturn t.N, nil"]
    text = function(*lines, head=LOG)
    file = opened(text)
    place = file.place(file.findings()[0])
    assert place is not None
    made = file.repair(place, Strategy.RAISE, MessageContent("error", "no order was given"))
    assert made is not None
    assert 'return 0, errors.New("no order was given")' in apply_edits(text, made)


NODE = "package p\n\ntype T struct {\n\tN    int\n\tnext *T\n}\n\nfunc next(t *T) *T\n\n"


@pytest.mark.parametrize(
    ("lines", "ways"),
    [
        # The next round would find the same.
        (["for {", "\t{}", "\tt = t.next", "}"], ["return"]),
        (["for q.N > 0 || n > 0 {", "\t{}", "\tt = t.next", "}"], ["return"]),
        (["for i := 0; ; i++ {", "\t{}", "\tt = t.next", "}"], ["return"]),
        (["for u := t; ; {", "\tt := next(u)", "\t{}", "\tu = t", "}"], ["return"]),
        (["for {", "\tif n > 0 {", "\t\tt = next(t)", "\t}", "\t{}", "}"], ["return"]),
        (["for n > 0 {", "\tt = q.Peek()", "\t{}", "\tq.Pop()", "}"], ["return"]),
        (["for {", "\tt = ts[n]", "\t{}", "}"], ["return"]),
        (["for {", "\tswitch n {", "\tcase 1:", "\t\t{}", "\t}", "}"], ["return"]),
        # It finds another, or ends.
        (["for i := 0; i < n; i++ {", "\t{}", "\tt = t.next", "}"], ["continue"]),
        (["for u := t; u != nil; u = u.next {", "\tt := next(u)", "\t{}", "}"], ["continue"]),
        (["for range n {", "\t{}", "}"], ["continue"]),
        # Its other exits decide.
        (["for _, t := range ts {", "\tif n > 0 {", "\t\treturn n", "\t}", "\t{}", "}"], ["continue", "return"]),
    ],
)  # fmt: skip
def test_a_round_is_skipped_only_where_the_next_may_go_well(lines: list[str], ways: list[str]) -> None:
    used = ["if t == nil {", "\tprintln(1)", "}", "println(t.N)"]
    whole = [line.replace("\t{}", it) for line in lines for it in (used if line.endswith("\t{}") else [line])]
    text = function(
        "func f(t *T, ts []*T, q *Q, n int) int {", *("\t" + each for each in whole), "\treturn 0", head=NODE
    )
    made = [each.strategy.value for each in offered(text)]
    assert [each for each in made if each in ("continue", "return")][: len(ways)] == ways
    assert ("continue" in made) == ("continue" in ways)


@pytest.mark.parametrize(
    ("caller", "is_offered"),
    [("println(first(ts).N)", False), ("if u := first(ts); u != nil {\n\t\tprintln(u.N)\n\t}", True)],
)
def test_no_nil_is_handed_on_to_a_caller_that_uses_it(caller: str, is_offered: bool) -> None:
    head = ["func first(ts map[string]*T) *T {", '\tt, ok := ts["a"]', "\tprintln(ok)"]
    lines = [*head, "\tprintln(t.N)", "\treturn &T{}"]
    text = function(*lines, head=T) + f"\nfunc g(ts map[string]*T) {{\n\t{caller}\n}}\n"
    assert (Strategy.RETURN in [offer.strategy for offer in offered(text)]) is is_offered


def test_a_check_that_goes_on_gets_what_leaves() -> None:
    lines = ["func f(ts []*T) int {", "\tfor _, t := range ts {", "\t\tif t == nil {", "\t\t\tprintln(1)"]
    rest = ["\t\t}", "\t\tprintln(t.N)", "\t}", "\treturn 0"]
    text = function(*lines, *rest, head=T)
    first = offered(text)[0]
    assert first.title == "Skip this iteration if `t` is nil"
    assert apply_edits(text, first.edits) == function(*lines, "\t\t\tcontinue", *rest, head=T)


# --- every edit, for every case that must fire ---


def cases() -> Iterator[str]:
    blocks = re.findall(r"^```go\n(.*?)^```$", (CASES / "fires.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names = ("crypto/x509", "encoding/pem", "errors", "log", "net/http", "net/url", "os")
    for block in blocks:
        plain, _ = marked_spans(block)
        used = [name for name in names if re.search(rf"\b{name.rpartition('/')[2]}\.", plain)]
        imports = "".join(f'\t"{name}"\n' for name in used)
        yield f"package p\n\nimport (\n{imports})\n\n{plain}" if used else f"package p\n\n{plain}"


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
        assert ("\r\n" in after) == (newline == "\r\n")
        assert after.count("\r") in (0, after.count("\n"))
        assert offer.within is not None
        assert all(offer.within.contains(edit.span) for edit in offer.edits)


def test_nearly_every_case_has_an_offer() -> None:
    """But for a map that nothing makes."""
    without = [case for case in cases() if "var m map" not in case and not list(edited(case))]
    assert len(without) <= len(list(cases())) // 5, without


@pytest.mark.skipif(shutil.which("gofmt") is None, reason="there is no gofmt")
def test_gofmt_reads_every_edit_and_would_change_none(tmp_path: Path) -> None:
    written: dict[str, str] = {}
    for case in cases():
        formatted = subprocess.run(["gofmt"], input=case, capture_output=True, text=True, check=True).stdout
        for _, after in edited(formatted):
            name = f"a{len(written)}.go"
            (tmp_path / name).write_text(after, "utf-8")
            written[name] = after
    assert len(written) > 40
    done = subprocess.run(["gofmt", "-l", "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [written[name] for name in done.stdout.split()] == []
