"""A recipe is checked before it runs: whatever is wrong has its line, its column and the nearest right word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.recipes.checking import Plan, check
from breadknife.recipes.folders import SHIPPED
from breadknife.recipes.values import RecipeProblem
from breadknife.steps.ports import clean
from breadknife.steps.registry import discover_steps
from breadknife.steps.step import StepType
from breadknife.task.cascade import Kind

GOOD = """\
recipe = 1
name = "shout"
title = "Say it loud"
languages = ["markdown"]

[steps.paragraph]
use = "select.paragraph"
min_words = 3

[steps.loud]
use = "text"
text = "{{ paragraph.text | upper }}"

[steps.guard]
use = "guard.diff"
before = "$paragraph.text"
after = "$loud.text"
keep = ["number"]

[show]
as = "edit"
text = "$guard.text"
at = "$paragraph.place"

[[tests]]
language = "markdown"
text = "A small cat sat."
expect = { equals = "A SMALL CAT SAT." }
"""

JUDGED = """
[steps.ask]
use = "prompt"
user = "x"

[steps.best]
use = "judge"
prompt = "$ask.prompt"
texts = "$paragraph.sentences"
"""
"""A model's step, whose result nobody needs."""


@dataclass(frozen=True)
class Opening:
    path: str = clean()


@dataclass(frozen=True)
class Opened:
    text: str


TYPES = discover_steps().types | {
    "open": StepType("open", 2, Kind.RULE, Opening, Opened, lambda given, context: Opened(given.path)),
}


def checked(source: str, **locked: int) -> tuple[Plan | None, tuple[RecipeProblem, ...]]:
    return check(Path("shout.toml"), source, TYPES, locked)


def test_a_good_recipe_is_a_plan() -> None:
    plan, problems = checked(GOOD)
    assert problems == ()
    assert plan is not None
    assert [use.name for use in plan.order] == ["paragraph", "loud", "guard"]
    assert plan.tainted == {"paragraph", "loud", "guard"}


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("select.paragraph", "select.paragrap", "7:1", "no type of step `select.paragrap`; did you mean `select.par"),
        ("$loud.text", "$lod.text", "17:1", "there is no step `lod`; did you mean `loud`?"),
        ("$loud.text", "$loud.txt", "17:1", "`loud` gives no `txt`; did you mean `text`?"),
        ("$loud.text", "$loud", "17:1", "$loud names a step; name one of its ports: text"),
        ("$loud.text", "$loud.text.upper", "17:1", "text has no `upper`"),
        ("$loud.text", "$Loud.text", "17:1", "is no reference"),
        ("$loud.text", "$paragraph.place", "17:1", "`after` takes text; $paragraph.place is span"),
        ("$paragraph.place", "$paragraph.text", "23:1", "`at` takes span; $paragraph.text is text"),
        ("min_words = 3", "min_words = 'x'", "8:1", "`min_words`: Expected `int`, got `str`"),
        ("min_words = 3", "min_word = 3", "8:1", "takes no `min_word`; did you mean `min_words`?"),
        ("min_words = 3", "min_words = '$loud.text'", "8:1", "must be written in the recipe"),
        ('before = "$paragraph.text"\n', "", "14:2", "`guard.diff` needs `before`: text"),
        ("title =", "titel =", "3:1", "unknown key `titel`; did you mean `title`?"),
        ("| upper", "| uper", "12:1", "no filter named 'uper'; there are capitalize"),
        ("upper }}", "upper ", "12:1", "unexpected end of template"),
        ("{{ paragraph", "{% include 'x' %}{{ paragraph", "12:1", "a template can't include another one"),
        ("{{ paragraph", "{{ paragraf", "12:1", "there is no step `paragraf`; did you mean `paragraph`?"),
        ("{{ paragraph", "{{ guard", "14:2", "these steps need each other's results: "),
        ('as = "edit"', 'as = "edut"', "21:1", "`as` can't be 'edut'; did you mean `edit`?"),
        ("equals", "equal", "28:1", "unknown key `equal`; did you mean `equals`?"),
        ("recipe = 1", "recipe = 2", "1:1", "the format is 2; this breadknife reads 1"),
        ('"shout"', '"Shout!"', "2:1", "a name has small letters"),
        (
            "[steps.loud]",
            "[steps.found]\nuse = 'select.match'\npattern = '(?=(a+)+$)b'\n[steps.loud]",
            "12:1",
            "`pattern`: `(?=` at character 1 of the pattern isn't supported; match what stands there too",
        ),
        (
            "equals = ",
            "matches = '(a+)+\\1', equals = ",
            "28:1",
            "`matches`: `\\1` at character 6 of the pattern isn't",
        ),
        ("[steps.loud]", "[steps.Loud]", "10:2", "`Loud` can't name a step"),
        ("= 3", "= 3 3", "8:15", "this is not TOML"),
        ('use = "text"', "", "10:2", "`use` is missing"),
        ('use = "text"', 'use = "text"\nwhen = "paragraph.text =="', "12:1", "`when`: "),
        ('use = "text"', 'use = "text"\neach = { s = "$paragraph.text" }', "12:1", "`each` takes a list"),
        ("$guard.text", "$paragraph.sentences", None, None),
        ('as = "edit"', 'as = "edit"\ntitle = "{{ loud.text }}"', None, None),
        ('as = "edit"', 'as = "edit"\ntitle = "{{ loud.txt }}"', "22:1", "`loud` gives no `txt`"),
        ('as = "edit"', 'as = "edit"\ntitle = "{{ loud.text "', "22:1", "`title`: unexpected end of template"),
        ('as = "edit"', 'as = "edit"\ntitle = "{{ best.text }}"', "22:1", "`best`: it hasn't run when the menu opens"),
        ('as = "edit"', 'as = "hover"\ntitle = "' + "x" * 51 + '"', "22:1", "a title has at most 50 characters"),
        ('as = "edit"', 'as = "edit"\nrefused = "$paragraph.sentences"', "20:2", "`refused` and `refused_at` belong"),
        (
            'as = "edit"',
            'as = "edit"\nrefused = "$loud.text"\nrefused_at = "$paragraph.places"',
            "22:1",
            "`refused` takes list[text]; $loud.text is text",
        ),
    ],
)
def test_each_mistake_has_its_place_and_the_nearest_word(
    old: str, new: str, place: str | None, message: str | None
) -> None:
    assert old in GOOD
    plan, problems = checked(GOOD.replace(old, new, 1) + JUDGED)
    assert (plan is None) is (message is not None), problems
    if message is None:
        return
    assert f"{problems[0].line}:{problems[0].column}" == place
    assert message in problems[0].message


@pytest.mark.parametrize(
    ("step", "source"),
    [
        ('path = "$loud.text"', "$loud.text"),
        ('path = "$input.line"', "$input.line"),
        ('each = { p = "$paragraph.sentences" }\npath = "$p"', "$p"),
    ],
)
def test_what_a_document_says_never_becomes_a_path(step: str, source: str) -> None:
    plan, problems = checked(GOOD + f'\n[steps.open]\nuse = "open"\n{step}\n')
    assert plan is None
    assert [problem.message for problem in problems] == [
        f"`path` takes nothing that comes from documents, PDFs or programs, and {source} does"
    ]


def test_a_command_line_is_written_in_the_recipe() -> None:
    source = GOOD + '\n[steps.run]\nuse = "program.run"\nargv = "$loud.text"\n'
    _, problems = checked(source)
    assert "no step's result can become a part of it" in problems[0].message


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (3, "`open` is locked at version 3, and 2 is installed; update it"),
        (1, "`open` is locked at version 1, 2 is installed, and nothing migrates it"),
    ],
)
def test_a_locked_version_that_is_not_installed(version: int, message: str) -> None:
    source = GOOD + '\n[steps.open]\nuse = "open"\npath = "a"\n'
    plan, problems = checked(source, open=version)
    assert plan is None
    assert message in problems[0].message


def test_a_step_migrates_what_an_older_version_was_given() -> None:
    migrating = StepType(
        "open", 2, Kind.RULE, Opening, Opened, lambda given, context: Opened(given.path),
        migrate=lambda version, given: {"path": given["file"]},
    )  # fmt: skip
    source = GOOD + '\n[steps.open]\nuse = "open"\nfile = "a"\n'
    plan, problems = check(Path("a.toml"), source, TYPES | {"open": migrating}, {"open": 1})
    assert problems == ()
    assert plan is not None
    assert next(use for use in plan.order if use.name == "open").given == {"path": "a"}


SOURCES = [path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.toml"))] or [GOOD]
WORDS = [
    "$",
    "{{",
    "}}",
    "{% for",
    "[",
    "]",
    "=",
    '"',
    "'''",
    "\n",
    "steps",
    "use",
    "when",
    "each",
    "\\",
    "#",
    "0",
    "é",
]


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A recipe with a few pieces cut out, doubled, or written over."""
    text = draw(st.sampled_from([GOOD, *SOURCES]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.just(text[start:end] * 2)))
        text = text[:start] + piece + text[end:]
    return text


@given(mangled())
@settings(max_examples=300, deadline=None)
def test_a_mangled_recipe_is_a_plan_or_a_positioned_problem(source: str) -> None:
    plan, problems = check(Path("a.toml"), source, TYPES)
    assert (plan is None) == bool(problems)
    lines = source.count("\n") + 1
    for problem in problems:
        assert 1 <= problem.line <= lines + 1
        assert problem.column >= 1
        assert problem.message


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_plan_or_a_positioned_problem(source: str) -> None:
    plan, problems = check(Path("a.toml"), source, TYPES)
    assert plan is None
    assert problems
