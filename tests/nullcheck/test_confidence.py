"""How likely a null is to get to its use is read from where it comes from, alike in each language."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.confidence import ORIGINS, NullOrigin, confidence_of, origin_of
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.task.values import CheckRequest, Confidence, Finding, Findings, Severity
from nullcheck.asking import findings
from support import PluginContext, document

GO = 'package p\n\nimport "net/http"\n\nfunc f(u string) {\n\tr, _ := http.Get(u)\n\tprintln(r.Status)\n}\n'
JAVA = "import java.io.File;\nclass A {\n  int f(File d) {\n    return d.listFiles().length;\n  }\n}\n"
FIELD = "class A:\n    def __init__(self):\n        self.x = None\n    def f(self):\n        self.x.y()\n"


@pytest.mark.parametrize(
    ("language", "text", "confidence"),
    [
        ("python", "import re\nre.match('a', input()).end()\n", Confidence.HIGH),
        ("python", "def find(k):\n    if k:\n        return k\n    return None\nfind(input()).x\n", Confidence.HIGH),
        ("typescript", "export const n = location.href.match(/a/).length;\n", Confidence.HIGH),
        ("go", GO, Confidence.HIGH),
        ("java", JAVA, Confidence.HIGH),
        ("python", "def f(x: str | None):\n    return x.strip()\n", Confidence.MEDIUM),
        ("typescript", "function f(x: Date | null) {\n  return x.getTime();\n}\n", Confidence.MEDIUM),
        ("python", FIELD, Confidence.LOW),
        ("python", "def f(x=None):\n    return x.y\n", Confidence.LOW),
        ("python", "x = None\nx.y\n", Confidence.LOW),
    ],
)
def test_a_finding_is_as_likely_as_where_its_null_comes_from(language: str, text: str, confidence: Confidence) -> None:
    found = findings(document(text, language))
    assert [each.confidence for each in found] == [confidence]
    shown = Severity.HINT if confidence is Confidence.LOW else Severity.WARNING
    assert [each.severity for each in found] == [shown]


@pytest.mark.parametrize(
    ("reason", "origin"),
    [
        ("`re.match` returns None when nothing matches", NullOrigin.CALL),
        ("`sr1_req` may return None", NullOrigin.CALL),
        ("`stream` is annotated `Optional[Stream]`", NullOrigin.ANNOTATION),
        ("`tables` is set to None", NullOrigin.UNSET),
        ("the default of `length` in `__init__` is None", NullOrigin.DEFAULT),
        ("it is tested for None, and this path continues if it is", NullOrigin.TEST),
        ("`returns None` is annotated `A | None`", NullOrigin.ANNOTATION),  # code may be called whatever it is
        ("something that no row knows", NullOrigin.ANNOTATION),
    ],
)
def test_the_origin_is_in_the_reason(reason: str, origin: NullOrigin) -> None:
    assert origin_of(reason) is origin


def test_each_origin_has_one_row_and_one_confidence() -> None:
    assert sorted(row.origin for row in ORIGINS) == sorted(NullOrigin)
    assert confidence_of("`f` returns None") is Confidence.HIGH


def test_the_more_can_happen_the_higher_the_confidence() -> None:
    order = [Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW]
    read = sorted((row for row in ORIGINS if row.judged), key=lambda row: -row.can_happen / row.judged)
    assert [row.confidence for row in read] == sorted((row.confidence for row in read), key=order.index)


def checked(text: str, *, each_place: bool = False, **settings: str) -> tuple[Finding, ...]:
    request = CheckRequest(document(text), whole=True, each_place=each_place)
    answer = NullCheckPlugin().answer(request, PluginContext(values=NullCheckSettings(**settings)))  # type: ignore
    assert isinstance(answer, Findings)
    return answer.items


TWICE = FIELD + "    def g(self):\n        self.x.z()\n"


def test_one_finding_stands_for_a_cause_and_names_the_other_places() -> None:
    [finding] = checked(TWICE)
    assert finding.message == "`self.x` may be None: `x` is set to None (1 more place)"
    assert [TWICE[each.span.start : each.span.end] for each in finding.related][-1] == "self.x"
    assert finding.related[-1].message == "The same null also reaches this place"
    assert len(checked(TWICE, each_place=True)) == 2


def test_a_confidence_is_shown_as_the_settings_say() -> None:
    assert [each.severity for each in checked(FIELD, severity_low="error")] == [Severity.ERROR]
    assert checked(FIELD, severity_low="off") == ()
