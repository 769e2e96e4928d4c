"""How likely a null is to get to its use is weighed from clues in the text, alike in each language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.core.confidence import Clue, clues_of, fitted, known_clues
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import CheckRequest, Confidence, Finding, Findings, Severity
from breadknife.text.document import Span
from nullcheck.asking import findings
from support import PluginContext, document

GO = 'package p\n\nimport "net/http"\n\nfunc f(u string) {\n\tr, _ := http.Get(u)\n\tprintln(r.Status)\n}\n'
JAVA = """import java.io.File;
class A {
  String f(File file) {
    File parent = file.getParentFile();
    return parent.getName();
  }
}
"""
FIELD = "class A:\n    x: 'X | None' = None\n    def f(self):\n        self.x.y()\n"
SCRIPT = "const text = location.href;\nconst m = text.match(/a/);\nexport const n = m.length;\n"
LINE = "import re\ndef f(line):\n    m = re.match('a', line)\n    return m.end()\n"
ONE = """def one(x):
    try:
        return x.b()
    except OSError:
        return None

def f(y):
    z = one(y)
    return z.c
"""
SHOWN = {
    Confidence.HIGH: Severity.WARNING, Confidence.MEDIUM: Severity.INFORMATION, Confidence.LOW: Severity.HINT,
}  # fmt: skip
FILE = "import yaml\ndef f(file):\n    found = yaml.safe_load(file)\n    return found['a']\n"


@pytest.mark.parametrize(
    ("language", "text", "confidence"),
    [
        ("python", ONE, Confidence.HIGH),
        ("python", FILE, Confidence.HIGH),
        ("python", "import yaml\ndef f(file):\n    return yaml.safe_load(file)['a']\n", Confidence.HIGH),
        ("python", LINE, Confidence.MEDIUM),
        ("python", "def f(x):\n    if x is None:\n        print()\n    return x.y\n", Confidence.MEDIUM),
        ("typescript", SCRIPT, Confidence.LOW),
        ("go", GO, Confidence.HIGH),
        ("java", JAVA, Confidence.HIGH),
        ("python", "def f(s):\n    if s.x is None:\n        print()\n    return s.x.y\n", Confidence.LOW),
        ("python", ONE.replace("try:", "if x.a:").replace("except OSError:", "else:"), Confidence.MEDIUM),
        ("python", "import yaml\nyaml.safe_load(request.body)['a']\n", Confidence.HIGH),
        ("python", "import yaml\nyaml.safe_load(open('rules.yml'))['a']\n", Confidence.LOW),
        ("python", "def f(x: str | None):\n    return x.strip()\n", Confidence.LOW),
        ("typescript", "function f(x: Date | null) {\n  return x.getTime();\n}\n", Confidence.LOW),
        ("python", FIELD, Confidence.LOW),
        ("python", "def f(x=None):\n    return x.y\n", Confidence.LOW),
        ("python", "x = None\nx.y\n", Confidence.LOW),
    ],
)  # fmt: skip
def test_a_finding_is_as_likely_as_its_clues_say(language: str, text: str, confidence: Confidence) -> None:
    found = findings(document(text, language))
    assert [each.confidence for each in found] == [confidence]
    assert [each.severity for each in checked(text, language)] == [SHOWN[confidence]]


@pytest.mark.parametrize("clue", known_clues(), ids=lambda clue: clue.name)
def test_a_clue_looks_as_its_examples_say(clue: Clue) -> None:
    assert [text for text in clue.shown_by if not clue.is_in(text)] == []
    assert [text for text in clue.not_by if clue.is_in(text)] == []


@pytest.mark.parametrize(
    ("text", "used", "clues"),
    [
        ("m = find(x)\nm.y", "m", {"named"}),
        ("find(x).y", "find(x)", set[str]()),
        ("self.m.y", "self.m", set[str]()),
    ],
)
def test_clues_are_read_from_the_text(text: str, used: str, clues: set[str]) -> None:
    start = text.rindex(used)
    found = clues_of(text, Span(start, start + len(used)), Use.ATTRIBUTE, OriginKind.CALL, "")
    assert found == {OriginKind.CALL, *clues}


@pytest.mark.parametrize(
    ("origin", "clues"), [(OriginKind.OUTSIDE, {"named", "names a file"}), (OriginKind.COMPARISON, {"named"})]
)
def test_only_what_comes_from_outside_may_be_read_from_a_file(origin: OriginKind, clues: set[str]) -> None:
    text = "rules = yaml.safe_load(open('rules.yml'))\nrules.x"
    found = clues_of(text, Span(len(text) - 7, len(text) - 2), Use.ATTRIBUTE, origin, "")
    assert found == {origin, *clues}


NAMES = [clue.name for clue in known_clues()]


def test_each_clue_has_a_weight() -> None:
    assert set(fitted().weights) == {
        OriginKind.CALL, OriginKind.LOOKUP, OriginKind.OUTSIDE, OriginKind.COMPARISON, *NAMES,
    }  # fmt: skip


@given(st.sets(st.sampled_from([*OriginKind, *NAMES])), st.sampled_from(NAMES))
def test_a_clue_moves_the_chance_as_its_weight_says(clues: set[str], more: str) -> None:
    before, after = fitted().chance(clues - {more}), fitted().chance(clues | {more})
    assert 0 < before < 1
    assert (after > before) == (fitted().weights[more] > 0)


def checked(text: str, language: str = "python", *, each_place: bool = False, **settings: str) -> tuple[Finding, ...]:
    request = CheckRequest(document(text, language), whole=True, each_place=each_place)
    answer = NullCheckPlugin().answer(request, PluginContext(values=NullCheckSettings(**settings)))  # type: ignore
    assert isinstance(answer, Findings)
    return answer.items


TWICE = FIELD + "    def g(self):\n        self.x.z()\n"


def test_one_finding_stands_for_a_cause_and_names_the_other_places() -> None:
    [finding] = checked(TWICE)
    assert finding.message == "`self.x` may be None: `x` is declared so that it may be None (1 more place)"
    assert [TWICE[each.span.start : each.span.end] for each in finding.related][-1] == "self.x"
    assert finding.related[-1].message == "The same null also reaches this place"
    assert len(checked(TWICE, each_place=True)) == 2


def test_a_confidence_is_shown_as_the_settings_say() -> None:
    assert [each.severity for each in checked(FIELD, severity_low="error")] == [Severity.ERROR]
    assert [each.severity for each in checked(ONE, severity_high="error")] == [Severity.ERROR]
    assert [each.severity for each in checked(LINE, severity_medium="error")] == [Severity.ERROR]
    assert checked(FIELD, severity_low="off") == ()
