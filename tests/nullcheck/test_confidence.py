"""How likely a null is to get to its use is weighed from what others believe, alike in each language."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.task.values import CheckRequest, Confidence, Finding, Findings, Severity
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
ASKED = "    def h(self):\n        return self.x is not None and self.x.y()\n"
DEFAULT = "def f(a=None):\n    return a.b\n"
LIKELY = "def g(y):\n    if y:\n        return y\n\ndef f(y):\n    return g(y).c\n" + "".join(
    f"\ndef h{at}(y):\n    g(y).d()\n" for at in range(4)
)
SHOWN = {
    Confidence.HIGH: Severity.WARNING, Confidence.MEDIUM: Severity.INFORMATION, Confidence.LOW: Severity.HINT,
}  # fmt: skip
FILE = "import yaml\ndef f(file):\n    found = yaml.safe_load(file)\n    return found['a']\n"


@pytest.mark.parametrize(
    ("language", "text", "confidence"),
    [
        ("python", ONE, Confidence.HIGH),
        ("python", FILE, Confidence.HIGH),
        ("python", LINE, Confidence.HIGH),
        ("python", "import re\ndef f(s):\n    return re.search('a', s).group()\n", Confidence.HIGH),
        ("python", "def f(x):\n    if x is None:\n        print()\n    return x.y\n", Confidence.LOW),
        ("python", "def f(x):\n    if x is None:\n        return x.y\n", Confidence.HIGH),
        ("python", "def f(x: str | None):\n    return x.strip()\n", Confidence.HIGH),
        ("python", FIELD, Confidence.LOW),  # the order of methods may exclude it
        ("python", FIELD + ASKED, Confidence.HIGH),
        ("python", DEFAULT, Confidence.LOW),  # callers may all give a value
        ("python", DEFAULT + "def g():\n    return f(None)\n", Confidence.HIGH),
        ("python", "x = None\nx.y\n", Confidence.HIGH),
        ("typescript", SCRIPT, Confidence.HIGH),
        ("typescript", "function f(x: Date | null) {\n  return x.getTime();\n}\n", Confidence.HIGH),
        ("go", GO, Confidence.HIGH),
        ("java", JAVA, Confidence.HIGH),
    ],
)  # fmt: skip
def test_a_finding_is_as_likely_as_others_believe(language: str, text: str, confidence: Confidence) -> None:
    found = findings(document(text, language))
    assert [each.confidence for each in found] == [confidence]
    assert [each.severity for each in checked(text, language)] == [SHOWN[confidence]]


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
    assert [each.severity for each in checked(ONE, severity_high="error")] == [Severity.ERROR]
    assert [each.severity for each in checked(LIKELY, severity_medium="error")][:1] == [Severity.ERROR]
    assert checked(LIKELY, severity_medium="off") == ()
