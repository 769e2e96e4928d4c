"""What people read of an offer: what it does, what a null leads to, how many findings end, and why it is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.values import RepairOffer, Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.syntax import parse
from nullcheck.asking import findings, offered
from support import document

HERE = Path(__file__).parent
LEADS_TO = re.compile(
    r" (?:if|where) [^()]*\b(?:is|isn't)\b[^()]*$"  # "Throw … if `x` is null": what it does is what happens
    r"|\([^()]*(?:\([^()]*\)[^()]*)*\)$"  # "(nothing happens if it is)"
)
GO_IMPORTS = ("bytes", "crypto/x509", "encoding/pem", "errors", "fmt", "log", "net/http", "net/url", "os")
GO_HEAD = "package p\n\nimport (\n" + "".join(f'\t"{path}"\n' for path in GO_IMPORTS) + ")\n\n"
CASES = {
    "python": "cases/fires.md",
    "ecmascript": "ecmascript/cases/fires.md",
    "go": "go/cases/fires.md",
    "java": "java/cases/fires.md",
}


def offers(cases: str) -> Iterator[RepairOffer]:
    """All that is offered for the examples of a page that must fire."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", (HERE / cases).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks
    for id, marked in blocks:
        text = (GO_HEAD if id == "go" else "") + re.sub("[⟦⟧]", "", marked)
        tree = parse(text, id)
        assert tree is not None
        file = language(id).open(document(text, id), tree, None)
        for finding in file.findings():
            place = file.place(finding)
            assert place is not None
            yield from file.offers(place, (finding,))


@pytest.mark.parametrize("cases", CASES.values(), ids=CASES)
def test_every_offer_says_why_it_is_offered_and_what_a_null_leads_to(cases: str) -> None:
    found = list(offers(cases))
    assert len(found) > 30
    assert [offer.title for offer in found if not offer.reason] == []
    titles = {offer.title for offer in found if offer.strategy is not Strategy.IGNORE}
    assert [title for title in titles if not LEADS_TO.search(title)] == []
    assert [offer.title for offer in found if len(offer.title) > 80] == []  # menus cut what is longer


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("x", "`x`"),
        ("re.match('a', line)", "`re.match('a', line)`"),
        ("re.match('(a)', line.strip().lower())", "`re.match(…)`"),
        ("make()[first(lines, of=words)].get()", "`make()[…].get()`"),
        ("el.parentElement?.nextElementSibling", "`….nextElementSibling`"),
        ("dict[str, list[tuple[int, Customer]]] | Any", "`dict[…] | Any`"),
        ("f(\n    a,\n    b)", "`f( a, b)`"),
        ("_a_name_that_is_longer_than_a_title_has_room_for", "`_a_name_that_is_…le_has_room_for`"),
        ("'(' + words_that_are_joined_by_blanks", "`'(' + words_that…oined_by_blanks`"),
    ],
)
def test_a_title_abbreviates_what_is_long(expression: str, named: str) -> None:
    assert in_title(expression) == named


STATUS = """\
package p

import "net/http"

func f(u string, a bool) error {
	r, _ := http.Get(u)
	if a {
		println(r.Status)
	} else {
		println(r.Proto)
	}
	return nil
}
"""
NAMES = """\
import javax.annotation.Nullable;
class A {
    @Nullable
    private String g() {
        return "a";
    }
    int f() {
        return g().length();
    }
    int h() {
        return g().length();
    }
}
"""


@pytest.mark.parametrize(
    ("id", "text", "strategy", "title"),
    [
        ("go", STATUS, "check-error",
         "Check the error (`return err` if it fails, ends 2 findings) — it is ignored"),
        ("java", NAMES, "assert",
         "Require that the result is not null (NullPointerException if it is) — "
         "it fails anyway, without a message"),
    ],
)  # fmt: skip
def test_a_title_says_how_many_findings_it_ends(id: str, text: str, strategy: str, title: str) -> None:
    titles = {action.data["strategy"]: action.explanation for action in reversed(offered(text, language=id))}
    assert titles.get(strategy) == title
    assert title in [fix.title for finding in findings(document(text, id)) for fix in finding.fixes]
