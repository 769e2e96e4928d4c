"""One null that gets to several places, repaired in the same way at all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.project.cause import changed_lines
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.task.values import ActionRequest, Actions, ResolveRequest
from breadknife.text.document import Span, apply_edits
from nullcheck.asking import findings, offered, resolved
from project.folders import known, opened
from support import PluginContext, document

FIND = "def find(k):\n    if k > 0:\n        return k\n    return None\n\n\n"


def raised(name: str) -> str:
    return f'    if {name} is None:\n        raise ValueError("{name} is None")\n'


ALL_RAISED = (
    f"def a():\n    a = find(1)\n{raised('a')}    return a.x\n\n\n"
    f"def b():\n    b = find(2)\n{raised('b')}    return b.y\n"
)


@pytest.mark.parametrize(
    ("strategy", "before", "after"),
    [
        (
            "raise",
            FIND + "def a():\n    a = find(1)\n    return a.x\n\n\ndef b():\n    b = find(2)\n    return b.y\n",
            FIND + ALL_RAISED,
        ),
        (
            "assert",
            "def f(a, x=None):\r\n  if a:\r\n    g()\r\n    a.b = x.y\r\n  else:\r\n    a.b = x.z\r\n",
            "def f(a, x=None):\r\n  if a:\r\n    g()\r\n    assert x is not None\r\n    a.b = x.y\r\n"
            "  else:\r\n    assert x is not None\r\n    a.b = x.z\r\n",
        ),
    ],
    ids=["two functions", "two branches"],
)
def test_all_places_of_a_cause(strategy: str, before: str, after: str) -> None:
    assert len(findings(document(before))) == 2
    text, action = resolved(before, strategy, everywhere=True)
    assert text == after
    assert action.explanation.endswith(", at up to 2 places with this cause")
    assert action.origin.rule == f"nullcheck/{strategy}"
    assert findings(document(text)) == ()


def test_where_it_cannot_be_written_the_others_are_repaired() -> None:
    text = FIND + "def a():\n    a = find(1)\n    return a.x\n\n\ndef b():\n    return [find(2).y for _ in range(3)]\n"
    text += "\n\ndef c():\n    c = find(3)\n    return c.x\n"
    assert len(findings(document(text))) == 3
    after, _ = resolved(text, "raise", everywhere=True)
    assert f"    a = find(1)\n{raised('a')}" in after
    assert f"    c = find(3)\n{raised('c')}" in after
    assert [finding.message for finding in findings(document(after))] == [findings(document(text))[1].message]


GO_FIND = """\
package p

import "errors"

type T struct{ N int }

func find(k int) (*T, error) {
	if k < 0 {
		return nil, errors.New("none")
	}
	return &T{}, nil
}
"""
FAILS, PANICS = (
    "\nfunc {0}() error {{\n\t{0}, _ := find(1)\n\t{0}.N++\n\treturn nil\n}}\n",
    "\nfunc {0}() int {{\n\t{0}, _ := find(1)\n\treturn {0}.N\n}}\n",
)


def test_it_is_made_only_where_it_is_what_its_title_says() -> None:
    several = GO_FIND + FAILS.format("a") + PANICS.format("b") + FAILS.format("c")
    after, action = resolved(several, "check-error", everywhere=True, language="go")
    assert action.explanation == "Check the error (`return err` if it fails), at up to 3 places with this cause"
    assert after.count("return err\n") == 2
    assert "panic(" not in after
    one = GO_FIND + FAILS.format("a") + PANICS.format("b")
    assert [action for action in offered(one, language="go") if action.data.get("everywhere")] == []


TYPED = """\
export function find(key: string): string | undefined {
  return key.length > 2 ? key : undefined;
}
"""
USES = """\
import {{ find }} from "./found";

export function a(k: string): number {{
  const a = find(k);
{0}  return a.length;
}}

export function b(k: string): number {{
  const b = find(k);
{1}  return b.length;
}}
"""


def thrown(name: str) -> str:
    return f'  if ({name} === undefined) {{\n    throw new Error("{name} is undefined");\n  }}\n'


@pytest.mark.parametrize(
    ("files", "name", "before", "after"),
    [
        (
            {"found.py": FIND},
            "use.py",
            "from found import find\n\n\n"
            "def a():\n    a = find(1)\n    return a.x\n\n\ndef b():\n    b = find(2)\n    return b.y\n",
            "from found import find\n\n\n" + ALL_RAISED,
        ),
        ({"found.ts": TYPED}, "use.ts", USES.format("", ""), USES.format(thrown("a"), thrown("b"))),
    ],
    ids=["Python", "TypeScript"],
)
def test_all_places_of_a_cause_in_another_file(
    tmp_path: Path, files: dict[str, str], name: str, before: str, after: str
) -> None:
    project = known(tmp_path, files)
    context = PluginContext(root=tmp_path, project=project, values=NullCheckSettings(oracle="off"))
    language = "python" if name.endswith(".py") else "typescript"
    doc, plugin = opened(tmp_path / name, before, language=language), NullCheckPlugin()
    assert [found.related[0].uri for found in findings(doc, context)] == [(tmp_path / next(iter(files))).as_uri()] * 2
    menu = plugin.answer(ActionRequest(doc, Span(0, len(before))), context)
    assert isinstance(menu, Actions)
    action = next(action for action in menu.items if action.data.get("everywhere"))
    assert action.explanation.endswith(", at up to 2 places with this cause")
    answer = plugin.answer(ResolveRequest(doc, action), context)
    assert isinstance(answer, Actions), answer
    changed = doc.edited(answer.items[0].edits)
    assert changed.text == after
    assert findings(changed, context) == ()
    project.close()


@pytest.mark.parametrize(
    "text",
    [
        "def f(x=None):\n    return x.y\n",
        FIND + "def a():\n    return find(1).x\n\n\ndef b(x=None):\n    return x.y\n",
    ],
    ids=["one place", "two causes"],
)
def test_it_is_offered_for_several_places_of_one_cause(text: str) -> None:
    assert [action for action in offered(text) if action.data.get("everywhere")] == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a", "a"), ""),
        (("a", "b"), ", likewise `b`"),
        (("a", "b", "b", "a"), ", likewise `b`"),
        (("a", "b", "c"), ", likewise `b` and others"),
    ],
)
def test_what_is_called_otherwise_at_another_place_is_named(names: tuple[str, ...], said: str) -> None:
    uses = (f"def f{at}():\n    {name} = find({at})\n    return {name}.x\n" for at, name in enumerate(names))
    text = "\n\n".join((FIND, *uses))
    _, action = resolved(text, "raise", everywhere=True)
    done = "Raise ValueError if `a` is None"
    assert action.explanation == f"{done}{said}, at up to {len(names)} places with this cause"


TEXT = st.text(alphabet=st.sampled_from("ab\n\ré"), max_size=40)


@given(TEXT, TEXT)
def test_changed_lines_make_one_text_of_the_other(old: str, new: str) -> None:
    assert apply_edits(old, changed_lines(old, new)) == new
