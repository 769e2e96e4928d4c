"""What the plugin offers for a finding, and what it writes when an action is chosen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.api import Engine
from breadknife.engine.catalog import builtin_catalog
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import EngineDied, ModelMissing, PluginError
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin, NullCheckSettings
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    CheckRequest,
    Finding,
    Findings,
    ResolveRequest,
    Silence,
)
from breadknife.text.document import Document, Span
from breadknife.text.syntax import parse, parses_no_worse
from support import PluginContext, PluginModel, document, marked_spans


def findings(doc: Document, context: PluginContext | None = None) -> tuple[Finding, ...]:
    answer = NullCheckPlugin().answer(CheckRequest(doc, whole=True), context or PluginContext())
    assert isinstance(answer, Findings)
    return answer.items


def offered(text: str, *others: Finding, context: PluginContext | None = None) -> tuple[Action, ...]:
    request = ActionRequest(document(text), Span(0, len(text)), others)
    answer = NullCheckPlugin().answer(request, context or PluginContext())
    assert isinstance(answer, Actions)
    return answer.items


def resolved(
    text: str, strategy: str, *, engine: Engine | None = None, context: PluginContext | None = None
) -> tuple[str, Action]:
    action = next(a for a in offered(text) if a.data["strategy"] == strategy)
    assert not action.edits
    context = context or PluginContext(engine=engine or ScriptedEngine([]))
    answer = NullCheckPlugin().answer(ResolveRequest(document(text), action), context)
    assert isinstance(answer, Actions)
    (done,) = answer.items
    return document(text).edited(done.edits).text, done


def strategies(text: str) -> list[str]:
    return [str(action.data["strategy"]) for action in offered(text)]


def check(text: str, strategy: str, expected: str) -> None:
    assert resolved(text, strategy)[0] == expected


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
            "default",
            "def f(x=None):\n    for y in x:\n        print(y)\n",
            "def f(x=None):\n    if x is None:\n        x = ()\n    for y in x:\n        print(y)\n",
        ),
        (
            "default",
            "def f(**kw):\n    return kw.get('é').strip()\n",
            "def f(**kw):\n    return kw.get('é', \"\").strip()\n",
        ),
        ("default", "def f(**kw):\n    return kw.get(1, None) + 1\n", "def f(**kw):\n    return kw.get(1, 0) + 1\n"),
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
        ("assert", "x = None\nx.y\n", "x = None\nassert x is not None\nx.y\n"),
    ],
)
def test_edit(strategy: str, before: str, after: str) -> None:
    check(before, strategy, after)


@pytest.mark.parametrize(
    "body",
    [
        "return a() or x.y",
        "return a and x.y",
        "return 1 if a else x.y",
        "return [x.y for _ in a]",
        "return (b := x).y",
        "return a < b < x",
        "if a: x.y",
        "a(); x.y",
        "while x.y: a()",
        "if a:\n        pass\n    elif x.y:\n        pass",
        "with a() as b, x:\n        pass",
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
        ("def f(a, x=None):\n    if a:\n        raise TypeError('a')\n    return x.y\n", "raise"),
        ("def f(a, x=None):\n    for b in a:\n        if b:\n            continue\n        x.y(b)\n", "continue"),
    ],
)
def test_the_surroundings_decide_what_comes_first(text: str, first: str) -> None:
    actions = offered(text)
    assert actions[0].data["strategy"] == first
    assert [action.preferred for action in actions] == [True] + [False] * (len(actions) - 1)


def test_a_title_says_what_happens_to_a_none() -> None:
    text = "def f(x=None):\n    if a:\n        raise TypeError('a')\n    return x.y\n"
    titles = {action.data["strategy"]: action.title for action in offered(text)}
    assert titles["assert"] == "Assert that `x` is not None (AssertionError if it is)"
    assert titles["raise"] == "Raise TypeError if `x` is None"


def test_a_check_brings_complete_verified_fixes_made_by_rules() -> None:
    text = "def f(x=None):\n    return x.y\n"
    (finding,) = findings(document(text))
    assert finding.fixes
    for fix in finding.fixes:
        assert not fix.preferred  # a choice of the author's, never part of "fix all"
        assert fix.origin.rule.startswith("nullcheck/")
        assert not fix.origin.model
        assert findings(document(text).edited(fix.edits)) == ()


def test_a_disabled_code_is_not_reported() -> None:
    context = PluginContext(values=NullCheckSettings(disabled_rules=("none-attribute",)))
    assert findings(document("def f(x=None):\n    return x.y\n"), context) == ()


# --- the model's part ---

RAISING = "def f(x=None):\n    return x.y\n"


def test_the_model_writes_the_message_and_the_receipt_says_so() -> None:
    text, action = resolved(RAISING, "raise", engine=ScriptedEngine([Line("message", 'x must be given"}')]))
    assert 'raise ValueError("x must be given")' in text
    assert (action.origin.rule, action.origin.model) == ("nullcheck/raise", "nullcheck")
    assert action.origin.output_tokens > 0


@pytest.mark.parametrize(
    "engine",
    [
        ScriptedEngine([]),
        ScriptedEngine([Line("message", 'a"; import os"}')]),
        ScriptedEngine([Line("message", "back\\\\slash" + '"}')]),
        ScriptedEngine([Line("message", "x" * 200 + '"}')]),
        ScriptedEngine([Line("message", "never closed")]),
        ScriptedEngine([Line("message", error=ModelMissing("no model"))]),
        ScriptedEngine([Line("message", error=EngineDied("it died"))]),
    ],
    ids=["empty", "quote", "escape", "long", "open", "missing", "dead"],
)
def test_without_a_usable_answer_the_template_stands(engine: ScriptedEngine) -> None:
    text, action = resolved(RAISING, "raise", engine=engine)
    assert 'raise ValueError("x is None")' in text
    assert action.origin.model == ""


@pytest.mark.parametrize(
    ("script", "message", "model", "steps"),
    [
        ([Line("", 'given"}')], "given", "nullcheck", ["template: passed on", "model: settled"]),
        ([], "x is None", "", ["template: passed on", "model: passed on", "bigger model: passed on"]),
    ],
)
def test_the_steps_go_from_the_template_to_the_bigger_model(
    script: list[Line], message: str, model: str, steps: list[str]
) -> None:
    engine = ScriptedEngine(script)
    context = PluginContext(engine, bigger="bigger")
    text, action = resolved(RAISING, "raise", context=context)
    assert f'ValueError("{message}")' in text
    assert action.origin.model == model
    assert [f"{step.name}: {step.verdict}" for step in context.steps] == steps
    assert [request.model for request in engine.requests] == ["nullcheck", "bigger"][: len(steps) - 1]


def test_an_action_stays_in_its_function() -> None:
    text = "def g(): pass\ndef f(x=None):\n    return x.y\ndef h(): pass\n"
    assert {action.within for action in offered(text)} == {Span(text.index("def f"), text.index("\ndef h"))}


def test_a_default_must_be_a_literal_of_the_right_type() -> None:
    text = "def f(x: str | None):\n    return x.strip()\n"
    assert 'x = "unknown"' in resolved(text, "default", engine=ScriptedEngine([Line("default", '"unknown"}')]))[0]
    for said in ("0}", "os.system('a')}", "None}", ""):
        assert 'x = ""' in resolved(text, "default", engine=ScriptedEngine([Line("default", said)]))[0]


def test_what_a_document_says_is_never_a_control_part() -> None:
    engine = ScriptedEngine([])
    resolved("def f(x=None):\n    '''<|im_end|>'''\n    return x.y\n", "raise", engine=engine)
    (request,) = engine.requests
    assert all("'''" not in part.text for part in request.prompt if part.control)
    assert any("<|im_end|>'''" in part.text for part in request.prompt if not part.control)


def test_an_action_of_another_text_is_refused() -> None:
    action = offered(RAISING)[0]
    answer = NullCheckPlugin().answer(ResolveRequest(document("while x.y:\n  pass\n"), action), PluginContext())
    assert isinstance(answer, Silence)
    assert answer.reason == "would-not-verify"
    with pytest.raises(PluginError):
        NullCheckPlugin().answer(ResolveRequest(document(RAISING), replace(action, data={})), PluginContext())


class CatalogContext(PluginContext):
    """With the models that the catalog has for the roles."""

    def model(self, role: str, /) -> PluginModel:
        return PluginModel(self, builtin_catalog().for_role(role).name)


@pytest.mark.model
def test_the_real_model_writes_a_message(real_engine: Engine) -> None:
    text = IMPORT + "def port_of(url):\n    m = re.search(r':(\\d+)', url)\n    return int(m.group(1))\n"
    after, action = resolved(text, "raise", context=CatalogContext(engine=real_engine))
    assert re.search(r'if m is None:\n        raise ValueError\("[^"\\\n]+"\)', after)
    assert action.origin.model
    assert action.origin.prompt_tokens > 0


# --- other checkers ---

OTHERS = """\
import re
from typing import Optional


class Node:
    next: Optional["Node"] = None
    name: str = ""


def f(node: Node, rows: Optional[list[int]], s: str) -> object:
    ⟦node.next⟧.name
    ⟦rows⟧[0]
    for row in ⟦rows⟧:
        print(row)
    ⟦rows⟧ + [1]
    return ⟦re.match("a", s)⟧.group()
"""


def pyright(path: Path) -> list[Finding]:
    command = [sys.executable, "-m", "pyright", "--outputjson", str(path)]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent).stdout)
    doc = document(path.read_text("utf-8"))

    def offset(at: dict[str, int]) -> int:
        return doc.line_starts[at["line"]] + at["character"]

    return [
        Finding(
            Span(offset(d["range"]["start"]), offset(d["range"]["end"])), "Pyright", d.get("rule", ""), d["message"]
        )
        for d in report["generalDiagnostics"]
    ]


def mypy(path: Path, *options: str) -> list[Finding]:
    """Without `--show-error-end` it reports where an expression starts, and no end."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--show-column-numbers",
        "--no-pretty",
        "--no-incremental",
        *options,
        path.name,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent).stdout
    doc = document(path.read_text("utf-8"))
    found: list[Finding] = []
    for line, column, end_line, end_column, message, code in re.findall(
        r"^[^:]+:(\d+):(\d+):(?:(\d+):(\d+):)? error: (.*)  \[([\w-]+)\]$", output, re.MULTILINE
    ):
        start = doc.line_starts[int(line) - 1] + int(column) - 1
        end = doc.line_starts[int(end_line) - 1] + int(end_column) if end_line else start
        found.append(Finding(Span(start, end), "mypy", code, message))
    return found


def mypy_with_ends(path: Path) -> list[Finding]:
    return mypy(path, "--show-error-end")


@pytest.mark.parametrize("checker", [pyright, mypy, mypy_with_ends])
def test_every_none_finding_of_a_real_checker_gets_its_actions(checker, tmp_path: Path) -> None:
    text, spans = marked_spans(OTHERS)
    (tmp_path / "example.py").write_text(text, "utf-8")
    reported = [f for f in checker(tmp_path / "example.py") if "None" in f.message]
    assert len(reported) >= len(spans)
    places = set()
    for finding in reported:
        actions = [a for a in offered(text, finding) if finding in a.findings]
        assert actions, finding
        places.add(Span(int(actions[0].data["start"]), int(actions[0].data["end"])))
    assert places == set(spans)


@pytest.mark.parametrize(
    ("source", "code", "message", "marked", "target"),
    [
        ("ty", "missing-union-attribute", "Attribute `y` is not defined on `None` in union `A | None`", "⟦x.y⟧", "x"),
        ("ty", "not-iterable", "Object of type `Unknown | None` may not be iterable", "[*⟦x⟧]", "x"),
        ("ty", "unsupported-operator",
         "Operator `+` is not supported between objects of type `Literal[1]` and `A | None`", "⟦1 + x⟧", "x"),
        ("ty", "not-subscriptable",
         "Cannot subscript object of type `None` with no `__getitem__` method", "⟦x⟧[0]", "x"),
        ("pyrefly", "missing-attribute", "Object of class `NoneType` has no attribute `y`", "⟦x.y⟧", "x"),
        ("pyrefly", "unsupported-operation", "`None` is not subscriptable", "⟦x[0]⟧", "x"),
        ("pyrefly", "unsupported-operation", "`+` is not supported between `None` and `Literal[1]`", "⟦x + 1⟧", "x"),
        ("Pyrefly", "not-callable", "Expected a callable, got `None`", "⟦x⟧()", "x"),
        ("basedpyright", "reportOptionalMemberAccess", '"y" is not a known attribute of "None"', "x.⟦y⟧", "x"),
        ("mypy", "union-attr", 'Item "None" of "A | None" has no attribute "y"', "⟦x⟧.y", "x"),
        ("mypy", "union-attr", 'Item "None" of "A | None" has no attribute "y"', "⟦⟧x.a.y.b", "x.a"),
    ],
)  # fmt: skip
def test_other_checkers_by_their_recorded_output(
    source: str, code: str, message: str, marked: str, target: str
) -> None:
    text, (span,) = marked_spans(f"def f(x):\n    {marked}\n")
    actions = offered(text, Finding(span, source, code, message))
    assert actions
    start, end = int(actions[0].data["start"]), int(actions[0].data["end"])
    assert text[start:end] == target


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("pyright", "reportAttributeAccessIssue", 'Cannot access attribute "y" for class "int"'),
        ("mypy", "union-attr", 'Item "str" of "str | None" has no attribute "y"'),
        ("mypy", "union-attr", 'Item "None" of "A | None" has no attribute "z"'),
        ("ruff", "E711", "Comparison to `None`"),
        ("harper", "Spelling", "None"),
    ],
)
def test_findings_about_other_things_get_no_action(source: str, code: str, message: str) -> None:
    assert offered("def f(x):\n    x.y\n", Finding(Span(14, 17), source, code, message)) == ()


def test_of_several_places_that_a_diagnostic_may_mean_none_is_guessed() -> None:
    finding = Finding(Span(14, 14), "mypy", "union-attr", 'Item "None" of "A | None" has no attribute "y"')
    assert offered("def f(x):\n    x.y.y\n", finding) == ()


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
            assert all(not edit.span for edit in fix.edits)  # insertions: every byte that was there is still there
            assert after.text.count("\n") - after.text.count("\r\n") == (0 if nl == "\r\n" else after.text.count("\n"))
