"""What the plugin answers, whatever the language: findings with their fixes, a menu, and edits when one is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.errors import Cancelled, PluginError
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.task.values import ActionRequest, CheckRequest, Finding, Findings, ResolveRequest, Silence
from breadknife.text.document import Span
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import parse
from nullcheck.asking import findings, menu, offered, resolved, strategies
from support import PluginContext, document

RAISING = "def f(x=None):\n    return x.y\n"
IMPORT = "import re\n"


@pytest.mark.parametrize(
    ("strategy", "before", "after"),
    [
        ("assert", "def f(x=None):\n    return x.y\n", "def f(x=None):\n    assert x is not None\n    return x.y\n"),
        (
            "raise",
            "def f(x=None):\n\treturn x.y\n",
            'def f(x=None):\n\tif x is None:\n\t\traise ValueError("x is None")\n\treturn x.y\n',
        ),
        (
            "return",
            "def f(x=None):\r\n  if a:\r\n    return False\r\n  return x.y\r\n",
            "def f(x=None):\r\n  if a:\r\n    return False\r\n  if x is None:\r\n    return False\r\n  return x.y\r\n",
        ),
        (
            "continue",
            "def f(xs, x=None):\n    for y in xs:\n        x.add(y)\n",
            "def f(xs, x=None):\n    for y in xs:\n        if x is None:\n            continue\n        x.add(y)\n",
        ),
        (
            "assert",
            IMPORT + "def f(s):\n    return re.match('a', s).end()\n",
            IMPORT + "def f(s):\n    match = re.match('a', s)\n    assert match is not None\n    return match.end()\n",
        ),
        (
            "assert",
            "class A:\n    @d\n    async def f(self, grün=None):\n        if grün.größe:\n            pass\n",
            "class A:\n    @d\n    async def f(self, grün=None):\n        assert grün is not None\n"
            "        if grün.größe:\n            pass\n",
        ),
        (
            "assert",
            "def f(x=None):\n    a = 1 + \\\n        x\n",
            "def f(x=None):\n    assert x is not None\n    a = 1 + \\\n        x\n",
        ),
    ],
)
def test_edit(strategy: str, before: str, after: str) -> None:
    assert resolved(before, strategy)[0] == after


@pytest.mark.parametrize(
    "body",
    [
        "return a() or x.y",
        "return a and x.y",
        "return 1 if a else x.y",
        "return [x.y for _ in a]",
        "return g(b, (b := x).y)",
        "return a < b < x",
        "if a: x.y",
        "a(); x.y",
        "while x.y: x = x.z",
        "while x.y:\n        a()\n        for x in b: pass",
        "while a() or x.y: a()",
        "if a:\n        pass\n    elif x.y:\n        pass",
        "with a() as x, x:\n        pass",
        "def g(b=x.y): pass",
    ],
)
def test_nothing_is_put_before_a_statement_that_may_not_reach_the_use(body: str) -> None:
    text = f"def f(a, b, x=None):\n    {body}\n"
    assert not {"assert", "raise", "return", "continue"} & set(strategies(text)), text


def test_a_call_is_not_moved_before_another_ones_effects() -> None:
    assert strategies(IMPORT + "def f(s):\n    return g(), re.match('a', s).end()\n") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("def f(x=None):\n    return x.y\n", "assert"),
        ("def f(a, x=None):\n    if a:\n        raise TypeError('a')\n    return x.y\n", "assert"),
        (
            "def f(a):\n    for x in a:\n        if x is None:\n            continue\n"
            "def g(a, x=None):\n    for b in a:\n        x.y(b)\n",
            "continue",
        ),
    ],
)
def test_the_surroundings_decide_what_comes_first(text: str, first: str) -> None:
    actions = offered(text)
    assert actions[0].data["strategy"] == first
    is_good = first == "continue"  # an assertion only renames the failure
    assert [action.preferred for action in actions] == [is_good] + [False] * (len(actions) - 1)


def test_where_findings_share_a_place_what_only_hides_stands_last_and_once_a_code() -> None:
    types = "interface U { a?: { c?: string } }\nconst m = new Map<number, U>();\n"
    actions = menu(types + "const x = m.get(1).a.c.trim();\n", language="typescript")
    ways = [str(action.data.get("strategy", "comment")) for action in actions]
    hiding = [way in ("non-null", "ignore", "comment") for way in ways]
    assert hiding == sorted(hiding)
    assert ways.count("non-null") == 3
    assert ways[-1] == "comment"
    assert ways.count("comment") == 1


def test_a_title_says_what_happens_to_a_none() -> None:
    text = "def f(x=None):\n    if a:\n        raise TypeError('a')\n    return x.y\n"
    titles = {action.data["strategy"]: action.explanation for action in offered(text)}
    assert str(titles["assert"]).startswith("Assert that `x` is not None (AssertionError if it is)")
    assert titles["raise"] == "Raise TypeError if `x` is None — the function does so elsewhere"


@pytest.mark.parametrize(
    ("invoked", "shown", "answers"), [(True, True, True), (False, True, True), (False, False, False)]
)
def test_a_menu_that_nobody_sees_is_made_only_where_something_is_shown(
    invoked: bool, shown: bool, answers: bool
) -> None:
    doc = document("def f(x=None):\n    return x.y\n")
    [finding] = findings(doc)
    request = ActionRequest(doc, finding.span, (finding,) if shown else (), invoked)
    assert (NullCheckPlugin().answer(request, PluginContext()) is not None) == answers


def test_nothing_is_analysed_for_a_request_that_was_cancelled() -> None:
    context = PluginContext()
    context.cancel.cancel()
    with pytest.raises(Cancelled):
        NullCheckPlugin().answer(CheckRequest(document("def f(x=None):\n    return x.y\n")), context)


def test_a_check_brings_complete_verified_fixes_made_by_rules() -> None:
    text = "def f(x=None):\n    return x.y\n"
    (finding,) = findings(document(text))
    assert finding.fixes
    for fix in finding.fixes:
        assert not fix.preferred  # a choice of the author's, never part of "fix all"
        assert fix.origin.rule.startswith("nullcheck/")
        assert not fix.origin.model
        assert findings(document(text).edited(fix.edits)) == ()


def test_a_check_whose_fixes_nobody_reads_makes_none() -> None:
    doc = document("def f(x=None):\n    return x.y\n")
    answer = NullCheckPlugin().answer(CheckRequest(doc, all_fixes=False), PluginContext())
    assert isinstance(answer, Findings)
    assert answer.items == tuple(replace(finding, fixes=()) for finding in findings(doc))


def test_a_disabled_code_is_not_reported() -> None:
    context = PluginContext(values=NullCheckSettings(disabled_rules=("none-attribute",)))
    assert findings(document("def f(x=None):\n    return x.y\n"), context) == ()


def test_a_disabled_code_that_there_is_not_is_told() -> None:
    assert NullCheckSettings(disabled_rules=("nullcheck/none-call", "none-attribute"))
    with pytest.raises(ValueError, match=r"no code 'none-atribute'; there are none-attribute, "):
        NullCheckSettings(disabled_rules=("none-atribute",))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "def f(x=None):\n    return x.y{}\n"),
        ("typescript", "function f(x?: string) {{\n  return x.length;{}\n}}\n"),
        ("go", 'package p\n\nfunc f() {{\n\tvar m map[string]int\n\tm["a"] = 1{}\n}}\n'),
        ("java", "class A {{\n  int f() {{\n    String s = null;\n    return s.length();{}\n  }}\n}}\n"),
    ],
)
def test_a_comment_silences_a_finding(language: str, text: str) -> None:
    [finding] = findings(document(text.format(""), language))
    sign = "#" if language == "python" else "//"
    for rules, told in ((finding.code, 0), (f"nullcheck/{finding.code}", 0), ("", 0), ("other", 1)):
        silenced = document(text.format(f"  {sign} breadknife: ignore {rules}"), language)
        assert len(findings(silenced)) == told, rules


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("python", "return x.y", "return x.y  # breadknife: ignore none-attribute"),
        ("python", "return x.y  # why", "return x.y  # why  # breadknife: ignore none-attribute"),
        ("python", "return x.y  ", "return x.y  # breadknife: ignore none-attribute  "),
        ("python", "return (x.y,\n    1)", "return (x.y,  # breadknife: ignore none-attribute\n    1)"),
        ("python", "return x.y + \\\n    1", None),
        ("python", 'return x.y("""\n""")', None),
        ("typescript", "return x.length;", "return x.length; // breadknife: ignore none-attribute"),
        ("typescript", "return x.length; /* a */", "return x.length; /* a */ // breadknife: ignore none-attribute"),
        ("typescript", "return x.length + `\n`;", None),
        ("typescriptreact", "return <p>{x.length}\n</p>;", None),
    ],
)
def test_the_menu_ends_with_the_comment_that_silences_the_finding(
    language: str, before: str, after: str | None
) -> None:
    text = "def f(x=None):\n    {}\n" if language == "python" else "function f(x?: string) {{\n  {}\n}}\n"
    doc = document(text.format(before), language)
    [finding] = findings(doc)
    actions = [action for action in menu(doc.text, language=language) if not action.data]
    assert [doc.edited(action.edits).text for action in actions] == ([] if after is None else [text.format(after)])
    for action in actions:
        assert action.findings == (replace(finding, fixes=()),)
        assert findings(doc.edited(action.edits)) == ()


def test_another_checkers_finding_is_not_silenced_by_a_comment_of_ours() -> None:
    text = "def f(x):\n    return x.y\n"
    at = text.index("y\n")
    said = Finding(Span(at, at + 1), "Pyright", "reportOptionalMemberAccess", '"y" is not a known attribute of "None"')
    assert offered(text, said)
    assert all("breadknife" not in edit.new_text for action in menu(text, said) for edit in action.edits)


def test_an_action_stays_in_its_function() -> None:
    text = "def g(): pass\ndef f(x=None):\n    return x.y\ndef h(): pass\n"
    assert {action.within for action in offered(text)} == {Span(text.index("def f"), text.index("\ndef h"))}


def test_an_action_of_another_text_is_refused() -> None:
    action = offered(RAISING)[0]
    answer = NullCheckPlugin().answer(ResolveRequest(document("while x.y:\n  pass\n"), action), PluginContext())
    assert isinstance(answer, Silence)
    assert answer.reason == "would-not-verify"
    with pytest.raises(PluginError):
        NullCheckPlugin().answer(ResolveRequest(document(RAISING), replace(action, data={})), PluginContext())


# --- every edit, whatever the code ---

USES = ("x.y()", "x[0]", "x + 1", "len(x)", "a = x.y", "return x.y", "for b in x: pass", "g(1, x.z)", "assert x.y")
SHAPES = (
    "def f(x=None):{nl}{ind}{use}{nl}",
    "class A:{nl}{ind}def f(self, x=None):{nl}{ind}{ind}{use}{nl}",
    "def f(a, x=None):{nl}{ind}for b in a:{nl}{ind}{ind}{use}{nl}",
    "def f(a, x=None):{nl}{ind}if a:{nl}{ind}{ind}raise ValueError(a){nl}{ind}{use}{nl}",
    "def f(x=None):{nl}{ind}try:{nl}{ind}{ind}{use}{nl}{ind}finally:{nl}{ind}{ind}pass{nl}",
)


@given(
    st.sampled_from(SHAPES),
    st.sampled_from(USES),
    st.sampled_from(["    ", "  ", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.text("aé😀 #'", max_size=8),
)
def test_every_offered_edit_parses_ends_the_finding_and_changes_nothing_else(
    shape: str, use: str, ind: str, nl: str, comment: str
) -> None:
    text = f"# {comment}{nl}" + shape.format(ind=ind, use=use, nl=nl)
    doc = document(text)
    before = parse(text, "python")
    assert before is not None
    for finding in findings(doc):
        assert finding.fixes
        for fix in finding.fixes:
            after = doc.edited(fix.edits)
            tree = parse(after.text, "python")
            assert tree is not None
            assert parses_no_worse(before, tree)
            assert findings(after) == ()
            if fix.origin.rule.rpartition("/")[2] in ("assert", "raise", "return", "continue"):
                assert all(not edit.span for edit in fix.edits)  # every byte that was there is still there
            assert after.text.count("\n") - after.text.count("\r\n") == (0 if nl == "\r\n" else after.text.count("\n"))
