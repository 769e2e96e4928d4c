"""A rule proposes, the model decides: what is shown, what isn't, and what happens without a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import ModelMissing
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import Correction, FindingCandidate
from breadknife.plugins.prose.model.judge import MarginInput, decide, needs_judge
from breadknife.plugins.prose.model.thresholds import BUDGET, JUDGED, MISSPELLED, MISSPELLED_ALONE, excess
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Finding, Findings
from breadknife.text.document import Document, Span
from prose.disliking import DislikingEngine
from support import PluginContext, document

SETTINGS = ProseSettings(languagetool=False)
UNSURE = "We invest into tests."  # Harper's InvestIn: a rule that waits for agreement
AGREES, OBJECTS = {"invest into": -9, "invest in": -1}, {"invest in": -9}


def mistake(
    *replacements: str, rule: str = "RULE", ready: bool = False, safe: bool = False, rivals: int = 0
) -> FindingCandidate:
    span = Span(0, 4)
    lint = Lint("harper", rule, span, "", replacements, "")
    corrections = tuple(Correction(span, new) for new in replacements)
    return FindingCandidate(lint, ("harper",), (rule,), corrections, safe, ready, rivals=rivals)


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        (mistake("b"), True),
        (mistake("b", ready=True), False),
        (mistake("b", "c", rule="SpellCheck", ready=True, rivals=1), False),
        (mistake("b", "c", rule="SpellCheck", ready=True, rivals=2), True),  # which of them comes first?
        (mistake(), False),  # there is nothing to compare with
    ],
)
def test_what_needs_a_judge(each: FindingCandidate, expected: bool) -> None:
    assert needs_judge(each) is expected


@pytest.mark.parametrize(
    ("margins", "budget", "expected"),
    [
        ((JUDGED,), BUDGET, ["a"]),
        ((JUDGED - 0.1,), BUDGET, None),
        ((JUDGED, JUDGED + 1), BUDGET, ["b", "a"]),
        ((JUDGED,), BUDGET / 2, None),
        ((99.0,), 0.0, None),
        ((), BUDGET, None),  # nobody agrees
    ],
)
def test_judged(margins: tuple[float, ...], budget: float, expected: list[str] | None) -> None:
    found = decide(mistake(*"ab"[: max(len(margins), 1)]), margins, "model", budget)
    assert (found and [each.replacement for each in found.corrections]) == expected
    assert found is None or found.ready


@pytest.mark.parametrize(
    ("engines", "margin", "shown"),
    [
        (("harper", "languagetool"), MISSPELLED, True),
        (("harper", "languagetool"), MISSPELLED - 0.1, False),
        (("harper",), MISSPELLED_ALONE, True),
        (("harper",), MISSPELLED_ALONE - 0.1, False),
    ],
)
def test_a_word_that_is_in_no_dictionary_may_be_a_name(engines: tuple[str, ...], margin: float, shown: bool) -> None:
    one = replace(mistake("httpx", rule="SpellCheck"), engines=engines)
    assert (decide(one, (margin,), "model", BUDGET) is not None) is shown


@pytest.mark.parametrize(
    ("word", "margins", "expected"),
    [
        ("zomby", {"Zomba": 5.0, "zombie": 9.0}, "zombie"),  # much likelier there
        ("zomby", {"Zomba": 5.0, "zombie": 5.0}, "Zomba"),  # a name is as bad as a slip more
        ("coutyard", {"courtyards": 5.5, "courtyard": 5.0}, "courtyard"),  # a slip less
        ("westeren", {"Western": 5.5, "western": 5.0}, "western"),  # no name
        ("", {"courtyards": 5.5, "courtyard": 5.0}, "courtyards"),  # no misspelled word
    ],
)
def test_a_word_that_is_further_off_must_be_likelier(word: str, margins: dict[str, float], expected: str) -> None:
    one = replace(mistake(*margins, rule="SpellCheck"), engines=("harper", "languagetool"))
    found = decide(one, tuple(margins.values()), "model", BUDGET, word)
    assert found
    assert found.corrections[0].replacement == expected


@pytest.mark.parametrize(
    ("rivals", "ready", "margins", "budget", "expected"),
    [
        (1, True, (-9.0, 3.0, 2.0), BUDGET, ["a", "b", "c"]),
        (2, True, (-9.0, -3.0, 2.0), BUDGET, ["b", "a", "c"]),
        (2, True, (-9.0, -3.0, 2.0), 0.0, ["b", "a", "c"]),
        (1, False, (-9.0, 3.0, 2.0), BUDGET, None),  # a short one: an abbreviation, as likely
    ],
)
def test_what_may_well_be_meant_comes_first_and_what_is_ready_is_told(
    rivals: int, ready: bool, margins: tuple[float, ...], budget: float, expected: list[str] | None
) -> None:
    found = decide(mistake(*"abc", rule="SpellCheck", ready=ready, rivals=rivals), margins, "model", budget, "l")
    assert (found and [each.replacement for each in found.corrections]) == expected


def test_what_the_model_puts_first_is_safe_only_if_the_engines_put_it_first_too() -> None:
    found = [
        decide(mistake("a", "b", safe=True, ready=True), margins, "model", BUDGET)
        for margins in ((9.0, 8.0), (8.0, 9.0))
    ]
    assert [each and each.safe for each in found] == [True, False]


def test_what_is_typed_behind_a_mistake_is_not_judged_again() -> None:
    texts = ["It could of been one of them", "It could of been one of them, and so on. We go on."]
    lint = Lint("harper", "ModalOf", Span(3, 11), "", ("could have",), "")
    one = FindingCandidate(
        lint, ("harper",), ("ModalOf",), (Correction(lint.span, "could have"),), safe=False, ready=False
    )
    assert {MarginInput.of(text, one).text for text in texts} == {"It could of been one of"}


def test_half_the_budget_asks_for_more() -> None:
    assert excess(BUDGET) == 0
    assert excess(BUDGET / 2) > 0 > excess(BUDGET * 2)


@pytest.fixture
def context(home: Path, tmp_path: Path) -> PluginContext:
    return PluginContext(root=tmp_path, values=SETTINGS, engine=DislikingEngine({}))


def check(plugin: ProsePlugin, doc: Document, context: PluginContext, *, whole: bool = True) -> tuple[Finding, ...]:
    answer = plugin.answer(CheckRequest(doc, whole), context)
    assert isinstance(answer, Findings)
    return answer.items


def shown(doc: Document, findings: tuple[Finding, ...]) -> list[tuple[str, str, str, str]]:
    return [
        (doc.slice(f.span), f"{f.source}/{f.code}", f.fixes[0].edits[0].new_text, f.fixes[0].origin.model)
        for f in findings
    ]


CASES = [
    ("the model agrees", UNSURE, AGREES, [("invest into", "harper/InvestIn", "invest in", "judge")]),
    ("the model doesn't", UNSURE, OBJECTS, []),
    (
        "a rule that is right more often than not isn't judged",
        "This is an useful one.",
        {"a": -9},
        [("an", "harper/AnA", "a", "")],
    ),
    (
        "the model's own",
        "Each of the files have no name.",
        {"have": -20, "has": -1},
        [("have", "model/EachOf", "has", "judge")],
    ),
    (
        "none touches another",
        "See the the useful one.",
        {"the the": -20, "the a": -1, "a useful": -1},
        [("the the", "harper/RepeatedWords", "the", "")],
    ),
    ("none touches markup", "It use `use` use.", {"`": -20}, []),
]


@pytest.mark.parametrize(("text", "words", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_findings(
    plugin: ProsePlugin, context: PluginContext, text: str, words: dict[str, float], expected: list[tuple[str, ...]]
) -> None:
    doc = document(text, "markdown")
    found = check(plugin, doc, replace(context, engine=DislikingEngine(words)))
    assert shown(doc, found) == expected


def test_sure_findings_come_at_once_and_judged_ones_later(plugin: ProsePlugin, context: PluginContext) -> None:
    context = replace(context, engine=DislikingEngine(AGREES))
    doc = document(f"{UNSURE} This is an useful one.", "markdown")
    assert [f.code for f in check(plugin, doc, context, whole=False)] == ["AnA"]
    assert [f.code for f in check(plugin, doc, context)] == ["InvestIn", "AnA"]
    asked = len(context.engine.requests)  # type: ignore[attr-defined]
    assert [f.code for f in check(plugin, doc, context, whole=False)] == ["InvestIn", "AnA"]
    assert len(context.engine.requests) == asked  # type: ignore[attr-defined]


def test_an_edit_has_only_the_changed_paragraph_read_again(plugin: ProsePlugin, context: PluginContext) -> None:
    check(plugin, document("One thing is here.\n\nEach of the ways have a name.\n", "markdown"), context)
    asked = len(context.engine.requests)  # type: ignore[attr-defined]
    check(plugin, document("One thing is here.\n\nEach of the ways have a name!\n", "markdown"), context)
    assert len(context.engine.requests) == asked + 1  # type: ignore[attr-defined]


def test_the_models_rules_can_be_switched_off(plugin: ProsePlugin, context: PluginContext) -> None:
    settings = replace(SETTINGS, disabled_rules=("EachOf",))
    context = replace(context, values=settings, engine=DislikingEngine({"have": -20, "has": -1}))
    assert check(plugin, document("Each of the files have no name.", "markdown"), context) == ()


def test_without_a_model_what_waits_for_agreement_is_not_shown_and_one_notice_says_so(
    plugin: ProsePlugin, context: PluginContext
) -> None:
    engine = ScriptedEngine([Line("", error=ModelMissing("smollm2-135m is not here; `breadknife models pull`"))])
    context = replace(context, engine=engine, notices=[])
    doc = document(f"{UNSURE} This is an useful one.", "markdown")
    for _ in range(2):
        assert [f.code for f in check(plugin, doc, context, whole=False)] == ["AnA"]
        plugin.answer(CheckRequest(doc, whole=True), context)
    assert set(context.notices) == {
        "Prose is checked without a model: smollm2-135m is not here; `breadknife models pull`."
    }


STRANGE = {
    "astral": "😀𝒷𝓁 𝓀𝓁 😀. {}",
    "right to left": "שלום. {} אבגד\u202e",
    "NUL": "A\0b. {}\0",
    "half a surrogate": "a\ud800b. {}",
    "broken markup": "**a [b](c `d <e. \n\n{}\n\n> <div>\n",
    "emphasis that doesn't end": "*a _b. {} ~~",
    "a byte order mark": "\ufeff{}",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_text_is_judged_and_proposed_for(plugin: ProsePlugin, context: PluginContext, text: str) -> None:
    context = replace(
        context,
        engine=DislikingEngine({**AGREES, "files have": -20, "files has": -1}),
        notices=[],
    )
    doc = document(text.replace("{}", f"{UNSURE} Each of the files have no name. It is here."), "markdown")
    found = check(plugin, doc, context)
    assert sorted(shown(doc, found)) == [
        ("have", "model/EachOf", "has", "judge"),
        ("invest into", "harper/InvestIn", "invest in", "judge"),
    ]
    edits = [each.fixes[0].edits[0] for each in found]
    assert doc.edited(edits).text == doc.text.replace("files have", "files has").replace("invest into", "invest in")
    assert context.notices == []


BUDGETS = [
    (0.0, ["AnA"]),
    (1.0, ["AnA", "Everyone"]),
    (2.0, ["AnA", "Everyone", "InvestIn"]),
    (4.0, ["AnA", "Everyone", "InvestIn"]),
]


@pytest.mark.parametrize(("budget", "expected"), BUDGETS)
@pytest.mark.parametrize("whole", [True, False], ids=["lint", "editor"])
def test_the_budget(
    plugin: ProsePlugin, context: PluginContext, budget: float, expected: list[str], whole: bool
) -> None:
    """A rule that needs a judge, with a margin of 3; the model's own, with one of 15; and one that needs neither."""
    words = {"invest into": -4, "invest in": -1, "have": -16, "has": -1}
    context = replace(
        context, values=replace(SETTINGS, flags_per_1000_words=budget), engine=DislikingEngine(words), notices=[]
    )
    doc = document(f"This is an useful one. Everyone have a name.\n\n{UNSURE}\n", "markdown")
    check(plugin, doc, context)
    assert [each.code for each in check(plugin, doc, context, whole=whole)] == expected


@pytest.mark.parametrize("model", [True, False])
@pytest.mark.parametrize("budget", [0.0, 1.0, 4.0])
def test_what_is_right_more_often_than_not_is_shown_whatever_the_budget(
    plugin: ProsePlugin, context: PluginContext, budget: float, model: bool
) -> None:
    settings = replace(SETTINGS, flags_per_1000_words=budget, model=model)
    found = check(plugin, document("This is an useful one.", "markdown"), replace(context, values=settings))
    assert "AnA" in {each.code for each in found}


def test_the_model_can_be_switched_off(plugin: ProsePlugin, context: PluginContext) -> None:
    engine = DislikingEngine(OBJECTS)
    context = replace(context, engine=engine, values=replace(SETTINGS, model=False))
    doc = document(f"{UNSURE} This is an useful one.", "markdown")
    assert [f.code for f in check(plugin, doc, context)] == ["AnA"]
    assert engine.requests == []
